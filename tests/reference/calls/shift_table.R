{
    known <- complete.cases(before, after); categories <- sort(unique(c(before[known], after[known])))
    counts <- xtabs(~ factor(before[known], categories) + factor(after[known], categories))
    list(n = sum(counts), categories = categories, counts = unname(matrix(counts, nrow(counts))), percent = unname(matrix(100 * prop.table(counts), nrow(counts))))
}
