{
    d <- as.data.frame(data[!vapply(data, is.null, NA)], stringsAsFactors = FALSE)
    if (model == "mean") {
        m <- lm(outcome ~ 1, d)
    } else if (model == "covariance") {
        d$arm <- relevel(factor(d$arm), ref = reference)
        m <- lm(outcome ~ arm + base, d)
    } else {
        d$arm <- relevel(factor(d$arm), ref = reference); d$visit <- factor(d$visit, visits)
        d$place <- as.integer(d$visit); d$subject <- factor(d$subject)
        m <- nlme::gls(outcome ~ arm * visit + base * visit, d, correlation = nlme::corSymm(form = ~ place | subject),
                       weights = nlme::varIdent(form = ~ 1 | visit), method = "REML",
                       control = nlme::glsControl(tolerance = 1e-12, msTol = 1e-12, msMaxIter = 500, maxIter = 200))
    }
    scaled <- if (model == "visits") residuals(m, type = "pearson") else rstandard(m)
    groups <- if (model == "visits") as.character(d$visit) else rep("all", nrow(d))
    score <- ave(as.numeric(scaled), groups, FUN = function(x) qnorm(ppoints(length(x), 3 / 8))[order(order(x))])
    list(n = nrow(d), fitted = as.numeric(fitted(m)), residual = as.numeric(residuals(m)), scaled_residual = as.numeric(scaled), normal_score = score)
}
