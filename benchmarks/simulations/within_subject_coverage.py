"""How often 95 % intervals of the mixed model cover the difference of treatments, in small and incomplete trials.

    python benchmarks/simulations/within_subject_coverage.py [--runs 500] [--seed 1]

Prints one table in Markdown. The same arguments give the same table. Needs the project with its plugins.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
from dermoutcomes_within_subject.fixed_effects import FixedEffects
from dermoutcomes_within_subject.mixed_model import ModelError, fit, told_apart
from dermoutcomes_within_subject.small_samples import Method, inference
from dermoutcomes_within_subject.variance_components import RandomTerm

Row = tuple[str, str, str, str, float]
TRUE = -1.0
METHODS: tuple[Method, ...] = ("kenward-roger", "satterthwaite")


def both_sides(rng: np.random.Generator, n: int, lost: float = 0.0) -> Iterator[Row]:
    """A and B on the sides of n subjects at two visits; a share of the readings is lost at random."""
    for number in range(n):
        level, side, day = rng.normal(0, 2), rng.normal(0, 1, 2), rng.normal(0, 1, 2)
        places = rng.permutation(2)
        yield from (
            (
                f"{number:03}",
                arm,
                ("left", "right")[places[k]],
                visit,
                level + side[places[k]] + day[v] + TRUE * (arm == "A") + rng.normal(),
            )
            for v, visit in enumerate(("W4", "W8"))
            for k, arm in enumerate("AB")
            if rng.random() >= lost
        )


def blocks(rng: np.random.Generator, n: int) -> Iterator[Row]:
    """{untreated, A}, {untreated, B} or {A, B} on two zones, a third of the n subjects each."""
    effect = {"A": TRUE, "B": 0.0, "C": 1.0}
    for number in range(n):
        level, zones = rng.normal(0, 2), rng.permutation(2)
        yield from (
            (f"{number:03}", arm, str(zones[k]), "W8", level + effect[arm] + rng.normal())
            for k, arm in enumerate(("CA", "CB", "AB")[number % 3])
        )


SETTINGS: dict[str, Callable[[np.random.Generator], Iterator[Row]]] = {
    "8 subjects, both sides, two visits": lambda rng: both_sides(rng, 8),
    "8 subjects, a third of readings lost": lambda rng: both_sides(rng, 8, 1 / 3),
    "20 subjects, a third of readings lost": lambda rng: both_sides(rng, 20, 1 / 3),
    "9 subjects, two of three treatments each": lambda rng: blocks(rng, 9),
    "21 subjects, two of three treatments each": lambda rng: blocks(rng, 21),
}


def limits(rows: list[Row]) -> list[tuple[float, float]]:
    """The intervals of A minus B at the last visit, by Kenward-Roger and by Satterthwaite, from the model that the analysis fits.

    Raises ModelError where there is none.
    """
    subjects, arms, places, visits = ([row[column] for row in rows] for column in range(4))
    columns = {"arm": arms, "visit": visits, "place": places}
    levels = {name: sorted(set(values), reverse=name == "arm") for name, values in columns.items()}
    mains = [(name,) for name, own in levels.items() if len(own) > 1]
    several = len(levels["visit"]) > 1
    fixed = FixedEffects(columns, levels, [*mains, *([("arm", "visit")] if several else [])])
    terms = [RandomTerm("subject", subjects)]
    if several:
        terms += [
            RandomTerm("subject_unit", list(zip(subjects, places, strict=True))),
            RandomTerm("subject_visit", list(zip(subjects, visits, strict=True))),
        ]
    y = np.array([row[4] for row in rows])
    while len(terms) > 1 and not told_apart(y, fixed.matrix, terms):
        terms = terms[:-1]
    contrast = fixed.row({"arm": "A", "visit": "W8"}) - fixed.row({"arm": "B", "visit": "W8"})
    while True:
        try:
            fitted = fit(y, fixed.matrix, terms)
            return [
                inference(fitted, method).effect(contrast[fixed.kept]).limits()
                for method in METHODS
            ]
        except (ModelError, np.linalg.LinAlgError):
            if len(terms) == 1:
                raise
            terms = terms[:-1]


def coverage(
    simulate: Callable[[np.random.Generator], Iterator[Row]], rng: np.random.Generator, runs: int
) -> list[str]:
    """Share covered by each method, and how often there was no interval."""
    found = []
    for _ in range(runs):
        with suppress(ModelError, np.linalg.LinAlgError):
            found.append([low <= TRUE <= high for low, high in limits(list(simulate(rng)))])
    return [
        *(f"{sum(covered) / len(found):.3f}" for covered in zip(*found, strict=True)),
        str(runs - len(found)),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(
        f"| {given.runs} trials of | Kenward-Roger | Satterthwaite | no interval |\n| --- | --: | --: | --: |"
    )
    for number, (name, simulate) in enumerate(SETTINGS.items()):
        print(
            f"| {name} | {' | '.join(coverage(simulate, np.random.default_rng([given.seed, number]), given.runs))} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
