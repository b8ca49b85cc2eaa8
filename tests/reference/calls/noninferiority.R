{
    side <- if (improves == "up") list(mu = -margin, tail = "greater") else list(mu = margin, tail = "less")
    show <- function(equal) {
        of <- function(...) t.test(x, y, paired = paired, var.equal = equal, ...)
        both <- of(conf.level = 1 - 2 * alpha / sided)
        test <- of(mu = side$mu, alternative = side$tail)
        p <- min(1, sided * test$p.value)
        list(estimate = -diff(c(both$estimate, if (paired) 0))[[1]], se = both$stderr, df = both$parameter[[1]], interval = as.numeric(both$conf.int),
             t = test$statistic[[1]], p_one_sided = test$p.value, p = p, shown = p < alpha)
    }
    c(show(FALSE), if (!paired) list(equal_variances = show(TRUE)))
}
