"""Who was studied: a row a characteristic, a column an arm; nothing is tested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.feet import bare_foot, population
from dermoutcomes.report.material import by
from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
from dermoutcomes.report.result_text import anchors, leftover, shown
from dermoutcomes.report.table import Column, Row, Table, TableSpec

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["characteristic_tables", "characteristics_spec", "is_characteristic"]

SUMMARIES = (
    ("mean (SD)", ("mean", "sd")),
    ("median (Q1 to Q3)", ("median", "q1", "q3")),
    ("range", ("min", "max")),
)
IN_CELLS = frozenset(
    {"n", "n_missing", "mean", "sd", "median", "q1", "q3", "min", "max", "percent", "denominator"}
)
Group = str | None


def is_characteristic(material: Material, row: Result) -> bool:
    """Whether a result describes the subjects before treatment."""
    return (
        row["endpoint"] is None
        and row["level"] is not None
        and material.place(row) == "characteristics"
    )


def characteristic_tables(material: Material) -> Iterator[Table]:
    """A table an analysis of this kind and set of subjects."""
    rows = [row for row in material.results if is_characteristic(material, row)]
    for group in by(rows, "analysis", "population", "subgroup", "subgroup_level").values():
        yield _table(material, group)


def _table(material: Material, rows: list[Result]) -> Table:
    by_place = {(line.key["level"], line.key["group"]): line for line in lines(rows)}
    # The column of all subjects stands behind those of the arms.
    groups = sorted(
        {group for _, group in by_place},
        key=lambda group: (group is None, material.arm_rank(group)),
    )
    notes = Notes()
    body: list[Row] = []
    levels = dict.fromkeys(level for level, _ in by_place if "=" not in level)
    for level in sorted(levels, key=lambda name: material.column_rank(rows[0]["analysis"], name)):
        body += _characteristic(material, level, groups, by_place, notes)
    return characteristics_spec(material, rows[0]["analysis"], groups).filled(
        body,
        notes=notes.listed,
        population=population(material, rows),
        n={_head(material, group): Part(_size(by_place, group)) for group in groups},
    )


def characteristics_spec(
    outline: Outline, analysis: str, groups: Iterable[Group] | None = None
) -> TableSpec:
    """The characteristics of the subjects by arm.

    Of all arms and everybody, unless `groups` names some.
    """
    shown_groups = (*outline.study.arms, None) if groups is None else tuple(groups)
    return TableSpec(
        f"Characteristics of the subjects: {outline.analysis_name(analysis)}",
        (
            Column("Characteristic"),
            *(Column(_head(outline, group), "r") for group in shown_groups),
        ),
        bare_foot(outline, "Nothing is tested here."),
    )


def _head(outline: Outline, group: Group) -> str:
    return outline.arm_name(group) or "All"


def _size(by_place: Mapping[tuple[str, Group], Line], group: Group) -> str:
    sizes = {
        row["n_subjects"]
        for (_, line_group), line in by_place.items()
        if line_group == group
        for row in line.rows
        if row["n_subjects"] is not None
    }
    return str(max(sizes)) if sizes else "?"


def _characteristic(
    material: Material,
    level: str,
    groups: list[Group],
    by_place: Mapping[tuple[str, Group], Line],
    notes: Notes,
) -> Iterator[Row]:
    """A characteristic: how many are known, then its summaries, or its levels with shares."""
    across = [by_place.get((level, group)) for group in groups]
    present = [line for line in across if line]
    marks = notes.marks([row for line in present for row in line.rows])
    label = present[0].labels or level
    yield Row(
        (
            rich(material.column_name(level, label), Part(marks, look="mark") if marks else None),
            *(_known(material, line) for line in across),
        ),
        look="system",
    )
    for words, stats in SUMMARIES:
        if any(stat in line.stats for line in present for stat in stats):
            yield Row(
                (rich(words), *(_summary(material, line, stats) for line in across)), look="inset"
            )
    for category in dict.fromkeys(
        category for category, _ in by_place if category.startswith(f"{level}=")
    ):
        category_lines = [by_place.get((category, group)) for group in groups]
        words = next((line.labels for line in category_lines if line), "") or category
        yield Row(
            (
                rich(material.column_value(level, words.removeprefix(f"{label}: "))),
                *(_share(material, line) for line in category_lines),
            ),
            look="inset",
        )
    for line in present:
        yield from problem_rows(line)


def _known(material: Material, line: Line | None) -> Rich:
    """How many are known, where some are not."""
    if line is None:
        return ()
    missing = line.stats.get("n_missing")
    rest = leftover(material, line.stats, IN_CELLS)
    if missing is None or not missing["value"]:
        return rich(anchors(line.stats, "n", "n_missing"), rest)
    return rich(
        shown(material, line.stats.get("n")), " known, ", shown(material, missing), " missing", rest
    )


def _summary(material: Material, line: Line | None, stats: tuple[str, ...]) -> Rich:
    first, *rest = (shown(material, line.stats.get(stat)) if line else None for stat in stats)
    parts = [part for part in rest if part]
    if first is None or not parts:
        return rich(first, *parts)
    if stats == ("min", "max"):
        return rich(first, " to ", parts[0])
    return rich(
        first,
        " (",
        *(
            piece
            for number, part in enumerate(parts)
            for piece in ((" to ", part) if number else (part,))
        ),
        ")",
    )


def _share(material: Material, line: Line | None) -> Rich:
    if line is None:
        return ()
    share = shown(material, line.stats.get("percent"))
    return rich(
        shown(material, line.stats.get("n")),
        *((" (", share, ")") if share else ()),
        anchors(line.stats, "denominator"),
        leftover(material, line.stats, IN_CELLS),
    )
