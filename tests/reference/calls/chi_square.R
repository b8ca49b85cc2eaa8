{
    table <- as.table(counts); stats <- vcd::assocstats(table); plain <- suppressWarnings(chisq.test(table, correct = FALSE))
    c(list(n = sum(table), chi2 = plain$statistic[[1]], df = plain$parameter[[1]], p = plain$p.value, least_expected = min(plain$expected),
           cramers_v = stats$cramer, likelihood_ratio = list(chi2 = stats$chisq_tests[1, 1], df = stats$chisq_tests[1, 2], p = stats$chisq_tests[1, 3])),
      if (exact) list(exact_p = fisher.test(table, workspace = 2e8)$p.value),
      if (all(dim(table) == 2)) { yates <- suppressWarnings(chisq.test(table)); list(yates = list(chi2 = yates$statistic[[1]], p = yates$p.value)) })
}
