{
    known <- !is.na(responds); responds <- responds[known]; subject <- factor(subject[known])
    m <- nlevels(subject); n <- length(responds); p <- mean(responds)
    variance <- sandwich::vcovCL(lm(responds ~ 1), cluster = subject, type = "HC0", cadjust = TRUE)[1, 1]
    gee <- geepack::geeglm(responds ~ 1, family = binomial("identity"), id = as.integer(subject), corstr = "independence",
                           data = data.frame(responds, subject)[order(subject), ])
    effective <- min(n, p * (1 - p) / variance * (qt(0.975, n - 1) / qt(0.975, m - 1))^2)
    t <- (p - null) / sqrt(variance)
    list(events = sum(responds), units = n, subjects = m, estimate = p, se = sqrt(variance), design_effect = variance * n / (p * (1 - p)),
         ci95 = c(qbeta(0.025, effective * p, effective * (1 - p) + 1), qbeta(0.975, effective * p + 1, effective * (1 - p))),
         t = t, df = m - 1, p = 2 * pt(-abs(t), m - 1), p_greater = pt(t, m - 1, lower.tail = FALSE),
         gee = list(estimate = coef(gee)[[1]], se = sqrt(gee$geese$vbeta[1, 1])))
}
