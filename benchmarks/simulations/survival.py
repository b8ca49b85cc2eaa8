"""Type I error and coverage of the comparisons of times to an event, by the functions that the analyses use.

    python benchmarks/simulations/survival.py [--runs 2000] [--seed 1]

Two arms with exponential times, about a quarter censored, whose hazards are equal (errors of the tests) or in a ratio of 2 (coverage of the
hazard ratio). Days are rounded up to whole weeks in "weeks", which makes ties. Errors of about sqrt(0.05 * 0.95 / runs) are left to
chance (0.5 points at 2,000 runs). Prints a table in Markdown. The same arguments give the same table.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from math import log
from typing import Any

import numpy as np
from dermoutcomes_survival.cox_fit import Fit, fit, profile_limits, wald_test
from dermoutcomes_survival.curves import Curve, Transform, curve, limits, quantile
from dermoutcomes_survival.rank_tests import one_step, overall, rank_test

Z, ALPHA, RATIO = 1.959963984540054, 0.05, 2.0
Array = np.ndarray[Any, Any]
ARMS = (20, 50)


def drawn(
    rng: np.random.Generator, n: int, ratio: float, *, weeks: bool
) -> tuple[Array, Array, Array]:
    """Times, events and arm (1 has `ratio` times the hazard) of two arms of n."""
    arm = np.repeat([0, 1], n)
    time, end = rng.exponential(10.0 / np.where(arm == 1, ratio, 1.0)), rng.uniform(0, 40, 2 * n)
    seen = np.minimum(time, end)
    return np.ceil(seen / 2) if weeks else seen, time <= end, arm


def found(time: Array, event: Array, arm: Array, truth: float) -> Iterator[tuple[str, float]]:
    """Names of what is counted, and whether it happened."""
    test = rank_test(time.tolist(), event.tolist(), arm.tolist(), 2)
    step = one_step(test, 1)
    yield "log-rank rejects", float(overall(test).p_value <= ALPHA)
    yield "one-step interval holds", float(abs(step.estimate - truth) <= Z * step.std_error)
    try:
        model = fit(time.tolist(), event.tolist(), arm[:, None].astype(float))
    except ValueError:
        return
    yield from _of_model(model, truth)


def _of_model(model: Fit, truth: float) -> Iterator[tuple[str, float]]:
    low, high = profile_limits(model, 0)
    yield "Cox, Wald rejects", float(wald_test(model).p_value <= ALPHA)
    yield (
        "Cox, Wald interval holds",
        float(abs(model.beta[0] - truth) <= Z * model.covariance[0, 0] ** 0.5),
    )
    yield (
        "Cox, profile interval holds",
        float((low is None or low <= truth) and (high is None or truth <= high)),
    )


def of_curve(one: Curve, median: float) -> Iterator[tuple[str, float]]:
    """Whether the limits of the median hold, on each scale."""
    scales: tuple[Transform, ...] = ("log-log", "log", "plain")
    for scale in scales:
        side = quantile(one, 0.5, limits(one, transform=scale))
        yield (
            f"median, {scale} limits hold",
            float(
                (side.low is None or side.low <= median)
                and (side.high is None or median <= side.high)
            ),
        )


def counted(runs: int, seed: int, n: int, ratio: float, *, weeks: bool) -> dict[str, float]:
    """The share of the runs in which each happened."""
    rng, seen = np.random.default_rng([seed, n, int(ratio * 10), int(weeks)]), {}
    for _ in range(runs):
        time, event, arm = drawn(rng, n, ratio, weeks=weeks)
        for name, value in (
            *found(time, event, arm, log(ratio)),
            *(() if weeks else of_curve(curve(time[:n], event[:n]), 10 * log(2))),
        ):
            seen.setdefault(name, []).append(value)
    return {name: float(np.mean(values)) for name, values in seen.items()}


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(given)
    columns = [
        (
            f"{n} an arm, {'weeks' if weeks else 'days'}, ratio {ratio:g}",
            counted(asked.runs, asked.seed, n, ratio, weeks=weeks),
        )
        for ratio in (1.0, RATIO)
        for n in ARMS
        for weeks in (False, True)
    ]
    names = list(dict.fromkeys(name for _, shares in columns for name in shares))
    print("| % of trials |", " | ".join(head for head, _ in columns), "|")
    print("|---|", "---|" * len(columns), sep="")
    for name in names:
        print(
            f"| {name} |",
            " | ".join(
                f"{100 * shares[name]:.1f}" if name in shares else "" for _, shares in columns
            ),
            "|",
        )


if __name__ == "__main__":
    main()
