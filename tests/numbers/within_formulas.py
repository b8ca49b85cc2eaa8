"""Formulas of one group and of pairs, in NumPy and SciPy alone: each gives stat = value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from math import exp, sqrt

import numpy as np
from scipy import special, stats
from scipy.optimize import brentq

from . import plain_statistics as plain

Stats = dict[str, float | None]
LEVEL = 0.95


def summary(values: Sequence[float], missing: int) -> Stats:
    """Number, location and spread."""
    numbers = plain.summary(values)
    return {
        "n": len(values),
        "n_missing": missing,
        **numbers,
        "cv_percent": 100 * numbers["sd"] / numbers["mean"],
    }


def without(numbers: Stats, *names: str) -> Stats:
    """The statistics but those named."""
    return {name: value for name, value in numbers.items() if name not in names}


def interval(estimate: float, error: float, df: float) -> Stats:
    """Estimate, standard error and Student's interval."""
    return {"std_error": error, **plain.interval_of(estimate, error, df)}


def effect(estimate: float, error: float, df: float) -> Stats:
    """An interval with its two-sided t test."""
    return {**interval(estimate, error, df), **plain.test_of(estimate, error, df)}


def mean(values: Sequence[float]) -> Stats:
    """A mean with its t interval."""
    return interval(float(np.mean(values)), float(stats.sem(values)), len(values) - 1)


def ratio(logs: Sequence[float]) -> Stats:
    """A mean of logarithms as a ratio, without a standard error."""
    numbers = mean(logs)
    return {
        **{name: exp(numbers[name]) for name in ("estimate", "conf_low", "conf_high")},
        "conf_level": LEVEL,
    }


def paired_t(differences: Sequence[float], missing: int) -> dict[str, Stats]:
    """Student's test of differences, and their standard deviation with its chi-square interval."""
    d, n = np.array(differences), len(differences)
    sd = d.std(ddof=1)
    low, high = (
        sd * sqrt((n - 1) / stats.chi2.ppf(p, n - 1)) for p in ((1 + LEVEL) / 2, (1 - LEVEL) / 2)
    )
    return {
        "mean_difference": {
            "n": n,
            "n_missing": missing,
            "sd": sd,
            **effect(d.mean(), sd / sqrt(n), n - 1),
        },
        "sd_difference": {"estimate": sd, "conf_low": low, "conf_high": high, "conf_level": LEVEL},
    }


@cache
def all_signs(n: int) -> np.ndarray:
    """Every set of n signs, a row each, 1 for those turned to plus."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def signed_rank(differences: Sequence[float], missing: int) -> dict[str, Stats]:
    """Wilcoxon's test over all signs, and the median of Walsh averages with its interval."""
    d = np.round(differences, 10)
    n, kept = len(d), d[d != 0]
    ranks = stats.rankdata(abs(kept))
    seen, sums = ranks[kept > 0].sum(), all_signs(len(kept)) @ ranks
    p = min(1.0, 2 * min((sums <= seen + 1e-9).mean(), (sums >= seen - 1e-9).mean()))
    walsh = np.sort([(d[i] + d[j]) / 2 for i in range(n) for j in range(i, n)])
    untied = np.sort(all_signs(n) @ np.arange(1, n + 1))
    k = max(1, next(k for k in range(len(walsh) + 1) if (untied <= k).mean() >= (1 - LEVEL) / 2))
    return {
        "hodges_lehmann": {
            "n": n,
            "n_missing": missing,
            "estimate": np.median(walsh),
            "conf_low": walsh[k - 1],
            "conf_high": walsh[len(walsh) - k],
            "conf_level": LEVEL,
            "statistic": seen,
            "p_value": p,
        },
        "zero_differences": {"n": n - len(kept)},
    }


def share(events: int, n: int, missing: int, null: float) -> Stats:
    """A share with its exact interval, and the exact binomial test against another one."""
    p = events / n
    return {
        "n_with_event": events,
        "denominator": n,
        "n_missing": missing,
        "estimate": p,
        "std_error": sqrt(p * (1 - p) / n),
        **plain.clopper_pearson(events, n),
        "p_value": stats.binomtest(events, n, null).pvalue,
    }


