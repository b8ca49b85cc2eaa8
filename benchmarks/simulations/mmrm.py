"""Type I error and coverage of the mixed model for repeated measures in trials of the size that dermatology has.

    python benchmarks/simulations/mmrm.py [--runs 2000] [--seed 1]

Two arms of 20 or of 10 with a baseline and four visits whose spread grows; before each visit after the first a subject may leave, rather
if the value before was bad, so that about 15 % of the last visit are missing at random. The arms' difference at the last visit is tested
at 0.05 under each choice of degrees of freedom and standard errors; its interval moves with the difference, so that coverage is one
minus the type I error.
Then one group of 21 whose mean and spread do not change: baseline as a response of the model, and baseline as a covariate, which the analysis
refuses. Prints tables in Markdown; the same arguments give the same tables.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
from dermoutcomes_mmrm.contrasts import Contrasts
from dermoutcomes_mmrm.fit import Fit, NotConvergedError, fit
from dermoutcomes_mmrm.marginal_means import margin
from dermoutcomes_mmrm.model import Data, Factor, terms_of

Array = np.ndarray[Any, Any]
VISITS = ("V1", "V2", "V3", "V4")
GROWING, EQUAL, LEVEL = np.array([4.0, 4.5, 5.0, 5.5, 6.0]), np.full(5, 5.0), 0.05
CHOICES = (
    ("kenward-roger-linear", "model"),
    ("kenward-roger", "model"),
    ("satterthwaite", "model"),
    ("between-within", "model"),
    ("residual", "model"),
    ("between-within", "empirical"),
    ("between-within", "empirical-cr3"),
)


def values(rng: np.random.Generator, n: int, correlation: float, sd: Array) -> Array:
    """A baseline and four visits of n subjects, every two of them equally correlated."""
    shared, own = rng.normal(size=(n, 1)), rng.normal(size=(n, 5))
    return np.asarray(20 + (correlation**0.5 * shared + (1 - correlation) ** 0.5 * own) * sd)


def left(rng: np.random.Generator, seen: Array) -> Array:
    """The visits with those after a subject has left missing; bad values before make it likelier."""
    kept = seen.copy()
    for visit in range(2, 5):
        gone = np.isnan(kept[:, visit - 1]) & (visit > 2)
        chance = 1 / (1 + np.exp(3.1 - 0.12 * (np.nan_to_num(seen[:, visit - 1]) - 20)))
        kept[gone | (rng.random(len(kept)) < chance), visit] = np.nan
    return kept


def two_arms(rng: np.random.Generator, per_arm: int) -> Data:
    """A trial without an effect."""
    whole = left(rng, values(rng, 2 * per_arm, 0.6, GROWING))
    arms = Factor(("placebo", "active"), np.repeat([0, 1], per_arm))
    return Data(
        whole[:, 1:] - whole[:, :1],
        "visit",
        {"visit": Factor(VISITS), "arm": arms},
        {"base": whole[:, 0]},
    )


def rejections(
    runs: int, per_arm: int, seed: int
) -> tuple[dict[tuple[str, str], float], float, int]:
    """The share of trials in which each choice finds a difference, the share of missing last visits, and fits that failed."""
    rng = np.random.default_rng(seed)
    counts, missing, failed = dict.fromkeys(CHOICES, 0), 0.0, 0
    for _ in range(runs):
        data = two_arms(rng, per_arm)
        missing += float(np.isnan(data.outcome[:, -1]).mean()) / runs
        try:
            model = fit(data, terms_of("arm * visit + base * visit"))
        except NotConvergedError:
            failed += 1
            continue
        row = margin(model, {"arm": "active", "visit": "V4"}) - margin(
            model, {"arm": "placebo", "visit": "V4"}
        )
        for choice in CHOICES:
            counts[choice] += tested(model, row, *choice)
    return {choice: count / (runs - failed) for choice, count in counts.items()}, missing, failed


def tested(model: Fit, row: Array, df: str, errors: str) -> bool:
    """Whether the contrast is called different from zero."""
    return bool(Contrasts(model, df, errors).estimates(row).p_value[0] < LEVEL)


def one_group(runs: int, correlation: float, seed: int, n: int = 21) -> tuple[float, float]:
    """Shares of groups without a change that are called changed: baseline as a response, and as a covariate."""
    rng = np.random.default_rng(seed)
    counts = [0, 0]
    for _ in range(runs):
        whole = values(rng, n, correlation, EQUAL)
        response = fit(
            Data(whole, "visit", {"visit": Factor(("baseline", *VISITS))}), terms_of("visit")
        )
        counts[0] += tested(
            response,
            margin(response, {"visit": "V4"}) - margin(response, {"visit": "baseline"}),
            "kenward-roger-linear",
            "model",
        )
        adjusted = fit(
            Data(
                whole[:, 1:] - whole[:, :1],
                "visit",
                {"visit": Factor(VISITS)},
                {"base": whole[:, 0]},
            ),
            terms_of("base * visit"),
        )
        counts[1] += tested(
            adjusted, margin(adjusted, {"visit": "V4"}), "kenward-roger-linear", "model"
        )
    return counts[0] / runs, counts[1] / runs


def tables(runs: int, seed: int) -> Iterator[str]:
    """Both tables."""
    large, missing, failed = rejections(runs, 20, seed)
    small, _, failed_small = rejections(runs, 10, seed + 1)
    yield f"{runs:,} trials each; {100 * missing:.0f} % of last visits missing; {failed} and {failed_small} fits without an optimum."
    yield "\n| degrees of freedom | standard errors | type I error, 20 an arm | 10 an arm |\n|---|---|---|---|"
    yield from (
        f"| {df} | {errors} | {large[df, errors]:.3f} | {small[df, errors]:.3f} |"
        for df, errors in CHOICES
    )
    yield "\n| correlation with baseline | baseline as a response | baseline as a covariate |\n|---|---|---|"
    for number, correlation in enumerate((0.3, 0.5, 0.7)):
        yield "| {} | {:.3f} | {:.3f} |".format(
            correlation, *one_group(runs, correlation, seed + 2 + number)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Repeated-measures models, simulated.")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print("\n".join(tables(asked.runs, asked.seed)))


if __name__ == "__main__":
    main()
