"""Means and covariances of two arms, and what a subject who left had until then."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import covariance, fmean

from tests.reference.samples.numbers import TWO_ARM, Sample, courses

__all__ = ["left"]

RULES = ("jump", "copy", "increments")


def _moments(letter: str, arm: str) -> tuple[list[float], list[list[float]], list[list[float]]]:
    """Means, covariances and the courses of those without a gap, as baseline and weeks."""
    complete = [
        [float(value) for value in course if value is not None]
        for course in courses(letter, arm, "AVAL")
        if None not in course
    ]
    cells = list(zip(*complete, strict=True))
    means = [round(fmean(cell), 6) for cell in cells]
    spread = [[round(covariance(one, other), 6) for other in cells] for one in cells]
    return means, spread, complete


def left() -> Iterator[Sample]:
    """Each rule, after one to four of five cells."""
    for letter in ("A", "B"):
        own, own_covariance, complete = _moments(letter, "ACT")
        reference, reference_covariance, _ = _moments(letter, "PBO")
        for seen in range(1, 5):
            for rule in RULES:
                yield Sample(
                    f"twoarm{letter}_{rule}_after_{seen}",
                    TWO_ARM.format(letter),
                    {
                        "own": own,
                        "own_covariance": own_covariance,
                        "reference": reference,
                        "reference_covariance": reference_covariance,
                        "seen": complete[seen][:seen],
                        "rule": rule,
                    },
                )
    for rule in ("jump", "increments"):
        identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
        yield Sample(
            f"rbmi_test_{rule}",
            "",
            {
                "own": [1.0, 3.0, 5.0],
                "own_covariance": identity,
                "reference": [2.0, 6.0, 10.0],
                "reference_covariance": identity,
                "seen": [1.0],
                "rule": rule,
            },
            "the tests of the R package rbmi expect the means 6 and 10 of jump to reference, 5 and 9 of copy increments",
        )
