"""Statistics of two or more arms in plain NumPy and SciPy, with nothing of the program in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from scipy import optimize, special, stats

from . import plain_statistics as plain
from .plain_statistics import Numbers, Z

Table = np.ndarray  # arms by (not responding, responding), or arms by categories


# Means.


def welch(first: Sequence[float], second: Sequence[float]) -> Numbers:
    """The difference of means with Satterthwaite's degrees of freedom."""
    share_1, share_2 = (np.var(arm, ddof=1) / len(arm) for arm in (first, second))
    std_error = math.sqrt(share_1 + share_2)
    df = std_error**4 / (share_1**2 / (len(first) - 1) + share_2**2 / (len(second) - 1))
    return _difference(np.mean(first) - np.mean(second), std_error, df)


def pooled_sd(first: Sequence[float], second: Sequence[float]) -> float:
    """The standard deviation within arms."""
    squares = sum((len(arm) - 1) * np.var(arm, ddof=1) for arm in (first, second))
    return math.sqrt(squares / (len(first) + len(second) - 2))


def student(first: Sequence[float], second: Sequence[float]) -> Numbers:
    """The difference of means with one variance for both arms."""
    m, n = len(first), len(second)
    std_error = pooled_sd(first, second) * math.sqrt(1 / m + 1 / n)
    return _difference(np.mean(first) - np.mean(second), std_error, m + n - 2)


def _difference(estimate: float, std_error: float, df: float) -> Numbers:
    return {
        "std_error": std_error,
        **plain.interval_of(estimate, std_error, df),
        **plain.test_of(estimate, std_error, df),
    }


def variance_ratio(first: Sequence[float], second: Sequence[float]) -> Numbers:
    """The ratio of variances with its two-sided F test."""
    f = np.var(first, ddof=1) / np.var(second, ddof=1)
    df = len(first) - 1, len(second) - 1
    return {"estimate": f, "p_value": 2 * min(stats.f.cdf(f, *df), stats.f.sf(f, *df))}


def standardised(
    first: Sequence[float], second: Sequence[float], sd: float, df: float, factor: float = 1.0
) -> Numbers:
    """The difference of means over a standard deviation, with its noncentral t interval."""
    scale = math.sqrt(1 / len(first) + 1 / len(second))
    d = (np.mean(first) - np.mean(second)) / sd
    low, high = (plain.noncentrality(d / scale, df, p) * scale for p in (0.975, 0.025))
    return {
        "estimate": d * factor,
        "conf_low": low * factor,
        "conf_high": high * factor,
        "conf_level": 0.95,
    }


def relabelled(first: Sequence[float], second: Sequence[float]) -> Numbers:
    """The permutation test over all ways to choose the first arm, and the shifts that neither tail
    rejects at 2.5 %.

    Of a relabelling that swaps k values, the sum of the first arm reaches the one seen once the
    shift is at least the mean difference of the values that it swaps.
    """
    pooled, m = np.array([*first, *second]), len(first)
    n = len(pooled)
    chosen = np.array(list(combinations(range(n), m)))
    sums, expected = pooled[chosen].sum(axis=1), m * pooled.mean()
    seen = sum(first)
    stays = (chosen < m).sum(axis=1)
    swapped = m - stays
    from_second = np.where(chosen >= m, pooled[chosen], 0).sum(axis=1)
    from_first = seen - np.where(chosen < m, pooled[chosen], 0).sum(axis=1)
    some = swapped > 0
    bounds = np.sort((from_first - from_second)[some] / swapped[some])
    k = math.floor(len(chosen) * 0.025)
    sd = math.sqrt(m * (n - m) / n * np.var(pooled, ddof=1))
    return {
        "estimate": np.mean(first) - np.mean(second),
        "statistic": (seen - expected) / sd,
        "p_value": (abs(sums - expected) >= abs(seen - expected) - 1e-9).mean(),
        "conf_low": bounds[k - 1],
        "conf_high": bounds[-k],
        "conf_level": min(0.95, 1 - 2 * k / len(chosen)),
    }


# Ranks.


def rank_sum(first: Sequence[float], second: Sequence[float]) -> tuple[float, np.ndarray]:
    """The Mann-Whitney statistic of the first arm, and all mid-ranks."""
    ranks = stats.rankdata(np.round([*first, *second], 10))
    return ranks[: len(first)].sum() - len(first) * (len(first) + 1) / 2, ranks


