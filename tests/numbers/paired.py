"""Pairs of a unit, recomputed: means, ratios, effect sizes, ranks, signs and responders of the
first against the second.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from . import plain_statistics as plain
from .recomputed import Statistics, near


def means(here: Statistics, first: np.ndarray, second: np.ndarray, lost: int) -> None:
    """Student's t, effect sizes and sign flips of complete pairs; `lost` is how many are not
    complete.
    """
    d = first - second
    n, sd = len(d), np.std(d, ddof=1)
    t = here.at(analysis="paired_t")
    t.put("mean_difference", n=n, n_missing=lost, sd=sd, **plain.t_test(d))
    low, high = (sd * math.sqrt((n - 1) / stats.chi2.ppf(p, n - 1)) for p in (0.975, 0.025))
    t.put("sd_difference", estimate=sd, conf_level=0.95, conf_low=low, conf_high=high)
    here.at(analysis="permutation_paired").put(
        "mean_difference", n=n, n_missing=lost, **plain.sign_flips(d)
    )

    effect, r = here.at(analysis="paired_effect_size"), np.corrcoef(first, second)[0, 1]
    sd_first, sd_second = np.std(first, ddof=1), np.std(second, ddof=1)
    effect.put("pairs", n=n, n_missing=lost, correlation=r)
    effect.put("d_z", **plain.standardised_mean(d))
    effect.put("hedges_g", **plain.standardised_mean(d, plain.hedges_factor(n - 1)))
    effect.put("d_av", estimate=d.mean() / ((sd_first + sd_second) / 2))
    effect.put("d_rm", estimate=d.mean() / sd * math.sqrt(2 * (1 - r)))
    effect.put("d_baseline", estimate=d.mean() / sd_second)
    g = plain.hedges_factor(n - 1) * d.mean() / sd_second
    error = math.sqrt(2 * (1 - r) / n + g**2 / (2 * n))
    effect.put(
        "g_baseline",
        estimate=g,
        std_error=error,
        conf_low=g - plain.Z * error,
        conf_high=g + plain.Z * error,
        conf_level=0.95,
    )
    effect.put("rank_biserial", **plain.rank_biserial(d))


def ratios(here: Statistics, first: np.ndarray, second: np.ndarray, lost: int) -> None:
    """The ratio of geometric means, by Student's t of the logarithms."""
    here, logs = here.at(analysis="geometric_mean_ratio"), plain.t_test(np.log(first / second))
    limits = {stat: math.exp(logs[stat]) for stat in ("estimate", "conf_low", "conf_high")}
    here.put("geometric_mean_ratio", n=len(first), n_missing=lost, **{**logs, **limits})
    here.put(
        "percent_change",
        conf_level=0.95,
        **{stat: 100 * (value - 1) for stat, value in limits.items()},
    )


def ranks(here: Statistics, d: np.ndarray, lost: int, improves: int) -> None:
    """Wilcoxon's test and the sign test of one comparison; `improves` is 1 where more is better, -1
    where less is.
    """
    n, ranked = len(d), here.at(analysis="wilcoxon_signed_rank")
    ranked.put(
        "hodges_lehmann",
        n=n,
        n_missing=lost,
        statistic=plain.signed_ranks(d)[1],
        p_value=plain.exact_signed_rank_p(d),
        **plain.hodges_lehmann(d),
    )
    ranked.put("hodges_lehmann_asymptotic", **plain.hodges_lehmann_asymptotic(d))
    ranked.put("zero_differences", n=(plain.untied(d) == 0).sum())

    signs, better, worse = (
        here.at(analysis="sign_test"),
        (improves * plain.untied(d) > 0).sum(),
        (improves * plain.untied(d) < 0).sum(),
    )
    ordered, k = np.sort(d), int(stats.binom.ppf(0.025, n, 0.5))
    signs.put(
        "median_difference",
        n=n,
        n_missing=lost,
        estimate=np.median(d),
        conf_low=ordered[k - 1],
        conf_high=ordered[-k],
        conf_level=0.95,
    )
    for term, number in (("improved", better), ("unchanged", n - better - worse), ("worse", worse)):
        signs.put(term, **plain.counted(number, n))
    for term, of in (("improved_of_all", n), ("improved_of_changed", better + worse)):
        signs.put(term, n_with_event=better, denominator=of, **plain.clopper_pearson(better, of))
    signs.put(
        "improved_of_changed", p_value=stats.binomtest(int(better), int(better + worse)).pvalue
    )


def normal_signed_rank(here: Statistics, d: np.ndarray, lost: int) -> None:
    """The normal approximation, zeros ranked first and dropped afterwards (Pratt)."""
    here.put(
        "hodges_lehmann",
        n=len(d),
        n_missing=lost,
        statistic=plain.signed_ranks(d, "pratt")[1],
        p_value=plain.normal_signed_rank_p(d, "pratt"),
        **plain.hodges_lehmann(d),
    )
    here.put("hodges_lehmann_asymptotic", **plain.hodges_lehmann_asymptotic(d))
    here.put("zero_differences", n=(plain.untied(d) == 0).sum())


