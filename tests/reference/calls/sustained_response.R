{
    spell <- function(y) {
        last <- max(which(!is.na(y))); day <- days[1:last]; y <- y[1:last]
        if (skip) { day <- day[!is.na(y)]; y <- y[!is.na(y)] } else y[is.na(y)] <- 0
        runs <- rle(y); end <- cumsum(runs$lengths); start <- end - runs$lengths + 1
        lasts <- which(runs$values == 1 & runs$lengths >= visits & (hold == "visits" | end == length(y)))
        if (length(lasts)) c(day[start[lasts[1]]], 1) else c(day[length(day)], 0)
    }
    seen <- seen[order(arm != levels[1]), ]; arm <- factor(sort(factor(arm, levels = levels)))
    some <- apply(!is.na(seen), 1, any); found <- apply(seen[some, ], 1, spell); arm <- arm[some]
    time <- found[1, ]; event <- found[2, ]
    test <- survdiff(Surv(time, event) ~ arm)
    curves <- survfit(Surv(time, event) ~ arm, conf.type = "log-log")
    log_ratio <- (test$obs[1] - test$exp[1]) / test$var[1, 1]; error <- 1 / sqrt(test$var[1, 1])
    list(time = time, event = event, observed = test$obs, expected = test$exp, chi2 = test$chisq, p = pchisq(test$chisq, 1, lower.tail = FALSE),
         hazard_ratio = exp(log_ratio), hazard_ratio_ci95 = exp(log_ratio + c(-1, 1) * qnorm(0.975) * error),
         median = as.numeric(summary(curves)$table[, "median"]), median_low = as.numeric(summary(curves)$table[, "0.95LCL"]),
         median_high = as.numeric(summary(curves)$table[, "0.95UCL"]))
}
