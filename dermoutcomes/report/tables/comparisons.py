"""Tables of comparisons: the main analysis first, then the others, then other records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.result_lines import Line, Notes, is_joint, lines, problem_rows
from dermoutcomes.report.result_text import (
    ESTIMATE_STATS,
    estimate,
    interval_level,
    leftover,
    shown,
    size,
    std_error,
)
from dermoutcomes.report.table import Column, Row, Table, TableSpec
from dermoutcomes.report.words.statistic_text import TEST_STATS, test_of

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = [
    "analysis_of",
    "comparison_spec",
    "comparison_table",
    "decides",
    "heading",
    "interval",
    "quantity",
    "rank",
    "records_table",
    "size_of",
    "unit_lines",
]

ROLES = {"descriptive": "description"}
RANK = {"main": 0, "sensitivity": 1, "supporting": 2, "subgroup": 3, "descriptive": 4}
# Scales of terms whose estimate is one group or visit less another.
DIFFERENCES = frozenset({"difference"})
# Of a time to an event and of other values, which are better: by whether lower ones are.
WAYS = {
    (False, True): "Lower values",
    (False, False): "Higher values",
    (True, True): "Shorter times",
    (True, False): "Longer times",
}


def comparison_table(
    material: Material, endpoint: str, rows: list[Result], adjusted: Mapping[str, Part]
) -> Table | None:
    """The tests of an endpoint's main records: main analysis first. None where nothing was tested.

    `adjusted` has the p-value of each comparison within its family, as the table of hypotheses
    holds it.
    """
    test_lines = sorted(
        (line for line in lines(rows) if decides(material, line)),
        key=lambda line: rank(material, endpoint, line),
    )
    return (
        _tests(material, endpoint, [(line, ()) for line in test_lines], adjusted, "Comparisons")
        if test_lines
        else None
    )


def records_table(
    material: Material, endpoint: str, groups: list[tuple[str, list[Result]]]
) -> Table | None:
    """The same tests on other records, each named; None where there is none.

    Other records are those of other populations, handlings of missing values and subgroups.
    """
    test_lines: list[tuple[Line, tuple[str, ...]]] = [
        (line, (words,))
        for words, rows in groups
        for line in lines(rows)
        if decides(material, line)
    ]
    test_lines.sort(key=lambda item: rank(material, endpoint, item[0]))
    return (
        _tests(material, endpoint, test_lines, {}, "Comparisons on other records")
        if test_lines
        else None
    )


def decides(material: Material, line: Line) -> bool:
    """Whether a line is the term that settles a hypothesis.

    Of an analysis that settles none, whether it has a test.
    """
    if is_joint(line):
        return False
    analysis = material.analysis(line.key["analysis"])
    if analysis is None or analysis.decides is None:
        return "p_value" in line.stats
    return bool(analysis.decides == line.key["term"])


def rank(material: Material, endpoint: str, line: Line) -> tuple[int, int, int, float]:
    """The place of a line in the table of an endpoint's tests.

    By comparison in the order of the endpoint, by the role of the analysis, by its place in the
    study file, and from a shift of 0 outwards.
    """
    spec = material.study.endpoints.get(endpoint)
    compare, analyses = (spec.compare, spec.analyses) if spec else ((), ())
    comparison, analysis = line.key["comparison"], line.key["analysis"]
    return (
        compare.index(comparison) if comparison in compare else len(compare),
        RANK.get(role_of(line) or "", 5),
        analyses.index(analysis) if analysis in analyses else len(analyses),
        abs(line.key["at"] or 0.0),
    )


def role_of(line: Line) -> str | None:
    role: str | None = line.rows[0]["analysis_role"]
    return role


def _tests(
    material: Material,
    endpoint: str,
    test_lines: list[tuple[Line, tuple[str, ...]]],
    adjusted: Mapping[str, Part],
    title: str,
) -> Table:
    """A table of tests; each line comes with the words of the columns before its own."""
    notes, all_lines = Notes(), [line for line, _ in test_lines]
    rows = [
        row
        for number, (line, record_words) in enumerate(test_lines)
        for row in (
            *heading(material, all_lines, number),
            *_test_rows(material, line, record_words, notes, adjusted),
        )
    ]
    spec = comparison_spec(
        material, endpoint, title, records=bool(test_lines[0][1]), adjusted=bool(adjusted)
    )
    return spec.filled(
        rows,
        notes=notes.listed,
        population=population(material, [row for line in all_lines for row in line.rows]),
        remarks=unit_lines(material, endpoint, all_lines),
    )


def comparison_spec(
    outline: Outline,
    endpoint: str,
    title: str = "Comparisons",
    *,
    records: bool = False,
    adjusted: bool = True,
) -> TableSpec:
    """The tests of an endpoint.

    `records`: on other records than the main ones. `adjusted`: with p-values of a family.
    """
    return TableSpec(
        f"{title}: {outline.endpoint_name(endpoint)}",
        (
            *([Column("Records")] if records else []),
            Column("Analysis"),
            Column("Quantity"),
            Column("n", "r"),
            Column(f"Estimate ({interval(outline)})", "v"),
            Column("SE", "r"),
            Column("Test", "v"),
            Column("P", "r"),
            *([Column("Adjusted P", "r")] if adjusted else []),
            Column("Also"),
        ),
        foot(outline),
        look="tests",
        narrow=True,
    )


def interval(outline: Outline) -> str:
    """The head of an interval: its level."""
    return f"{interval_level(outline)} CI"


def heading(material: Material, test_lines: list[Line], number: int) -> tuple[Row, ...]:
    """The comparison above its first line."""
    name = compared(material, test_lines[number])
    if number and compared(material, test_lines[number - 1]) == name:
        return ()
    return (Row((rich(name),), look="group"),)


def compared(material: Material, line: Line) -> str:
    comparison = material.study.comparisons.get(line.key["comparison"] or "")
    if comparison is not None and comparison.label and line.key["reference_group"]:
        return comparison.label
    arms = " v ".join(
        material.arm_name(arm) for arm in (line.key["group"], line.key["reference_group"]) if arm
    )
    name = material.comparison_name(line.key["comparison"]) or material.visit_name(
        line.key["visit"]
    )
    return name if not arms or arms in name else f"{name}: {arms}" if name else arms


def unit_lines(material: Material, endpoint: str, test_lines: list[Line]) -> tuple[str, ...]:
    """Lines for the foot: the unit of the estimates, which way round they are, and what is better.

    Each only where an estimate of that kind stands above.
    """
    units = dict.fromkeys(
        row["unit"]
        for line in test_lines
        for row in line.rows
        if row["unit"] not in (None, "", "%")
    )
    terms = [material.term(line.key) for line in test_lines if "estimate" in line.stats]
    scales = {term.scale for term in terms if term is not None}
    texts = []
    if scales & DIFFERENCES:
        what = f"Estimates in {', '.join(units)}" if units else "Differences"
        texts.append(f"{what}{',' if units else ' are'} the first minus the second.")
    elif units:
        texts.append(f"Estimates in {', '.join(units)}.")
    if "ratio" in scales:
        nulls = {term.null for term in terms if term is not None and term.scale == "ratio"}
        none = (
            f"; {material.style.written(f'{nulls.pop():g}')} is no difference"
            if len(nulls) == 1 and None not in nulls
            else ""
        )
        texts.append(f"Ratios are the first over the second{none}.")
    spec = material.study.endpoints[endpoint]
    improves = material.improves(spec)
    if improves is not None and scales:
        way = WAYS[spec.event is not None, improves == "down"]
        texts.append(f"{way} are {spec.better or 'better'}.")
    return tuple(texts)


def _test_rows(
    material: Material,
    line: Line,
    record_words: tuple[str, ...],
    notes: Notes,
    adjusted: Mapping[str, Part],
) -> Iterator[Row]:
    stats = line.stats
    family = (_adjusted(material, line, adjusted),) if adjusted else ()
    cells: tuple[Rich, ...] = (
        *(rich(words) for words in record_words),
        analysis_of(material, line),
        quantity(material, line, notes),
        size_of(material, line),
        estimate(material, stats),
        std_error(material, stats),
        test_of(material, line),
        rich(shown(material, stats.get("p_value"))),
        *family,
        leftover(material, stats, ESTIMATE_STATS | TEST_STATS | {"std_error"}),
    )
    yield Row(cells, look="main" if role_of(line) == "main" else "")
    yield from problem_rows(line)


def analysis_of(material: Material, line: Line) -> Rich:
    """The analysis of a line, with its role."""
    role = role_of(line) or ""
    return rich(
        material.analysis_name(line.key["analysis"]),
        Part(f" ({ROLES.get(role, role)})", look="role"),
    )


def quantity(material: Material, line: Line, notes: Notes) -> Rich:
    """The term of a line; what the analysis said of it, and its warnings, as notes."""
    level = f", {material.level_name(line.key['level'])}" if line.key["level"] else ""
    if line.key["at"] is not None:
        at = f"{line.key['at']:g}"
        level += f", at {material.style.in_words(at)}"
    marks = notes.marks(line.rows, labels=True)
    return rich(
        material.term_name(line.key) + level,
        Part(marks, look="mark") if marks else None,
    )


def size_of(material: Material, line: Line) -> Rich:
    """The n of a line; where the analysis gave none of its own, the records that it used."""
    own = size(material, line.stats)
    used = {row["n_records"] for row in line.rows if row["n_records"] is not None}
    return own if own or len(used) != 1 else rich(str(*used))


def _adjusted(material: Material, line: Line, adjusted: Mapping[str, Part]) -> Rich:
    """The p-value within the family: of the main analysis alone, since nothing else decides."""
    own = shown(material, line.stats.get("p_adjusted"))
    p = adjusted.get(line.key["comparison"] or "") if role_of(line) == "main" else None
    return rich(own or p)
