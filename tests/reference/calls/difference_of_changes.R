{
    known <- complete.cases(first, second, first_before, second_before)
    a <- first[known]; b <- second[known]; a0 <- first_before[known]; b0 <- second_before[known]
    d <- (a - b) - (a0 - b0)
    both <- t.test(d); n <- length(d)
    cells <- data.frame(y = c(a, b, a0, b0), subject = factor(rep(seq_len(n), 4)), side = factor(rep(c("a", "b", "a", "b"), each = n)),
                        time = factor(rep(c("now", "before"), each = 2 * n)))
    strata <- summary(aov(y ~ side * time + Error(subject / (side * time)), cells))
    interaction <- strata[["Error: subject:side:time"]][[1]]
    list(n = n, estimate = both$estimate[[1]], se = both$stderr, t = both$statistic[[1]], df = both$parameter[[1]], p = both$p.value,
         ci95 = as.numeric(both$conf.int), p_greater = t.test(d, alternative = "greater")$p.value, p_less = t.test(d, alternative = "less")$p.value,
         ci90 = as.numeric(t.test(d, conf.level = 0.9)$conf.int), interaction = list(F = interaction[["F value"]][1], p = interaction[["Pr(>F)"]][1]),
         mean_before = mean(a0 - b0), cor_treatments = cor(a, b), cor_differences = cor(a0 - b0, a - b))
}
