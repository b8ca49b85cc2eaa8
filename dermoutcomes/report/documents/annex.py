"""The annex: every table, figure and rule of a run, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.report.documents.document import Document, with_running_numbers
from dermoutcomes.report.documents.front import facts_of
from dermoutcomes.report.sections.across_endpoints import across_endpoints_section
from dermoutcomes.report.sections.balance import balance_section
from dermoutcomes.report.sections.claims import claims_section
from dermoutcomes.report.sections.endpoints import endpoints_section, supplement_section
from dermoutcomes.report.sections.families import families_section
from dermoutcomes.report.sections.methods.glossary import glossary_section
from dermoutcomes.report.sections.methods.methods import methods_section
from dermoutcomes.report.sections.methods.provenance import lock_section, provenance_section
from dermoutcomes.report.sections.overview import overview_section
from dermoutcomes.report.sections.own import addresses, own_sections, with_free_addresses
from dermoutcomes.report.sections.participant_flow import people_section
from dermoutcomes.report.sections.quality import quality_section
from dermoutcomes.report.sections.refusals import refusals_section
from dermoutcomes.report.sections.safety import safety_section
from dermoutcomes.report.sections.standard_tables import standard_tables_section
from dermoutcomes.report.words.citations import Citations
from dermoutcomes.report.words.fixed_sentences import ONE_GROUP_CAUTION

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["document_of"]

# Of the numbers of its tables and figures, so that none of them is one of the report's.
PREFIX = "A"


def document_of(material: Material) -> Document:
    """Everything that a run found: the annex of its report.

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
    supplement = supplement_section(material)
    sections += [supplement] if supplement else []
    # Results have their address where the report tells of them, not in a table that says them again.
    addressed = set(addresses(sections))
    standard_tables = standard_tables_section(material)
    if standard_tables is not None:
        children = tuple(
            with_free_addresses(child, addressed) for child in standard_tables.children
        )
        # Before the supplement, whose tables have numbers of their own.
        place = len(sections) - bool(supplement)
        sections.insert(place, evolve(standard_tables, children=children))
    # A result has its address where the report's own tables show it, not in a section of a plugin.
    addressed = set(addresses(sections))
    sections[plugin_position:plugin_position] = [
        with_free_addresses(section, addressed) for section in own_sections(material)
    ]
    return Document(
        "annex",
        "Study report, annex",
        info.title,
        info.id,
        with_running_numbers(sections, PREFIX),
        facts=facts_of(material),
        origin=material.origin,
        origin_note=info.origin_note,
        one_group=ONE_GROUP_CAUTION if material.single_arm else None,
    )
