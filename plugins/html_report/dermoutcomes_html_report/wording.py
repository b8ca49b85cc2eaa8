"""Sentences that are the same in every report, and the names of what it shows. None of the cautions has a switch."""

from __future__ import annotations

__all__ = ["NOT_CONSORT", "ONE_GROUP", "ORIGINS", "STATS", "TERMS", "VERDICTS", "signed", "stat_name", "term_name"]

ONE_GROUP = (
    "One group, measured before and after, without a control. The passage of time, the season, regression to the mean, expectation, the "
    "procedure itself and changes in skin care are not separated from the treatment. These data can show that a value changed. They "
    "cannot show why."
)
NOT_CONSORT = "This is not a CONSORT diagram, which is for randomised trials: one group was followed and nobody was allocated."

ORIGINS = {
    "simulated": ("Simulated data", "Simulated data: no subject exists, and no number here is evidence about a product."),
    "published": ("Published data", "Published data: taken from a public source, not collected for this analysis."),
}

# verdict: (look, sign, what it means)
VERDICTS = {
    "supported (confirmatory)": ("confirmed", "\u2713", "Fixed before the data, decided by the main analysis, adjusted in its family."),
    "supported (exploratory)": (
        "explored", "\u25cb",
        ("The data agree, but the claim or its analysis was not fixed before the data, or stands outside an adjusted family. It needs a study "
         "of its own.")),
    "inconclusive": ("open", "?", "The data neither support nor contradict it. This is not evidence that nothing changed."),
    "contradicted": ("against", "\u2717", "The data show the opposite, or what should not have occurred did."),
    "beyond the design": ("beyond", "\u2298", "No result of this design could support it, whatever the numbers are."),
    "not evaluable": ("void", "\u2013", "What is needed to decide it is missing; the reason says what."),
}

TERMS = {
    "value": "Value", "change": "Change from baseline", "pct_change": "Percent change from baseline", "base": "Baseline",
    "mean": "Mean", "median": "Median", "mean_percent_change": "Mean of percent changes",
    "percent_change_of_means": "Percent change of the mean", "geometric_mean_ratio": "Ratio of geometric means", "mean_difference": "Mean difference", "median_difference": "Median difference",
    "hodges_lehmann": "Hodges\u2013Lehmann shift", "d_z": "Effect size d_z", "d_av": "Effect size d_av", "d_rm": "Effect size d_rm",
    "hedges_g": "Hedges g", "rank_biserial": "Rank-biserial correlation", "risk_difference": "Risk difference",
    "proportion": "Proportion", "responder_proportion": "Responders", "responder": "Responders", "improved_of_all": "Improved, of all",
    "improved_of_changed": "Improved, of those changed", "worse": "Worse", "zero_differences": "Differences of zero", "pairs": "Pairs",
    "hodges_lehmann_asymptotic": "Hodges\u2013Lehmann shift (asymptotic)",
}

STATS = {
    "n": "n", "n_missing": "Missing", "mean": "Mean", "sd": "SD", "std_error": "SE", "median": "Median", "q1": "Q1", "q3": "Q3",
    "min": "Min", "max": "Max", "cv_percent": "CV", "estimate": "Estimate", "conf_low": "Lower limit", "conf_high": "Upper limit",
    "conf_level": "Interval level", "statistic": "Statistic", "df": "df", "df_num": "df (numerator)", "df_den": "df (denominator)",
    "p_value": "P", "p_adjusted": "Adjusted P", "n_events": "Events", "n_with_event": "Subjects with event", "denominator": "of",
    "proportion": "Proportion", "percent": "Percent", "correlation": "Correlation", "variance": "Variance", "aic": "AIC", "bic": "BIC",
    "n_imputations": "Imputations", "riv": "Relative increase in variance", "lambda": "Variance due to missing values",
    "fmi": "Missing information",
}


def term_name(term: str | None) -> str:
    """A term in words; one of a stranger's plugin by its own name, underscores as spaces."""
    if not term:
        return ""
    return TERMS.get(term) or term[0].upper() + term[1:].replace("_", " ")


def stat_name(stat: str) -> str:
    """A stat in words."""
    return STATS.get(stat) or stat.replace("_", " ")


def signed(text: str) -> str:
    """A condition with the signs that a reader expects."""
    return text.replace("<=", "\u2264").replace(">=", "\u2265").replace("!=", "\u2260")
