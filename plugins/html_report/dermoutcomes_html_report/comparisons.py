"""Tables of comparisons: the main analysis first, then the sensitivity analyses; then whatever else they returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes_html_report.blocks import Part, Rich, Row, Table, narrowed, rich
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.groups import Line, Notes, lines, problem_rows
from dermoutcomes_html_report.numbers import p_value
from dermoutcomes_html_report.values import anchors, estimate, leftover, shown
from dermoutcomes_html_report.wording import term_name

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["comparison_tables"]

ROLES = {"descriptive": "description"}
RANK = {"main": 0, "sensitivity": 1, "supporting": 2, "subgroup": 3, "descriptive": 4}
SAID = frozenset({"n", "estimate", "conf_low", "conf_high", "n_with_event", "denominator", "percent", "proportion"})
TESTED = SAID | {"statistic", "df", "df_num", "df_den", "p_value", "p_adjusted"}


def comparison_tables(material: Material, endpoint: str, rows: list[Result], where: str, adjusted: dict[str, float]) -> Iterator[Table]:
    """The tables of an endpoint's comparisons in one set of records.

    `adjusted` has the p-value of each comparison within its family, as the table of hypotheses holds it. `where` tells the captions
    of further records apart; it is empty for the main ones.
    """
    found = sorted(lines(rows), key=lambda line: _rank(material, endpoint, line))
    deciding = [line for line in found if _decides(material, line)]
    others = [line for line in found if not _decides(material, line)]
    if deciding:
        yield _tests(material, endpoint, deciding, where, adjusted)
    if others:
        yield _quantities(material, endpoint, others, where)


def _decides(material: Material, line: Line) -> bool:
    """Whether a line is the term that settles a hypothesis; of an analysis that settles none, whether it has a test."""
    analysis = material.analysis(line.key["analysis"])
    if analysis is None or analysis.decides is None:
        return "p_value" in line.stats
    return bool(analysis.decides == line.key["term"])


def _rank(material: Material, endpoint: str, line: Line) -> tuple[int, int, int]:
    """By comparison in the endpoint's own order, then by the role of the analysis, then by its place in the study file."""
    spec = material.study.endpoints.get(endpoint)
    compare, analyses = (spec.compare, spec.analyses) if spec else ((), ())
    comparison, analysis = line.key["comparison"], line.key["analysis"]
    return (compare.index(comparison) if comparison in compare else len(compare), RANK.get(_role(line) or "", 5),
            analyses.index(analysis) if analysis in analyses else len(analyses))


def _role(line: Line) -> str | None:
    role: str | None = line.rows[0]["analysis_role"]
    return role


def _tests(material: Material, endpoint: str, found: list[Line], where: str, adjusted: dict[str, float]) -> Table:
    notes = Notes()
    columns = [("Analysis", "l"), ("Quantity", "l"), ("n", "r"), (f"Estimate ({_interval(material)})", "v"), ("Test", "r"), ("P", "r"),
               *([("Adjusted P", "r")] if adjusted else []), ("Also", "l")]
    rows = [row for number, line in enumerate(found)
            for row in (*_heading(material, found, number), *_test_rows(material, line, notes, adjusted))]
    return narrowed(Table(
        f"Comparisons: {material.endpoint_name(endpoint)}{where}", tuple(head for head, _ in columns), tuple(rows),
        align="".join(align for _, align in columns), notes=notes.listed, css="tests",
        foot=(*_unit(found), *foot(material, [row for line in found for row in line.rows]))))


def _interval(material: Material) -> str:
    return f"{100 * material.study.confidence:g}% CI"


def _heading(material: Material, found: list[Line], number: int) -> tuple[Row, ...]:
    """The comparison above its first line."""
    name = _compared(material, found[number])
    if number and _compared(material, found[number - 1]) == name:
        return ()
    return (Row((rich(name),), css="group"),)


def _compared(material: Material, line: Line) -> str:
    arms = " v ".join(material.arm_name(arm) for arm in (line.key["group"], line.key["reference_group"]) if arm)
    name = material.comparison_name(line.key["comparison"]) or material.visit_name(line.key["visit"])
    return name if not arms or arms in name else f"{name}: {arms}" if name else arms


def _unit(found: list[Line]) -> tuple[str, ...]:
    units = sorted({row["unit"] for line in found for row in line.rows if row["unit"]})
    return (f"Estimates in {', '.join(units)}, the first minus the second.",) if units else ("Differences are the first minus the second.",)


def _test_rows(material: Material, line: Line, notes: Notes, adjusted: dict[str, float]) -> Iterator[Row]:
    stats = line.stats
    family = ((_adjusted(material, line, adjusted),) if adjusted else ())
    cells: tuple[Rich, ...] = (
        _analysis(material, line), _quantity(line, notes), rich(shown(material, stats.get("n"))), estimate(material, stats),
        _test(material, line), rich(shown(material, stats.get("p_value"))), *family, leftover(material, stats, TESTED))
    yield Row(cells, css="main" if _role(line) == "main" else "")
    yield from problem_rows(line)


def _analysis(material: Material, line: Line) -> Rich:
    role = _role(line) or ""
    return rich(material.analysis_name(line.key["analysis"]), Part(f" ({ROLES.get(role, role)})", css="role"))


def _quantity(line: Line, notes: Notes) -> Rich:
    level = f", {line.key['level']}" if line.key["level"] else ""
    marks = notes.marks(line.rows, labels=True)
    return rich(term_name(line.key["term"]) + level, Part(marks, css="mark") if marks else None)


def _test(material: Material, line: Line) -> Rich:
    """The test statistic with its degrees of freedom."""
    stats = line.stats
    statistic = shown(material, stats.get("statistic"))
    degrees = [part for part in (shown(material, stats.get(name)) for name in ("df", "df_num", "df_den")) if part]
    if statistic is None or not degrees or degrees[0].css == "void":
        return rich(statistic, anchors(stats, "df", "df_num", "df_den"))
    between = [piece for number, part in enumerate(degrees) for piece in ((Part(", "), part) if number else (part,))]
    return rich(statistic, "; df ", *between)


def _adjusted(material: Material, line: Line, adjusted: dict[str, float]) -> Rich:
    """The p-value within the family: of the main analysis alone, since nothing else decides."""
    own = shown(material, line.stats.get("p_adjusted"))
    p = adjusted.get(line.key["comparison"] or "") if _role(line) == "main" else None
    if own or p is None:
        return rich(own)
    return rich(Part(p_value(p, material.options.p_style, material.study.study.alpha), exact=repr(p)))


def _quantities(material: Material, endpoint: str, found: list[Line], where: str) -> Table:
    notes = Notes()
    rows = [row for number, line in enumerate(found) for row in (*_heading(material, found, number), *_quantity_rows(material, line, notes))]
    return narrowed(Table(
        f"Further quantities: {material.endpoint_name(endpoint)}{where}", ("Quantity", "Analysis", "n", f"Value ({_interval(material)})", "Also"),
        tuple(rows), align="llrvl", notes=notes.listed, css="quantities",
        foot=(*_unit(found), *foot(material, [row for line in found for row in line.rows]))))


def _quantity_rows(material: Material, line: Line, notes: Notes) -> Iterator[Row]:
    yield Row((_quantity(line, notes), _analysis(material, line), rich(shown(material, line.stats.get("n"))), estimate(material, line.stats),
               leftover(material, line.stats, SAID)))
    yield from problem_rows(line)
