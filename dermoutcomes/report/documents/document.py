"""The whole report: its sections in order, tables and figures numbered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from dermoutcomes.report.blocks import Block, Section, Table
from dermoutcomes.report.citations import Citations
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.fixed_sentences import ONE_GROUP_CAUTION
from dermoutcomes.report.sections.across_endpoints import across_endpoints_section
from dermoutcomes.report.sections.balance import balance_section
from dermoutcomes.report.sections.claims import claims_section
from dermoutcomes.report.sections.endpoints import endpoints_section, supplement_section
from dermoutcomes.report.sections.families import families_section
from dermoutcomes.report.sections.glossary import glossary_section
from dermoutcomes.report.sections.methods import methods_section
from dermoutcomes.report.sections.overview import overview_section
from dermoutcomes.report.sections.own import addresses, own_sections, with_free_addresses
from dermoutcomes.report.sections.people import people_section
from dermoutcomes.report.sections.provenance import lock_section, provenance_section
from dermoutcomes.report.sections.quality import quality_section
from dermoutcomes.report.sections.refusals import refusals_section
from dermoutcomes.report.sections.safety import safety_section
from dermoutcomes.report.sections.standard_tables import standard_tables_section
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["Document", "NamedBlock", "document_of"]

WORDS_OF_NAME = 8


NamedBlock: TypeAlias = Table | Figure


@frozen(eq=False)
class Document:
    """What a format is written of: a front, then sections.

    `name` is its file's; `kicker` says what kind of document it is, and is empty for a table or
    figure of its own, which needs no front.
    """

    name: str
    kicker: str
    title: str
    study: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...] = ()
    origin: tuple[str, str] | None = None
    origin_note: str | None = None
    one_group: str | None = None

    @property
    def named_blocks(self) -> Iterator[tuple[str, NamedBlock]]:
        """Its tables and figures, each with the name of its files."""
        yield from _named_blocks(self.sections, {})


def _named_blocks(
    sections: Iterable[Section], taken: dict[str, int]
) -> Iterator[tuple[str, NamedBlock]]:
    """Figures by their keys, tables by section and words of the caption; a repeated name counts on."""
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table | Figure):
                name = block.key if isinstance(block, Figure) else _table_name(section, block)
                taken[name] = taken.get(name, 0) + 1
                yield (name if taken[name] == 1 else f"{name}-{taken[name]}"), block
        yield from _named_blocks(section.children, taken)


def _table_name(section: Section, table: Table) -> str:
    return slug(f"{section.name} {' '.join(table.caption.split()[:WORDS_OF_NAME])}")


def document_of(material: Material) -> Document:
    """The report of a run.

    The order of building is the order of citing: endpoints before methods.
    """
    info, citations = material.study.study, Citations()
    sections = [
        claims_section(material),
        *filter(
            None,
            [
                balance_section(material),
                refusals_section(material),
                overview_section(material),
            ],
        ),
        lock_section(material),
        people_section(material),
        endpoints_section(material, citations),
    ]
    sections += [section for section in (across_endpoints_section(material),) if section]
    plugin_position = len(sections)
    sections += [
        safety_section(material),
        families_section(material),
        quality_section(material),
        methods_section(material, citations),
        provenance_section(material),
        glossary_section(),
    ]
    sections += [section for section in (supplement_section(material),) if section]
    # Results have their address where the report tells of them, not in a table that says them again.
    addressed = set(addresses(sections))
    standard_tables = standard_tables_section(material)
    if standard_tables is not None:
        children = tuple(
            with_free_addresses(child, addressed) for child in standard_tables.children
        )
        sections.append(evolve(standard_tables, children=children))
    # A result has its address where the report's own tables show it, not in a section of a plugin.
    addressed = set(addresses(sections))
    sections[plugin_position:plugin_position] = [
        with_free_addresses(section, addressed) for section in own_sections(material)
    ]
    return Document(
        "report",
        "Study report",
        info.title,
        info.id,
        _numbered(sections),
        facts=_facts(material),
        origin=material.origin,
        origin_note=info.origin_note,
        one_group=ONE_GROUP_CAUTION if material.single_arm else None,
    )


def _facts(material: Material) -> tuple[tuple[str, str], ...]:
    info = material.study.study
    facts = (
        ("Study", info.id),
        ("Design", info.design),
        ("Product", info.product),
        ("Registration", info.registration),
        ("Subjects", _subjects(material)),
        ("Fixed before the data", _lock(material)),
        ("Adverse events", _events(material)),
        ("Sponsor", info.sponsor),
        ("Authors", ", ".join(info.authors)),
    )
    return tuple((name, value) for name, value in facts if value)


def _subjects(material: Material) -> str:
    """How many there are, how many were treated where it is known of all, and how many analysed.

    Where the list has dates of enrolment, those without one are listed and were not enrolled: they
    failed screening.
    """
    subjects = material.frame("subjects")
    if not subjects.height:
        return ""
    treated = subjects["treated"]
    listed = "enrolled" if material.study.sources.get("subjects") else "with a reading"
    parts = [f"{subjects.height} {listed}"]
    enrolled = subjects["enrolled"].count()
    if 0 < enrolled < subjects.height:
        parts = [f"{subjects.height} listed", f"{enrolled} enrolled"]
    if treated.null_count() == 0:
        parts.append(f"{treated.sum()} treated")
    if analysed := _analysed(material):
        parts.append(f"{analysed} analysed")
    return ", ".join(parts)


def _analysed(material: Material) -> str:
    """The least and most subjects behind a primary hypothesis; of any, where none is primary."""
    primary = [
        row
        for row in material.hypotheses
        if material.study.endpoints[row["endpoint"]].role == "primary"
    ]
    numbers = sorted({row["n"] for row in primary or material.hypotheses if row["n"] is not None})
    return (
        " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
        if (numbers)
        else ""
    )


def _lock(material: Material) -> str:
    """Whether what decides was fixed, and how much of it was changed since."""
    lock = material.manifest.get("lock") or {}
    state, n = str(lock.get("state", "none")), len(lock.get("changes") or ())
    words = {"none": "nothing (no lock)", "locked before data": "yes"}.get(state, state)
    return f"{words}, {n} change{'s' if n > 1 else ''} since" if n else words


def _events(material: Material) -> str:
    """Serious and related events as recorded, and of how many it is not known."""
    if "events" not in material.study.sources:
        return "no list of events"
    events = material.frame("events")
    counts = []
    for column, words in (("serious", "serious"), ("related_product", "related to the product")):
        unknown = events[column].null_count()
        counts.append(
            f"{events[column].sum()} {words}" + (f" ({unknown} not known)" if unknown else "")
        )
    return f"{', '.join(counts)}, of {events.height}"


def _numbered(sections: list[Section]) -> tuple[Section, ...]:
    """Tables and figures numbered through the report.

    Those of the supplement on their own (S1, S2).
    """
    tables, figures, supplement_tables = (
        map(str, count(1)),
        map(str, count(1)),
        (f"S{number}" for number in count(1)),
    )
    return tuple(
        _with_numbers(
            section, supplement_tables if section.name == "supplement" else tables, figures
        )
        for section in sections
    )


def _with_numbers(section: Section, tables: Iterator[str], figures: Iterator[str]) -> Section:
    blocks = tuple(_number(block, tables, figures) for block in section.blocks)
    return evolve(
        section,
        blocks=blocks,
        children=tuple(_with_numbers(child, tables, figures) for child in section.children),
    )


def _number(block: Block, tables: Iterator[str], figures: Iterator[str]) -> Block:
    if isinstance(block, Table):
        number = next(tables)
        return evolve(block, number=number)
    if isinstance(block, Figure):
        number = next(figures)
        return evolve(block, number=number)
    return block
