{
    known <- complete.cases(first, second, first_before, second_before)
    now <- (first - second)[known]; before <- (first_before - second_before)[known]
    fit <- lm(now ~ before); at <- coef(summary(fit)); df <- df.residual(fit)
    list(n = length(now), estimate = at[1, 1], se = at[1, 2], t = at[1, 3], df = df, p = at[1, 4], ci95 = as.numeric(confint(fit)[1, ]),
         ci90 = as.numeric(confint(fit, level = 0.9)[1, ]), p_greater = pt(at[1, 3], df, lower.tail = FALSE), p_less = pt(at[1, 3], df),
         slope = at[2, 1], slope_se = at[2, 2], mean_before = mean(before))
}
