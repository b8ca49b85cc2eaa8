"""Words that columns of the tables hold and that the program looks for, each list in its order."""

from __future__ import annotations

__all__ = [
    "ALL_VALUES",
    "ANALYSIS_ROLES",
    "BASELINE",
    "BIRTH_DATE",
    "CLAIM_KINDS",
    "DATA_ORIGINS",
    "DESCRIPTIVE",
    "DIRECTIONS",
    "ENDPOINT_ROLES",
    "FRAMEWORK",
    "INVALID_READING",
    "KINDS",
    "OBSERVED",
    "QUERY_STATES",
    "SETTING_KINDS",
    "SEVERITIES",
    "STATS",
    "TESTED_KINDS",
    "VERDICTS",
]

# The tables that say who was there and what was done; other sources hold readings.
FRAMEWORK = (
    "subjects",
    "allocations",
    "milestones",
    "exposures",
    "events",
    "durations",
    "medications",
    "deviations",
)
# Of these, the tables that are counted and listed, and on which no record of an endpoint rests.
DESCRIPTIVE = ("medications", "deviations")
# The column of subjects that is a date although its table does not have it by itself.
BIRTH_DATE = "birth_date"
# What a change is counted from, as a reference visit.
BASELINE = "baseline"
# The handling of missing values that fills none.
OBSERVED = "observed"
# The handling of missing values under which values that cannot be are analysed too.
ALL_VALUES = "all_values"
# The check that tells of readings which the operator marked as none.
INVALID_READING = "invalid_reading"
# Kinds of codes that tell how or under what circumstances a measurement was made.
SETTING_KINDS = ("setting", "circumstance")
KINDS = ("value", "item", "score", *SETTING_KINDS, "computed")
SEVERITIES = ("note", "warning", "error")
QUERY_STATES = ("open", "answered")
ENDPOINT_ROLES = ("primary", "secondary", "exploratory", "safety")
ANALYSIS_ROLES = ("main", "sensitivity", "subgroup", "supporting", "descriptive")
DIRECTIONS = ("improved", "worsened", "up", "down", "none")
CLAIM_KINDS = ("change", "difference", "equivalence", "noninferiority", "absence", "agreement")
# Claims that a test decides; of the others a p-value of no difference says nothing.
TESTED_KINDS = ("change", "difference", "noninferiority")
DATA_ORIGINS = ("collected", "simulated", "published")
VERDICTS = (
    "supported (confirmatory)",
    "supported (exploratory)",
    "observed",
    "inconclusive",
    "contradicted",
    "beyond the design",
    "not evaluable",
)
STATS = (
    "n",
    "n_missing",
    "mean",
    "sd",
    "std_error",
    "median",
    "q1",
    "q3",
    "min",
    "max",
    "cv_percent",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "df_num",
    "df_den",
    "p_value",
    "p_adjusted",
    "n_events",
    "n_with_event",
    "denominator",
    "proportion",
    "percent",
    "correlation",
    "variance",
    "aic",
    "bic",
    "fitted",
    "residual",
    "scaled_residual",
    "normal_score",
    "n_imputations",
    "riv",
    "lambda",
    "fmi",
)
