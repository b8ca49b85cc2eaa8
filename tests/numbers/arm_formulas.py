"""Formulas of two arms of different subjects, in NumPy and SciPy alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy import stats

from .within_formulas import LEVEL, Stats, wilson


def welch(first: Sequence[float], second: Sequence[float], missing: int) -> dict[str, Stats]:
    """Welch's test of means, and the ratio of variances with its F test."""
    test = stats.ttest_ind(first, second, equal_var=False)
    low, high = test.confidence_interval(LEVEL)
    estimate = float(np.mean(first) - np.mean(second))
    ratio = float(np.var(first, ddof=1) / np.var(second, ddof=1))
    tail = stats.f.cdf(ratio, len(first) - 1, len(second) - 1)
    return {
        "mean_difference": {
            "n": len(first) + len(second),
            "n_missing": missing,
            "estimate": estimate,
            "std_error": estimate / test.statistic,
            "conf_low": low,
            "conf_high": high,
            "conf_level": LEVEL,
            "statistic": test.statistic,
            "df": test.df,
            "p_value": test.pvalue,
        },
        "variance_ratio": {"estimate": ratio, "p_value": 2 * min(tail, 1 - tail)},
    }


def risk_difference(first: Sequence[bool], second: Sequence[bool], missing: int) -> Stats:
    """The difference of shares, Newcombe's interval, the signed root of Pearson's chi-square."""
    (x1, n1), (x2, n2) = ((sum(arm), len(arm)) for arm in (first, second))
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    chi = stats.chi2_contingency([[x1, n1 - x1], [x2, n2 - x2]], correction=False)
    return {
        "n": n1 + n2,
        "n_missing": missing,
        "estimate": p1 - p2,
        "std_error": sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2),
        "conf_low": p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        "conf_high": p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
        "conf_level": LEVEL,
        "statistic": np.sign(p1 - p2) * sqrt(chi.statistic),
        "p_value": chi.pvalue,
    }


def few_expected(first: Sequence[bool], second: Sequence[bool]) -> bool:
    """Whether an expected count of the two-by-two table is below 5."""
    table = [[sum(arm), len(arm) - sum(arm)] for arm in (first, second)]
    return bool(stats.contingency.expected_freq(table).min() < 5)
