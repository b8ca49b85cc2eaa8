"""Adjusted (least-squares) means by visit and arm, with the differences of their model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.material import by
from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
from dermoutcomes.report.result_text import anchors, estimate, shown
from dermoutcomes.report.table import Row, Table, TableSpec, columns
from dermoutcomes.report.tables.comparisons import decides, interval
from dermoutcomes.report.tables.descriptions import place_rank

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["adjusted_mean_tables"]

# The places of what these tables hold, as terms declare them.
MEAN, DIFFERENCE, SIZE = "adjusted mean", "difference by visit", "size of arm"
HIDDEN = ("df", "std_error", "conf_level", "statistic")
Place = tuple[str | None, str | None]


def adjusted_mean_tables(
    material: Material, endpoint: str, rows: list[Result], records_suffix: str = ""
) -> tuple[list[Table], list[Result]]:
    """A table for each analysis that gives adjusted means, and the rows that no table shows."""
    with_means = {row["analysis"] for row in rows if material.place(row) == MEAN}
    model_rows = [
        row
        for row in rows
        if row["analysis"] in with_means
        and row["comparison"] is None
        and material.place(row) in (MEAN, DIFFERENCE)
    ]
    ids = {row["id"] for row in model_rows}
    tables = [
        _table(
            material,
            endpoint,
            analysis_rows,
            [row for row in rows if row["analysis"] == analysis and row["id"] not in ids],
            records_suffix,
        )
        for (analysis,), analysis_rows in by(model_rows, "analysis").items()
    ]
    return tables, [row for row in rows if row["id"] not in ids]


def _table(
    material: Material,
    endpoint: str,
    rows: list[Result],
    other_rows: list[Result],
    records_suffix: str,
) -> Table:
    model_lines, notes = lines(rows), Notes()
    means = sorted(
        (line for line in model_lines if material.place(line.key) == MEAN),
        key=lambda line: place_rank(material, line),
    )
    differences = _differences(material, model_lines, other_rows)
    sizes = {
        (row["visit"], row["group"]): row
        for row in other_rows
        if row["stat"] == "n" and row["comparison"] is None and material.place(row) == SIZE
    }
    by_arm = len({line.key["group"] for line in means}) > 1
    body = [
        row
        for number, line in enumerate(means)
        for row in (
            *_heading(material, means, number, arms=by_arm),
            *_row(
                material,
                line,
                differences.get(_place(line)),
                sizes.get(_place(line)),
                notes,
                arms=by_arm,
            ),
        )
    ]
    against = "" if not by_arm else _reference(material, list(differences.values()))
    unit = next((f" ({row['unit']})" for row in rows if row["unit"]), "")
    spec = adjusted_means_spec(
        material,
        endpoint,
        rows[0]["analysis"],
        arms=by_arm,
        unit=unit,
        against=against,
        records_suffix=records_suffix,
    )
    return spec.filled(body, notes=notes.listed, population=population(material, rows))


def adjusted_means_spec(
    outline: Outline,
    endpoint: str,
    analysis: str,
    *,
    arms: bool,
    unit: str = "",
    against: str = "",
    records_suffix: str = "",
) -> TableSpec:
    """The adjusted means of an endpoint by one model; `arms` says whether they are by arm."""
    name, level = outline.analysis_name(analysis), interval(outline)
    heads = (
        "Arm" if arms else "Visit",
        "n",
        f"Adjusted mean{unit} ({level})",
        f"Difference from {against or ('reference' if arms else 'baseline')} ({level})",
        "P",
    )
    return TableSpec(
        f"Adjusted (LS) means: {outline.endpoint_name(endpoint)}{records_suffix}. {name}",
        columns(heads, "lrvvr"),
        foot(outline),
        look="adjusted",
        narrow=True,
    )


def _place(line: Line) -> Place:
    return line.key["visit"], line.key["group"]


def _differences(
    material: Material, model_lines: list[Line], other_rows: list[Result]
) -> Mapping[Place, Line]:
    """The difference at each visit and arm.

    The model's own by visit or, where it has none, that of the comparison, whose address is
    elsewhere.
    """
    by_visit = {
        _place(line): line for line in model_lines if material.place(line.key) == DIFFERENCE
    }
    if by_visit:
        return by_visit
    comparisons = lines(row for row in other_rows if row["comparison"] and row["reference_group"])
    return {_place(line): line for line in comparisons if decides(material, line)}


def _reference(material: Material, differences: list[Line]) -> str:
    """The arm that all differences are from, where it is one and the rows name it."""
    names = {line.key["reference_group"] for line in differences} - {None}
    return material.arm_name(names.pop()) if len(names) == 1 else ""


def _heading(material: Material, means: list[Line], number: int, *, arms: bool) -> tuple[Row, ...]:
    """The visit above its arms."""
    visit = means[number].key["visit"]
    if not arms or (number and means[number - 1].key["visit"] == visit):
        return ()
    return (Row((rich(material.visit_name(visit) or "All visits"),), look="group"),)


def _row(
    material: Material,
    line: Line,
    difference: Line | None,
    size: Result | None,
    notes: Notes,
    *,
    arms: bool,
) -> Iterator[Row]:
    stats = difference.stats if difference else {}
    elsewhere = difference is not None and difference.key["comparison"] is not None
    marks = notes.marks([*line.rows, *(difference.rows if difference and not elsewhere else ())])
    name = material.arm_name(line.key["group"]) if arms else material.visit_name(line.key["visit"])
    name = name[:1].upper() + name[1:]
    hidden = (*anchors(line.stats, *HIDDEN), *(() if elsewhere else anchors(stats, *HIDDEN)))
    n = (
        rich(shown(material, line.stats["n"]))
        if "n" in line.stats
        else _without_address(rich(shown(material, size)))
    )
    cells = estimate(material, stats), rich(shown(material, stats.get("p_value")))
    yield Row(
        (
            rich(name or "All", Part(marks, look="mark") if marks else None, hidden),
            n,
            estimate(material, line.stats),
            *(map(_without_address, cells) if elsewhere else cells),
        )
    )
    yield from problem_rows(line)
    if difference is not None and not elsewhere:
        yield from problem_rows(difference)


def _without_address(cell: Rich) -> Rich:
    return tuple(evolve(part, addressed=False) for part in cell)