def bootstrap(here: Statistics, d: np.ndarray, lost: int) -> None:
    """Against ten times as many resamples of our own: what is left is chance, so limits may differ
    by an eighth of a standard error.

    (The standard error of the 2.5 % quantile of 10,000 normal replicates is 0.027 of their standard
    deviation.)
    """
    n, error = len(d), np.std(d) / math.sqrt(len(d))
    own = np.sort(d[np.random.default_rng(2024).integers(0, n, size=(100_000, n))].mean(axis=1))
    cubes, squares = ((d - d.mean()) ** 3).sum(), ((d - d.mean()) ** 2).sum()
    z0, acceleration = stats.norm.ppf((own < d.mean() - 1e-12).mean()), cubes / (6 * squares**1.5)

    def corrected(p: float) -> float:
        z = z0 + stats.norm.ppf(p)
        return stats.norm.cdf(z0 + z / (1 - acceleration * z))

    low, high = np.quantile(own, [0.025, 0.975])
    bca = np.quantile(own, [corrected(0.025), corrected(0.975)])
    here.put(
        "change",
        n=n,
        n_missing=lost,
        estimate=d.mean(),
        std_error=near(error, 0.03 * error),
        bootstrap_resamples=10_000,
        bootstrap_bias=near(0.0, 0.05 * error),
    )
    for level, limits in (
        ("percentile", (low, high)),
        ("basic", (2 * d.mean() - high, 2 * d.mean() - low)),
        ("normal", (d.mean() - plain.Z * error, d.mean() + plain.Z * error)),
        ("bca", bca),
        (None, bca),
    ):
        here.at(level=level).put(
            "change",
            conf_low=near(limits[0], error / 8),
            conf_high=near(limits[1], error / 8),
            conf_level=0.95,
        )
    away = stats.norm.ppf((own < 0).mean() + 1e-5) - z0
    p = 2 * stats.norm.cdf(away / (1 + acceleration * away) - z0)
    here.put("change", p_value=near(p, max(0.002, p / 2)))


def normality(here: Statistics, d: np.ndarray) -> None:
    """Shapiro and Wilk's W, and the points of the Q-Q plot."""
    n, ordered = len(d), np.sort(d)
    here.put("shapiro_wilk", n=n)
    here.put(
        "shapiro_wilk",
        rel=1e-7,
        statistic=stats.shapiro(ordered).statistic,
        p_value=stats.shapiro(ordered).pvalue,
    )
    for rank, value in enumerate(ordered, 1):
        here.at(at=stats.norm.ppf((rank - 0.375) / (n + 0.25))).put("qq", estimate=value)


def moments(here: Statistics, d: np.ndarray) -> None:
    """Skewness and kurtosis, of which the latter is not tested below 20 values."""
    here.put(
        "skewness",
        estimate=stats.skew(d, bias=False),
        statistic=stats.skewtest(d).statistic,
        p_value=stats.skewtest(d).pvalue,
    )
    here.put(
        "kurtosis", estimate=stats.kurtosis(d, bias=False), statistic="too_few", p_value="too_few"
    )
    here.put("k_squared", statistic="too_few", p_value="too_few")


def mcnemar(here: Statistics, pairs: list[tuple[bool, bool]], **deciding: float) -> None:
    """The paired table, its difference with Newcombe's interval, its tests and the odds ratio of
    discordant pairs.

    `deciding` are the limits and the p-value of the difference where they are not Newcombe's and
    the exact ones.
    """
    n = len(pairs)
    a, b, c, d = (
        pairs.count(cell) for cell in ((True, True), (True, False), (False, True), (False, False))
    )
    for term, number in (
        ("both_respond", a),
        ("first_only_responds", b),
        ("second_only_responds", c),
        ("neither_responds", d),
    ):
        here.put(term, **plain.counted(number, n))
    difference, (low_1, high_1), (low_2, high_2) = (
        (b - c) / n,
        plain.wilson(a + b, n),
        plain.wilson(a + c, n),
    )
    p_1, p_2 = (a + b) / n, (a + c) / n
    product_ = a * d - b * c
    phi = (max(product_ - n / 2, 0) if product_ > 0 else product_) / math.sqrt(
        (a + b) * (c + d) * (a + c) * (b + d)
    )
    low = math.sqrt(
        (p_1 - low_1) ** 2 - 2 * phi * (p_1 - low_1) * (high_2 - p_2) + (high_2 - p_2) ** 2
    )
    high = math.sqrt(
        (high_1 - p_1) ** 2 - 2 * phi * (high_1 - p_1) * (p_2 - low_2) + (p_2 - low_2) ** 2
    )
    exact = stats.binomtest(b, b + c).pvalue
    own = {
        "conf_low": difference - low,
        "conf_high": difference + high,
        "p_value": exact,
        **deciding,
    }
    here.put(
        "risk_difference",
        n=n,
        estimate=difference,
        std_error=math.sqrt(b + c - (b - c) ** 2 / n) / n,
        conf_level=0.95,
        **own,
    )
    here.put("exact_test", p_value=exact)
    one_tail = stats.binom.cdf(min(b, c), b + c, 0.5) - stats.binom.pmf(b, b + c, 0.5) / 2
    here.put("mid_p_test", p_value=min(1.0, 2 * one_tail))
    here.put("asymptotic_test", **plain.chi_square((b - c) ** 2 / (b + c), 1))
    here.put(
        "continuity_corrected_test", **plain.chi_square(max(0, abs(b - c) - 1) ** 2 / (b + c), 1)
    )
    share = plain.clopper_pearson(b, b + c)
    odds = {
        stat: share[stat] / (1 - share[stat]) if share[stat] < 1 else None
        for stat in ("estimate", "conf_low", "conf_high")
    }
    here.put("conditional_odds_ratio", conf_level=0.95, **odds)
