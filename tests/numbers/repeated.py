"""Repeated measures of complete subjects in plain NumPy and SciPy: Friedman's test and the analysis
of variance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from . import plain_statistics as plain
from .recomputed import Statistics


def friedman(here: Statistics, values: np.ndarray, visits: Sequence[str]) -> None:
    """Friedman's test corrected for ties, Kendall's W, and later visits against the first by
    Wilcoxon's test.
    """
    n, k = values.shape
    values = np.round(values, 10)
    ranks, result = stats.rankdata(values, axis=1), stats.friedmanchisquare(*values.T)
    here.put("subjects", n=n)
    here.put("friedman", **plain.chi_square(result.statistic, k - 1))
    here.put("kendall_w", estimate=result.statistic / (n * (k - 1)))
    between = ((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()
    here.put("kendall_w_uncorrected", estimate=12 * between / (n**2 * (k**3 - k)))
    f = (n - 1) * result.statistic / (n * (k - 1) - result.statistic)
    here.put("iman_davenport", **plain.f_test(f, k - 1, (n - 1) * (k - 1)))
    for visit, rank in zip(visits, ranks.mean(axis=0), strict=True):
        here.at(visit=visit).put("mean_rank", mean=rank)
    later = [values[:, place] - values[:, 0] for place in range(1, k)]
    p_values = [plain.normal_signed_rank_p(d) for d in later]
    for visit, d, p, adjusted in zip(
        visits[1:], later, p_values, plain.holm(p_values), strict=True
    ):
        here.at(visit=visit, reference_visit=visits[0]).put(
            "signed_rank",
            n=(plain.untied(d) != 0).sum(),
            statistic=plain.signed_ranks(d)[1],
            p_value=p,
            p_adjusted=adjusted,
        )


def analysis_of_variance(here: Statistics, groups: Sequence[np.ndarray]) -> None:
    """Visits within subjects and groups between them: Type III sums of squares, which weight groups
    equally.

    `groups` hold subjects by visits. Each effect is a hypothesis on means of orthonormal contrasts
    of a subject's visits.
    """
    k, kinds, n = groups[0].shape[1], len(groups), sum(map(len, groups))
    constant = np.full((k, 1), k**-0.5)
    contrasts = np.linalg.svd(np.eye(k) - 1 / k)[0][:, : k - 1]
    average, apart = np.full((1, kinds), 1 / kinds), np.eye(kinds)[:-1] - np.eye(kinds)[-1]
    error_between = _sums(groups, constant, average)[1].trace()
    error_within = _sums(groups, contrasts, average)[1].trace()
    of_groups = [("arm", constant, apart), ("arm_by_visit", contrasts, apart)] if kinds > 1 else []
    for term, within, rule in [("visit", contrasts, average), *of_groups]:
        hypothesis, error = _sums(groups, within, rule)
        ss, ss_error = hypothesis.trace(), error.trace()
        d, df = within.shape[1], n - kinds
        here.put(
            term,
            rm_anova_sum_of_squares=ss,
            rm_anova_error_sum_of_squares=ss_error,
            rm_anova_partial_eta_squared=ss / (ss + ss_error),
            rm_anova_generalised_eta_squared=ss / (ss + error_between + error_within),
        )
        f = ss / (d * len(rule)) / (ss_error / (d * df))
        _tests(here, term, f, d * len(rule), d * df, _epsilons(error, n, df) if d > 1 else {})
        if d > 1:
            here.at(level="Mauchly").put(term, **_mauchly(error, df))
            here.at(level="Pillai").put(term, **_pillai(hypothesis, error, len(rule), df))


def _sums(
    groups: Sequence[np.ndarray], within: np.ndarray, rule: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of squares and products of a rule on the groups' means, and of error."""
    contrasts = [group @ within for group in groups]
    means = rule @ np.array([group.mean(axis=0) for group in contrasts])
    spread = rule @ np.diag([1 / len(group) for group in groups]) @ rule.T
    error = sum(
        (group - group.mean(axis=0)).T @ (group - group.mean(axis=0)) for group in contrasts
    )
    return means.T @ np.linalg.solve(spread, means), error


def _tests(
    here: Statistics, term: str, f: float, df_num: float, df_den: float, epsilons: dict[str, float]
) -> None:
    here.at(level="sphericity assumed").put(term, **plain.f_test(f, df_num, df_den))
    for level, epsilon in epsilons.items():
        cut = min(1.0, epsilon)
        here.at(level=level).put(
            term, rm_anova_epsilon=epsilon, **plain.f_test(f, cut * df_num, cut * df_den)
        )
    cut = min(1.0, epsilons.get("Greenhouse-Geisser", 1.0))
    here.put(term, **plain.f_test(f, cut * df_num, cut * df_den))


def _epsilons(error: np.ndarray, n: int, df: int) -> dict[str, float]:
    d = len(error)
    box = error.trace() ** 2 / (d * (error @ error).trace())
    below = d * (df - d * box)
    return {
        "Greenhouse-Geisser": box,
        "Huynh-Feldt": (n * d * box - 2) / below,
        "Huynh-Feldt-Lecoutre": ((df + 1) * d * box - 2) / below,
    }


def _mauchly(error: np.ndarray, df: int) -> plain.Numbers:
    """For three visits, where the term of second order of its distribution is zero."""
    d = len(error)
    assert d == 2
    w = np.linalg.det(error) / (error.trace() / d) ** d
    scale = df - (2 * d**2 + d + 2) / (6 * d)
    return {**plain.chi_square(-scale * math.log(w), d * (d + 1) // 2 - 1), "statistic": w}


def _pillai(hypothesis: np.ndarray, error: np.ndarray, rank: int, df: int) -> plain.Numbers:
    d = len(error)
    s = min(d, rank)
    trace = np.linalg.solve(hypothesis + error, hypothesis).trace()
    df_num, df_den = s * (abs(d - rank) + s), s * (df - d + s)
    return {
        "rm_anova_pillai_trace": trace,
        **plain.f_test(trace / (s - trace) * df_den / df_num, df_num, df_den),
    }
