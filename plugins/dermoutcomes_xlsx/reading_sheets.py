"""The sheets of the workbook that a person reads: Table 1, results, endpoints, safety, quality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.report import (
    LAYOUT_WORDS,
    Row,
    Section,
    Table,
    TableSpec,
    bare_foot,
    characteristic_tables,
    claim_cards,
    columns,
    documents_of_every_study,
    parts_of,
    rich,
    slug,
)
from dermoutcomes_xlsx.table_sheet import SHEET_NAME, sheet_name

if TYPE_CHECKING:
    from dermoutcomes.report import ClaimCard, Material

__all__ = ["ReadingSheet", "reading_sheets", "unique_name"]

# A spreadsheet keeps this name for itself.
RESERVED = "history"
CLAIM_HEADS = (
    "Claim",
    LAYOUT_WORDS["verdict"],
    "Rests on",
    LAYOUT_WORDS["ours"],
    LAYOUT_WORDS["against"],
)
PEOPLE, RESULTS, SAFETY, QUALITY = "people", ("overview", "tests"), "safety", "quality"
STANDARD = "standard-tables"


@frozen
class ReadingSheet:
    """A sheet of tables: its name, the title above them, and the tables."""

    name: str
    title: str
    tables: tuple[Table, ...]


def reading_sheets(material: Material) -> Iterator[ReadingSheet]:
    """Each sheet that has a table, in the order of reading, under the numbers of the annex."""
    sections = _sections(material)
    standard = _tables(sections.get(STANDARD))
    first, others = _people(material, sections)
    of_endpoints = {name: _of_endpoint(material, name, sections) for name in material.in_order}
    placed = [table for tables in of_endpoints.values() for table in tables]
    rest = tuple(table for table in standard if not any(table is other for other in placed))
    sheets = [
        ReadingSheet("Table 1", "Who was studied", first),
        ReadingSheet("Claims", "What was claimed and what held", _claims(material)),
        ReadingSheet(
            "Results",
            "Main analyses and tests",
            tuple(table for name in RESULTS for table in _tables(sections.get(name))),
        ),
        *(
            ReadingSheet(material.endpoint_name(name), material.endpoint_name(name), tables)
            for name, tables in of_endpoints.items()
        ),
        ReadingSheet("Safety", "Adverse events", _tables(sections.get(SAFETY))),
        ReadingSheet("Participants", "From enrolment to analysis", others),
        ReadingSheet("Further tables", "Further standard tables", rest),
        ReadingSheet("Quality", "Quality of the data", _tables(sections.get(QUALITY))),
    ]
    yield from (sheet for sheet in sheets if sheet.tables)


def unique_name(name: str, taken: set[str]) -> str:
    """A name that no sheet has yet, small and capital letters alike; it is added to `taken`."""
    first = sheet_name(name)
    for number in count(1):
        suffix = f" {number}" if number > 1 or first.casefold() == RESERVED else ""
        candidate = first[: SHEET_NAME - len(suffix)].rstrip(" '") + suffix
        if candidate.casefold() not in taken:
            taken.add(candidate.casefold())
            return candidate
    raise AssertionError("there are as many names as numbers")


def _sections(material: Material) -> Mapping[str, Section]:
    """The sections of the longest document that every study gets, and their parts, by name."""
    documents = documents_of_every_study(material)
    longest = max(documents, key=lambda document: len(list(document.named_blocks)))
    return {section.name: section for section in _flat(longest.sections)}


def _flat(sections: Iterable[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _flat(section.children)


def _tables(section: Section | None) -> tuple[Table, ...]:
    """The tables of a section and of its parts."""
    if section is None:
        return ()
    return tuple(
        block for part in _flat((section,)) for block in part.blocks if isinstance(block, Table)
    )


def _people(
    material: Material, sections: Mapping[str, Section]
) -> tuple[tuple[Table, ...], tuple[Table, ...]]:
    """Characteristics of the subjects, and the other tables of them."""
    captions = {table.caption for table in characteristic_tables(material)}
    tables = _tables(sections.get(PEOPLE))
    first = tuple(table for table in tables if table.caption in captions)
    return first, tuple(table for table in tables if table.caption not in captions)


def _of_endpoint(
    material: Material, name: str, sections: Mapping[str, Section]
) -> tuple[Table, ...]:
    """Tables of an endpoint's section, then standard tables whose results are all of it."""
    own = _tables(sections.get(f"endpoint-{slug(name)}"))
    return (
        *own,
        *(
            table
            for table in _tables(sections.get(STANDARD))
            if {material.by_id[part.result]["endpoint"] for part in parts_of(table) if part.result}
            == {name}
        ),
    )


def _claims(material: Material) -> tuple[Table, ...]:
    cards = claim_cards(material)
    if not cards:
        return ()
    spec = TableSpec(
        "Claims and verdicts", columns(CLAIM_HEADS, "lllll"), bare_foot(material), narrow=True
    )
    return (spec.filled(_claim(card) for card in cards),)


def _claim(card: ClaimCard) -> Row:
    ours = [part for text in card.ours for part in rich("\n", text)]
    return Row(
        (
            rich(card.text),
            rich(card.verdict),
            rich(card.basis),
            rich(card.reason, ours),
            rich("\n".join(card.against)),
        )
    )
