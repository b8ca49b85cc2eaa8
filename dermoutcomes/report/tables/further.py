"""What an analysis returned besides what the main tables show: effect sizes, the model, its tests. A table an analysis, a part a term."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Part, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.result_lines import Line, Notes, is_joint, lines, problem_rows
from dermoutcomes.report.result_text import estimate, leftover, shown, size
from dermoutcomes.report.statistic_text import TESTED, test_of
from dermoutcomes.report.table import Row, Table, TableSpec, columns
from dermoutcomes.report.tables.comparisons import decides, interval, rank
from dermoutcomes.report.tables.descriptions import place, place_rank

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["further_tables", "kept_table"]

SHOWN = frozenset(
    {
        "n",
        "estimate",
        "conf_low",
        "conf_high",
        "n_with_event",
        "denominator",
        "percent",
        "proportion",
        "std_error",
    }
)
JOINT = "Correlations of the estimates"


def kept_table(
    material: Material, endpoint: str, found: list[Line], where: str = ""
) -> Table | None:
    """Responders by visit and summaries of times, for the main text; None where there are none."""
    kept = [line for line in found if is_kept(material, line)]
    if not kept:
        return None
    names = dict.fromkeys(material.term_name(line.key).lower() for line in kept)
    title = ", ".join(names)
    return _table(
        material, f"{title[0].upper()}{title[1:]}: {material.endpoint_name(endpoint)}{where}", kept
    )


def is_kept(material: Material, line: Line) -> bool:
    """Whether a line describes and belongs beside the main tables; the rest is for who checks a model."""
    return material.place(line.key) == "main text" and line.key["level"] is None


def further_tables(
    material: Material, endpoint: str, described: list[Line], rows: list[Result], where: str = ""
) -> Iterator[Table]:
    """A table an analysis of what is left: `described` lines, and those of `rows` of comparisons that decide nothing."""
    quantities = sorted(
        (line for line in lines(rows) if not decides(material, line)),
        key=lambda line: (is_joint(line), *rank(material, endpoint, line)),
    )
    found = [
        *(line for line in described if not (is_kept(material, line) and not where)),
        *quantities,
    ]
    for analysis in dict.fromkeys(line.key["analysis"] for line in found):
        mine = [line for line in found if line.key["analysis"] == analysis]
        yield _table(
            material,
            f"{material.analysis_name(analysis)}: {material.endpoint_name(endpoint)}{where}",
            mine,
        )


def _table(material: Material, caption: str, found: list[Line]) -> Table:
    """Lines under a heading for each term, or for each comparison."""
    parts: dict[str, list[Line]] = {}
    for line in sorted(
        found, key=lambda line: (line.key["comparison"] is not None, *_order(material, line))
    ):
        parts.setdefault(_part(material, line), []).append(line)
    notes = Notes()
    body = [
        row
        for title, mine in parts.items()
        for row in (Row((rich(title + _unit(mine)),), look="group"), *_rows(material, mine, notes))
    ]
    return further_spec(material, caption).filled(
        body,
        notes=notes.listed,
        population=population(material, [row for line in found for row in line.rows]),
    )


def further_spec(outline: Outline, caption: str) -> TableSpec:
    """Quantities under a heading for each term."""
    heads = ("", "n", f"Value ({interval(outline)})", "SE", "Test", "P", "Adjusted P", "Also")
    return TableSpec(
        caption, columns(heads, "lrvrvrrl"), foot(outline), look="further", narrow=True
    )


def _order(material: Material, line: Line) -> tuple[object, ...]:
    if line.key["comparison"] is not None:
        return ()
    return (material.term_name(line.key), *place_rank(material, line))


def _part(material: Material, line: Line) -> str:
    if is_joint(line):
        return JOINT
    if line.key["comparison"] is not None:
        return material.comparison_name(line.key["comparison"])
    return material.term_name(line.key) or "Value"


def _unit(found: list[Line]) -> str:
    """The unit of a part that has one term and one unit."""
    units = {
        row["unit"] for line in found for row in line.rows if row["unit"] and row["unit"] != "%"
    }
    return (
        f" ({units.pop()})"
        if len(units) == 1 and all(line.key["comparison"] is None for line in found)
        else ""
    )


def _rows(material: Material, found: list[Line], notes: Notes) -> Iterator[Row]:
    """The lines of a part; the place is said only where it tells them apart."""
    alike = len({place(material, line) for line in found}) == 1 and all(
        line.key["level"] is not None for line in found
    )
    for line in found:
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
                    _label(material, line, placed=not alike),
                    Part(marks, look="mark") if marks else None,
                ),
                size(material, line.stats),
                value,
                rich(shown(material, line.stats.get("std_error"))),
                test_of(material, line),
                rich(shown(material, line.stats.get("p_value"))),
                rich(adjusted),
                () if is_joint(line) else leftover(material, line.stats, SHOWN | TESTED),
            )
        )
        yield from problem_rows(line)


def _label(material: Material, line: Line, *, placed: bool) -> str:
    level = material.level_name(line.key["level"])
    arm = "" if line.key["reference_group"] else material.arm_name(line.key["group"])
    if is_joint(line):
        return f"{material.comparison_name(line.key['comparison'])}, with {level}"
    if line.key["comparison"] is not None:
        return ", ".join(part for part in (material.term_name(line.key), arm, level) if part)
    where = place(material, line) if placed else ""
    return (
        ", ".join(part for part in ("" if where == "All" and level else where, level) if part)
        or "All"
    )
