"""What becomes of a difference of two arms when subjects leave: type I error, bias and coverage under several handlings.

    python benchmarks/simulations/missing_data.py [--runs 400] [--seed 1] [--imputations 20]

Two arms of 50 with a baseline and three visits. Before each visit a subject may leave, with a probability that depends on the value
before: in the active arm those who are worse leave, in the other those who are better, so that values are missing at random and those
who stay are not comparable. Both arms are compared at the last visit by analysis of covariance. Prints one table in Markdown; the same
arguments give the same table.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from dermoutcomes_multiple_imputation.monotone import sequential
from dermoutcomes_multiple_imputation.record_matrix import Layout
from dermoutcomes_multiple_imputation.reference_based import COPY, INCREMENTS, JUMP, reference_based
from dermoutcomes_multiple_imputation.rubin import RubinOptions, rubins_rules
from dermoutcomes_multiple_imputation.tipping_point import difference_of_arms
from scipy import special

from dermoutcomes import Draws, Estimate

Array = np.ndarray[Any, Any]
PER_ARM, VISITS, EFFECT = 50, 4, -2.0
ACTIVE = np.repeat([True, False], PER_ARM)
MEANS, SD, CORRELATION, WITHOUT = np.array([20.0, 19.0, 18.5, 18.0]), 4.0, 0.7, 0.15


class Judged(NamedTuple):
    """An estimate with the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float


def trial(rng: np.random.Generator, effect: float) -> tuple[Array, Array]:
    """The values that would have been seen, and which of them were: subjects × visits."""
    apart = np.abs(np.subtract.outer(np.arange(VISITS), np.arange(VISITS)))
    values = MEANS + rng.multivariate_normal(
        np.zeros(VISITS), SD**2 * CORRELATION**apart, 2 * PER_ARM
    )
    values[ACTIVE] += effect * np.arange(VISITS) / (VISITS - 1)
    seen = np.ones_like(values, dtype=bool)
    for visit in range(1, VISITS):
        worse = (values[:, visit - 1] - MEANS[visit - 1]) / SD
        chance = special.expit(special.logit(WITHOUT) + np.where(ACTIVE, 1.0, -1.0) * worse)
        seen[:, visit] = seen[:, visit - 1] & (rng.random(2 * PER_ARM) > chance)
    return values, seen


def judged(estimate: float, std_error: float, df: float | None) -> Judged:
    reach = float(special.stdtrit(df, 0.975) if df else special.ndtri(0.975)) * std_error
    return Judged(estimate, estimate - reach, estimate + reach)


def adjusted(values: Array, rows: Array) -> Estimate:
    """The difference at the last visit at equal baseline, of these subjects."""
    found = difference_of_arms(
        values[rows, -1].tolist(), ACTIVE[rows].tolist(), values[rows, 0].tolist()
    )
    assert found is not None
    return Estimate(found.estimate, found.std_error, float(found.df))


def single(values: Array, rows: Array) -> Judged:
    one = adjusted(values, rows)
    return judged(one.estimate, one.std_error, one.df)


def carried_forward(values: Array) -> Array:
    """Each missing value replaced by the last one before it, the baseline too."""
    filled = values.copy()
    for visit in range(1, VISITS):
        filled[:, visit] = np.where(
            np.isnan(filled[:, visit]), filled[:, visit - 1], filled[:, visit]
        )
    return filled


def pooled(copies: list[Array]) -> Judged:
    everybody = np.arange(2 * PER_ARM)
    made = rubins_rules(tuple(adjusted(copy, everybody) for copy in copies), RubinOptions())
    return judged(made.estimate, made.std_error, made.df)


def at_random(values: Array, m: int, rng: np.random.Generator) -> list[Array]:
    """Sequential regression within each arm."""
    parts = [
        sequential(values[arm == ACTIVE], np.ones((PER_ARM, 1)), m, 5, rng) for arm in (True, False)
    ]
    return [np.vstack(pair) for pair in zip(*parts, strict=True)]


def like_reference(rule: str) -> Callable[[Array, int, np.random.Generator], list[Array]]:
    """A reference-based imputation; the second arm is the reference."""

    def fill(values: Array, m: int, rng: np.random.Generator) -> list[Array]:
        arms = tuple("active" if active else "reference" for active in ACTIVE)
        made = Layout(
            tuple(map(str, range(len(arms)))),
            arms,
            values,
            tuple(range(VISITS)),
            np.full(values.shape, -1),
            np.zeros((len(arms), 0)),
            pl.DataFrame(),
        )
        draws = Draws(m, int(rng.integers(2**32)), ("active", "reference"), "reference")
        return reference_based(made, draws, rule, 5)

    return fill


def methods(values: Array, seen: Array, m: int, rng: np.random.Generator) -> dict[str, Judged]:
    """Each handling's estimate of one trial."""
    everybody, known = np.arange(2 * PER_ARM), np.where(seen, values, np.nan)
    several = {
        "multiple imputation, at random": at_random,
        "jump to reference": like_reference(JUMP),
        "copy reference": like_reference(COPY),
        "copy increments": like_reference(INCREMENTS),
    }
    return {
        "nobody leaves": single(values, everybody),
        "complete cases": single(values, np.flatnonzero(seen[:, -1])),
        "last value carried forward": single(carried_forward(known), everybody),
        **{name: pooled(fill(known, m, rng)) for name, fill in several.items()},
    }


def simulated(effect: float, runs: int, m: int, seed: int) -> dict[str, list[Judged]]:
    rng = np.random.default_rng(seed)
    found: dict[str, list[Judged]] = {}
    for _ in range(runs):
        for name, one in methods(*trial(rng, effect), m, rng).items():
            found.setdefault(name, []).append(one)
    return found


def lines(runs: int, m: int, seed: int) -> list[str]:
    """The table."""
    null, effect = simulated(0.0, runs, m, seed), simulated(EFFECT, runs, m, seed + 1)
    rows = [
        "| handling | bias, no effect | type I error | mean estimate, effect -2 | interval holds -2 | power |",
        "|---|---|---|---|---|---|",
    ]
    for name, under_null in null.items():
        under = effect[name]
        bias = math.fsum(one.estimate for one in under_null) / runs
        rejected = sum(one.low > 0 or one.high < 0 for one in under_null) / runs
        mean = math.fsum(one.estimate for one in under) / runs
        holds, power = (
            sum(one.low <= EFFECT <= one.high for one in under) / runs,
            sum(one.high < 0 or one.low > 0 for one in under) / runs,
        )
        rows.append(
            f"| {name} | {bias:+.2f} | {rejected:.3f} | {mean:.2f} | {holds:.3f} | {power:.2f} |"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Handlings of missing values, simulated.")
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--imputations", type=int, default=20)
    asked = parser.parse_args()
    print("\n".join(lines(asked.runs, asked.imputations, asked.seed)))


if __name__ == "__main__":
    main()
