"""How often 95 % intervals of a change within subjects hold the true one: Student's t, sign flips, and the bootstrap.

    python benchmarks/simulations/within_subject_intervals.py [--runs 1000] [--seed 1]

Differences are drawn from a normal, a right-skewed (lognormal) and a heavy-tailed (t with 3 degrees of freedom) distribution, and from a
normal one rounded so that ties are common. Since each test rejects zero where its interval leaves zero out, 100 % less the coverage is
its type I error. Prints one table in Markdown; the same arguments give the same table.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from math import exp, sqrt
from typing import Any

import numpy as np
from dermoutcomes_paired.flip_interval import INVERTED, exact_interval, interval_of_drawn
from dermoutcomes_paired.mean_difference import mean_difference
from dermoutcomes_paired.resampled import bootstrapped, intervals
from dermoutcomes_paired.signs import median_difference

Array = np.ndarray[Any, Any]
Limits = tuple[float | None, float | None]
SIZES, RESAMPLES = (10, 21, 50), 999
# Each shape: how it is drawn, its mean and its median.
SHAPES: Mapping[str, tuple[Callable[[np.random.Generator, int], Array], float, float]] = {
    "normal": (lambda rng, n: rng.normal(0, 1, n), 0.0, 0.0),
    "rounded normal": (lambda rng, n: np.round(rng.normal(0, 1, n) * 2) / 2, 0.0, 0.0),
    "t, 3 df": (lambda rng, n: rng.standard_t(3, n), 0.0, 0.0),
    "lognormal": (lambda rng, n: rng.lognormal(0, 1, n), exp(0.5), 1.0),
}
OF_MEAN, OF_MEDIAN = (
    ("Student's t", "sign flips", "percentile", "BCa"),
    ("percentile", "BCa", "order statistics"),
)


def of_mean(d: list[float], rng: np.random.Generator) -> Iterator[Limits]:
    """The intervals of a mean, in the order of OF_MEAN."""
    t = mean_difference(d)
    yield t.conf_low, t.conf_high
    flips = exact_interval(d) if len(d) <= INVERTED else interval_of_drawn(d, RESAMPLES, rng)
    yield flips.conf_low, flips.conf_high
    found = intervals(bootstrapped(d, "mean", RESAMPLES, rng))
    yield from (found[name] or (None, None) for name in ("percentile", "bca"))


def of_median(d: list[float], rng: np.random.Generator) -> Iterator[Limits]:
    """The intervals of a median, in the order of OF_MEDIAN."""
    found = intervals(bootstrapped(d, "median", RESAMPLES, rng))
    yield from (found[name] or (None, None) for name in ("percentile", "bca"))
    ordered = median_difference(d)
    yield ordered.conf_low, ordered.conf_high


def coverage(shape: str, n: int, runs: int, seed: int) -> list[float]:
    """The share of runs in which each interval holds the truth; an interval that is not defined holds nothing."""
    draw, mean, median = SHAPES[shape]
    hits = np.zeros(len(OF_MEAN) + len(OF_MEDIAN))
    for run in range(runs):
        rng = np.random.default_rng([seed, n, list(SHAPES).index(shape), run])
        d = [float(value) for value in draw(rng, n)]
        limits = [(pair, mean) for pair in of_mean(d, rng)] + [
            (pair, median) for pair in of_median(d, rng)
        ]
        hits += [
            low is not None and high is not None and low - 1e-12 <= truth <= high + 1e-12
            for (low, high), truth in limits
        ]
    return list(hits / runs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    heads = [
        "differences",
        "n",
        *(f"mean: {name}" for name in OF_MEAN),
        *(f"median: {name}" for name in OF_MEDIAN),
    ]
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for shape in SHAPES:
        for n in SIZES:
            shares = coverage(shape, n, given.runs, given.seed)
            print(
                f"| {shape} | {n} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |",
                flush=True,
            )
    print(
        f"\nPercent of {given.runs} runs; the simulation itself is good to about {200 * sqrt(0.95 * 0.05 / given.runs):.1f}."
    )


if __name__ == "__main__":
    main()