def exact_rank_sum_p(first: Sequence[float], second: Sequence[float]) -> float:
    """How often the rank sum is as far from its mean, over all ways to give the mid-ranks to the
    first arm.
    """
    _, ranks = rank_sum(first, second)
    sums, expected = (
        np.array(list(combinations(ranks, len(first)))).sum(axis=1),
        len(first) * ranks.mean(),
    )
    return (abs(sums - expected) >= abs(ranks[: len(first)].sum() - expected) - 1e-9).mean()


def normal_rank_sum(
    first: Sequence[float], second: Sequence[float], continuity: float = 0.5
) -> float:
    """The normal rank-sum statistic, corrected for ties."""
    u, ranks = rank_sum(first, second)
    m, n = len(first), len(second)
    away = u - m * n / 2
    spread = m * n / (m + n) * np.var(ranks, ddof=1)
    return (away - continuity * np.sign(away)) / math.sqrt(spread) if spread else 0.0


def shift(first: Sequence[float], second: Sequence[float], place: int) -> Numbers:
    """The median of all differences, and the differences at a place from either end."""
    apart = np.sort(np.subtract.outer(np.round(first, 10), np.round(second, 10)).ravel())
    return {
        "estimate": np.median(apart),
        "conf_low": apart[place - 1],
        "conf_high": apart[-place],
        "conf_level": 0.95,
    }


def exact_place(m: int, n: int) -> int:
    """The smallest u that the untied Mann-Whitney statistic does not exceed with a chance of 2.5 %
    or more.
    """
    sums = np.array(list(combinations(range(1, m + n + 1), m))).sum(axis=1) - m * (m + 1) // 2
    return next(u for u in range(m * n) if (sums <= u).mean() >= 0.025 - 1e-15)


def normal_place(m: int, n: int) -> int:
    """The same by the normal distribution (Moses)."""
    return math.floor(m * n / 2 - Z * math.sqrt(m * n * (m + n + 1) / 12))


def shift_by_crossing(first: Sequence[float], second: Sequence[float]) -> Numbers:
    """Where the normal statistic of the shifted arms, a step function, crosses zero and the
    quantiles; else the end of the range.
    """
    x, y = np.round(first, 10), np.round(second, 10)
    low, high = min(x) - max(y), max(x) - min(y)

    def crosses(quantile: float, continuity: float) -> Callable[[float], bool] | float:
        if normal_rank_sum(x - low, y, continuity) <= quantile:
            return low
        if normal_rank_sum(x - high, y, continuity) >= quantile:
            return high
        return lambda at: (
            normal_rank_sum(x - at + 1e-6, y, continuity)
            >= quantile
            >= normal_rank_sum(x - at - 1e-6, y, continuity)
        )

    return {
        "estimate": crosses(0.0, 0.0),
        "conf_low": crosses(Z, 0.5),
        "conf_high": crosses(-Z, 0.5),
        "conf_level": 0.95,
    }


def placements(values: Sequence[float], others: Sequence[float]) -> np.ndarray:
    """The share of the others that each value exceeds, ties counted half."""
    apart = np.subtract.outer(np.round(values, 10), np.round(others, 10))
    return ((apart > 0) + (apart == 0) / 2).mean(axis=1)


def superiority(
    strata: Sequence[tuple[Sequence[float], Sequence[float]]], weights: Sequence[float]
) -> tuple[float, float]:
    """The chance that a value of the first arm is higher, averaged over strata, and DeLong's
    standard error of it.
    """
    share = np.array(weights) / sum(weights)
    estimate = sum(w * placements(x, y).mean() for w, (x, y) in zip(share, strata, strict=True))
    variance = sum(
        w**2
        * (np.var(placements(x, y), ddof=1) / len(x) + np.var(placements(y, x), ddof=1) / len(y))
        for w, (x, y) in zip(share, strata, strict=True)
    )
    return estimate, math.sqrt(variance)


def van_elteren(strata: Sequence[Sequence[Sequence[float]]]) -> tuple[np.ndarray, np.ndarray]:
    """Rank sums of the arms less their expectation, over strata of n subjects weighted by 1 / (n +
    1), and their covariance.
    """
    arms = len(strata[0])
    away, covariance = np.zeros(arms), np.zeros((arms, arms))
    for groups in strata:
        sizes = np.array([len(group) for group in groups])
        n = sizes.sum()
        ranks = stats.rankdata(np.round(np.concatenate(groups), 10)) - (n + 1) / 2
        ends = np.cumsum(sizes)
        away += [
            ranks[end - size : end].sum() / (n + 1) for end, size in zip(ends, sizes, strict=True)
        ]
        covariance += (
            np.var(ranks, ddof=1) / n * (n * np.diag(sizes) - np.outer(sizes, sizes)) / (n + 1) ** 2
        )
    return away, covariance


