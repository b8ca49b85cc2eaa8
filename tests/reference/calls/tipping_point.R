{
    steps <- 0:steps; worse <- if (improves == "up") -1 else 1; alpha <- alpha * (3 - sided)
    fits <- lapply(steps * step * worse, function(shift) {
        y <- outcome + shift * imputed
        fit <- if (adjust) lm(y ~ first + base) else lm(y ~ first)
        c(coef(summary(fit))[2, ], df.residual(fit), confint(fit)[2, ])
    })
    take <- function(column) unname(sapply(fits, `[`, column))
    p <- take(4); lost <- which(p > alpha)[1]
    list(estimate = take(1), se = take(2), t = take(3), p = p, df = take(5), low = take(6), high = take(7),
         tipping_point = if (is.na(lost) || lost == 1) NA else steps[lost] * step * worse)
}
