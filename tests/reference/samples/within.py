"""Two treatments of each subject, units of subjects, and subjects chosen by a reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.samples.numbers import (
    SIDES,
    TWO_ARM,
    WEEKS,
    Sample,
    Values,
    arm,
    rounded,
    side,
    without,
)

__all__ = ["selected", "shares", "shares_of_two", "sides"]


def sides() -> Iterator[Sample]:
    """Two treatments of each subject, before and at a visit."""

    def of(week: int, n: int | None = None) -> dict[str, Any]:
        return {
            "first": side("active", week)[:n],
            "second": side("vehicle", week)[:n],
            "first_before": side("active", 0)[:n],
            "second_before": side("vehicle", 0)[:n],
        }

    yield Sample("splitfaceA_w4", SIDES, of(4))
    yield Sample("splitfaceA_w12", SIDES, of(12))
    gaps = of(4)
    yield Sample(
        "splitfaceA_w4_missing",
        SIDES,
        {
            **gaps,
            "first": without(gaps["first"], 5),
            "second_before": without(gaps["second_before"], 7, 3),
        },
        "some values taken away",
    )
    yield Sample(
        "splitfaceA_w12_ties",
        SIDES,
        {name: rounded(values, -1) for name, values in of(12).items()},
        "rounded to tens, which makes ties",
    )
    yield Sample("splitfaceA_w12_small", SIDES, of(12, 5), "five subjects")


def units_of_sides(week: int, n: int | None = None) -> dict[str, Any]:
    """Both sides of each subject with its treatment."""
    parts = [
        (subject, name, value)
        for name in ("active", "vehicle")
        for subject, value in enumerate(side(name, week, "SUCCESS")[:n], 1)
    ]
    subject, arms, responds = (list(column) for column in zip(*parts, strict=True))
    return {"subject": subject, "arm": arms, "responds": responds}


def units_of_visits(letter: str, names: tuple[str, ...], n: int | None = None) -> dict[str, Any]:
    """Visits as the units of subjects, of whom some lack one."""
    parts = [
        (f"{name}{subject}", name, value)
        for name in names
        for week in WEEKS
        for subject, value in enumerate(arm(letter, name, week, "RESP50")[:n], 1)
    ]
    subject, arms, responds = (list(column) for column in zip(*parts, strict=True))
    return {"subject": subject, "arm": arms, "responds": responds}


def shares() -> Iterator[Sample]:
    """Units that respond, several of a subject."""

    def of(given: dict[str, Any], null: float) -> dict[str, Any]:
        return {"subject": given["subject"], "responds": given["responds"], "null": null}

    yield Sample("splitfaceA_w4", SIDES, of(units_of_sides(4), 0.4))
    yield Sample("splitfaceA_w12", SIDES, of(units_of_sides(12), 0.5))
    yield Sample("splitfaceA_w12_small", SIDES, of(units_of_sides(12, 6), 0.5), "six subjects")
    for letter, name in (("A", "ACT"), ("A", "PBO"), ("B", "ACT")):
        yield Sample(
            f"twoarm{letter}_{name}",
            TWO_ARM.format(letter),
            of(units_of_visits(letter, (name,)), 0.3),
            "visits as units, some of them missing",
        )


def shares_of_two() -> Iterator[Sample]:
    """The same under two treatments, of the same subjects or of others."""
    within, between = {"levels": ["active", "vehicle"]}, {"levels": ["ACT", "PBO"]}
    for week in (4, 12):
        yield Sample(
            f"splitfaceA_w{week}", SIDES, units_of_sides(week) | within, "two sides of each subject"
        )
    gaps = units_of_sides(12)
    yield Sample(
        "splitfaceA_w12_missing",
        SIDES,
        {**gaps, "responds": without(gaps["responds"], 6, 1)} | within,
        "some sides taken away",
    )
    yield Sample("splitfaceA_w12_small", SIDES, units_of_sides(12, 6) | within, "six subjects")
    for letter in "AB":
        yield Sample(
            f"twoarm{letter}",
            TWO_ARM.format(letter),
            units_of_visits(letter, ("ACT", "PBO")) | between,
            "visits as units, other subjects in each arm",
        )


def selected() -> Iterator[Sample]:
    """Readings by which subjects were chosen, and later ones."""
    unknown = {"population_mean": None, "population_sd": None, "correlation": None}

    def of(before: Values, later: Values, threshold: float, *, above: bool) -> dict[str, Any]:
        pairs = [
            (one, other)
            for one, other in zip(before, later, strict=True)
            if one is not None
            and other is not None
            and (one >= threshold if above else one <= threshold)
        ]
        return {
            "reading": [one for one, _ in pairs],
            "value": [other for _, other in pairs],
            "threshold": threshold,
            "above": above,
            **unknown,
        }

    yield Sample(
        "twoarmB_PBO_w4",
        TWO_ARM.format("B"),
        of(arm("B", "PBO", 4, "BASE"), arm("B", "PBO", 4, "AVAL"), 18.0, above=True),
    )
    yield Sample(
        "twoarmA_PBO_w8",
        TWO_ARM.format("A"),
        of(arm("A", "PBO", 8, "BASE"), arm("A", "PBO", 8, "AVAL"), 25.0, above=False),
        "readings below a bound",
    )
    yield Sample(
        "splitfaceA_w12", SIDES, of(side("vehicle", 0), side("vehicle", 12), 52.0, above=True)
    )
    small = of(arm("B", "ACT", 12, "BASE"), arm("B", "ACT", 12, "AVAL"), 20.0, above=True)
    small = {**small, "reading": small["reading"][:6], "value": small["value"][:6]}
    yield Sample(
        "twoarmB_ACT_stated",
        TWO_ARM.format("B"),
        {**small, "population_mean": 15.0, "population_sd": 8.0, "correlation": 0.6},
        "six subjects; population stated",
    )
    yield Sample(
        "twoarmA_ACT_correlation",
        TWO_ARM.format("A"),
        {
            **of(arm("A", "ACT", 4, "BASE"), arm("A", "ACT", 4, "AVAL"), 15.0, above=True),
            "correlation": 0.7,
        },
        "correlation stated",
    )
