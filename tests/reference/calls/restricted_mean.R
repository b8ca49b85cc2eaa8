{
    group <- factor(group, levels = levels)
    table <- summary(survfit(Surv(time, event) ~ group), rmean = until)$table
    mean <- as.numeric(table[, "rmean"]); se <- as.numeric(table[, "se(rmean)"])
    d <- mean[1] - mean[2]; se_d <- sqrt(sum(se^2)); z <- d / se_d
    list(n = as.numeric(table[, "records"]), events = as.numeric(table[, "events"]), mean = mean, se = se, estimate = d, se_difference = se_d,
         ci95 = d + c(-1, 1) * qnorm(0.975) * se_d, z = z, p = 2 * pnorm(-abs(z)), p_greater = pnorm(z, lower.tail = FALSE))
}
