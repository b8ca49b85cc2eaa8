{
    known <- !is.na(responds)
    d <- data.frame(responds = responds[known], subject = factor(subject[known]), arm = factor(arm[known], levels = rev(levels)))
    d <- d[order(d$subject), ]; m <- nlevels(d$subject)
    fit <- lm(responds ~ arm, d)
    covariance <- sandwich::vcovCL(fit, cluster = d$subject, type = "HC0", cadjust = TRUE)
    test <- lmtest::coeftest(fit, vcov. = covariance, df = m - 1)
    gee <- geepack::geeglm(responds ~ arm, family = gaussian, id = as.integer(d$subject), corstr = "independence", data = d)
    list(subjects = m, units = nrow(d), estimate = test[2, 1], se = test[2, 2], t = test[2, 3], df = m - 1, p = test[2, 4],
         p_greater = pt(test[2, 3], m - 1, lower.tail = FALSE), ci95 = as.numeric(lmtest::coefci(fit, vcov. = covariance, df = m - 1)[2, ]),
         gee = list(estimate = coef(gee)[[2]], se = sqrt(gee$geese$vbeta[2, 2])))
}
