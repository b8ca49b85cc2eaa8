"""Numbered references, in the order in which the text first cites them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Bullets, Link, Part, Rich, rich

if TYPE_CHECKING:
    from dermoutcomes.declare import Reference

__all__ = ["Citations"]

DOI = "https://doi.org/"


class Citations:
    """The references cited so far."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.cited: list[Reference] = []

    def cite(self, references: Iterable[Reference]) -> Rich:
        """The superscript numbers of these references, as links into the list."""
        numbers = sorted({self._number(reference) for reference in references})
        parts: list[Part] = []
        for position, number in enumerate(numbers):
            parts.append(
                Part(
                    f"{',' if position else ''}{number}",
                    link=Link("reference", str(number)),
                    look="cite",
                )
            )
        return tuple(parts)

    def _number(self, reference: Reference) -> int:
        key = reference.doi or reference.citation
        if key not in self.numbers:
            self.cited.append(reference)
            self.numbers[key] = len(self.cited)
        return self.numbers[key]

    def listed(self) -> Bullets:
        """The list of references, numbered by its order."""
        return Bullets(tuple(self._entry(reference) for reference in self.cited), look="references")

    def _entry(self, reference: Reference) -> Rich:
        doi = (
            Part(f" doi:{reference.doi}", link=Link("url", DOI + reference.doi))
            if reference.doi
            else None
        )
        note = f"{'.' if doi else ''} {reference.note}" if reference.note else None
        return rich(reference.citation, doi, note)
