"""Results across endpoints: agreement of raters, analyses of several endpoints.

Adverse events and characteristics of subjects, which belong to no endpoint either, stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Block, Paragraph, Part, Rich, Section, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.figures.chosen import figures_of, unfilled_figures
from dermoutcomes.report.material import by
from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
from dermoutcomes.report.result_text import (
    ESTIMATE_STATS,
    OF_ARMS,
    anchors,
    estimate,
    leftover,
    shown,
    size,
)
from dermoutcomes.report.table import Column, Row, Table, TableSpec, columns
from dermoutcomes.report.tables.characteristics import is_characteristic
from dermoutcomes.report.tables.event_counts import is_adverse_event

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["across_endpoints_section"]

# As many terms are put side by side.
WIDEST = 5
# What the columns of the long form say; everything else goes into its last one.
IN_COLUMNS = ESTIMATE_STATS | {"p_value"}


def across_endpoints_section(material: Material) -> Section | None:
    """Figures of the study and a table an analysis; None where there is nothing to show.

    No result is left out but for the option `other_results_shown`, and that is said.
    """
    rows = [
        row
        for row in material.results
        if row["endpoint"] not in material.study.endpoints
        and not is_adverse_event(material, row)
        and not is_characteristic(material, row)
    ]
    figures: list[Block] = [*figures_of(material, "study"), *unfilled_figures(material)]
    if not rows and not figures:
        return None
    rows_shown = rows[: material.options.other_results_shown]
    keys = ("analysis", "endpoint", "population", "handling", "subgroup", "subgroup_level")
    blocks = [*figures, *(_table(material, group) for group in by(rows_shown, *keys).values())]
    if len(rows) > len(rows_shown):
        more = f"{len(rows) - len(rows_shown)} further results stand in results.csv."
        blocks.append(Paragraph(rich(more), look="note"))
    return Section("others", "Further analyses", tuple(blocks))


def _table(material: Material, rows: list[Result]) -> Table:
    """A column a term where several places share a few terms, else a row a term."""
    key, notes = rows[0], Notes()
    quantities = sorted(lines(rows), key=lambda line: _rank(material, line))
    terms = list(dict.fromkeys(line.key["term"] for line in quantities))
    by_place = _by_place(quantities)
    wide = 1 < len(terms) <= WIDEST and len(by_place) > 1
    endpoints = f": {material.endpoint_name(key['endpoint'])}" if key["endpoint"] else ""
    subgroup = f" ({key['subgroup']}: {key['subgroup_level']})" if key["subgroup"] else ""
    spec = across_endpoints_spec(
        material, key["analysis"], f"{endpoints}{subgroup}", terms if wide else None
    )
    # Before the notes are listed, since each row adds its own.
    body = tuple(
        _wide_rows(material, by_place, terms, notes)
        if wide
        else _long_rows(material, quantities, notes)
    )
    units = sorted({row["unit"] for row in rows if row["unit"]})
    remarks = (f"In {', '.join(units)}.",) if len(units) == 1 else ()
    return spec.filled(
        body, notes=notes.listed, population=population(material, rows), remarks=remarks
    )


def across_endpoints_spec(
    outline: Outline,
    analysis: str,
    caption_end: str = "",
    terms: Sequence[str | None] | None = None,
) -> TableSpec:
    """An analysis across endpoints: a row a quantity or, where `terms` are given, a column a term.

    `caption_end` names the endpoints, and the subgroup.
    """
    if terms is None:
        heads = columns(("Where", "Quantity", "n", "Value (CI)", "P", "Also"), "llrlrl")
    else:
        names = (outline.term_name({"analysis": analysis, "term": term}) for term in terms)
        heads = (Column("Where"), Column("n", "r"), *(Column(name, "r") for name in names))
    caption = f"{outline.analysis_name(analysis)}{caption_end}"
    return TableSpec(caption, heads, foot(outline), narrow=True)


def _by_place(quantities: list[Line]) -> list[list[Line]]:
    """Lines that differ in their term alone, together."""
    groups: dict[tuple[object, ...], list[Line]] = {}
    for line in quantities:
        place = tuple(value for name, value in line.key.items() if name != "term")
        groups.setdefault(place, []).append(line)
    return list(groups.values())


def _rank(material: Material, line: Line) -> tuple[int, ...]:
    """The place of a line by its comparison and visit in the order of the study.

    Those of one place stay as they come.
    """
    comparisons, comparison = list(material.study.comparisons), line.key["comparison"]
    return (
        comparisons.index(comparison) if comparison in comparisons else len(comparisons),
        material.visit_rank(line.key["visit"]),
    )


def _place(material: Material, line: Line) -> str:
    key = line.key
    at = material.style.in_words(f"{key['at']:g}") if key["at"] is not None else ""
    parts = (
        material.comparison_name(key["comparison"]),
        material.visit_name(key["visit"]),
        _compared(material, key["group"], key["reference_group"]),
        material.level_name(key["level"]),
        at,
    )
    return ", ".join(part for part in parts if part) or "All"


def _compared(material: Material, group: str | None, reference: str | None) -> str:
    """Whose ratings are compared, where a group is an endpoint; else the arm."""
    if group not in material.study.endpoints:
        return material.arm_name(group)
    return " v ".join(material.endpoint_name(name) for name in (group, reference) if name)


def _wide_rows(
    material: Material, by_place: list[list[Line]], terms: list[str | None], notes: Notes
) -> Iterator[Row]:
    for group in by_place:
        by_term = {line.key["term"]: line for line in group}
        marks = notes.marks([row for line in group for row in line.rows], labels=True)
        sizes = [line.stats["n"] for line in group if "n" in line.stats]
        # The n of the first term is printed for all; the others keep their addresses.
        hidden = [
            *(part for row in sizes[1:] for part in anchors({"n": row}, "n")),
            *(part for line in group for part in anchors(line.stats, *OF_ARMS)),
        ]
        yield Row(
            (
                rich(
                    _place(material, group[0]), Part(marks, look="mark") if marks else None, hidden
                ),
                rich(shown(material, sizes[0]) if sizes else None),
                *(_cell(material, by_term[term]) if term in by_term else () for term in terms),
            )
        )
        for line in group:
            yield from problem_rows(line)


def _cell(material: Material, line: Line) -> Rich:
    """All that a term has, its n apart."""
    value = estimate(material, line.stats)
    rest = leftover(material, line.stats, IN_COLUMNS - {"p_value"})
    return rich(value, "; " if value and any(part.text for part in rest) else None, rest)


def _long_rows(material: Material, quantities: list[Line], notes: Notes) -> Iterator[Row]:
    for line in quantities:
        marks = notes.marks(line.rows, labels=True)
        yield Row(
            (
                rich(_place(material, line)),
                rich(
                    material.term_name(line.key),
                    Part(marks, look="mark") if marks else None,
                ),
                size(material, line.stats),
                estimate(material, line.stats),
                rich(shown(material, line.stats.get("p_value"))),
                leftover(material, line.stats, IN_COLUMNS),
            )
        )
        yield from problem_rows(line)
