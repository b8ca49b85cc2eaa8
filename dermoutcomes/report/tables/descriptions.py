"""Tables that describe: a row a visit (and arm), a column a statistic.

For grades, a column a grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.feet import bare_foot, foot, population
from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
from dermoutcomes.report.result_text import (
    ESTIMATE_STATS,
    LACKING,
    addressed,
    anchors,
    counted,
    interval_level,
    leftover,
    shown,
)
from dermoutcomes.report.table import Column, Row, Table, TableSpec
from dermoutcomes.report.tables.losses import losses_by_visit

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["description_tables", "place", "place_rank"]


@frozen
class Statistic:
    """A column of a description: its head, the stats that fill it, and how they are joined."""

    head: str
    stats: tuple[str, ...]
    form: str = "single"


# Takes what has no column of its own.
ALSO = Statistic("Also", (), "also")


def description_tables(
    material: Material, endpoint: str, rows: list[Result], records_suffix: str
) -> tuple[list[Table], list[Line]]:
    """Grades by visit where there are any and statistics by visit.

    And the lines of what else describes the endpoint.
    """
    all_lines = lines(rows)
    counted_terms = list(
        dict.fromkeys(
            line.key["term"]
            for line in all_lines
            if line.key["level"] is not None and {"percent", "denominator"} & line.stats.keys()
        )
    )
    graded = {
        term: [
            line for line in all_lines if line.key["level"] is not None and line.key["term"] == term
        ]
        for term in counted_terms
    }
    plain = [
        line
        for line in all_lines
        if line.key["level"] is None or line.key["term"] not in counted_terms
    ]
    summarised = [
        line for line in plain if line.key["level"] is None and _is_summary(material, line)
    ]
    tables = [
        _distribution(material, endpoint, levels, records_suffix) for levels in graded.values()
    ]
    tables += (
        [_statistics(material, endpoint, _merged(material, summarised), records_suffix)]
        if summarised
        else []
    )
    return tables, [line for line in plain if line not in summarised]


def _is_summary(material: Material, line: Line) -> bool:
    return line.key["term"] is None or material.place(line.key) in ("summary", "interval of mean")


def _host_term(material: Material, line: Line) -> str | None:
    """The term in whose line that of the interval of a mean stands; None of any other."""
    term = material.term(line.key)
    return term.of if term is not None and term.place == "interval of mean" else None


def _merged(material: Material, summary_lines: list[Line]) -> list[Line]:
    """Lines of values and changes, with the interval of their mean among their stats."""
    hosts = {
        _key_with_term(line, line.key["term"]): line
        for line in summary_lines
        if not _host_term(material, line)
    }
    merged = dict(hosts)
    for line in summary_lines:
        if host_term := _host_term(material, line):
            key = _key_with_term(line, host_term)
            host = merged.get(key, Line({**line.key, "term": host_term}, {}))
            merged[key] = Line(
                host.key,
                {**host.stats, **{f"mean {stat}": row for stat, row in line.stats.items()}},
            )
    return list(merged.values())


def _key_with_term(line: Line, term: str | None) -> tuple[object, ...]:
    return tuple(term if name == "term" else value for name, value in line.key.items())


def _statistics(
    material: Material, endpoint: str, summary_lines: list[Line], records_suffix: str
) -> Table:
    summary_lines = sorted(
        summary_lines, key=lambda line: (_term_rank(material, line), *place_rank(material, line))
    )
    columns, notes = _columns(material, summary_lines), Notes()
    rows = [
        row
        for number, line in enumerate(summary_lines)
        for row in (
            *_heading(material, summary_lines, number),
            *_row(material, line, columns, notes),
        )
    ]
    results = [row for line in summary_lines for row in line.rows]
    return description_spec(material, endpoint, columns, records_suffix).filled(
        rows,
        notes=notes.listed,
        population=population(material, results),
        remarks=losses_by_visit(material, endpoint, results),
    )


def description_spec(
    outline: Outline,
    endpoint: str,
    statistics: Iterable[Statistic] | None = None,
    records_suffix: str = "",
) -> TableSpec:
    """The description of an endpoint by visit: with all statistics, unless some are named."""
    shown_statistics = possible_statistics(outline) if statistics is None else statistics
    return TableSpec(
        f"By visit: {outline.endpoint_name(endpoint)}{records_suffix}",
        (Column("Visit"), *(Column(statistic.head, "r") for statistic in shown_statistics)),
        foot(outline),
        look="description",
    )


def _heading(material: Material, summary_lines: list[Line], number: int) -> tuple[Row, ...]:
    """The name of the term above its first line."""
    if number and summary_lines[number - 1].key["term"] == summary_lines[number].key["term"]:
        return ()
    line = summary_lines[number]
    unit = next((row["unit"] for row in line.rows if row["unit"] and row["unit"] != "%"), "")
    return (
        Row(
            (rich((material.term_name(line.key) or "Value") + (f" ({unit})" if unit else "")),),
            look="group",
        ),
    )


def _term_rank(material: Material, line: Line) -> int:
    """The place of a term among those of its analysis."""
    analysis = material.analysis(line.key["analysis"])
    names = [term.name for term in analysis.terms] if analysis else []
    return names.index(line.key["term"]) if line.key["term"] in names else len(names)


def place_rank(material: Material, line: Line) -> tuple[int, int, str, float]:
    """By visit in time, then what it is compared with, then arm."""
    arms, group = list(material.study.arms), line.key["group"]
    # Ranks as texts, that can be compared with names of arms that the study file does not have.
    return (
        material.visit_rank(line.key["visit"]),
        material.visit_rank(line.key["reference_visit"]),
        f"{arms.index(group):03d}" if group in arms else group or "",
        line.key["at"] or 0.0,
    )


def possible_statistics(outline: Outline) -> tuple[Statistic, ...]:
    """The statistics of a description, in the order in which a journal has them."""
    return (
        Statistic("n", ("n",)),
        Statistic("Missing", ("n_missing",)),
        Statistic("Mean (SD)", ("mean", "sd"), "in brackets"),
        Statistic(
            f"{interval_level(outline)} CI of mean",
            ("mean conf_low", "mean conf_high"),
            "span",
        ),
        Statistic("SE", ("std_error",)),
        Statistic("CV", ("cv_percent",)),
        Statistic("Median (Q1 to Q3)", ("median", "q1", "q3"), "in brackets"),
        Statistic("Range", ("min", "max"), "span"),
    )


def _columns(material: Material, summary_lines: list[Line]) -> tuple[Statistic, ...]:
    """The columns that these lines fill, in the order in which a journal has them.

    The last takes what has no column.
    """
    present = {stat for line in summary_lines for stat in line.stats}
    columns = [column for column in possible_statistics(material) if present & set(column.stats)]
    in_columns = {stat for column in columns for stat in column.stats}
    also = any(not stat.startswith("mean ") and stat not in in_columns for stat in present)
    return (*columns, *([ALSO] if also else []))


def _row(
    material: Material, line: Line, columns: tuple[Statistic, ...], notes: Notes
) -> Iterator[Row]:
    in_columns = frozenset(stat for column in columns for stat in column.stats)
    merged_elsewhere = anchors(
        line.stats,
        *(stat for stat in line.stats if stat.startswith("mean ") and stat not in in_columns),
    )
    yield Row(
        (
            _first_cell(material, line, notes, merged_elsewhere),
            *(_cell(material, line, column, in_columns) for column in columns),
        )
    )
    yield from problem_rows(line)


def _first_cell(material: Material, line: Line, notes: Notes, hidden: Rich = ()) -> Rich:
    marks = notes.marks(line.rows)
    label = " ".join(part for part in (material.level_name(line.key["level"]), line.labels) if part)
    return rich(
        place(material, line),
        Part(f" {label}", look="small") if label else None,
        Part(marks, look="mark") if marks else None,
        hidden,
    )


def place(material: Material, line: Line) -> str:
    """Visit, what it is compared with if not the baseline, arm."""
    key = line.key
    against = (
        f" v {material.visit_name(key['reference_visit'])}"
        if key["reference_visit"] not in (None, "baseline")
        else ""
    )
    at = material.style.in_words(f"{key['at']:g}") if key["at"] is not None else ""
    return (
        ", ".join(
            part
            for part in (
                material.visit_name(key["visit"]) + against,
                material.arm_name(key["group"]),
                at,
            )
            if part
        )
        or "All"
    )


def _is_change(material: Material, line: Line) -> bool:
    """Whether a line is of differences: nothing is relative to a mean that may be near zero."""
    term = material.term(line.key)
    return term is not None and term.scale == "difference"


def _cell(material: Material, line: Line, column: Statistic, in_columns: frozenset[str]) -> Rich:
    if column.form == "also":
        rest = {stat: row for stat, row in line.stats.items() if not stat.startswith("mean ")}
        return leftover(material, rest, in_columns)
    if column.head == "CV" and _is_change(material, line):
        return anchors(line.stats, *column.stats)
    first, *others = (shown(material, line.stats.get(stat)) for stat in column.stats)
    others_shown = [part for part in others if part]
    if first is None or first.look in LACKING:  # one word is enough; its fellows keep their anchors
        return rich(first, *(addressed(part) for part in others_shown))
    joined = [
        piece
        for number, part in enumerate(others_shown)
        for piece in ((" to ", part) if number or column.form == "span" else (part,))
    ]
    return (
        rich(first, *joined)
        if column.form != "in brackets" or not others_shown
        else rich(first, " (", *joined, ")")
    )


def _distribution(
    material: Material, endpoint: str, grade_lines: list[Line], records_suffix: str
) -> Table:
    """A row a visit, a column a grade in the order of its numbers: records and their share."""
    by_grade: dict[str, list[Line]] = {grade: [] for grade in _grades(grade_lines)}
    for line in grade_lines:
        by_grade[line.key["level"]].append(line)
    names = {
        grade: f"{grade} {of_grade[-1].labels}".strip() for grade, of_grade in by_grade.items()
    }
    unused = [grade for grade, of_grade in by_grade.items() if all(map(_empty, of_grade))]
    # Where nobody has any grade, all have a column.
    grades = [grade for grade in by_grade if grade not in unused] or list(by_grade)
    unused = [grade for grade in unused if grade not in grades]

    notes = Notes()
    rows = [
        row
        for of_place in _by_place(material, grade_lines)
        for row in _graded(material, of_place, grades, notes)
    ]
    without = ", ".join(names[grade] for grade in unused)
    remarks = [f"No record has the grade {without}."] if unused else []
    results = [row for line in grade_lines for row in line.rows]
    heads = (names[grade] for grade in grades)
    heading = _distribution_heading(material, grade_lines[0])
    return distribution_spec(material, endpoint, heads, f"{heading}: ", records_suffix).filled(
        rows,
        notes=notes.listed,
        population=population(material, results),
        remarks=[*remarks, *losses_by_visit(material, endpoint, results)],
    )


def _by_place(material: Material, grade_lines: Iterable[Line]) -> Iterable[list[Line]]:
    """The lines of each visit and arm, in their order, whatever their grade."""
    places: dict[tuple[object, ...], list[Line]] = {}
    for line in sorted(grade_lines, key=lambda line: place_rank(material, line)):
        key = tuple(value for name, value in line.key.items() if name != "level")
        places.setdefault(key, []).append(line)
    return places.values()


def _distribution_heading(material: Material, line: Line) -> str:
    usual = "Distribution"
    if line.key["term"] == "distribution":
        return usual
    return material.term_name(line.key) or usual


def distribution_spec(
    outline: Outline,
    endpoint: str,
    grades: Iterable[str] | None = None,
    title: str = "Distribution: ",
    records_suffix: str = "",
) -> TableSpec:
    """How many have each grade at each visit.

    Of all grades that the measure has, unless some are named.
    """
    parameter = outline.parameter(outline.study.endpoints.get(endpoint))
    labels = sorted(parameter.labels.items()) if parameter else []
    heads = [f"{grade:g} {label}" for grade, label in labels] if grades is None else grades
    return TableSpec(
        f"{title}{outline.endpoint_name(endpoint)}{records_suffix}",
        (Column("Visit"), *(Column(head, "r") for head in heads)),
        bare_foot(outline),
        look="distribution",
    )


def _empty(line: Line) -> bool:
    """Whether nobody has the grade."""
    return all(
        row["value"] == 0 and not row["error"]
        for stat, row in line.stats.items()
        if stat != "denominator"
    )


def _graded(
    material: Material, group: list[Line], grades: list[str], notes: Notes
) -> Iterator[Row]:
    marks = notes.marks([row for line in group for row in line.rows])
    at_grade = {line.key["level"]: line for line in group}
    cells = [
        _grade_cell(material, at_grade[grade]) if grade in at_grade else () for grade in grades
    ]
    unused = [
        part
        for grade, line in at_grade.items()
        if grade not in grades
        for part in anchors(line.stats, *line.stats)
    ]
    yield Row(
        (
            rich(place(material, group[0]), Part(marks, look="mark") if marks else None, unused),
            *cells,
        )
    )
    for line in group:
        yield from problem_rows(line)


def _grades(grade_lines: list[Line]) -> list[str]:
    """Grades in the order of their numbers; levels that are no numbers after them, as they come."""
    grades = dict.fromkeys(line.key["level"] for line in grade_lines)
    return sorted(grades, key=lambda grade: (0, float(grade)) if _is_number(grade) else (1, 0.0))


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _grade_cell(material: Material, line: Line) -> Rich:
    stats = {("n_with_event" if stat == "n" else stat): row for stat, row in line.stats.items()}
    of = stats.pop("denominator", None)
    rest = leftover(material, stats, ESTIMATE_STATS)
    return rich(
        counted(material, stats),
        anchors({"denominator": of}, "denominator") if of else None,
        " " if rest else None,
        rest,
    )
