"""The textbook's statistics in plain NumPy and SciPy, with nothing of the program in them.

Functions give a mapping from the names of statistics in the results table to numbers, so that it
can be put at a place. Levels are 95 %, tests two-sided.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats

Z = stats.norm.ppf(0.975)
Numbers = dict[str, object]


def cells(path: Path, delimiter: str = ",") -> Iterator[Mapping[str, str]]:
    """The rows of a CSV file, cells as they stand there."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def quantile(values: Sequence[float], p: float) -> float:
    """Type 2 of Hyndman and Fan: the inverse distribution function, averaged at its jumps."""
    ordered, place = sorted(values), len(values) * p
    if abs(place - round(place)) < 1e-9:
        place = round(place)
        return (ordered[max(place - 1, 0)] + ordered[min(place, len(ordered) - 1)]) / 2
    return ordered[math.ceil(place) - 1]


def summary(values: Sequence[float]) -> Numbers:
    """Mean, spread, quartiles and range."""
    sd = np.std(values, ddof=1)
    return {
        "mean": np.mean(values),
        "sd": sd,
        "std_error": sd / math.sqrt(len(values)),
        "median": np.median(values),
        "q1": quantile(values, 0.25),
        "q3": quantile(values, 0.75),
        "min": min(values),
        "max": max(values),
    }


def interval_of(estimate: float, std_error: float, df: float) -> Numbers:
    """Student's interval of an estimate."""
    reach = stats.t.ppf(0.975, df) * std_error
    return {
        "estimate": estimate,
        "conf_low": estimate - reach,
        "conf_high": estimate + reach,
        "conf_level": 0.95,
    }


def test_of(estimate: float, std_error: float, df: float) -> Numbers:
    """Student's test of an estimate against zero."""
    t = estimate / std_error
    return {"statistic": t, "df": df, "p_value": 2 * stats.t.sf(abs(t), df)}


def mean_with_interval(values: Sequence[float]) -> Numbers:
    """A mean with its standard error and t interval."""
    std_error = np.std(values, ddof=1) / math.sqrt(len(values))
    return {"std_error": std_error, **interval_of(np.mean(values), std_error, len(values) - 1)}


def t_test(values: Sequence[float]) -> Numbers:
    """A mean with interval and Student's test against zero."""
    with_interval = mean_with_interval(values)
    return {
        **with_interval,
        **test_of(np.mean(values), with_interval["std_error"], len(values) - 1),
    }


def clopper_pearson(events: float, n: float) -> Numbers:
    """The exact interval of a proportion; neither number need be whole."""
    low = stats.beta.ppf(0.025, events, n - events + 1) if events else 0.0
    high = stats.beta.ppf(0.975, events + 1, n - events) if events < n else 1.0
    return {"estimate": events / n, "conf_low": low, "conf_high": high, "conf_level": 0.95}


