"""Names of what results hold: terms, stats and test statistics. The only place where a raw name becomes words."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["STATS", "letter_of", "level_name", "stat_name", "term_name"]

TERMS = {
    # descriptions
    "value": "Value",
    "change": "Change from baseline",
    "pct_change": "Percent change from baseline",
    "base": "Baseline",
    "mean": "Mean",
    "median": "Median",
    "mean_percent_change": "Mean of percent changes",
    "percent_change_of_means": "Percent change of the mean",
    "geometric_mean_ratio": "Ratio of geometric means",
    "geometric_mean": "Geometric mean",
    "arm": "Records by arm",
    # within subjects and between arms
    "mean_difference": "Mean difference",
    "median_difference": "Median difference",
    "sd_difference": "SD of the differences",
    "hodges_lehmann": "Hodges\u2013Lehmann shift",
    "hodges_lehmann_asymptotic": "Hodges\u2013Lehmann shift (asymptotic)",
    "hodges_lehmann_moses": "Hodges\u2013Lehmann shift (Moses' limits)",
    "zero_differences": "Differences of zero",
    "pairs": "Pairs",
    "d_z": "Effect size d_z",
    "d_av": "Effect size d_av",
    "d_rm": "Effect size d_rm",
    "d_baseline": "Effect size by the SD at baseline",
    "g_baseline": "Effect size by the SD at baseline (small-sample)",
    "hedges_g": "Hedges g",
    "cohen_d": "Cohen d",
    "glass_delta": "Glass delta",
    "rank_biserial": "Rank-biserial correlation",
    "epsilon_squared": "Epsilon-squared",
    "variance_ratio": "Ratio of variances",
    "iman_davenport": "Iman\u2013Davenport test",
    "kendall_w": "Kendall W",
    "kendall_w_uncorrected": "Kendall W, not corrected for ties",
    "friedman": "Friedman test",
    "kruskal_wallis": "Kruskal\u2013Wallis test",
    "dunn": "Difference of mean ranks (Dunn)",
    "dunn_pair": "Difference of mean ranks (Dunn), all pairs",
    "shapiro_wilk": "Shapiro\u2013Wilk test",
    "k_squared": "D'Agostino\u2013Pearson test",
    "qq": "Q\u2013Q data",
    # linear models
    "ls_mean": "Adjusted (LS) mean",
    "ls_mean_difference": "Difference of adjusted (LS) means",
    "adjusted_difference": "Adjusted difference",
    "visit_difference": "Difference of adjusted (LS) means, by visit",
    "type_1": "Type I tests of effects",
    "type_3": "Type III tests of effects",
    "coefficient": "Regression coefficients",
    "covariance": "Covariance of a subject's visits",
    "residual": "Residual variation",
    "model": "Model and fit",
    "adjusted_for": "Records without a covariate",
    "linear_trend": "Linear trend over doses",
    "dose_slope": "Slope on the dose",
    "pairwise": "All pairs of arms",
    "random_effects": "Random effects",
    # responders and categories
    "risk_difference": "Risk difference",
    "risk_ratio": "Risk ratio",
    "odds_ratio": "Odds ratio",
    "log_odds_ratio": "Log odds ratio",
    "conditional_odds_ratio": "Conditional odds ratio",
    "number_needed_to_treat": "Number needed to treat",
    "proportion": "Proportion",
    "responder_proportion": "Responders",
    "responder": "Responders",
    "responders": "Responders",
    "improved_of_all": "Improved, of all",
    "improved_of_changed": "Improved, of those changed",
    "worse": "Worse",
    "marginal_risk_difference": "Marginal risk difference",
    "breslow_day": "Breslow\u2013Day test of one odds ratio",
    "breslow_day_tarone": "Breslow\u2013Day test, Tarone's correction",
    "homogeneity": "Test that strata agree",
    "general_association": "General association",
    "row_mean_scores": "Row mean scores differ",
    "mean_score_difference": "Mean score difference",
    "correlation": "Nonzero correlation",
    "stuart_maxwell": "Stuart\u2013Maxwell test",
    "bowker": "Bowker test of symmetry",
    "cochran_q": "Cochran Q",
    "cramers_v": "Cram\u00e9r V",
    "exact_test": "Exact test",
    "mid_p_test": "Mid-P test",
    "asymptotic_test": "Chi-square test",
    "continuity_corrected_test": "Chi-square test with continuity correction",
    # ordered categories
    "probability_higher": "Probability of a higher rating",
    "win_odds": "Win odds",
    "win_probability": "Win probability",
    "net_benefit": "Net benefit",
    "brunner_munzel": "Brunner\u2013Munzel test",
    "threshold": "Thresholds",
    "proportional_odds_test": "Score test of proportional odds",
    # times
    "hazard_ratio": "Hazard ratio",
    "log_hazard_ratio": "Log hazard ratio",
    "rank_test": "Rank test",
    "all_arms": "Test of all arms",
    "trend": "Test for trend",
    "likelihood_ratio": "Likelihood ratio test",
    "wald": "Wald test",
    "score": "Score test",
    "proportional_hazards": "Test of proportional hazards",
    "schoenfeld_residuals": "Schoenfeld residuals and time",
    "concordance": "Concordance",
    "first_quartile": "First quartile of times",
    "third_quartile": "Third quartile of times",
    "restricted_mean": "Restricted mean time",
    "restricted_mean_difference": "Difference of restricted mean times",
    "survival": "Without the event",
    "survival_at": "Without the event, at a day",
    "censoring": "Censored",
    "subjects": "Subjects",
    # agreement and reliability
    "kappa": "Kappa",
    "kappa_linear": "Kappa, linear weights",
    "kappa_quadratic": "Kappa, quadratic weights",
    "pabak": "PABAK",
    "fleiss_kappa": "Fleiss kappa",
    "alpha_nominal": "Krippendorff alpha (nominal)",
    "alpha_ordinal": "Krippendorff alpha (ordinal)",
    "alpha_interval": "Krippendorff alpha (interval)",
    "icc_one_way": "ICC, one-way",
    "icc_agreement": "ICC, agreement",
    "icc_consistency": "ICC, consistency",
    "icc_one_way_mean": "ICC, one-way, of the mean",
    "icc_agreement_mean": "ICC, agreement, of the mean",
    "icc_consistency_mean": "ICC, consistency, of the mean",
    "icc_within_sitting": "ICC within a sitting",
    "sem_agreement": "Standard error of measurement (agreement)",
    "sem_consistency": "Standard error of measurement (consistency)",
    "detectable_change": "Smallest detectable change",
    "detectable_change_of_group": "Smallest detectable change of a group",
    "within_sitting_sd": "SD within a sitting",
    "within_subject_cv": "Within-subject CV",
    "sd_of_differences": "SD of the differences",
    "lower_limit": "Lower limit of agreement",
    "upper_limit": "Upper limit of agreement",
    "mic_mean_change": "Minimal important change, mean change",
    "mic_roc": "Minimal important change, ROC",
    "mic_predictive": "Minimal important change, predictive",
}

STATS = {
    "n": "n",
    "n_missing": "Missing",
    "mean": "Mean",
    "sd": "SD",
    "std_error": "SE",
    "median": "Median",
    "q1": "Q1",
    "q3": "Q3",
    "min": "Min",
    "max": "Max",
    "cv_percent": "CV",
    "estimate": "Estimate",
    "conf_low": "Lower limit",
    "conf_high": "Upper limit",
    "conf_level": "Interval level",
    "statistic": "Statistic",
    "df": "df",
    "df_num": "df (numerator)",
    "df_den": "df (denominator)",
    "p_value": "P",
    "p_adjusted": "Adjusted P",
    "n_events": "Events",
    "n_with_event": "Subjects with event",
    "denominator": "of",
    "proportion": "Proportion",
    "percent": "Percent",
    "correlation": "Correlation",
    "variance": "Variance",
    "aic": "AIC",
    "bic": "BIC",
    "n_imputations": "Imputations",
    "riv": "Relative increase in variance",
    "lambda": "Variance due to missing values",
    "fmi": "Missing information",
    # stats of plugins, without the name of their analysis
    "aicc": "AICc",
    "minus2_loglik": "\u22122 log-likelihood",
    "log_likelihood": "Log-likelihood",
    "n_parameters": "Covariance parameters",
    "iterations": "Iterations",
    "gradient": "Largest gradient",
    "hessian": "Smallest eigenvalue of the Hessian",
    "covariance": "Covariance structure",
    "formula": "Formula",
    "model": "Formula",
    "r_squared": "R\u00b2",
    "expected": "Expected events",
    "at_risk": "At risk",
    "events": "Events",
    "censored": "Censored",
    "bias": "Bias",
    "resamples": "Resamples",
    "p_std_error": "SE of P",
    "sum_of_squares": "Sum of squares",
    "error_sum_of_squares": "Error sum of squares",
    "partial_eta_squared": "Partial \u03b7\u00b2",
    "generalised_eta_squared": "Generalised \u03b7\u00b2",
    "epsilon": "Epsilon",
    "pillai_trace": "Pillai trace",
    "strata": "Strata",
    "until": "Until day",
    "says": "Model",
}

# Test statistics whose name the columns of their degrees of freedom do not tell.
T, Z, CHI_SQUARE = "t", "z", "\u03c7\u00b2"
LETTERS = {
    **dict.fromkeys(
        (
            "mean_difference",
            "adjusted_difference",
            "ls_mean_difference",
            "visit_difference",
            "coefficient",
            "linear_trend",
            "dose_slope",
            "pairwise",
            "difference_of_changes",
            "adjusted_side_difference",
            "area",
            "geometric_mean_ratio",
            "equivalence",
            "above_lower_margin",
            "below_upper_margin",
            "brunner_munzel",
            "shifted_difference",
            "responder_proportion",
            "risk_difference",
        ),
        T,
    ),
    **dict.fromkeys(
        (
            "general_association",
            "row_mean_scores",
            "mean_score_difference",
            "correlation",
            "odds_ratio",
            "likelihood_ratio",
            "wald",
            "score",
            "proportional_hazards",
            "rank_test",
            "all_arms",
            "trend",
            "breslow_day",
            "breslow_day_tarone",
            "homogeneity",
            "stuart_maxwell",
            "bowker",
            "cramers_v",
            "proportional_odds_test",
            "asymptotic_test",
            "continuity_corrected_test",
            "friedman",
            "arm",
            "model",
        ),
        CHI_SQUARE,
    ),
    "kruskal_wallis": "H",
    "cochran_q": "Q",
}
WITHOUT_DF = {
    "hazard_ratio": Z,
    "coefficient": Z,
    "probability_higher": Z,
    "win_odds": Z,
    "dunn": Z,
    "dunn_pair": Z,
    "shapiro_wilk": "W",
    "odds_ratio": Z,
    "non_inferiority": Z,
    "kappa": Z,
    "kappa_linear": Z,
    "kappa_quadratic": Z,
    "fleiss_kappa": Z,
}
OWN = {
    ("wilcoxon_signed_rank", "hodges_lehmann"): "V",
    ("mann_whitney", "hodges_lehmann"): "U",
    ("gee_means", "mean_difference"): Z,
}


def term_name(term: str | None) -> str:
    """A term in words; one of a stranger's plugin by its own name, underscores as spaces."""
    if not term:
        return ""
    return TERMS.get(term) or term[0].upper() + term[1:].replace("_", " ")


