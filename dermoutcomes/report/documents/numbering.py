"""Numbers of tables, figures and listings as clinical study reports have them (ICH E3).

Section 14 holds tables and figures: 14.1 of the people, 14.2 of efficacy, 14.3 of safety. Listings
stand in 16.2; what says how the study was done and analysed stands in 16.1.9.

A table has one number, whichever document shows it. It is known by its part of the report and its
title, a figure by its key. What the plan tells of is counted first, so that the shells that were
written before the data bear the numbers of the report; what only the data can tell comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from dermoutcomes.report.blocks import Block, Section, Table
from dermoutcomes.report.documents.document import Document
from dermoutcomes.report.documents.shell_document import shells_document
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.material import Outline

if TYPE_CHECKING:
    from dermoutcomes.report.documents.document import NamedBlock

__all__ = ["BY_ICH", "StudyNumbers", "chapter_of"]

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


# Kind, part of the report, title or key, and which of those with this title in its document.
Identity: TypeAlias = tuple[str, str, str, int]


def chapter_of(section: Section, block: Table | Figure) -> str:
    """The number of the part of a clinical study report in which a table or figure stands."""
    if isinstance(block, Table) and block.look in LISTINGS:
        return LISTINGS[block.look]
    by_name = (name for name, begins in CHAPTERS.items() if section.name.startswith(begins))
    chapter = section.chapter or next(by_name, "efficacy")
    # A listing names the number of its section.
    return NUMBERS.get(chapter, chapter)


@frozen
class StudyNumbers:
    """The number of each table and figure of a study in sections 14 and 16, by what it is."""

    by_identity: Mapping[Identity, str]

    @classmethod
    def of(cls, outline: Outline, *groups: Iterable[Document]) -> StudyNumbers:
        """Numbers of what the plan tells of, then of what only documents have, group by group.

        The shortest document of a group is counted first: it is what is read first, and its own
        tables should not come after the many of an annex.
        """
        # Of the plan alone, so that the numbers before and after the data are the same ones.
        plan = shells_document(Outline(outline.study, outline.registry, outline.options))
        ordered = [
            document
            for group in groups
            for document in sorted(group, key=lambda one: len(list(one.named_blocks)))
        ]
        numbers: dict[Identity, str] = {}
        counters: dict[tuple[str, str], Callable[[], int]] = {}
        for document in (plan, *ordered):
            for identity, _ in _identities(document):
                kind, chapter, *_ = identity
                if identity not in numbers:
                    counter = counters.setdefault((kind, chapter), count(1).__next__)
                    numbers[identity] = f"{chapter}.{counter()}"
        return cls(numbers)

    def given(self, document: Document) -> Document:
        """The document with these numbers; one that has its own keeps them.

        Raises KeyError for a table or figure of which the numbers were not told.
        """
        if document.own_numbers:
            return document
        numbers = {
            id(block): self.by_identity[identity] for identity, block in _identities(document)
        }
        return evolve(
            document,
            sections=tuple(_with_numbers(section, numbers) for section in document.sections),
        )


def _identities(document: Document) -> Iterator[tuple[Identity, NamedBlock]]:
    """What each numbered table and figure of a document is; an index has no number."""
    times: dict[tuple[str, str, str], int] = {}
    if document.own_numbers:
        return
    for section in _flat(document.sections):
        for block in section.blocks:
            if isinstance(block, Table | Figure) and block.number is not None:
                name = block.key if isinstance(block, Figure) else block.caption
                one = (block.kind, chapter_of(section, block), name)
                times[one] = times.get(one, 0) + 1
                yield (*one, times[one]), block


def _flat(sections: Iterable[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _flat(section.children)


def _with_numbers(section: Section, numbers: Mapping[int, str]) -> Section:
    return evolve(
        section,
        blocks=tuple(_with_number(block, numbers) for block in section.blocks),
        children=tuple(_with_numbers(child, numbers) for child in section.children),
    )


def _with_number(block: Block, numbers: Mapping[int, str]) -> Block:
    if isinstance(block, Table | Figure) and id(block) in numbers:
        return evolve(block, number=numbers[id(block)])
    return block
