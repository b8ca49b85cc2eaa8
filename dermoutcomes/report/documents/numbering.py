"""Numbers of tables, figures and listings as clinical study reports have them (ICH E3).

Section 14 holds tables and figures: 14.1 of the people, 14.2 of efficacy, 14.3 of safety. Listings
stand in 16.2; what says how the study was done and analysed stands in 16.1.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

from attrs import evolve, frozen

from dermoutcomes.report.blocks import Block, Section, Table
from dermoutcomes.report.documents.document import Document
from dermoutcomes.report.figures.figure import Figure

__all__ = ["BY_ICH", "chapter_of", "ich_numbered", "numbered"]

BY_ICH = "ich"
NUMBERS = {"people": "14.1", "efficacy": "14.2", "safety": "14.3", "methods": "16.1.9"}
# Listings by the look of their table: who left (16.2.1), remarks on data (16.2.9, after those of E3).
LISTINGS = {"milestones": "16.2.1", "findings": "16.2.9", "answers": "16.2.9"}
# The beginnings of names of the report's own sections; what is not here is of efficacy.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "people": ("people", "balance"),
    "safety": ("safety", "supplement-safety"),
    "methods": ("lock", "methods", "provenance", "quality", "glossary", "refusals"),
}


@frozen
class _Counters:
    """The next number of each chapter, tables apart from figures."""

    next: dict[tuple[str, str], Callable[[], int]]

    def number(self, kind: str, chapter: str) -> str:
        counter = self.next.setdefault((kind, chapter), count(1).__next__)
        return f"{chapter}.{counter()}"


def chapter_of(section: Section, block: Table | Figure) -> str:
    """The number of the part of a clinical study report in which a table or figure stands."""
    if isinstance(block, Table) and block.look in LISTINGS:
        return LISTINGS[block.look]
    by_name = (name for name, begins in CHAPTERS.items() if section.name.startswith(begins))
    chapter = section.chapter or next(by_name, "efficacy")
    # A listing names the number of its section.
    return NUMBERS.get(chapter, chapter)


def ich_numbered(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Documents with numbers of sections 14 and 16, counted through all of them."""
    counters = _Counters({})
    return tuple(
        evolve(
            document,
            sections=tuple(_with_numbers(section, counters) for section in document.sections),
        )
        for document in documents
    )


def numbered(documents: Sequence[Document], numbering: str) -> tuple[Document, ...]:
    """Documents of a run under the study's `[outputs] numbering`: no two tables have one number.

    Those with numbers of their own keep them, and are not counted.
    """
    if numbering != BY_ICH:
        return tuple(documents)
    counted = iter(ich_numbered(document for document in documents if not document.own_numbers))
    return tuple(document if document.own_numbers else next(counted) for document in documents)


def _with_numbers(section: Section, counters: _Counters) -> Section:
    return evolve(
        section,
        blocks=tuple(_with_number(section, block, counters) for block in section.blocks),
        children=tuple(_with_numbers(child, counters) for child in section.children),
    )


def _with_number(section: Section, block: Block, counters: _Counters) -> Block:
    # What has no number, as an index, gets none.
    if isinstance(block, Table | Figure) and block.number is not None:
        return evolve(block, number=counters.number(block.kind, chapter_of(section, block)))
    return block