def stat_name(stat: str, analysis: str = "") -> str:
    """A stat in words; one that begins with the name of its `analysis`, without it."""
    own = stat.removeprefix(f"{analysis}_") if analysis else stat
    return STATS.get(own) or own[:1].upper() + own[1:].replace("_", " ")


def letter_of(analysis: str, term: str | None, stats: Collection[str]) -> str:
    """The letter of a test statistic, as far as its term and degrees of freedom tell it; else nothing."""
    if {"df_num", "df_den"} <= set(stats):
        return "F"
    table = LETTERS if "df" in stats else WITHOUT_DF
    return OWN.get((analysis, term or "")) or table.get(term or "", "")


def level_name(level: str | None, arms: dict[str, str], visits: Collection[str]) -> str:
    """A level of a model in words: a factor and its level apart ("arm high: visit W16"), arms by their label."""
    if level is None:
        return ""
    return (
        " \u00d7 ".join(_effect(part, arms, visits) for part in level.split(":"))
        if ":" in level and " " not in level
        else _effect(level, arms, visits)
    )


def _effect(part: str, arms: dict[str, str], visits: Collection[str]) -> str:
    for factor, known in (("arm", arms.keys()), ("visit", visits)):
        own = part.removeprefix(factor).strip()
        if part.startswith(factor) and own in known:
            return f"{factor} {arms[own] if factor == 'arm' and arms[own] else own}"
    return "Intercept" if part == "(Intercept)" else "baseline" if part == "base" else part