def quadratic(away: np.ndarray, covariance: np.ndarray) -> Numbers:
    """The chi-square of a vector with its (perhaps singular) covariance."""
    rank = np.linalg.matrix_rank(covariance, tol=1e-9)
    return plain.chi_square(away @ np.linalg.pinv(covariance, rcond=1e-10) @ away, rank)


# Categories.


def landis(tables: Sequence[Table], of_rows: np.ndarray, of_columns: np.ndarray) -> Numbers:
    """The Cochran-Mantel-Haenszel statistic of contrasts of rows and columns (Landis, Heyman and
    Koch).
    """
    away = covariance = 0.0
    for table in tables:
        n = table.sum()
        rows, columns = table.sum(axis=1) / n, table.sum(axis=0) / n
        away = away + (of_rows @ (table - n * np.outer(rows, columns)) @ of_columns.T).ravel()
        covariance = covariance + n**2 / (n - 1) * np.kron(
            of_rows @ (np.diag(rows) - np.outer(rows, rows)) @ of_rows.T,
            of_columns @ (np.diag(columns) - np.outer(columns, columns)) @ of_columns.T,
        )
    return quadratic(away, covariance)


def pearson(table: Table) -> Numbers:
    """Pearson's chi-square of the rows and columns that have anybody."""
    return _of_expected(table, lambda seen, expected: (seen - expected) ** 2 / expected)


def likelihood_ratio(table: Table) -> Numbers:
    """The likelihood ratio chi-square."""
    return _of_expected(table, lambda seen, expected: 2 * special.xlogy(seen, seen / expected))


def _of_expected(table: Table, term: Callable[[Table, Table], Table]) -> Numbers:
    kept = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = np.outer(kept.sum(axis=1), kept.sum(axis=0)) / kept.sum()
    return plain.chi_square(term(kept, expected).sum(), (kept.shape[0] - 1) * (kept.shape[1] - 1))


def cramers_v(table: Table) -> float:
    """The strength of association."""
    smaller = min((table.sum(axis=1) > 0).sum(), (table.sum(axis=0) > 0).sum()) - 1
    return math.sqrt(pearson(table)["statistic"] / table.sum() / smaller)


# Two proportions: x of n in each arm.


def newcombe(x: Sequence[int], n: Sequence[int]) -> tuple[float, float]:
    """The interval of a difference of proportions from two Wilson intervals."""
    (p_1, p_2), (low_1, high_1), (low_2, high_2) = np.divide(x, n), *map(plain.wilson, x, n)
    return (
        p_1 - p_2 - math.hypot(p_1 - low_1, high_2 - p_2),
        p_1 - p_2 + math.hypot(high_1 - p_1, p_2 - low_2),
    )


def _restricted(
    x: Sequence[int],
    n: Sequence[int],
    first_of: Callable[[float], float],
    slope: Callable[[float], float],
    top: float,
) -> tuple[float, float]:
    """The likeliest two shares, the first a function of the second."""

    def score(p: float) -> float:
        first = first_of(p)
        return (
            slope(p) * (x[0] / first - (n[0] - x[0]) / (1 - first))
            + x[1] / p
            - (n[1] - x[1]) / (1 - p)
        )

    second = optimize.brentq(score, 1e-9 * top, (1 - 1e-9) * top, xtol=1e-15, rtol=1e-14)
    return first_of(second), second


