"""Tables and figures as documents of their own, with an index before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve

from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.report.blocks import Section, Table, parts_of, rich
from dermoutcomes.report.documents.document import Document
from dermoutcomes.report.documents.layout_words import block_label
from dermoutcomes.report.documents.numbering import StudyNumbers
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.material import Material
from dermoutcomes.report.table import Row, TableSpec, columns

if TYPE_CHECKING:
    from dermoutcomes.declare import DocumentPlan
    from dermoutcomes.report.documents.document import NamedBlock
    from dermoutcomes.report.material import Outline

__all__ = [
    "INDEX",
    "document_of_plan",
    "documents_of_every_study",
    "index_table",
    "single_documents",
]

INDEX, SUPPLEMENT = "index", "supplement"
# The look of a table that describes records by visit, and what tells its records apart.
DESCRIPTION = "description"
RECORDS = ("endpoint", "population", "handling", "subgroup", "subgroup_level", "visit", "group")
# What a description that takes another's place must say of each record.
DESCRIBED = ("n", "mean", "sd", "median", "min", "max")


def documents_of_every_study(material: Material) -> tuple[Document, ...]:
    """The documents that every study gets, each with the options that this one states for it."""
    plans = [plan for plan in material.registry.documents.values() if plan.always and not plan.many]
    return tuple(document_of_plan(material, plan) for plan in plans)


def document_of_plan(material: Material, plan: DocumentPlan) -> Document:
    """The one document of a plan, with the options that the study states for it.

    It is made once of a run, whoever asks for it: the documents themselves, a workbook that shows
    their tables, or tables in files of their own, which have the numbers of these.
    """
    options = resolve_options(
        material.study.outputs.options_of(plan.name),
        plan.options,
        f"outputs.options.{plan.name}",
    )
    document: Document = material.once(
        ("document", plan.name), lambda: plan.make(material, options)
    )
    return document


def single_documents(
    outline: Outline, documents: Iterable[Document], *, supplement: bool = True
) -> tuple[Document, ...]:
    """An index, then a document for each table and figure of `documents`, by number.

    Their numbers are those that they have in every document, as a clinical study report has them;
    what is left out here leaves its number out. What several of them hold stands once: a
    table whose every result another of its kind shows, and a description by visit of records that a
    later one describes too. Without `supplement`, tables of the supplement are left out.
    """
    # The longest first: what a shorter one holds too has its neighbours there.
    ordered = sorted(documents, key=lambda document: -len(list(document.named_blocks)))
    # Numbered before anything is left out: a table keeps its number from document to document.
    numbers = StudyNumbers.of(outline, ordered)
    stated = [
        evolve(document, sections=_without_supplement(document.sections, leave_out=not supplement))
        for document in map(numbers.given, ordered)
    ]
    repeats = {id(block) for block in _repeats(outline, stated)}
    sources = [
        evolve(document, sections=_without(document.sections, repeats)) for document in stated
    ]
    blocks = sorted(
        (block for document in sources for _, block in document.named_blocks), key=_rank
    )
    index = index_table(outline, blocks)
    info = outline.study.study
    origin = next((document.origin for document in sources if document.origin), None)
    document = Document(
        INDEX, "Tables, figures and listings", info.title, info.id, (), origin=origin
    )
    return (
        evolve(document, sections=(Section(INDEX, "Index", (index,)),)),
        *(_single(document, block) for block in blocks),
    )


def _without_supplement(sections: tuple[Section, ...], *, leave_out: bool) -> tuple[Section, ...]:
    return tuple(section for section in sections if not (leave_out and section.name == SUPPLEMENT))


def _without(sections: Iterable[Section], repeats: set[int]) -> tuple[Section, ...]:
    return tuple(
        evolve(
            section,
            blocks=tuple(block for block in section.blocks if id(block) not in repeats),
            children=_without(section.children, repeats),
        )
        for section in sections
    )


def _repeats(outline: Outline, documents: Iterable[Document]) -> Iterator[NamedBlock]:
    """Tables and figures that show nothing beside what another one shows.

    What bears a number that came before; tables whose every result another of their look shows (of
    two alike, the second); descriptions of records that a later description has too: the standard
    table, which shows arms side by side. A table that the study asks for by name is none of them.
    """
    named: dict[tuple[str, str | None], NamedBlock] = {}
    for document in documents:
        for _, block in document.named_blocks:
            if named.setdefault((block.kind, block.number), block) is not block:
                yield block
    tables = [block for block in named.values() if isinstance(block, Table)]
    asked = {id(table) for table in _asked_tables(outline, documents)}
    results = [_results(table) for table in tables]
    once = []
    for number, (table, own) in enumerate(zip(tables, results, strict=True)):
        if id(table) not in asked and any(
            own < results[other]
            or (own == results[other] and (other < number or id(tables[other]) in asked))
            for other in range(len(tables))
            if own and other != number and tables[other].look == table.look
        ):
            yield table
        else:
            once.append(table)
    records = [_described(outline, table) for table in once]
    for number, (table, described) in enumerate(zip(once, records, strict=True), start=1):
        if (
            id(table) not in asked
            and described
            and any(described <= later for later in records[number:])
        ):
            yield table


def _asked_tables(outline: Outline, documents: Iterable[Document]) -> Iterator[Table]:
    """The tables that the study names in `[outputs] tables` or makes in `[tables]`."""
    names = {
        f"table-{name}" for name in (*(outline.study.outputs.tables or ()), *outline.study.tables)
    }
    for document in documents:
        for section in _flat(document.sections):
            if section.name in names:
                yield from (block for block in section.blocks if isinstance(block, Table))


def _flat(sections: Iterable[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _flat(section.children)


def _results(table: Table) -> frozenset[str]:
    return frozenset(part.result for part in parts_of(table) if part.result)


def _described(outline: Outline, table: Table) -> frozenset[tuple[Any, ...]]:
    """What a table says of which records: statistic, endpoint, population, handling, visit, arm.

    None of a table of another kind, and none before there are results.
    """
    if table.look != DESCRIPTION or not isinstance(outline, Material):
        return frozenset()
    rows = [outline.by_id[result] for result in _results(table)]
    return frozenset(
        (row["stat"], *(row[key] for key in RECORDS))
        for row in rows
        if row["comparison"] is None and row["stat"] in DESCRIBED
    )


def index_table(outline: Outline, blocks: Iterable[NamedBlock]) -> Table:
    """Number, title, population and file of each table and figure."""
    rows = [
        Row(
            (
                rich(block_label(block)),
                rich(block.title if isinstance(block, Figure) else block.caption),
                rich(_population(block)),
                rich(_file(block)),
            )
        )
        for block in blocks
    ]
    heads = ("Number", "Title", "Population", "File")
    return TableSpec(
        "Tables, figures and listings", columns(heads, "llll"), bare_foot(outline)
    ).filled(rows)


def _population(block: NamedBlock) -> str:
    """Whose results it shows; its own foot says how many, and how missing values are handled."""
    words, is_stated, _ = block.foot.population.partition(" Missing values: ")
    return words.removeprefix("Population: ").rstrip(".") if is_stated else words


def _single(document: Document, block: NamedBlock) -> Document:
    section = Section(_file(block), block_label(block), (block,))
    return evolve(document, kicker="", name=_file(block), title=block.caption, sections=(section,))


def _file(block: NamedBlock) -> str:
    return block_label(block).lower().replace(" ", "-")


def _rank(block: NamedBlock) -> tuple[list[int], bool, int]:
    """By section; within one its tables, then its figures."""
    *section, place = (int(part) for part in (block.number or "0").split("."))
    return section, not isinstance(block, Table), place
