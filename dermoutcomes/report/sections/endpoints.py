"""A section an endpoint: what it is, what was seen, what was compared.

Other records than the main ones in a supplement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Block, Link, Paragraph, Part, Section, rich
from dermoutcomes.report.figures.chosen import (
    endpoint_figures,
    main_figures,
    other_record_figures,
)
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.record_sets import repeated_rows, results_by_records
from dermoutcomes.report.sections.families import adjusted_of
from dermoutcomes.report.sections.methods.definitions import cautions, definition
from dermoutcomes.report.sections.standard_tables import results_of_tables
from dermoutcomes.report.table import Table
from dermoutcomes.report.tables.adjusted_means import adjusted_mean_tables
from dermoutcomes.report.tables.adverse_events import rarer_event_tables
from dermoutcomes.report.tables.comparisons import comparison_table, records_table
from dermoutcomes.report.tables.descriptions import description_tables
from dermoutcomes.report.tables.quantities import main_text_table, quantity_tables
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.report.result_lines import Line
    from dermoutcomes.report.words.citations import Citations
    from dermoutcomes.study import Endpoint

__all__ = ["endpoints_section", "main_blocks", "supplement_section"]

NO_ENDPOINTS = (
    "The study defines no endpoint: its data were read and checked, and nothing was analysed."
)
SUPPLEMENTED = "Models, effect sizes and other quantities, and what other records gave besides their tests, stand in the "
REPEATED = "Missing values are filled by non-responders alone here: each number is that of the"
NO_RESULTS = "This endpoint has no result: nothing describes or analyses it."


def endpoints_section(material: Material, citations: Citations) -> Section:
    """Every endpoint: primary ones first, then in the order of the study file."""
    study = material.study
    if not study.endpoints:
        return Section("endpoints", "Endpoints", (Paragraph(rich(NO_ENDPOINTS)),))
    in_tables = results_of_tables(material)
    children = tuple(
        _section(material, name, study.endpoints[name], citations, in_tables)
        for name in material.in_order
    )
    return Section("endpoints", "Endpoints", children=children)


def _section(
    material: Material,
    name: str,
    endpoint: Endpoint,
    citations: Citations,
    in_tables: frozenset[str],
) -> Section:
    main, other_records = _results(material, name, in_tables)
    figures = endpoint_figures(material, name, main)
    tables, descriptions, comparisons = _content(material, name, main, figures)
    blocks: list[Block | None] = [
        definition(material, endpoint, citations),
        *cautions(material, name, endpoint),
        *figures,
        *tables,
        main_text_table(material, name, descriptions),
        comparison_table(material, name, comparisons, adjusted_of(material, name)),
        records_table(
            material, name, [(words, _split_comparisons(rows)[1]) for words, rows in other_records]
        ),
    ]
    if any(quantity_tables(material, name, descriptions, comparisons)) or other_records:
        blocks.append(
            Paragraph(
                rich(
                    SUPPLEMENTED,
                    Part("supplement", link=Link("section", f"supplement-{slug(name)}")),
                    ".",
                ),
                look="note",
            )
        )
    elif not main:
        blocks.append(Paragraph(rich(NO_RESULTS), look="caution"))
    return Section(
        f"endpoint-{slug(name)}",
        endpoint.name,
        tuple(block for block in blocks if block),
        look="endpoint",
    )


def _results(
    material: Material, name: str, in_tables: frozenset[str]
) -> tuple[list[Result], list[tuple[str, list[Result]]]]:
    """Results of the main records and of other ones, without those that stand in standard tables."""
    main, others = results_by_records(material, name)
    rest = ((words, [row for row in rows if row["id"] not in in_tables]) for words, rows in others)
    return (
        [row for row in main if row["id"] not in in_tables],
        [(words, rows) for words, rows in rest if rows],
    )


def main_blocks(material: Material, name: str) -> tuple[list[Block], list[Table]]:
    """The figures of an endpoint's main records, and the tables of what was seen by visit."""
    main, _ = results_by_records(material, name)
    figures = main_figures(material, name, main)
    _, rest = adjusted_mean_tables(material, name, _without_addressed(main, figures), "")
    tables, _ = description_tables(material, name, _split_comparisons(rest)[0], "")
    return [*figures], tables


def supplement_section(material: Material) -> Section | None:
    """Quantities of each endpoint that its section leaves out; None where there are none.

    Models, effect sizes and other quantities, and what other records gave besides their tests.
    """
    children = []
    in_tables = results_of_tables(material)
    for name in material.in_order:
        main, other_records = _results(material, name, in_tables)
        _, descriptions, comparisons = _content(
            material, name, main, endpoint_figures(material, name, main)
        )
        blocks: list[Block] = list(quantity_tables(material, name, descriptions, comparisons))
        for words, every_row in other_records:
            repeated = repeated_rows(material, every_row)
            rows = [row for row in every_row if row["id"] not in repeated]
            figures = other_record_figures(material, name, rows)
            tables, descriptions, comparisons = _content(
                material, name, rows, figures, f" ({words})"
            )
            blocks += [_said_once(material, words, repeated)] if repeated else []
            blocks += [
                *figures,
                *tables,
                *quantity_tables(material, name, descriptions, comparisons, f" ({words})"),
            ]
        if blocks:
            children.append(
                Section(
                    f"supplement-{slug(name)}",
                    material.endpoint_name(name),
                    tuple(blocks),
                    look="endpoint",
                    folded=True,
                )
            )
    rarer = tuple(rarer_event_tables(material))
    children += (
        [Section("supplement-safety", "Adverse events: rarer terms", rarer, folded=True)]
        if rarer
        else []
    )
    return (
        Section(
            "supplement",
            "Supplement: models, further quantities, other records",
            children=tuple(children),
        )
        if children
        else None
    )


def _said_once(material: Material, words: str, repeated: Mapping[str, Result]) -> Paragraph:
    """Of descriptions that the observed values have too, where they stand; their addresses."""
    terms = dict.fromkeys(material.term_name(row) or "Values" for row in repeated.values())
    first = next(iter(repeated.values()))
    return Paragraph(
        rich(
            f"{words}: {', '.join(terms)}. {REPEATED} ",
            Part("observed values", link=Link("result", first["id"])),
            ".",
            (Part("", result=result, addressed=True) for result in repeated),
        ),
        look="note",
    )


def _content(
    material: Material,
    name: str,
    rows: list[Result],
    figures: Sequence[Block],
    records_suffix: str = "",
) -> tuple[list[Table], list[Line], list[Result]]:
    """Tables of a set of records, lines in none of them, and results of comparisons.

    What has its address in one of the figures stands there alone.
    """
    means, rest = adjusted_mean_tables(
        material, name, _without_addressed(rows, figures), records_suffix
    )
    descriptions, comparisons = _split_comparisons(rest)
    tables, other_lines = description_tables(material, name, descriptions, records_suffix)
    return [*tables, *means], other_lines, comparisons


def _without_addressed(rows: list[Result], figures: Sequence[Block]) -> list[Result]:
    shown = {
        result for figure in figures if isinstance(figure, Figure) for result in figure.addressed
    }
    return [row for row in rows if row["id"] not in shown]


def _split_comparisons(rows: list[Result]) -> tuple[list[Result], list[Result]]:
    """Descriptions, and results of comparisons."""
    return [row for row in rows if row["comparison"] is None], [
        row for row in rows if row["comparison"] is not None
    ]
