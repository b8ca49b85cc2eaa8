"""What models leave of records: of a mean of differences, an analysis of covariance, repeated measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.samples.numbers import (
    KERSCHER,
    TWO_ARM,
    WEEKS,
    Sample,
    arm,
    rows,
    two_weeks,
)

__all__ = ["left_over"]


def left_over() -> Iterator[Sample]:
    """A sample for each model."""
    for letter in "AB":
        now, before = two_weeks(letter, "R0", 8)
        differences = [round(a - b, 10) for a, b in zip(now, before, strict=True)]
        yield Sample(
            f"mean_syn{letter}_R0",
            KERSCHER.format(letter),
            {"model": "mean", "data": {"outcome": differences}, "reference": None, "visits": None},
            "of the differences from week 0",
        )
        yield Sample(
            f"covariance_twoarm{letter}_week_12",
            TWO_ARM.format(letter),
            {"model": "covariance", "data": _at_week(letter), "reference": "PBO", "visits": None},
        )
    yield Sample(
        "visits_twoarmA",
        TWO_ARM.format("A"),
        {
            "model": "visits",
            "data": _over_visits("A"),
            "reference": "PBO",
            "visits": [f"Week {week}" for week in WEEKS],
        },
        "some subjects leave early",
    )
    yield Sample(
        "covariance_levels_of_one",
        "",
        {
            "model": "covariance",
            "data": {
                "outcome": [2.0, 3.5, 3.0, 6.5, 7.0, 9.5],
                "arm": ["a", "a", "a", "b", "b", "b"],
                "base": [1.0, 2.0, 3.0, 2.0, 3.0, 40.0],
            },
            "reference": "a",
            "visits": None,
        },
        "a small example; one record pulls the slope to itself",
    )


def _at_week(letter: str) -> dict[str, Any]:
    """Changes, arms and baselines of subjects with a change at week 12."""
    table: dict[str, list[Any]] = {"outcome": [], "arm": [], "base": []}
    for name in ("ACT", "PBO"):
        changes, bases = arm(letter, name, 12, "CHG"), arm(letter, name, 12, "BASE")
        for change, base in zip(changes, bases, strict=True):
            if change is not None:
                for column, value in zip(table, (change, name, base), strict=True):
                    table[column].append(value)
    return table


def _over_visits(letter: str) -> dict[str, Any]:
    """Every change, by subject and visit."""
    columns = {
        "subject": "USUBJID",
        "visit": "VISIT",
        "arm": "ARM",
        "base": "BASE",
        "outcome": "CHG",
    }
    known = [
        row
        for row in rows(TWO_ARM.format(letter))
        if row["CHG"] not in ("", "NA") and float(row["AVISITN"]) > 0
    ]
    known.sort(key=lambda row: (row["USUBJID"], float(row["AVISITN"])))
    return {
        name: [float(row[of]) if name in ("base", "outcome") else row[of] for row in known]
        for name, of in columns.items()
    }
