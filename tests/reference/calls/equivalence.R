{
    show <- function(equal) {
        of <- function(...) t.test(x, y, paired = paired, var.equal = equal, ...)
        both <- of(conf.level = 1 - 2 * alpha)
        above <- of(mu = -margin, alternative = "greater"); below <- of(mu = margin, alternative = "less")
        p <- max(above$p.value, below$p.value)
        list(estimate = -diff(c(both$estimate, if (paired) 0))[[1]], se = both$stderr, df = both$parameter[[1]], interval = as.numeric(both$conf.int),
             t_above = above$statistic[[1]], p_above = above$p.value, t_below = below$statistic[[1]], p_below = below$p.value, p = p, shown = p < alpha)
    }
    c(show(FALSE), if (!paired) list(equal_variances = show(TRUE)))
}
