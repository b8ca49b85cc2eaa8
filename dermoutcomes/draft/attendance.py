"""Who was read when and on which side, as a grid of subjects and visits with its holes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.study import Study

__all__ = ["Attendance", "attendance_lines"]

NARROWEST = 4
# Of more subjects than these only those with holes are shown, and of them the first.
MOST_SUBJECTS = 24
MOST_HOLES = 20
SIGNS = {"left": "L", "right": "R", "": "x"}
NOTHING = "·"


@frozen(eq=False)
class Attendance:
    """Who was read when and on which side: `read` has the sides of each subject and visit.

    `sides` are those that readings have, or one that is empty where they have none.
    """

    names: list[str]
    visits: list[str]
    sides: list[str]
    read: Mapping[tuple[str, str], set[str]]

    @classmethod
    def of(cls, study: Study, readings: pl.DataFrame, subjects: Iterable[str]) -> Attendance:
        """The attendance of all subjects, listed or read, at the visits with a reading."""
        seen = readings.select("subject", "visit", "side").unique()
        sides = [side for side in ("left", "right") if side in set(seen["side"])] or [""]
        read: dict[tuple[str, str], set[str]] = {}
        for subject, visit, side in seen.iter_rows():
            read.setdefault((subject, visit), set()).add(side if side in sides else "")
        visits = [name for name in study.visits if name in set(seen["visit"])]
        return cls(sorted({*subjects, *seen["subject"]}, key=_by_number), visits, sides, read)

    def marks(self, subject: str, visit: str) -> str:
        """A sign for each side that was read, a point for one that was not.

        A reading of no side, where others have one, is a reading of the visit.
        """
        read = self.read.get((subject, visit), set())
        if read and self.sides != [""] and not read & set(self.sides):
            return SIGNS[""]
        return "".join(SIGNS[side] if side in read else NOTHING for side in self.sides)

    def with_holes(self) -> list[str]:
        """The subjects with a visit or a side that was not read."""
        return [
            name
            for name in self.names
            if any(NOTHING in self.marks(name, visit) for visit in self.visits)
        ]

    def counts(self) -> str:
        """How many subjects each visit has a reading of, as words."""
        return ", ".join(
            f"{visit} {sum((name, visit) in self.read for name in self.names)}"
            for visit in self.visits
        )


def attendance_lines(attendance: Attendance, width: int) -> Iterator[str]:
    """The grid in lines of a width: a row a subject, of many subjects those with holes."""
    legend = "x read" if attendance.sides == [""] else "L left, R right"
    yield f"Readings by subject and visit ({legend}, {NOTHING} nothing):"
    if len(attendance.names) <= MOST_SUBJECTS:
        yield from _rows(attendance, attendance.names, width)
        return
    holes = attendance.with_holes()
    yield from _rows(attendance, holes[:MOST_HOLES], width)
    whole = count_words(len(attendance.names) - len(holes), "subject")
    more = len(holes) - MOST_HOLES
    yield f"  {whole} without a hole" + (f", {more} more with holes" if more > 0 else "")


def _rows(attendance: Attendance, names: list[str], width: int) -> Iterator[str]:
    """A head and a row a subject, in as many blocks of visits as the width asks for."""
    first = max([*map(len, attendance.names), len("subject")])
    for visits in _blocks(attendance.visits, width - first - 2):
        yield _row("", visits, visits, first)
        for name in names:
            marks = [attendance.marks(name, visit) for visit in visits]
            yield _row(name, marks, visits, first)


def _row(name: str, cells: list[str], visits: list[str], first: int) -> str:
    columns = (f"{cell:<{_width(visit)}}" for cell, visit in zip(cells, visits, strict=True))
    return f"  {name:<{first}}  " + "  ".join(columns).rstrip()


def _width(visit: str) -> int:
    return max(NARROWEST, len(visit))


def _blocks(visits: list[str], width: int) -> Iterator[list[str]]:
    """The visits in blocks that fit the width, one at least in each."""
    block: list[str] = []
    used = 0
    for visit in visits:
        size = _width(visit) + 2
        if block and used + size > width:
            yield block
            block, used = [], 0
        block.append(visit)
        used += size
    yield block


def _by_number(name: str) -> list[tuple[int, Decimal | str]]:
    """Ids in the order of their numbers: 2 before 10."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, Decimal(part)) if part.isdecimal() else (1, part) for part in parts]
