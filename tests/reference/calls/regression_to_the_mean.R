{
    turn <- if (above) 1 else -1; r <- turn * reading; bound <- turn * threshold
    fit <- lm(value ~ reading)
    kept <- if (is.na(correlation)) min(1, max(0, coef(fit)[[2]])) else correlation
    sd <- if (is.na(population_sd)) sigma(fit) / sqrt(1 - kept^2) else population_sd
    beyond <- function(mu) {
        from <- (bound - mu) / sd; until <- max(0, -from) + 40
        density <- function(u) exp(-from * u - u^2 / 2 - max(0, -from)^2 / 2)
        part <- function(f) integrate(f, 0, max(0, -from), rel.tol = 1e-11)$value + integrate(f, max(0, -from), until, rel.tol = 1e-11)$value
        bound + sd * part(function(u) u * density(u)) / part(density)
    }
    mu <- if (!is.na(population_mean)) population_mean else if (kept == 1) mean(reading) else turn * uniroot(function(mu) beyond(mu) - mean(r), c(bound - 30 * sd, mean(r)), tol = 1e-13)$root
    c(list(kept = kept, mean_reading = mean(reading), population_mean = mu, expected = -(1 - kept) * (mean(reading) - mu)),
      if (is.na(population_mean) && kept < 1) list(population_sd = sd))
}
