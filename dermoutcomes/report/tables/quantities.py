"""Quantities of an analysis that no main table shows: effect sizes, the model and its tests.

A table an analysis, with a heading a term.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Part, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.result_lines import Line, Notes, is_joint, lines, problem_rows
from dermoutcomes.report.result_text import (
    ESTIMATE_STATS,
    estimate,
    leftover,
    shown,
    size,
    std_error,
)
from dermoutcomes.report.table import Row, Table, TableSpec, columns
from dermoutcomes.report.tables.comparisons import decides, interval, rank
from dermoutcomes.report.tables.descriptions import place, place_rank
from dermoutcomes.report.words.statistic_text import TEST_STATS, test_of

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["main_text_table", "quantity_tables"]

IN_COLUMNS = ESTIMATE_STATS | {"std_error"}
JOINT = "Correlations of the estimates"


def main_text_table(material: Material, endpoint: str, descriptions: list[Line]) -> Table | None:
    """Responders by visit and summaries of times, for the main text; None where there are none."""
    main_lines = [line for line in descriptions if _is_main_text(material, line)]
    if not main_lines:
        return None
    title = ", ".join(dict.fromkeys(material.term_words(line.key) for line in main_lines))
    caption = f"{title[0].upper()}{title[1:]}: {material.endpoint_name(endpoint)}"
    return _table(material, caption, main_lines)


def _is_main_text(material: Material, line: Line) -> bool:
    """Whether a line describes and belongs beside the main tables, not with what checks a model."""
    return material.place(line.key) == "main text" and line.key["level"] is None


def quantity_tables(
    material: Material,
    endpoint: str,
    descriptions: list[Line],
    rows: list[Result],
    records_suffix: str = "",
) -> Iterator[Table]:
    """A table an analysis: `descriptions`, and the lines of comparisons that decide nothing.

    `records_suffix` ends the captions and names other records than the main ones; of the main
    records, `main_text_table` has some of the descriptions.
    """
    in_main_text = not records_suffix
    quantities = [
        *(line for line in descriptions if not (in_main_text and _is_main_text(material, line))),
        *sorted(
            (line for line in lines(rows) if not decides(material, line)),
            key=lambda line: (is_joint(line), *rank(material, endpoint, line)),
        ),
    ]
    for analysis in dict.fromkeys(line.key["analysis"] for line in quantities):
        name, endpoint_name = material.analysis_name(analysis), material.endpoint_name(endpoint)
        yield _table(
            material,
            f"{name}: {endpoint_name}{records_suffix}",
            [line for line in quantities if line.key["analysis"] == analysis],
        )


def _table(material: Material, caption: str, quantities: list[Line]) -> Table:
    """Lines under a heading for each term, or for each comparison."""
    by_heading: dict[str, list[Line]] = {}
    for line in sorted(quantities, key=lambda line: _order(material, line)):
        by_heading.setdefault(_heading(material, line), []).append(line)
    notes = Notes()
    body: list[Row] = []
    for heading, group in by_heading.items():
        body.append(Row((rich(heading + _unit(group)),), look="group"))
        body += _rows(material, group, notes)
    has_interval = any({"conf_low", "conf_high"} & line.stats.keys() for line in quantities)
    return quantities_spec(material, caption, intervals=has_interval).filled(
        body,
        notes=notes.listed,
        population=population(material, [row for line in quantities for row in line.rows]),
    )


def quantities_spec(outline: Outline, caption: str, *, intervals: bool = True) -> TableSpec:
    """Quantities under a heading for each term; `intervals` says whether any of them has one."""
    value = f"Value ({interval(outline)})" if intervals else "Value"
    heads = ("", "n", value, "SE", "Test", "P", "Adjusted P", "Also")
    return TableSpec(
        caption, columns(heads, "lrvrvrrl"), foot(outline), look="further", narrow=True
    )


def _order(material: Material, line: Line) -> tuple[object, ...]:
    """Descriptions by term and place; then comparisons, which are in their order already."""
    if line.key["comparison"] is not None:
        return (True,)
    return (
        False,
        material.term_rank(line.key),
        material.term_name(line.key),
        *place_rank(material, line),
        material.level_rank(line.key["level"]),
    )


def _heading(material: Material, line: Line) -> str:
    if is_joint(line):
        return JOINT
    if line.key["comparison"] is not None:
        return material.comparison_name(line.key["comparison"])
    return material.term_name(line.key) or "Value"


def _unit(group: list[Line]) -> str:
    """The unit of the lines under a heading that have one term and one unit."""
    if any(line.key["comparison"] is not None for line in group):
        return ""
    units = {row["unit"] for line in group for row in line.rows} - {None, "", "%"}
    return f" ({units.pop()})" if len(units) == 1 else ""


def _rows(material: Material, group: list[Line], notes: Notes) -> Iterator[Row]:
    """The lines under a heading; the place is said only where it tells them apart."""
    one_place = len({place(material, line) for line in group}) == 1
    levels_tell_apart = all(line.key["level"] is not None for line in group)
    for line in group:
        marks = notes.marks(line.rows, labels=True)
        adjusted = shown(material, line.stats.get("p_adjusted"))
        value = (
            rich(shown(material, line.stats["correlation"]))
            if is_joint(line)
            else estimate(material, line.stats)
        )
        yield Row(
            (
                rich(
                    _label(material, line, with_place=not (one_place and levels_tell_apart)),
                    Part(marks, look="mark") if marks else None,
                ),
                size(material, line.stats),
                value,
                std_error(material, line.stats),
                test_of(material, line),
                rich(shown(material, line.stats.get("p_value"))),
                rich(adjusted),
                () if is_joint(line) else leftover(material, line.stats, IN_COLUMNS | TEST_STATS),
            )
        )
        yield from problem_rows(line)


def _label(material: Material, line: Line, *, with_place: bool) -> str:
    level = material.level_name(line.key["level"])
    arm = "" if line.key["reference_group"] else material.arm_name(line.key["group"])
    if is_joint(line):
        return f"{material.comparison_name(line.key['comparison'])}, with {level}"
    if line.key["comparison"] is not None:
        return ", ".join(part for part in (material.term_name(line.key), arm, level) if part)
    words = place(material, line) if with_place else ""
    if words == "All" and level:
        words = ""
    return ", ".join(part for part in (words, level) if part) or "All"
