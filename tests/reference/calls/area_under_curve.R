{
    area <- function(y) {
        known <- !is.na(y)
        if (is.na(y[1]) || is.na(y[length(y)]) || (!bridge && !all(known))) return(NA_real_)
        at <- times[known]; change <- (y - y[1])[known]; k <- length(at)
        line <- approxfun(at, change)
        turn <- which(change[-1] * change[-k] < 0)
        cuts <- sort(c(at, at[turn] + diff(at)[turn] * change[turn] / (change[turn] - change[turn + 1])))
        course <- if (positive_only) function(t) pmax(0, line(t)) else line
        sum(mapply(function(from, to) integrate(course, from, to, rel.tol = 1e-12)$value, head(cuts, -1), tail(cuts, -1)))
    }
    first <- apply(values, 1, area)
    second <- if (is.matrix(others)) apply(others, 1, area)
    t <- if (is.null(second)) t.test(first) else t.test(first, second, paired = paired)
    list(areas = first, other_areas = second, estimate = if (is.null(second) || paired) t$estimate[[1]] else t$estimate[[1]] - t$estimate[[2]],
         se = t$stderr, t = t$statistic[[1]], df = t$parameter[[1]], p = t$p.value, ci95 = as.numeric(t$conf.int),
         p_greater = pt(t$statistic[[1]], t$parameter[[1]], lower.tail = FALSE))
}
