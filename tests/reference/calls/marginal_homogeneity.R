{
    known <- complete.cases(before, after); categories <- sort(unique(c(before[known], after[known])))
    table <- as.table(unclass(table(factor(before[known], categories), factor(after[known], categories))))
    margins <- coin::mh_test(table); symmetry <- mcnemar.test(table, correct = FALSE)
    pairs <- (table + t(table))[upper.tri(table)]; df <- sum(pairs > 0); chi2 <- sum(((table - t(table))[upper.tri(table)]^2 / pairs)[pairs > 0])
    c(list(n = sum(table), changed = sum(table) - sum(diag(table)),
           stuart_maxwell = list(chi2 = as.numeric(coin::statistic(margins)), df = margins@statistic@df, p = as.numeric(coin::pvalue(margins))),
           bowker = list(chi2 = chi2, df = df, p = pchisq(chi2, df, lower.tail = FALSE))),
      if (all(pairs > 0)) list(mcnemar = list(chi2 = symmetry$statistic[[1]], df = symmetry$parameter[[1]], p = symmetry$p.value)))
}
