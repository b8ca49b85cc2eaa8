"""A run, and what a report says of it as text: the model's own words, in the order in which any format has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dermoutcomes_html.tests.bcs_run import bcs, changed, registry, study_with

from dermoutcomes.report import Document, Material, ReportOptions, Section, document_of

__all__ = ["bcs", "changed", "registry", "study_with"]


def material_of(run: Any, **options: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest, ReportOptions(**options))


def text_of(report: Document) -> str:
    facts = [text for fact in report.facts for text in fact]
    texts = [report.title, *facts, *(report.origin or ()), report.one_group or ""]
    for section in report.sections:
        texts += _section(section)
    return " ".join(" ".join(texts).split())


def _section(section: Section) -> Iterator[str]:
    yield section.label
    for block in section.blocks:
        yield from _block(block)
    for child in section.children:
        yield from _section(child)


def _block(block: Any) -> Iterator[str]:
    if block.kind == "paragraph":
        yield _joined(block.text)
    elif block.kind == "bullets":
        yield from (block.title, *map(_joined, block.items))
    elif block.kind == "pairs":
        yield from (text for term, said in block.items for text in (term, _joined(said)))
    elif block.kind == "claims":
        for card in block.cards:
            yield from (f"{card.mark} {card.verdict}", card.text, card.reason)
            yield from (*map(_joined, card.ours), card.reported or "")
    elif block.kind == "table":
        yield f"Table {block.number}. {block.caption}"
        yield from (column.heading for column in block.columns)
        yield from (_joined(cell) for row in block.rows for cell in row.cells)
        yield from (text for note in block.notes for text in note)
    else:
        yield block.caption
    if hasattr(block, "foot"):
        yield from block.foot.lines


def _joined(parts: Any) -> str:
    return "".join(part.text for part in parts)


@pytest.fixture(scope="session")
def words() -> Callable[..., str]:
    """`words(run, p_style=…)` is the text of the report of a run."""
    return lambda run, **options: text_of(document_of(material_of(run, **options)))


def addresses_of(report: Document) -> set[str]:
    """The ids of the results that have their address in the report."""
    return {result for section in report.sections for result in _addresses(section)}


def _addresses(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if block.kind == "table":
            parts = (part for row in block.rows for cell in row.cells for part in cell)
            yield from (part.result for part in parts if part.addressed)
        if block.kind == "paragraph":
            yield from (part.result for part in block.text if part.addressed)
        if block.kind == "figure":
            yield from block.addressed
    for child in section.children:
        yield from _addresses(child)


@pytest.fixture(scope="session")
def addresses() -> Callable[..., set[str]]:
    """`addresses(run)` are the ids of the results that have their address in the report of a run."""
    return lambda run: addresses_of(document_of(material_of(run)))
