"""Tables and figures as documents of their own, with an index before them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.report.blocks import Section, Table, rich
from dermoutcomes.report.documents.document import Document
from dermoutcomes.report.documents.numbering import ich_numbered
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.table import Row, TableSpec, columns

if TYPE_CHECKING:
    from dermoutcomes.report.documents.document import NamedBlock
    from dermoutcomes.report.material import Outline

__all__ = ["INDEX", "index_table", "single_documents"]

INDEX = "index"


def single_documents(outline: Outline, documents: Iterable[Document]) -> tuple[Document, ...]:
    """An index, then a document for each table and figure of `documents`, by number.

    Their numbers are those of a clinical study report. What several of them hold stands once.
    """
    blocks: dict[str, NamedBlock] = {}
    sources = ich_numbered(documents)
    for document in sources:
        for name, block in document.named_blocks:
            blocks.setdefault(name, block)
    ordered = sorted(blocks.values(), key=_rank)
    index = index_table(outline, ordered)
    info = outline.study.study
    origin = next((document.origin for document in sources if document.origin), None)
    document = Document(
        INDEX, "Tables, figures and listings", info.title, info.id, (), origin=origin
    )
    return (
        evolve(document, sections=(Section(INDEX, "Index", (index,)),)),
        *(_single(document, block) for block in ordered),
    )


def index_table(outline: Outline, blocks: Iterable[NamedBlock]) -> Table:
    """Number, title, population and file of each table and figure."""
    rows = [
        Row(
            (
                rich(_title(block)),
                rich(block.caption),
                rich(block.foot.population),
                rich(_file(block)),
            )
        )
        for block in blocks
    ]
    heads = ("Number", "Title", "Population", "File")
    return TableSpec(
        "Tables, figures and listings", columns(heads, "llll"), bare_foot(outline)
    ).filled(rows)


def _single(document: Document, block: NamedBlock) -> Document:
    section = Section(_file(block), _title(block), (block,))
    return evolve(document, kicker="", name=_file(block), title=block.caption, sections=(section,))


def _title(block: NamedBlock) -> str:
    return f"{_word(block)} {block.number}"


def _file(block: NamedBlock) -> str:
    return f"{_word(block).lower()}-{block.number}"


def _word(block: NamedBlock) -> str:
    return "Table" if isinstance(block, Table) else "Figure"


def _rank(block: NamedBlock) -> tuple[list[int], bool]:
    """By number, tables before figures of the same one."""
    return [int(part) for part in (block.number or "0").split(".")], not isinstance(block, Table)
