"""Type I error and coverage of the comparisons of two arms, by the functions that the analyses use.

    python benchmarks/simulations/between_arms.py [--runs 2000] [--seed 1]

Each scenario draws two arms that differ by nothing, or by a known shift; errors of about sqrt(0.05 * 0.95 / runs) are left to chance
(0.5 points at 2,000 runs). Prints four tables in Markdown. The same arguments give the same tables.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import Any

import numpy as np
from dermoutcomes_ancova.least_squares import estimate, with_hc3
from dermoutcomes_ancova.marginal_means import Model, difference, model
from dermoutcomes_ancova.model_terms import factor, number
from dermoutcomes_between_arms.against_margin import Compared, against
from dermoutcomes_between_arms.hodges_lehmann import Shift, by_moses, by_order, by_root
from dermoutcomes_between_arms.rank_sums import exact_p, normal_p, rank_sums
from dermoutcomes_between_arms.two_means import TwoMeans, pooled, welch

ALPHA, SHIFT, MARGIN = 0.05, 0.7, 1.5
Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator], tuple[Array, Array]]


def normal(m: int, n: int, sd_first: float = 1.0, sd_second: float = 1.0) -> Draw:
    """Two normal arms of mean 0."""
    return lambda rng: (rng.normal(0, sd_first, m), rng.normal(0, sd_second, n))


def skewed(m: int, n: int) -> Draw:
    """Two arms of one lognormal distribution."""
    return lambda rng: (rng.lognormal(0, 1, m), rng.lognormal(0, 1, n))


def graded(m: int, n: int) -> Draw:
    """Two arms of one distribution over five grades, most of them in two."""
    shares = (0.05, 0.15, 0.4, 0.3, 0.1)
    return lambda rng: (
        rng.choice(5, m, p=shares).astype(float),
        rng.choice(5, n, p=shares).astype(float),
    )


SCENARIOS: dict[str, Draw] = {
    "normal, 20 and 20": normal(20, 20),
    "normal, 8 and 8": normal(8, 8),
    "SD 1 and 2, 20 and 20": normal(20, 20, 1, 2),
    "SD 1 and 2, 30 and 12": normal(30, 12, 1, 2),
    "SD 2 and 1, 30 and 12": normal(30, 12, 2, 1),
    "lognormal, 20 and 20": skewed(20, 20),
    "five grades, 20 and 20": graded(20, 20),
    "five grades, 10 and 6": graded(10, 6),
}


def p_values(x: list[float], y: list[float]) -> Iterator[float]:
    """P of Welch, Student, the exact rank test, and the asymptotic one with and without continuity; 1 where all values are tied."""
    ranks = rank_sums(x, y)
    for test in (
        lambda: welch(x, y).p_value,
        lambda: pooled(x, y).p_value,
        lambda: exact_p(ranks),
        lambda: normal_p(ranks)[1],
        lambda: normal_p(ranks, continuity=False)[1],
    ):
        try:
            yield test()
        except ValueError:
            yield 1.0


def covers(interval: TwoMeans | Shift, truth: float) -> bool:
    """Whether an interval has the truth in it; ends that a root search found may be 1e-9 off."""
    return interval.conf_low - 1e-9 <= truth <= interval.conf_high + 1e-9


def errors(runs: int, seed: int) -> Iterator[list[object]]:
    """Of each scenario without a difference, how often each test rejects."""
    for name, draw in SCENARIOS.items():
        rng = np.random.default_rng(seed)
        found = np.array([list(p_values(*map(Array.tolist, draw(rng)))) for _ in range(runs)])
        yield [name, *percent(found <= ALPHA)]


def coverage(runs: int, seed: int) -> Iterator[list[object]]:
    """Of each scenario, shifted, how often each 95 % interval has the shift in it."""
    for name, draw in SCENARIOS.items():
        rng, seen = np.random.default_rng(seed), []
        for _ in range(runs):
            x, y = draw(rng)
            shift = 1.0 if "grades" in name else SHIFT
            first, second = (x + shift).tolist(), y.tolist()
            means = (
                [welch(first, second), pooled(first, second)] if np.ptp(x) + np.ptp(y) > 0 else []
            )
            shifts = (
                [by_order(first, second), by_moses(first, second), by_root(first, second)]
                if means
                else []
            )
            seen.append([covers(found, shift) for found in (*means, *shifts)] or [True] * 5)
        yield [name, *percent(np.array(seen))]


def trial(
    rng: np.random.Generator, sizes: tuple[int, int], r: float, sds: tuple[float, float]
) -> tuple[list[str], Array, Array]:
    """Arms, baselines (SD 1) and changes of a trial without effect; the correlation of baseline and value is `r` where SDs are 1."""
    arms = ["active"] * sizes[0] + ["control"] * sizes[1]
    base = rng.normal(0, 1, sum(sizes))
    spread = np.repeat(sds, sizes)
    return arms, base, (r - 1) * base + sqrt(1 - r * r) * spread * rng.normal(0, 1, sum(sizes))


def fitted(arms: Sequence[str], base: Array, change: Array, *, adjusted: bool) -> Model:
    """The model of the change, with or without the baseline."""
    terms = [
        factor("arm", arms, ("control", "active")),
        *([number("base", base.tolist())] if adjusted else []),
    ]
    return model(change.tolist(), terms, ("control", "active"))


def adjusting(runs: int, seed: int) -> Iterator[list[object]]:
    """Type I error of change without and with the baseline, with HC3; the share of standard error that adjustment leaves."""
    for name, sizes, r, sds in (
        ("r = 0.3, 20 and 20", (20, 20), 0.3, (1.0, 1.0)),
        ("r = 0.7, 20 and 20", (20, 20), 0.7, (1.0, 1.0)),
        ("r = 0.5, 30 and 12, residual SD 1 and 2", (30, 12), 0.5, (1.0, 2.0)),
        ("r = 0.5, 30 and 12, residual SD 2 and 1", (30, 12), 0.5, (2.0, 1.0)),
    ):
        rng, seen, ratio = np.random.default_rng(seed), [], []
        for _ in range(runs):
            arms, base, change = trial(rng, sizes, r, sds)
            plain, own = (
                fitted(arms, base, change, adjusted=False),
                fitted(arms, base, change, adjusted=True),
            )
            found = [
                estimate(one, difference(own if place else plain, "active", "control"))
                for place, one in enumerate((plain.fit, own.fit, with_hc3(own.fit)))
            ]
            seen.append([one.p_value <= ALPHA for one in found])
            ratio.append(found[1].std_error / found[0].std_error)
        yield [name, *percent(np.array(seen)), f"{np.mean(ratio):.2f}"]


def margins(runs: int, seed: int) -> Iterator[list[object]]:
    """How often non-inferiority and equivalence are shown where the true difference is the margin."""
    for name, draw in list(SCENARIOS.items())[:5]:
        rng, seen = np.random.default_rng(seed), []
        for _ in range(runs):
            x, y = map(Array.tolist, draw(rng))
            at_margin = Compared([value - MARGIN for value in x], y)
            half, whole = against(at_margin, MARGIN, ALPHA / 2), against(at_margin, MARGIN, ALPHA)
            seen.append(
                [
                    half.above.p_value <= ALPHA / 2,
                    max(whole.above.p_value, whole.below.p_value) <= ALPHA,
                ]
            )
        yield [name, *percent(np.array(seen))]


def percent(hits: Array) -> list[str]:
    """Each column's share of hits."""
    return [f"{100 * share:.1f}" for share in hits.mean(axis=0)]


def printed(title: str, columns: Sequence[str], rows: Iterator[list[object]]) -> None:
    """One table in Markdown."""
    print(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.runs:,} runs, seed {given.seed}; percent.")
    printed(
        "Type I error at 5 %, no difference of means or distributions (of means only, where SDs differ).",
        ("arms", "Welch", "pooled", "Mann-Whitney exact", "asymptotic, continuity", "asymptotic"),
        errors(given.runs, given.seed),
    )
    printed(
        "Coverage of 95 % intervals of a shift.",
        ("arms", "Welch", "pooled", "Hodges-Lehmann, order statistics", "Moses", "asymptotic root"),
        coverage(given.runs, given.seed),
    )
    printed(
        "Type I error at 5 % of a comparison of changes, and the standard error that adjustment leaves.",
        ("trial", "change", "ANCOVA", "ANCOVA, HC3", "ratio of standard errors"),
        adjusting(given.runs, given.seed),
    )
    printed(
        "Shown although the true difference is the margin: non-inferiority at 2.5 %, equivalence at 5 %.",
        ("arms", "non-inferior", "equivalent"),
        margins(given.runs, given.seed),
    )


if __name__ == "__main__":
    main()
