{
    d <- data.frame(y = factor(y, ordered = TRUE), group = factor(group, levels = levels), words = factor(words, levels = sort(unique(words), method = "radix")))
    tight <- list(reltol = 1e-16, maxit = 5000)
    m <- MASS::polr(y ~ group + words, d, Hess = TRUE, control = tight); none <- MASS::polr(y ~ 1, d, control = tight)
    se <- sqrt(diag(vcov(m))); size <- length(coef(m)); z <- coef(m) / se[1:size]; lr <- 2 * as.numeric(logLik(m) - logLik(none))
    covariance <- vcov(m)[1:size, 1:size]
    list(n = nobs(m), names = names(coef(m)), beta = unname(coef(m)), se = unname(se[1:size]), z = unname(z), p = unname(2 * pnorm(-abs(z))),
         odds_ratio = unname(exp(coef(m))), or_ci95 = lapply(1:size, function(i) unname(exp(coef(m)[i] + c(-1, 1) * qnorm(0.975) * se[i]))),
         threshold_names = names(m$zeta), thresholds = unname(m$zeta), threshold_se = unname(se[-(1:size)]), loglik = as.numeric(logLik(m)),
         aic = AIC(m), null_loglik = as.numeric(logLik(none)), lr = c(lr, size, pchisq(lr, size, lower.tail = FALSE)),
         vcov = lapply(1:size, function(i) unname(covariance[i, ])))
}
