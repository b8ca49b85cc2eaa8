"""The short report: what was claimed and what held, in the pages that a paper has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.report.blocks import Link, Paragraph, Part, Section, rich, with_parts
from dermoutcomes.report.documents.document import Document, with_running_numbers
from dermoutcomes.report.documents.front import facts_of
from dermoutcomes.report.sections.balance import balance_section
from dermoutcomes.report.sections.claims import claims_section
from dermoutcomes.report.sections.own import addresses, own_sections, with_free_addresses
from dermoutcomes.report.sections.participant_flow import flow_blocks
from dermoutcomes.report.sections.quality import quality_lines_section
from dermoutcomes.report.sections.refusals import refusals_section
from dermoutcomes.report.sections.safety import safety_overview_section
from dermoutcomes.report.summary.first_page import first_page_section
from dermoutcomes.report.summary.main_results import (
    endpoint_part,
    main_endpoints,
    main_results_section,
)
from dermoutcomes.report.summary.study_limits import limits_section
from dermoutcomes.report.tables.characteristics import characteristic_tables

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["report_of"]

ANNEX = "annex"
GLANCED = ("Subjects", "Design", "Fixed before the data", "Adverse events")
GUIDELINES = {
    "single-arm": "Steps as STROBE (2007) asks for a cohort.",
    "within-subject": (
        "Steps as CONSORT 2025 asks, with sides as its extension for within-person trials (2017)."
    ),
}
CONSORT = "Steps as CONSORT 2025 asks."


def report_of(material: Material) -> Document:
    """The short report of a run: first page, participants, main results, safety, quality, limits.

    It is the address of the results that its tables show; links to others lead to the annex where
    the study has one.
    """
    sections: list[Section | None] = [
        first_page_section(material),
        balance_section(material),
        refusals_section(material),
        claims_section(material, with_against=False) if material.study.claims else None,
        _participants(material),
        main_results_section(material),
        _safety(material),
        quality_lines_section(material),
        limits_section(material),
        *own_sections(material),
        _further() if _has_annex(material) else None,
    ]
    addressed: set[str] = set()
    alone = [with_free_addresses(section, addressed) for section in sections if section]
    info = material.study.study
    return Document(
        "report",
        "Study report",
        info.title,
        info.id,
        with_running_numbers(_with_links(alone, has_annex=_has_annex(material))),
        facts=tuple(fact for fact in facts_of(material) if fact[0] not in GLANCED),
        origin=material.origin,
        origin_note=info.origin_note,
    )


def _participants(material: Material) -> Section:
    """The flow, and who they were before treatment."""
    subjects = material.rows("subjects")
    if not subjects:
        words = "The study has no table of subjects."
        return Section("people", "Participants", (Paragraph(rich(words)),))
    guideline = GUIDELINES.get(material.study.study.design, CONSORT)
    blocks = (
        *flow_blocks(material, subjects, once=True),
        Paragraph(rich(guideline), look="note"),
        *characteristic_tables(material),
    )
    return Section("people", "Participants", blocks)


def _safety(material: Material) -> Section:
    """Adverse events, then the endpoints of safety."""
    main = main_endpoints(material)
    parts = tuple(
        endpoint_part(material, name)
        for name, endpoint in material.study.endpoints.items()
        if endpoint.role == "safety" and name not in main
    )
    return evolve(safety_overview_section(material), children=parts)


def _further() -> Section:
    text = rich(
        "Every table, figure and rule, the methods with their references, and what each number was "
        "made from stand in the ",
        Part("annex", link=Link("elsewhere", ANNEX)),
        ".",
    )
    return Section("further", "Where the rest stands", (Paragraph(text),))


def _has_annex(material: Material) -> bool:
    asked = material.study.outputs.documents
    return asked is None or ANNEX in asked


def _with_links(sections: list[Section], *, has_annex: bool) -> list[Section]:
    """Sections whose links lead to what stands here or, where there is one, in the annex."""
    results = set(addresses(sections))
    names = {name for section in sections for name in _names(section)}
    here = {"result": results, "section": names}

    def lead(part: Part) -> Part:
        link = part.link
        if link is None or link.kind not in here or link.target in here[link.kind]:
            return part
        if not has_annex:
            return evolve(part, link=None)
        return evolve(part, link=Link("elsewhere", f"{ANNEX}#{link.kind}:{link.target}"))

    return [_changed(section, lead) for section in sections]


def _names(section: Section) -> list[str]:
    return [section.name, *(name for child in section.children for name in _names(child))]


def _changed(section: Section, change: Callable[[Part], Part]) -> Section:
    return evolve(
        section,
        blocks=tuple(with_parts(block, change) for block in section.blocks),
        children=tuple(_changed(child, change) for child in section.children),
    )
