{
    if (is.na(x_stratum[1])) { x_stratum <- rep("", length(x)); y_stratum <- rep("", length(y)) }
    strata <- intersect(sort(unique(x_stratum)), y_stratum)
    of <- lapply(strata, function(s) {
        curve <- pROC::roc(controls = y[y_stratum == s], cases = x[x_stratum == s], direction = "<", quiet = TRUE)
        m <- length(curve$cases); n <- length(curve$controls)
        list(weight = m * n / (m + n), area = as.numeric(pROC::auc(curve)), variance = as.numeric(pROC::var(curve, method = "delong")),
             ties = sum(outer(curve$cases, curve$controls, "==")), pairs = m * n)
    })
    take <- function(name) sapply(of, `[[`, name)
    w <- take("weight") / sum(take("weight")); p <- sum(w * take("area")); variance <- sum(w^2 * take("variance"))
    centre <- qlogis(p); error <- sqrt(variance) / (p * (1 - p)); limits <- centre + c(-1, 1) * qnorm(0.975) * error
    munzel <- if (length(strata) == 1) {
        m <- length(x); n <- length(y); all <- rank(c(x, y)); rx <- all[1:m]; ry <- all[m + 1:n]
        v1 <- sum((rx - rank(x) - mean(rx) + (m + 1) / 2)^2) / (m - 1); v2 <- sum((ry - rank(y) - mean(ry) + (n + 1) / 2)^2) / (n - 1)
        t <- m * n * (mean(rx) - mean(ry)) / ((m + n) * sqrt(m * v1 + n * v2))
        df <- (m * v1 + n * v2)^2 / ((m * v1)^2 / (m - 1) + (n * v2)^2 / (n - 1))
        list(t = t, df = df, p = 2 * pt(-abs(t), df))
    }
    c(list(win_probability = p, se = sqrt(variance), win_odds = p / (1 - p), win_odds_ci95 = exp(limits), win_probability_ci95 = plogis(limits),
           net_benefit = 2 * p - 1, net_benefit_ci95 = 2 * plogis(limits) - 1, z = centre / error, p = 2 * pnorm(-abs(centre / error)),
           p_greater = pnorm(centre / error, lower.tail = FALSE), ties = sum(take("ties")) / sum(take("pairs"))),
      if (!is.null(munzel)) list(brunner_munzel = munzel))
}