def signs(differences: Sequence[float], missing: int, better: int) -> dict[str, Stats]:
    """The sign test; `better` is the sign of an improvement."""
    d = np.round(differences, 10)
    n, up, zero = len(d), int((better * d > 0).sum()), int((d == 0).sum())
    down, ordered = n - up - zero, np.sort(d)
    k = next(k for k in range(n + 1) if stats.binom.cdf(k, n, 0.5) >= (1 - LEVEL) / 2)
    shares = {
        name: {
            "n_with_event": up,
            "denominator": of,
            "estimate": up / of,
            **plain.clopper_pearson(up, of),
        }
        for name, of in (("improved_of_all", n), ("improved_of_changed", up + down))
    }
    shares["improved_of_changed"]["p_value"] = min(
        1.0, 2 * stats.binom.cdf(min(up, down), up + down, 0.5)
    )
    return {
        "median_difference": {
            "n": n,
            "n_missing": missing,
            "estimate": np.median(d),
            "conf_low": ordered[k - 1],
            "conf_high": ordered[n - k],
            "conf_level": LEVEL,
        },
        "improved": plain.counted(up, n),
        "unchanged": plain.counted(zero, n),
        "worse": plain.counted(down, n),
        **shares,
    }


def flips(differences: Sequence[float], missing: int) -> dict[str, Stats]:
    """The mean under all turns of signs, and the shifts that this test does not reject."""
    d, n = np.array(differences), len(differences)
    chosen = all_signs(n)
    sums, seen = (2 * chosen - 1) @ d, d.sum()
    means = np.sort((chosen[1:] @ d) / chosen[1:].sum(axis=1))
    k = int(2**n * (1 - LEVEL) / 2 + 1e-9)
    return {
        "mean_difference": {
            "n": n,
            "n_missing": missing,
            "estimate": d.mean(),
            "conf_low": means[k - 1],
            "conf_high": means[-k],
            "conf_level": min(LEVEL, 1 - 2 * k / 2**n),
            "p_value": (abs(sums) >= abs(seen) - 1e-9).mean(),
        }
    }


def effect_sizes(first: Sequence[float], second: Sequence[float], missing: int) -> dict[str, Stats]:
    """Standardised effects of pairs, of means and of ranks."""
    a, b = np.array(first), np.array(second)
    d, n = a - b, len(first)
    r, sd = np.corrcoef(a, b)[0, 1], d.std(ddof=1)
    factor = exp(special.gammaln((n - 1) / 2) - special.gammaln((n - 2) / 2)) / sqrt((n - 1) / 2)
    z = d.mean() / sd
    t = z * sqrt(n)
    low, high = (
        brentq(lambda nc, p=p: stats.nct.cdf(t, n - 1, nc) - p, t - 10, t + 10, xtol=1e-13)
        / sqrt(n)
        for p in ((1 + LEVEL) / 2, (1 - LEVEL) / 2)
    )
    base = d.mean() / b.std(ddof=1)
    g, reach = factor * base, stats.norm.ppf((1 + LEVEL) / 2)
    error = sqrt(2 * (1 - r) / n + g**2 / (2 * n))
    return {
        "pairs": {"n": n, "n_missing": missing, "correlation": r},
        "d_z": _standardised(z, n, low, high),
        "hedges_g": _standardised(z * factor, n, low * factor, high * factor),
        "d_av": {"estimate": d.mean() / ((a.std(ddof=1) + b.std(ddof=1)) / 2)},
        "d_rm": {"estimate": z * sqrt(2 * (1 - r))},
        "d_baseline": {"estimate": base},
        "g_baseline": {
            "estimate": g,
            "std_error": error,
            "conf_low": g - reach * error,
            "conf_high": g + reach * error,
            "conf_level": LEVEL,
        },
        "rank_biserial": plain.rank_biserial(d),
    }


