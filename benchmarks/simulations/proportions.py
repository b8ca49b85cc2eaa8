"""How often intervals of proportions hold the truth: computed over every possible table, so that nothing is left to chance.

    python benchmarks/simulations/proportions.py [--sizes 10 20 30 50]

Prints tables in Markdown: per interval and size the smallest, mean and largest coverage over a grid of true proportions, the share of
the grid that is covered less often than 93 % of the time, and the mean width at these proportions. Then the same for tests: how often
equal proportions are called different. Needs numpy and scipy.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from dermoutcomes_proportions.counts import chi_square, fisher_p, yates
from dermoutcomes_proportions.difference_intervals import DIFFERENCE
from dermoutcomes_proportions.intervals import ONE_SAMPLE, Interval
from dermoutcomes_proportions.mantel_haenszel import Stratum, pooled_difference
from dermoutcomes_proportions.ratio_intervals import log_interval, odds_ratio, risk_ratio
from dermoutcomes_proportions.ratio_scores import odds_ratio_score, risk_ratio_score
from dermoutcomes_proportions.stratified_intervals import (
    stratified_miettinen_nurminen,
    stratified_newcombe,
)
from scipy import special

Array = np.ndarray[Any, Any]
CONFIDENCE, LOW = 0.95, 0.93
SHARES = np.linspace(0.02, 0.98, 97)
PAIRS = [(p1, p2) for p1, p2 in product(np.linspace(0.05, 0.95, 19), repeat=2)]


class Row(NamedTuple):
    """One line of a table: coverage over the grid, and the mean width."""

    name: str
    size: str
    coverage: Array
    width: float


def chances(n: int, shares: Array) -> Array:
    """The chance of 0 … n events at each share: shares by counts."""
    counts = np.arange(n + 1)
    logs = special.gammaln(n + 1) - special.gammaln(counts + 1) - special.gammaln(n - counts + 1)
    return np.exp(
        logs
        + special.xlogy(counts, shares[:, None])
        + special.xlog1py(n - counts, -shares[:, None])
    )


def one_sample(sizes: list[int]) -> Iterator[Row]:
    """Intervals of one proportion."""
    for name, n in product(ONE_SAMPLE, sizes):
        limits = np.asarray([ONE_SAMPLE[name](x, n, CONFIDENCE) for x in range(n + 1)])
        held = (limits[:, 0] <= SHARES[:, None]) & (SHARES[:, None] <= limits[:, 1])
        chance = chances(n, SHARES)
        yield Row(
            name,
            str(n),
            (chance * held).sum(axis=1),
            float((chance @ (limits[:, 1] - limits[:, 0])).mean()),
        )


def two_samples(
    name: str,
    n: int,
    interval: Callable[[tuple[int, int], tuple[int, int]], Interval | None],
    effect: Callable[[float, float], float],
) -> Row:
    """Intervals of an effect of two arms of one size; a table without an interval counts as one that says everything."""
    found = [
        [interval((x1, x2), (n, n)) or Interval(-np.inf, np.inf) for x2 in range(n + 1)]
        for x1 in range(n + 1)
    ]
    limits = np.asarray(found)
    chance = {
        share: chances(n, np.asarray([share]))[0]
        for share in {share for pair in PAIRS for share in pair}
    }
    coverage, widths = [], []
    wide = np.minimum(limits[:, :, 1] - limits[:, :, 0], 1e6)
    for p1, p2 in PAIRS:
        joint, truth = np.outer(chance[p1], chance[p2]), effect(p1, p2)
        coverage.append(
            float(
                joint[(limits[:, :, 0] <= truth + 1e-12) & (truth - 1e-12 <= limits[:, :, 1])].sum()
            )
        )
        widths.append(float((joint * wide).sum()))
    return Row(name, f"{n} + {n}", np.asarray(coverage), float(np.mean(widths)))


def differences(sizes: list[int]) -> Iterator[Row]:
    """Intervals of a difference of two proportions."""
    for name, n in product(DIFFERENCE, sizes):
        yield two_samples(
            name,
            n,
            lambda events, of, name=name: DIFFERENCE[name](events, of, CONFIDENCE),
            lambda p1, p2: p1 - p2,
        )


def ratios(sizes: list[int]) -> Iterator[Row]:
    """Intervals of a ratio and an odds ratio; their width is not compared, since it can be infinite."""
    methods: Mapping[str, tuple[Any, Any]] = {
        "risk ratio, log": (
            lambda events, of: log_interval(risk_ratio(events, of)),
            lambda p1, p2: p1 / p2,
        ),
        "risk ratio, miettinen_nurminen": (risk_ratio_score, lambda p1, p2: p1 / p2),
        "odds ratio, woolf": (
            lambda events, of: log_interval(odds_ratio(events, of)),
            lambda p1, p2: p1 / (1 - p1) / (p2 / (1 - p2)),
        ),
        "odds ratio, miettinen_nurminen": (
            odds_ratio_score,
            lambda p1, p2: p1 / (1 - p1) / (p2 / (1 - p2)),
        ),
    }
    for name, n in product(methods, sizes):
        interval, effect = methods[name]
        yield two_samples(name, n, interval, effect)._replace(width=float("nan"))


def strata_tables(n: int) -> Iterator[tuple[int, int, int, int]]:
    """Events of both arms in two strata of n + n."""
    return product(range(n + 1), repeat=4)


def stratified(n: int) -> Iterator[Row]:
    """Intervals of a common difference over two strata of n + n, the second 0.2 below the first."""
    methods: Mapping[str, Callable[[list[Stratum]], tuple[float, float]]] = {
        "sato": sato,
        "newcombe": stratified_newcombe,
        "miettinen_nurminen": stratified_miettinen_nurminen,
    }
    tables = list(strata_tables(n))
    truths = [(p, difference) for p in (0.3, 0.5, 0.7) for difference in (0.0, 0.1, 0.2)]
    for name, method in methods.items():
        limits = np.asarray(
            [method([Stratum((a, c), (n, n)), Stratum((b, d), (n, n))]) for a, b, c, d in tables]
        )
        coverage, widths = [], []
        for p, difference in truths:
            shares = (p + difference, p - 0.2 + difference, p, p - 0.2)
            each = [chances(n, np.asarray([share]))[0] for share in shares]
            joint = np.asarray(
                [each[0][a] * each[1][b] * each[2][c] * each[3][d] for a, b, c, d in tables]
            )
            coverage.append(
                float(
                    joint[
                        (limits[:, 0] <= difference + 1e-12) & (difference - 1e-12 <= limits[:, 1])
                    ].sum()
                )
            )
            widths.append(float(joint @ (limits[:, 1] - limits[:, 0])))
        yield Row(
            f"stratified, {name}", f"2 × ({n} + {n})", np.asarray(coverage), float(np.mean(widths))
        )


def sato(strata: list[Stratum]) -> tuple[float, float]:
    """Mantel and Haenszel's difference plus or minus 1.96 of Sato's standard errors."""
    found = pooled_difference(strata)
    return (
        found.estimate - 1.959963984540054 * found.sato,
        found.estimate + 1.959963984540054 * found.sato,
    )


def rejections(sizes: list[int]) -> Iterator[tuple[str, int, float, float]]:
    """How often tests at 0.05 call equal proportions different: the largest and the mean over proportions from 0.05 to 0.95."""
    tests: Mapping[str, Callable[[tuple[int, int], tuple[int, int]], float]] = {
        "chi_square": lambda events, of: chi_square(events, of)[1],
        "chi_square_yates": lambda events, of: yates(events, of)[1],
        "fisher_exact": fisher_p,
    }
    shares = np.linspace(0.05, 0.95, 91)
    for name, n in product(tests, sizes):
        rejected = np.asarray(
            [[tests[name]((x1, x2), (n, n)) <= 0.05 for x2 in range(n + 1)] for x1 in range(n + 1)]
        )
        size = np.asarray([chance @ rejected @ chance for chance in chances(n, shares)])
        yield name, n, float(size.max()), float(size.mean())


def printed(title: str, rows: Iterator[Row]) -> None:
    """One table."""
    print(
        f"\n{title}\n\n| interval | n | smallest | mean | largest | below {LOW:.0%} | mean width |\n|---|---|---|---|---|---|---|"
    )
    for row in rows:
        width = "" if np.isnan(row.width) else f"{row.width:.3f}"
        print(
            f"| {row.name} | {row.size} | {row.coverage.min():.3f} | {row.coverage.mean():.3f} | {row.coverage.max():.3f} | "
            f"{(row.coverage < LOW).mean():.0%} | {width} |"
        )


def main() -> None:
    """The tables for the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 30, 50])
    parser.add_argument(
        "--stratum", type=int, default=5, help="Subjects of an arm in each of two strata."
    )
    sizes = parser.parse_args().sizes
    printed("One proportion, 97 true values from 0.02 to 0.98", one_sample(sizes))
    printed(
        "Difference of two proportions, 361 pairs of true values from 0.05 to 0.95",
        differences(sizes),
    )
    printed("Ratios of two proportions and of odds, the same pairs", ratios(sizes))
    printed(
        "Common difference over two strata, 9 settings", stratified(parser.parse_args().stratum)
    )
    print(
        "\nTests of equal proportions at 0.05\n\n| test | n | largest size | mean size |\n|---|---|---|---|"
    )
    for name, n, largest, mean in rejections(sizes):
        print(f"| {name} | {n} + {n} | {largest:.4f} | {mean:.4f} |")


if __name__ == "__main__":
    main()
