"""What a run has to say, without a format: material, sections, tables, figures as data.

A reporter turns it into its format and computes nothing. Each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.report.blocks import (
        Block,
        Bullets,
        ClaimCard,
        Claims,
        Link,
        Pairs,
        Paragraph,
        Part,
        Rich,
        Section,
        head_parts,
        is_block,
        linked,
        parts_of,
        rich,
    )
    from dermoutcomes.report.documents.annex import document_of
    from dermoutcomes.report.documents.document import Document, with_running_numbers
    from dermoutcomes.report.documents.front import (
        enrolled_subjects,
        events_fact,
        subjects_fact,
    )
    from dermoutcomes.report.documents.layout_words import LAYOUT_WORDS, block_label
    from dermoutcomes.report.documents.link_places import linked_places, place_elsewhere
    from dermoutcomes.report.documents.page import Page
    from dermoutcomes.report.documents.paper_layout import (
        LONGEST_WORD,
        PAGE_HEIGHT,
        PAGE_MARGIN,
        PAGE_WIDTH,
        Passage,
        TableLayout,
        passages,
        table_layout,
    )
    from dermoutcomes.report.documents.report import report_of
    from dermoutcomes.report.documents.single_tables import (
        documents_of_every_study,
        single_documents,
    )
    from dermoutcomes.report.evidence.evidence import Evidence
    from dermoutcomes.report.feet import bare_foot, filled_foot, foot, level, origin, population
    from dermoutcomes.report.figures.before_after import before_after
    from dermoutcomes.report.figures.changes import mean_changes
    from dermoutcomes.report.figures.distributions import grade_bars
    from dermoutcomes.report.figures.drawing import Drawings
    from dermoutcomes.report.figures.estimates import endpoint_forests, sensitivity_forests
    from dermoutcomes.report.figures.event_dots import event_dots
    from dermoutcomes.report.figures.figure import Figure
    from dermoutcomes.report.figures.flow import flow_diagram
    from dermoutcomes.report.figures.forest import forests
    from dermoutcomes.report.figures.residuals import normal_quantile_plots, residual_plots
    from dermoutcomes.report.figures.responders import change_distribution, responder_bars
    from dermoutcomes.report.figures.survival import survival_curves
    from dermoutcomes.report.figures.trajectories import adjusted_trajectories, subject_lines
    from dermoutcomes.report.material import Material, Outline, by
    from dermoutcomes.report.numbers import (
        STYLES,
        Display,
        Style,
        count,
        number,
        p_value,
        percent,
        significant,
    )
    from dermoutcomes.report.options import ReportOptions
    from dermoutcomes.report.record_sets import main_records, other_records_words
    from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
    from dermoutcomes.report.result_text import (
        estimate,
        mentioned,
        p_display,
        p_part,
        shown,
        value_text,
    )
    from dermoutcomes.report.sections.claims import claim_cards, claim_foot
    from dermoutcomes.report.sections.endpoints import main_blocks
    from dermoutcomes.report.sections.overview import overview_table
    from dermoutcomes.report.sections.participant_flow import people_section
    from dermoutcomes.report.sections.safety import safety_section
    from dermoutcomes.report.spreadsheet import dictionary, tables_to_write
    from dermoutcomes.report.summary.first_page import design_sentence, hypothesis_sentence
    from dermoutcomes.report.summary.main_results import main_endpoints
    from dermoutcomes.report.summary.study_limits import limits_section
    from dermoutcomes.report.table import Column, Foot, Row, Table, TableSpec, columns
    from dermoutcomes.report.tables.adjusted_means import adjusted_mean_tables, adjusted_means_spec
    from dermoutcomes.report.tables.adverse_events import (
        adverse_event_overviews,
        adverse_event_tables,
        overview_spec,
    )
    from dermoutcomes.report.tables.characteristics import (
        characteristic_tables,
        characteristics_spec,
    )
    from dermoutcomes.report.tables.event_counts import EventCounts, event_counts, event_titles
    from dermoutcomes.report.text_forms import printable, shortened, signed, slug
    from dermoutcomes.report.words.citations import Citations
    from dermoutcomes.report.words.statistic_text import test_of

_PUBLIC = {
    "blocks": (
        "Block",
        "Bullets",
        "ClaimCard",
        "Claims",
        "Link",
        "Pairs",
        "Paragraph",
        "Part",
        "Rich",
        "Section",
        "head_parts",
        "is_block",
        "linked",
        "parts_of",
        "rich",
    ),
    "words.citations": ("Citations",),
    "documents.annex": ("document_of",),
    "documents.document": ("Document", "with_running_numbers"),
    "documents.front": ("enrolled_subjects", "events_fact", "subjects_fact"),
    "documents.report": ("report_of",),
    "documents.paper_layout": (
        "LONGEST_WORD",
        "PAGE_HEIGHT",
        "PAGE_MARGIN",
        "PAGE_WIDTH",
        "Passage",
        "TableLayout",
        "passages",
        "table_layout",
    ),
    "documents.layout_words": ("LAYOUT_WORDS", "block_label"),
    "documents.page": ("Page",),
    "documents.link_places": ("linked_places", "place_elsewhere"),
    "documents.single_tables": ("documents_of_every_study", "single_documents"),
    "evidence.evidence": ("Evidence",),
    "feet": ("bare_foot", "filled_foot", "foot", "level", "origin", "population"),
    "figures.before_after": ("before_after",),
    "figures.responders": (
        "change_distribution",
        "responder_bars",
    ),
    "figures.changes": ("mean_changes",),
    "figures.distributions": ("grade_bars",),
    "figures.estimates": ("endpoint_forests", "sensitivity_forests"),
    "figures.event_dots": ("event_dots",),
    "figures.flow": ("flow_diagram",),
    "figures.forest": ("forests",),
    "figures.residuals": (
        "normal_quantile_plots",
        "residual_plots",
    ),
    "figures.survival": ("survival_curves",),
    "figures.trajectories": (
        "adjusted_trajectories",
        "subject_lines",
    ),
    "record_sets": (
        "main_records",
        "other_records_words",
    ),
    "figures.drawing": ("Drawings",),
    "figures.figure": ("Figure",),
    "material": ("Material", "Outline", "by"),
    "numbers": (
        "STYLES",
        "Display",
        "Style",
        "count",
        "number",
        "p_value",
        "percent",
        "significant",
    ),
    "options": ("ReportOptions",),
    "result_lines": ("Line", "Notes", "lines", "problem_rows"),
    "result_text": (
        "display_of",
        "estimate",
        "mentioned",
        "p_display",
        "p_part",
        "shown",
        "value_text",
    ),
    "sections.claims": ("claim_cards", "claim_foot"),
    "sections.endpoints": ("main_blocks",),
    "sections.overview": ("overview_table",),
    "sections.participant_flow": ("people_section",),
    "sections.safety": ("safety_section",),
    "spreadsheet": ("dictionary", "tables_to_write"),
    "words.statistic_text": ("test_of",),
    "summary.first_page": ("design_sentence", "hypothesis_sentence"),
    "summary.study_limits": ("limits_section",),
    "summary.main_results": ("main_endpoints",),
    "table": ("Column", "Foot", "Row", "Table", "TableSpec", "columns"),
    "tables.adjusted_means": ("adjusted_mean_tables", "adjusted_means_spec"),
    "tables.adverse_events": (
        "adverse_event_overviews",
        "adverse_event_tables",
        "overview_spec",
    ),
    "tables.event_counts": ("EventCounts", "event_counts", "event_titles"),
    "tables.characteristics": ("characteristic_tables", "characteristics_spec"),
    "text_forms": ("printable", "shortened", "signed", "slug"),
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "LAYOUT_WORDS",
    "LONGEST_WORD",
    "PAGE_HEIGHT",
    "PAGE_MARGIN",
    "PAGE_WIDTH",
    "STYLES",
    "Block",
    "Bullets",
    "Citations",
    "ClaimCard",
    "Claims",
    "Column",
    "Display",
    "Document",
    "Drawings",
    "EventCounts",
    "Evidence",
    "Figure",
    "Foot",
    "Line",
    "Link",
    "Material",
    "Notes",
    "Outline",
    "Page",
    "Pairs",
    "Paragraph",
    "Part",
    "Passage",
    "ReportOptions",
    "Rich",
    "Row",
    "Section",
    "Style",
    "Table",
    "TableLayout",
    "TableSpec",
    "adjusted_mean_tables",
    "adjusted_means_spec",
    "adjusted_trajectories",
    "adverse_event_overviews",
    "adverse_event_tables",
    "bare_foot",
    "before_after",
    "block_label",
    "by",
    "change_distribution",
    "characteristic_tables",
    "characteristics_spec",
    "claim_cards",
    "claim_foot",
    "columns",
    "count",
    "design_sentence",
    "dictionary",
    "display_of",
    "document_of",
    "documents_of_every_study",
    "endpoint_forests",
    "enrolled_subjects",
    "estimate",
    "event_counts",
    "event_dots",
    "event_titles",
    "events_fact",
    "filled_foot",
    "flow_diagram",
    "foot",
    "forests",
    "grade_bars",
    "head_parts",
    "hypothesis_sentence",
    "is_block",
    "level",
    "limits_section",
    "lines",
    "linked",
    "linked_places",
    "main_blocks",
    "main_endpoints",
    "main_records",
    "mean_changes",
    "mentioned",
    "normal_quantile_plots",
    "number",
    "origin",
    "other_records_words",
    "overview_spec",
    "overview_table",
    "p_display",
    "p_part",
    "p_value",
    "parts_of",
    "passages",
    "people_section",
    "percent",
    "place_elsewhere",
    "population",
    "printable",
    "problem_rows",
    "report_of",
    "residual_plots",
    "responder_bars",
    "rich",
    "safety_section",
    "sensitivity_forests",
    "shortened",
    "shown",
    "signed",
    "significant",
    "single_documents",
    "slug",
    "subject_lines",
    "subjects_fact",
    "survival_curves",
    "table_layout",
    "tables_to_write",
    "test_of",
    "value_text",
    "with_running_numbers",
]


def __getattr__(name: str) -> Any:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