def _standardised(estimate: float, n: int, low: float, high: float) -> Stats:
    return {
        "estimate": estimate,
        "std_error": sqrt(1 / n + estimate**2 / (2 * n)),
        "conf_low": low,
        "conf_high": high,
        "conf_level": LEVEL,
    }


def described(values: Sequence[float], missing: int) -> dict[str, Stats]:
    """What is said of values at a visit."""
    return {"value": summary(values, missing), "mean_value": mean(values)}


def described_changes(
    values: Sequence[float], bases: Sequence[float], missing: int, *, relative: bool
) -> dict[str, Stats]:
    """What is said of changes at a visit; of a ratio scale the three relative changes too."""
    value, base = np.array(values), np.array(bases)
    change = value - base
    said = {"change": without(summary(change, missing), "cv_percent"), "mean_change": mean(change)}
    if relative:
        percent = 100 * change / base
        said["mean_percent_change"] = {"n": len(percent), **mean(percent)}
        said["percent_change_of_means"] = {
            "estimate": 100 * (value.mean() - base.mean()) / base.mean()
        }
        said["geometric_mean_ratio"] = ratio(np.log(value / base))
    return said


def mcnemar(pairs: Iterable[tuple[bool, bool]]) -> dict[str, Stats]:
    """The table of pairs, its tests, Newcombe's interval and the odds of discordant pairs."""
    table = [tuple(map(bool, pair)) for pair in pairs]
    a, b, c, d = (
        table.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False))
    )
    n, m = len(table), b + c
    exact = min(1.0, 2 * stats.binom.cdf(min(b, c), m, 0.5))
    mid = min(
        1.0, 2 * (stats.binom.cdf(min(b, c), m, 0.5) - stats.binom.pmf(min(b, c), m, 0.5) / 2)
    )
    chi, corrected = (b - c) ** 2 / m, max(0, abs(b - c) - 1) ** 2 / m
    share = plain.clopper_pearson(b, m)
    odds = {
        "estimate": b / c if c else None,
        "conf_low": share["conf_low"] / (1 - share["conf_low"]),
        "conf_high": share["conf_high"] / (1 - share["conf_high"]) if c else None,
        "conf_level": LEVEL,
    }
    cells = zip(
        ("both_respond", "first_only_responds", "second_only_responds", "neither_responds"),
        (a, b, c, d),
        strict=True,
    )
    return {
        **{name: plain.counted(number, n) for name, number in cells},
        "exact_test": {"p_value": exact},
        "mid_p_test": {"p_value": mid},
        "asymptotic_test": {"statistic": chi, "df": 1, "p_value": stats.chi2.sf(chi, 1)},
        "continuity_corrected_test": {
            "statistic": corrected,
            "df": 1,
            "p_value": stats.chi2.sf(corrected, 1),
        },
        "risk_difference": {
            "n": n,
            "estimate": (b - c) / n,
            "std_error": sqrt(m - (b - c) ** 2 / n) / n,
            **_newcombe(a, b, c, d),
            "p_value": exact,
        },
        "conditional_odds_ratio": odds,
    }


