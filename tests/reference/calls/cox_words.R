{
    d <- data.frame(time, event, group = factor(group, levels = levels), words = factor(words, levels = sort(unique(words), method = "radix")))
    stratum <- if (is.na(strata[1])) rep("all", length(time)) else strata
    formula <- if (is.na(strata[1])) Surv(time, event) ~ group + words else Surv(time, event) ~ group + words + strata(stratum)
    m <- coxph(formula, d, ties = ties, control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 100))
    s <- summary(m); size <- length(coef(m)); zph <- cox.zph(m); single <- cox.zph(m, terms = FALSE)
    matrix <- function(x) lapply(seq_len(nrow(x)), function(i) unname(x[i, ]))
    c(list(n = s$n, events = s$nevent, names = rownames(s$coefficients), coef = unname(s$coefficients[, 1]), hr = unname(s$coefficients[, 2]),
         se = unname(s$coefficients[, 3]), z = unname(s$coefficients[, 4]), p = unname(s$coefficients[, 5]),
         hr_ci95 = matrix(unname(s$conf.int[, 3:4, drop = FALSE])), loglik = m$loglik, lr = unname(s$logtest),
         wald = c(m$wald.test, size, pchisq(m$wald.test, size, lower.tail = FALSE)), score = unname(s$sctest), vcov = matrix(unname(vcov(m))),
         zph = list(rows = rownames(zph$table), chi2 = unname(zph$table[, 1]), df = unname(zph$table[, 2]), p = unname(zph$table[, 3])),
         residual_correlation = unname(sapply(seq_len(size), function(i) cor(single$x, single$y[, i])))),
      if (is.na(strata[1])) list(concordance = unname(s$concordance)))
}
