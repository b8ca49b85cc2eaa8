"""Adverse events: their tables, or a sentence that there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Block, Link, Paragraph, Part, Section, rich
from dermoutcomes.report.figures.chosen import figures_of
from dermoutcomes.report.tables.adverse_events import (
    adverse_event_overviews,
    adverse_event_tables,
    rarer_event_tables,
)
from dermoutcomes.report.tables.event_counts import is_adverse_event

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["safety_overview_section", "safety_section"]


def safety_section(material: Material) -> Section:
    """The adverse events of each analysis of them, or a sentence that there is none."""
    if not any(is_adverse_event(material, row) for row in material.results_of(None)):
        words = rich(_without_analysis(material))
        return Section("safety", "Adverse events", (Paragraph(words, look="caution"),))
    blocks: list[Block] = [*adverse_event_tables(material), *figures_of(material, "safety")]
    if any(True for _ in rarer_event_tables(material)):
        blocks.append(
            Paragraph(
                rich(
                    "Long tables hold body systems, and terms that at least "
                    f"{material.options.events_from:g}% of some group had. "
                    "Rarer terms stand in the ",
                    Part("supplement", link=Link("section", "supplement-safety")),
                    ".",
                ),
                look="note",
            )
        )
    return Section("safety", "Adverse events", tuple(blocks))


def safety_overview_section(material: Material) -> Section:
    """Kinds of adverse events and deaths by arm, or a sentence that nothing analyses them."""
    tables = tuple(adverse_event_overviews(material))
    if tables:
        return Section("safety", "Adverse events", tables)
    words = rich(_without_analysis(material))
    return Section("safety", "Adverse events", (Paragraph(words, look="caution"),))


def _without_analysis(material: Material) -> str:
    listed = material.frame("events").height
    if listed:
        return f"{listed} adverse events are listed, but no analysis of them was asked for."
    return "The study has no list of adverse events. That is not evidence that there were none."