def risk_ratio_interval(x: Sequence[int], n: Sequence[int]) -> tuple[float, float]:
    """Miettinen and Nurminen's score interval: ratios whose score reaches the normal quantile."""

    def score(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        p_1, p_2 = _restricted(x, n, lambda p: ratio * p, lambda _: ratio, min(1.0, 1 / ratio))
        variance = p_1 * (1 - p_1) / n[0] + ratio**2 * p_2 * (1 - p_2) / n[1]
        return (x[0] / n[0] - ratio * x[1] / n[1]) / math.sqrt(variance * sum(n) / (sum(n) - 1))

    return _inverted(score, math.log(x[0] / n[0] / (x[1] / n[1])))


def odds_ratio_interval(x: Sequence[int], n: Sequence[int]) -> tuple[float, float]:
    """Miettinen and Nurminen's score interval of an odds ratio."""

    def score(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        p_1, p_2 = _restricted(
            x,
            n,
            lambda p: ratio * p / (1 + p * (ratio - 1)),
            lambda p: ratio / (1 + p * (ratio - 1)) ** 2,
            1.0,
        )
        information = 1 / (n[0] * p_1 * (1 - p_1)) + 1 / (n[1] * p_2 * (1 - p_2))
        return (x[0] - n[0] * p_1) * math.sqrt(information / (sum(n) / (sum(n) - 1)))

    odds = [a / (b - a) for a, b in zip(x, n, strict=True)]
    return _inverted(score, math.log(odds[0] / odds[1]))


def _inverted(score: Callable[[float], float], estimate: float) -> tuple[float, float]:
    low = optimize.brentq(lambda at: score(at) - Z, estimate - 6, estimate, xtol=1e-14)
    high = optimize.brentq(lambda at: score(at) + Z, estimate, estimate + 6, xtol=1e-14)
    return math.exp(low), math.exp(high)


def conditional_odds_ratio(x: Sequence[int], n: Sequence[int]) -> Numbers:
    """The likeliest odds ratio given both margins, and the exact interval (Fisher's noncentral
    hypergeometric).
    """
    first = np.arange(max(0, sum(x) - n[1]), min(n[0], sum(x)) + 1)
    ways = special.comb(n[0], first) * special.comb(n[1], sum(x) - first)

    def chance(log_ratio: float) -> np.ndarray:
        weights = ways * np.exp(log_ratio * (first - x[0]))
        return weights / weights.sum()

    estimate = optimize.brentq(lambda at: chance(at) @ first - x[0], -12, 12, xtol=1e-13)
    low = optimize.brentq(lambda at: chance(at)[first >= x[0]].sum() - 0.025, -12, 12, xtol=1e-13)
    high = optimize.brentq(lambda at: chance(at)[first <= x[0]].sum() - 0.025, -12, 12, xtol=1e-13)
    return {
        "estimate": math.exp(estimate),
        "conf_low": math.exp(low),
        "conf_high": math.exp(high),
        "conf_level": 0.95,
    }


def log_interval(estimate: float, std_error: float) -> Numbers:
    """The normal interval of a ratio by its logarithm, whose standard error it is."""
    return {
        "estimate": estimate,
        "std_error": std_error,
        "conf_level": 0.95,
        "conf_low": estimate * math.exp(-Z * std_error),
        "conf_high": estimate * math.exp(Z * std_error),
    }


# Strata of two proportions: rows (x1, n1, x2, n2).


def mantel_haenszel_z(strata: np.ndarray) -> float:
    """The signed root of the Mantel-Haenszel chi-square."""
    x_1, n_1, x_2, n_2 = strata.T
    n, x = n_1 + n_2, x_1 + x_2
    return (x_1 - n_1 * x / n).sum() / math.sqrt((n_1 * n_2 * x * (n - x) / (n**2 * (n - 1))).sum())


def pooled_difference(strata: np.ndarray) -> tuple[float, float]:
    """Mantel and Haenszel's difference with Sato's standard error."""
    x_1, n_1, x_2, n_2 = strata.T
    n = n_1 + n_2
    scale = (n_1 * n_2 / n).sum()
    estimate = ((x_1 * n_2 - x_2 * n_1) / n).sum() / scale
    p = ((n_1**2 * x_2 - n_2**2 * x_1 + n_1 * n_2 * (n_2 - n_1) / 2) / n**2).sum()
    q = ((x_1 * (n_2 - x_2) + x_2 * (n_1 - x_1)) / (2 * n)).sum()
    return estimate, math.sqrt(estimate * p + q) / scale


def pooled_ratio(strata: np.ndarray) -> Numbers:
    """Mantel and Haenszel's ratio of proportions (Greenland and Robins)."""
    x_1, n_1, x_2, n_2 = strata.T
    n = n_1 + n_2
    first, second = (x_1 * n_2 / n).sum(), (x_2 * n_1 / n).sum()
    spread = ((n_1 * n_2 * (x_1 + x_2) - x_1 * x_2 * n) / n**2).sum()
    return log_interval(first / second, math.sqrt(spread / (first * second)))


def pooled_odds_ratio(strata: np.ndarray) -> Numbers:
    """Mantel and Haenszel's odds ratio (Robins, Breslow and Greenland)."""
    x_1, n_1, x_2, n_2 = strata.T
    n = n_1 + n_2
    r, s = x_1 * (n_2 - x_2) / n, x_2 * (n_1 - x_1) / n
    p = (x_1 + n_2 - x_2) / n
    q = 1 - p
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    return log_interval(r.sum() / s.sum(), math.sqrt(variance))


def same_difference(strata: np.ndarray) -> Numbers:
    """Whether differences are the same in all strata."""
    x_1, n_1, x_2, n_2 = strata.T
    away = x_1 / n_1 - x_2 / n_2 - pooled_difference(strata)[0]
    variance = x_1 * (n_1 - x_1) / n_1**3 + x_2 * (n_2 - x_2) / n_2**3
    kept = variance > 0
    return plain.chi_square((away[kept] ** 2 / variance[kept]).sum(), kept.sum() - 1)


def breslow_day(strata: np.ndarray) -> tuple[Numbers, Numbers]:
    """Whether odds ratios are the same in all strata, without and with Tarone's correction."""
    ratio, away, variances = pooled_odds_ratio(strata)["estimate"], [], []
    for x_1, n_1, x_2, n_2 in strata:
        x = x_1 + x_2
        low, high = max(0, x - n_2), min(n_1, x)

        def excess(e: float, x: float = x, n_1: float = n_1, n_2: float = n_2) -> float:
            return e * (n_2 - x + e) - ratio * (x - e) * (n_1 - e)

        e = optimize.brentq(excess, low, high, xtol=1e-14)
        away.append(x_1 - e)
        variances.append(1 / (1 / e + 1 / (x - e) + 1 / (n_1 - e) + 1 / (n_2 - x + e)))
    plain_sum = sum(a**2 / v for a, v in zip(away, variances, strict=True))
    tarone = plain_sum - sum(away) ** 2 / sum(variances)
    return plain.chi_square(plain_sum, len(strata) - 1), plain.chi_square(tarone, len(strata) - 1)


# Models.


def least_squares(
    x: np.ndarray, y: np.ndarray, robust: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients, their covariance (of the model, or HC3) and residuals."""
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residuals = y - x @ beta
    if not robust:
        return beta, inverse * (residuals @ residuals) / (len(y) - x.shape[1]), residuals
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    meat = (x * ((residuals / (1 - leverage)) ** 2)[:, None]).T @ x
    return beta, inverse @ meat @ inverse, residuals


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients, covariance and log-likelihood of a logistic model, by Newton's method."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = special.expit(x @ beta)
        information = (x * (p * (1 - p))[:, None]).T @ x
        beta = beta + np.linalg.solve(information, x.T @ (y - p))
    p = special.expit(x @ beta)
    return (
        beta,
        np.linalg.inv(information),
        (special.xlogy(y, p) + special.xlogy(1 - y, 1 - p)).sum(),
    )


def means(first: Sequence[float], second: Sequence[float], missing: int) -> dict[str, Numbers]:
    """Welch's test of means, and the ratio of variances with its F test."""
    counts = {"n": len(first) + len(second), "n_missing": missing}
    return {
        "mean_difference": {**counts, **welch(first, second)},
        "variance_ratio": variance_ratio(first, second),
    }


def risk_difference(first: Sequence[bool], second: Sequence[bool], missing: int) -> Numbers:
    """The difference of shares, Newcombe's interval, the signed root of Pearson's chi-square."""
    x, n = ([sum(arm) for arm in (first, second)], [len(arm) for arm in (first, second)])
    p_1, p_2 = np.divide(x, n)
    low, high = newcombe(x, n)
    test = pearson(np.column_stack([np.subtract(n, x), x]))
    return {
        "n": sum(n),
        "n_missing": missing,
        "estimate": p_1 - p_2,
        "std_error": math.sqrt(p_1 * (1 - p_1) / n[0] + p_2 * (1 - p_2) / n[1]),
        "conf_low": low,
        "conf_high": high,
        "conf_level": 0.95,
        "statistic": np.sign(p_1 - p_2) * math.sqrt(test["statistic"]),
        "p_value": test["p_value"],
    }


def few_expected(first: Sequence[bool], second: Sequence[bool]) -> bool:
    """Whether an expected count of the two-by-two table is below 5."""
    table = [[sum(arm), len(arm) - sum(arm)] for arm in (first, second)]
    return bool(stats.contingency.expected_freq(table).min() < 5)