def _newcombe(a: int, b: int, c: int, d: int) -> Stats:
    n, product = a + b + c + d, a * d - b * c
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = (max(product - n / 2, 0) if product > 0 else product) / sqrt(margins) if margins else 0.0
    p1, p2 = (a + b) / n, (a + c) / n
    (l1, u1), (l2, u2) = plain.wilson(a + b, n), plain.wilson(a + c, n)
    below = sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    above = sqrt((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2)
    return {"conf_low": p1 - p2 - below, "conf_high": p1 - p2 + above, "conf_level": LEVEL}


def clustered_share(clusters: Sequence[tuple[int, int]], missing: int) -> dict[str, Stats]:
    """A share of units of subjects (responding, all), its interval at the effective number."""
    x, k = (np.array(column) for column in zip(*clusters, strict=True))
    m, units, p = len(x), k.sum(), x.sum() / k.sum()
    variance = m / (m - 1) * ((x - k * p) ** 2).sum() / units**2
    design = variance / (p * (1 - p) / units)
    t = stats.t.ppf((1 + LEVEL) / 2, [units - 1, m - 1])
    n = min(units, units / design * (t[0] / t[1]) ** 2)
    return {
        "responder_proportion": {
            "n_with_event": x.sum(),
            "denominator": units,
            "n_missing": missing,
            "estimate": p,
            "std_error": sqrt(variance),
            **plain.clopper_pearson(n * p, n),
        },
        "design_effect": {"estimate": design},
    }


def clustered_difference(
    first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]
) -> dict[str, Stats]:
    """The difference of two shares of units; a subject has one place in both, 0 of 0 if without."""
    (x1, n1), (x2, n2) = (np.array(arm).T for arm in (first, second))
    m, p1, p2 = len(x1), x1.sum() / n1.sum(), x2.sum() / n2.sum()
    influence = (x1 - n1 * p1) / n1.sum() - (x2 - n2 * p2) / n2.sum()
    said = effect(p1 - p2, sqrt(m / (m - 1) * (influence**2).sum()), m - 1)
    limits = {"conf_low": max(-1.0, said["conf_low"]), "conf_high": min(1.0, said["conf_high"])}
    return {"risk_difference": {"n": m, **said, **limits}}


def line(x: Sequence[float], y: Sequence[float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Intercept and slope by least squares, each with its standard error."""
    design, out = np.column_stack([np.ones(len(x)), x]), np.array(y)
    cross = np.linalg.inv(design.T @ design)
    beta = cross @ design.T @ out
    left = out - design @ beta
    errors = np.sqrt(np.diag(cross) * (left @ left) / (len(out) - 2))
    return (beta[0], errors[0]), (beta[1], errors[1])


def sides(
    first: Sequence[float], second: Sequence[float], before: Sequence[float], missing: int
) -> dict[str, dict[str, Stats]]:
    """Two treatments in each subject: the difference of changes, and the one at zero before."""
    now, early, n = np.subtract(first, second), np.array(before), len(first)
    (intercept, error), (slope, slope_error) = line(early, now)
    change = now - early
    both = {
        "difference_before_treatment": {"mean": early.mean()},
        "treatments_within_subject": {"correlation": np.corrcoef(first, second)[0, 1]},
        "difference_before_and_after": {"correlation": np.corrcoef(early, now)[0, 1]},
    }
    counts = {"n": n, "n_missing": missing}
    changes = {**counts, **effect(change.mean(), change.std(ddof=1) / sqrt(n), n - 1)}
    adjusted = {**counts, **effect(intercept, error, n - 2)}
    return {
        "difference_of_changes": {"difference_of_changes": changes, **both},
        "adjusted_side_difference": {
            "adjusted_side_difference": adjusted,
            **both,
            "slope_on_difference_before": {"estimate": slope, "std_error": slope_error},
        },
    }


def square_table(before: Sequence[float], after: Sequence[float]) -> dict[str, Stats]:
    """Whether two ratings are spread alike (Stuart and Maxwell) and moves balance (Bowker)."""
    grades = sorted({*before, *after})
    table = np.array(
        [
            [
                sum(pair == (one, other) for pair in zip(before, after, strict=True))
                for other in grades
            ]
            for one in grades
        ]
    )
    margins = table.sum(axis=1) - table.sum(axis=0)
    covariance = -(table + table.T).astype(float)
    np.fill_diagonal(covariance, table.sum(axis=1) + table.sum(axis=0) - 2 * np.diag(table))
    chi, df = margins[:-1] @ np.linalg.solve(covariance[:-1, :-1], margins[:-1]), len(grades) - 1
    moves = [
        (table[i, j], table[j, i])
        for i in range(len(grades))
        for j in range(i)
        if table[i, j] + table[j, i]
    ]
    symmetry = sum((up - down) ** 2 / (up + down) for up, down in moves)
    return {
        "stuart_maxwell": {"statistic": chi, "df": df, "p_value": stats.chi2.sf(chi, df)},
        "bowker": {
            "statistic": symmetry,
            "df": len(moves),
            "p_value": stats.chi2.sf(symmetry, len(moves)),
        },
    }
