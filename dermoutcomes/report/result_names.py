"""Words for what results hold: terms, stats and levels, and letters of test statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Term
    from dermoutcomes.report.material import Result

__all__ = ["STATS", "letter_of", "level_name", "stat_name", "term_name"]

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
    "fitted": "Fitted value",
    "residual": "Residual",
    "scaled_residual": "Scaled residual",
    "normal_score": "Normal score",
    "n_imputations": "Imputations",
    "riv": "Relative increase in variance",
    "lambda": "Variance due to missing values",
    "fmi": "Missing information",
}

# Letters of statistics that have degrees of freedom; without any, the row is of another test.
WITH_DF = ("t", "\u03c7\u00b2", "H", "Q")


def term_name(analysis: Analysis | None, term: str | None) -> str:
    """A term in the words of its analysis.

    One without words by its own name, underscores as spaces.
    """
    if not term:
        return ""
    declared = analysis.term(term) if analysis else None
    return (declared.label if declared else "") or _spelled(term)


def stat_name(analysis: Analysis | None, stat: str) -> str:
    """A stat in words.

    One that begins with the name of its analysis is named by it, or without that prefix.
    """
    if stat in STATS:
        return STATS[stat]
    words = analysis.words.get(stat) if analysis else None
    return words or _spelled(stat.removeprefix(f"{analysis.name}_") if analysis else stat)


def letter_of(term: Term | None, stats: Mapping[str, Result]) -> str:
    """The letter of a test statistic, as its term declares it and its degrees of freedom allow.

    Empty where they do not. A test that was pooled over imputations is one of the pooled estimate,
    whatever that of each was.
    """
    if {"df_num", "df_den"} <= stats.keys():
        return "F"
    letter = term.letter if term else ""
    if _pooled(stats) and letter:
        return "t" if "df" in stats else "z"
    return "" if letter == "F" or (letter in WITH_DF and "df" not in stats) else letter


def _pooled(stats: Mapping[str, Result]) -> bool:
    """Whether imputations differed in the estimate, so that its test was made anew."""
    return bool((stats.get("riv") or {}).get("value"))


def _spelled(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


def level_name(
    level: str | None,
    arms: Mapping[str, str],
    visits: Mapping[str, str],
    columns: Mapping[str, str],
) -> str:
    """A level of a model in words, as in "arm High dose × visit Week 16".

    `arms`, `visits` and `columns` (of the list of subjects) are id = label.
    """
    if level is None:
        return ""
    if pair := _pair_of_visits(level, visits):
        return pair
    parts = level.split(":") if ":" in level and " " not in level else [level]
    return " \u00d7 ".join(_effect(part, arms, visits, columns) for part in parts)


def _pair_of_visits(level: str, visits: Mapping[str, str]) -> str:
    """The labels of visits that a level lists, as "W4, W12" does; empty for any other level."""
    parts = level.split(", ")
    if not all(part in visits or part == BASELINE for part in parts):
        return ""
    return ", ".join(visits.get(part) or part for part in parts)


def _effect(
    part: str, arms: Mapping[str, str], visits: Mapping[str, str], columns: Mapping[str, str]
) -> str:
    for factor, labels in (("arm", arms), ("visit", visits)):
        own = part.removeprefix(factor).strip(" :")
        if part.startswith(factor) and own in labels:
            return f"{factor} {labels[own] or own}"
    column, space, value = part.partition(" ")
    if column in columns:
        return f"{columns[column]}{space}{value}"
    return "Intercept" if part == "(Intercept)" else "baseline" if part == "base" else part