def wilson(events: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of a proportion: the roots of (p - π)² = z² π (1 - π) / n."""
    p = events / n
    high, low = np.roots([1 + Z**2 / n, -(2 * p + Z**2 / n), p**2])
    return min(low, high), max(low, high)


def counted(events: int, n: int) -> Numbers:
    """A share as numbers and percent."""
    return {"n_with_event": events, "denominator": n, "percent": 100 * events / n}


# Ranks and signs of differences.


def untied(differences: Sequence[float]) -> np.ndarray:
    """Differences to ten decimals, so that 0.3 - 0.1 and 0.2 tie."""
    return np.round(differences, 10) + 0.0


def sums_of_all_signs(sizes: Sequence[float]) -> np.ndarray:
    """The sum of the sizes that get a plus, for each of the 2ⁿ ways to give signs."""
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums, sums + size])
    return sums


def signed_ranks(differences: Sequence[float], zeros: str = "wilcox") -> tuple[np.ndarray, float]:
    """Mid-ranks of the differences that are not zero, and the sum of those that are positive."""
    d = untied(differences)
    d = d if zeros == "pratt" else d[d != 0]
    ranks = stats.rankdata(abs(d))
    return ranks[d != 0], ranks[d > 0].sum()


def exact_signed_rank_p(differences: Sequence[float]) -> float:
    """Wilcoxon's p over all signs of the observed mid-ranks: twice the smaller tail."""
    ranks, positive = signed_ranks(differences)
    sums = sums_of_all_signs(ranks)
    return min(1.0, 2 * min((sums <= positive).mean(), (sums >= positive).mean()))


def normal_signed_rank_p(differences: Sequence[float], zeros: str = "wilcox") -> float:
    """Wilcoxon's p by the normal distribution, corrected for continuity and ties."""
    ranks, positive = signed_ranks(differences, zeros)
    away = positive - ranks.sum() / 2
    z = (away - 0.5 * np.sign(away)) / math.sqrt((ranks**2).sum() / 4)
    return min(1.0, 2 * stats.norm.sf(abs(z)))


def hodges_lehmann(differences: Sequence[float]) -> Numbers:
    """Median of the Walsh averages, and those of them that bound the exact interval of untied
    ranks.
    """
    d = untied(differences)
    walsh = np.sort([(d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i, len(d))])
    sums = sums_of_all_signs(range(1, len(d) + 1))
    k = next(k for k in range(len(walsh)) if (sums <= k).mean() >= 0.025)
    return {
        "estimate": np.median(walsh),
        "conf_low": walsh[k - 1],
        "conf_high": walsh[-k],
        "conf_level": 0.95,
    }


def rank_statistic_of_shift(differences: Sequence[float], shift: float, continuity: float) -> float:
    """The normal signed-rank statistic of the differences less a shift."""
    d = untied(differences)
    d = d[d != 0] - shift
    ranks = stats.rankdata(abs(d[d != 0]))
    away = ranks[d[d != 0] > 0].sum() - ranks.sum() / 2
    return (away - continuity * np.sign(away)) / math.sqrt((ranks**2).sum() / 4)


def hodges_lehmann_asymptotic(differences: Sequence[float]) -> Numbers:
    """Where the normal signed-rank statistic crosses zero and the normal quantiles.

    It is a step function: what can be told of a root is that the statistic crosses the quantile
    there. Where the most extreme shift does not reach a quantile, alpha is doubled until it does.
    """
    d = untied(differences)
    d = d[d != 0]
    if min(d) == max(d):  # nothing tells how sure a shift is
        return dict.fromkeys(("estimate", "conf_low", "conf_high", "conf_level"))
    alpha = 0.05
    while not (
        rank_statistic_of_shift(d, min(d), 0.5) >= stats.norm.isf(alpha / 2)
        and rank_statistic_of_shift(d, max(d), 0.5) <= stats.norm.ppf(alpha / 2)
    ):
        alpha *= 2

    def crosses(quantile: float, continuity: float) -> Callable[[float], bool]:
        return lambda shift: (
            rank_statistic_of_shift(d, shift - 1e-6, continuity)
            >= quantile
            >= rank_statistic_of_shift(d, shift + 1e-6, continuity)
        )

    return {
        "estimate": crosses(0.0, 0.0),
        "conf_low": crosses(stats.norm.isf(alpha / 2), 0.5),
        "conf_high": crosses(stats.norm.ppf(alpha / 2), 0.5),
        "conf_level": 1 - alpha,
    }


def rank_biserial(differences: Sequence[float]) -> Numbers:
    """(W+ - W-) / (W+ + W-) with an interval on Fisher's z; no interval where all signs are the
    same.
    """
    ranks, positive = signed_ranks(differences)
    n, r = len(ranks), 2 * positive / ranks.sum() - 1
    if abs(r) == 1:
        return {"estimate": r, "conf_low": None, "conf_high": None, "conf_level": 0.95}
    reach = Z * math.sqrt((2 * n**3 + 3 * n**2 + n) / 6) / ((n**2 + n) / 2)
    return {
        "estimate": r,
        "conf_low": math.tanh(math.atanh(r) - reach),
        "conf_high": math.tanh(math.atanh(r) + reach),
        "conf_level": 0.95,
    }


def sign_flips(differences: Sequence[float]) -> Numbers:
    """The mean difference, its p over all signs, and the means of subsets that bound the shifts not
    rejected.
    """
    d = np.asarray(differences)
    flipped, sizes = sums_of_all_signs(d), sums_of_all_signs(np.ones(len(d)))
    greater = (
        flipped <= 1e-9
    ).mean()  # turning a subset keeps the sum as large if the subset sums to zero or less
    less = (flipped >= -1e-9).mean()
    means = np.sort(flipped[1:] / sizes[1:])
    k = math.floor(2 ** len(d) * 0.025)
    return {
        "estimate": d.mean(),
        "conf_low": means[k - 1],
        "conf_high": means[-k],
        "conf_level": min(0.95, 1 - 2 * k / 2 ** len(d)),
        "p_value": min(1.0, 2 * min(greater, less)),
    }


# Standardised effects.


def hedges_factor(df: float) -> float:
    """The exact correction of a standardised mean for small samples."""
    return math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def noncentrality(t: float, df: float, p: float) -> float:
    """The noncentrality at which a noncentral t falls below t with probability p."""
    return optimize.brentq(lambda nc: special.nctdtr(df, nc, t) - p, t - 6, t + 6, xtol=1e-13)


def standardised_mean(differences: Sequence[float], factor: float = 1.0) -> Numbers:
    """Mean over standard deviation, times a factor, with its noncentral t interval."""
    n = len(differences)
    d = np.mean(differences) / np.std(differences, ddof=1)
    low, high = (noncentrality(d * math.sqrt(n), n - 1, p) / math.sqrt(n) for p in (0.975, 0.025))
    return {
        "estimate": d * factor,
        "std_error": math.sqrt(1 / n + (d * factor) ** 2 / (2 * n)),
        "conf_low": low * factor,
        "conf_high": high * factor,
        "conf_level": 0.95,
    }


# Adjustments.


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given."""
    order, adjusted, highest = np.argsort(p_values), [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        highest = max(highest, (len(p_values) - place) * p_values[index])
        adjusted[index] = min(1.0, highest)
    return adjusted


def chi_square(statistic: float, df: int) -> Numbers:
    """A statistic with its chi-square p-value."""
    return {"statistic": statistic, "df": df, "p_value": stats.chi2.sf(statistic, df)}


def f_test(statistic: float, df_num: float, df_den: float) -> Numbers:
    """A statistic with its F p-value."""
    return {
        "statistic": statistic,
        "df_num": df_num,
        "df_den": df_den,
        "p_value": stats.f.sf(statistic, df_num, df_den),
    }
