"""Sign flips and bootstrap BCa intervals of 21 subjects and 10 endpoints, 10,000 resamples each, against loops over scipy.stats.

    python benchmarks/resampling.py                     # 21 subjects, 10 endpoints, 10,000 resamples
    python benchmarks/resampling.py --resamples 100000
    python benchmarks/resampling.py --json "BCa of the mean"    # one of them, for a program to read

Three sides take turns, the best of several rounds counts: scipy.stats.permutation_test and scipy.stats.bootstrap called endpoint by
endpoint on arrays, both vectorised; our arithmetic on the same arrays; and our whole analyses, from records to result rows, which
print more (the interval that inverts the sign flips, three further bootstrap intervals and a p-value).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from time import process_time
from typing import Any

import numpy as np
import polars as pl
from dermoutcomes_paired.bootstrap import BOOTSTRAP, BootstrapOptions
from dermoutcomes_paired.permutation_paired import PERMUTATION_PAIRED, PermutationOptions
from dermoutcomes_paired.resampled import bootstrapped, intervals
from dermoutcomes_paired.sign_flips import drawn, exact
from scipy import stats

from dermoutcomes import Comparison, Task
from dermoutcomes.tables import conform

Array = np.ndarray[Any, Any]


def endpoints(subjects: int, number: int, seed: int = 1) -> list[Array]:
    """Differences of each endpoint, to 3 decimals as an instrument gives them."""
    return [
        np.round(row, 3) for row in np.random.default_rng(seed).normal(0.3, 1.0, (number, subjects))
    ]


def task_of(differences: Array) -> Task:
    """The same differences as the records of a study."""
    rows = [
        {
            "subject": f"{i:04}",
            "visit": "W12",
            "reference_visit": "baseline",
            "value": 10.0 + d,
            "base": 10.0,
            "change": float(d),
        }
        for i, d in enumerate(differences)
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": Comparison(("W12", "baseline"))},
        "single-arm",
        unit="mm",
        improves="up",
        seed=1,
    )


def permutations(data: list[Array], resamples: int) -> Mapping[str, Callable[[], Any]]:
    """The sides of the sign-flip test."""
    tasks = [task_of(d) for d in data]
    options = PermutationOptions(method="monte_carlo", resamples=resamples)
    mean = np.mean
    return {
        "scipy": lambda: [
            stats.permutation_test(
                (d,),
                mean,
                permutation_type="samples",
                n_resamples=resamples,
                vectorized=True,
                rng=1,
            )
            for d in data
        ],
        "ours": lambda: [drawn(list(d), resamples, np.random.default_rng(1)) for d in data],
        "ours, all signs counted": lambda: [exact(list(d)) for d in data],
        "ours, the analysis": lambda: [
            list(PERMUTATION_PAIRED.run(task, options)) for task in tasks
        ],
    }


def bootstraps(
    data: list[Array], resamples: int, statistic: str
) -> Mapping[str, Callable[[], Any]]:
    """The sides of the bootstrap."""
    tasks = [task_of(d) for d in data]
    options = BootstrapOptions(statistic=statistic, resamples=resamples)
    function = np.mean if statistic == "mean" else np.median
    kind: Any = statistic
    return {
        "scipy": lambda: [
            stats.bootstrap(
                (d,), function, n_resamples=resamples, method="BCa", vectorized=True, rng=1
            )
            for d in data
        ],
        "ours": lambda: [
            intervals(bootstrapped(list(d), kind, resamples, np.random.default_rng(1)))
            for d in data
        ],
        "ours, the analysis": lambda: [list(BOOTSTRAP.run(task, options)) for task in tasks],
    }


def best_of(sides: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """CPU milliseconds of each side: the least of several rounds in turn, after one that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, run in sides.items():
            start = process_time()
            run()
            times[name].append(1000 * (process_time() - start))
    return {name: min(measured[1:]) for name, measured in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subjects", type=int, default=21)
    parser.add_argument("--endpoints", type=int, default=10)
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="CASE")
    given = parser.parse_args()
    data = endpoints(given.subjects, given.endpoints)
    cases = {
        "sign flips of the mean": permutations(data, given.resamples),
        "BCa of the mean": bootstraps(data, given.resamples, "mean"),
        "BCa of the median": bootstraps(data, given.resamples, "median"),
    }
    if given.json:
        print(json.dumps(best_of(cases[given.json], given.rounds)))
        return
    print(
        f"{given.subjects} subjects, {given.endpoints} endpoints, {given.resamples} resamples, best of {given.rounds} rounds\n"
    )
    print("| what | side | CPU ms | scipy takes |\n|---|---|---|---|")
    for what, sides in cases.items():
        found = best_of(sides, given.rounds)
        for name, ms in found.items():
            print(f"| {what} | {name} | {ms:.1f} | {found['scipy'] / ms:.1f} times as long |")


if __name__ == "__main__":
    main()
