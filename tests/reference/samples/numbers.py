"""Numbers of the data files in `data/`, and the form of a case's inputs."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = [
    "KERSCHER",
    "SIDES",
    "TWO_ARM",
    "WEEKS",
    "Sample",
    "Values",
    "arm",
    "courses",
    "kerscher",
    "known",
    "number",
    "rounded",
    "rows",
    "side",
    "two_weeks",
    "without",
]

DATA = Path(__file__).parents[1] / "data"
SIDES, TWO_ARM, KERSCHER = "syn_splitface_A.csv", "syn_twoarm_{}.csv", "syn_kerscher_{}.csv"
WEEKS = (4, 8, 12, 24)
Values = list["float | None"]


class Sample(NamedTuple):
    """One case: its name, the file that its numbers come from ("" for a small example), the inputs by their names in the R code, and what is special."""

    name: str
    dataset: str
    inputs: dict[str, Any]
    notes: str = ""


@cache
def rows(file: str) -> tuple[dict[str, str], ...]:
    """The rows of a data file as texts."""
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def number(text: str | None) -> float | None:
    """A number, None for a gap."""
    return None if text in ("", "NA", None) else float(text)


def without(values: Values, every: int, start: int = 0) -> Values:
    """The values with every n-th taken away."""
    return [None if place % every == start else value for place, value in enumerate(values)]


def rounded(values: Values, digits: int) -> Values:
    """The values with ties made by rounding."""
    return [None if value is None else round(value, digits) for value in values]


def kerscher(letter: str, parameter: str, weeks: tuple[int, ...]) -> list[Values]:
    """Values of each subject at those weeks."""
    found: dict[str, dict[float, float | None]] = {}
    for row in rows(KERSCHER.format(letter)):
        if row["PARAMCD"] == parameter:
            found.setdefault(row["USUBJID"], {})[float(row["AVISITN"])] = number(row["AVAL"])
    return [[found[subject].get(week) for week in weeks] for subject in sorted(found)]


def two_weeks(letter: str, parameter: str, week: int) -> tuple[list[float], list[float]]:
    """Values of the subjects with both: at that week and at week 0."""
    pairs = [pair for pair in kerscher(letter, parameter, (week, 0)) if None not in pair]
    now, before = zip(*pairs, strict=True)
    return list(now), list(before)


def side(name: str, week: int, column: str = "AVAL") -> Values:
    """Values of one side of each subject."""
    found = {
        row["USUBJID"]: number(row[column])
        for row in rows(SIDES)
        if row["SIDE"] == name and row["AVISITN"] == str(week)
    }
    return [found[subject] for subject in sorted(found)]


def arm(letter: str, name: str, week: int, column: str) -> Values:
    """Values of one arm's subjects at a week, gaps among them."""
    found = {
        row["USUBJID"]: number(row[column])
        for row in rows(TWO_ARM.format(letter))
        if row["ARM"] == name and row["AVISITN"] == str(week)
    }
    return [found[subject] for subject in sorted(found)]


def courses(letter: str, name: str, column: str) -> list[Values]:
    """The arm's subjects by their baseline and the weeks after it."""
    base = arm(letter, name, 4, "BASE")
    later = [arm(letter, name, week, column) for week in WEEKS]
    return [list(course) for course in zip(base, *later, strict=True)]


def known(values: Values) -> list[float]:
    """Without gaps."""
    return [value for value in values if value is not None]
