{
    of <- function(level = 0.95, tail = "two.sided", equal = FALSE) t.test(log(x), log(y), alternative = tail, conf.level = level, paired = paired, var.equal = equal)
    show <- function(t, d = diff(rev(t$estimate))) list(
        estimate = exp(d[[1]]), ci95 = exp(as.numeric(t$conf.int)), log_se = t$stderr, t = t$statistic[[1]], df = t$parameter[[1]], p = t$p.value)
    main <- if (paired) show(of(), of()$estimate) else show(of())
    c(main, list(ci90 = exp(as.numeric(of(0.9)$conf.int)), p_greater = of(tail = "greater")$p.value, p_less = of(tail = "less")$p.value),
      if (!paired) list(geometric_means = c(exp(mean(log(x), na.rm = TRUE)), exp(mean(log(y), na.rm = TRUE))), pooled = show(of(equal = TRUE))))
}
