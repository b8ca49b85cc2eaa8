{
    ratio <- scale == "ratio"; a <- if (ratio) log(x) else x; b <- if (ratio) log(y) else y; bound <- if (ratio) log(margin) else margin
    back <- if (ratio) exp else identity
    both <- t.test(a, b, paired = TRUE, conf.level = 1 - 2 * alpha)
    above <- t.test(a, b, paired = TRUE, mu = -bound, alternative = "greater"); below <- t.test(a, b, paired = TRUE, mu = bound, alternative = "less")
    list(estimate = back(both$estimate[[1]]), interval = back(as.numeric(both$conf.int)), t = min(above$statistic[[1]], -below$statistic[[1]]),
         df = both$parameter[[1]], p = max(above$p.value, below$p.value))
}
