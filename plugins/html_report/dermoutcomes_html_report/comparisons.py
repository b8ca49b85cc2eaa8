"""Tables of comparisons: the main analysis first, then the sensitivity analyses; then whatever else they returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes_html_report.blocks import Part, Rich, Row, Table, rich
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.groups import Line, Notes, lines, problem_rows
from dermoutcomes_html_report.numbers import p_value
from dermoutcomes_html_report.values import anchors, estimate, leftover, shown
from dermoutcomes_html_report.wording import term_name

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["comparison_tables"]

ROLES = {"main": "main", "sensitivity": "sensitivity", "subgroup": "subgroup", "supporting": "supporting", "descriptive": "description"}
RANK = {"main": 0, "sensitivity": 1, "supporting": 2, "subgroup": 3, "descriptive": 4}
TESTED = frozenset({"n", "estimate", "conf_low", "conf_high", "statistic", "df", "df_num", "df_den", "p_value", "p_adjusted",
                    "n_with_event", "denominator", "percent", "proportion"})
QUANTITY = frozenset({"n", "estimate", "conf_low", "conf_high", "n_with_event", "denominator", "percent", "proportion"})


def comparison_tables(material: Material, endpoint: str, rows: list[Result], where: str, adjusted: dict[str, float]) -> Iterator[Table]:
    """The tables of an endpoint's comparisons in one set of records.

    `adjusted` has the p-value of each comparison within its family, as the table of hypotheses holds it. `where` makes ids and
    captions unique: "" for the main records, words for others.
    """
    found = sorted(lines(rows), key=lambda line: _rank(material, endpoint, line))
    deciding = [line for line in found if _decides(material, line)]
    others = [line for line in found if not _decides(material, line)]
    if deciding:
        yield _tests(material, endpoint, deciding, where, adjusted)
    if others:
        yield _quantities(material, endpoint, others, where)


def _decides(material: Material, line: Line) -> bool:
    analysis = material.analysis(line.key["analysis"])
    if analysis is None or analysis.decides is None:
        return "p_value" in line.stats
    return bool(analysis.decides == line.key["term"])


def _rank(material: Material, endpoint: str, line: Line) -> tuple[int, int, int]:
    """By comparison in the endpoint's own order, then by the role of the analysis, then by its place in the study file."""
    spec = material.study.endpoints.get(endpoint)
    compare, analyses = (spec.compare, spec.analyses) if spec else ((), ())
    comparison, analysis = line.key["comparison"], line.key["analysis"]
    role = line.rows[0]["analysis_role"]
    return (compare.index(comparison) if comparison in compare else len(compare), RANK.get(role, 5),
            analyses.index(analysis) if analysis in analyses else len(analyses))


def _tests(material: Material, endpoint: str, found: list[Line], where: str, adjusted: dict[str, float]) -> Table:
    notes = Notes()
    head = ("Comparison", "Analysis", "Quantity", "n", f"Estimate ({_interval(material)})", "Test", "P",
            *(("Adjusted P",) if adjusted else ()), "Also")
    rows = [row for number, line in enumerate(found) for row in _test_rows(material, line, notes, adjusted, _same(found, number))]
    also = any(row.cells[-1] for row in rows if row.css != "problem")
    if not also:
        head, rows = head[:-1], [row if row.css == "problem" else Row(row.cells[:-1], row.css) for row in rows]
    return Table(f"Comparisons: {material.endpoint_name(endpoint)}{where}", head, tuple(rows), align="lllrlrrrl"[: len(head)] if also else
                 "lllrlrrr"[: len(head)], foot=(*_unit(found), *foot(material, [row for line in found for row in line.rows])),
                 notes=notes.listed, css="tests")


def _interval(material: Material) -> str:
    return f"{100 * material.study.confidence:g}% CI"


def _same(found: list[Line], number: int) -> bool:
    """Whether the line above has the same comparison, whose name is then not said again."""
    return number > 0 and found[number - 1].key["comparison"] == found[number].key["comparison"]


def _unit(found: list[Line]) -> tuple[str, ...]:
    units = sorted({row["unit"] for line in found for row in line.rows if row["unit"]})
    return (f"Estimates in {', '.join(units)}, the first minus the second.",) if units else ("Estimates are the first minus the second.",)


def _test_rows(material: Material, line: Line, notes: Notes, adjusted: dict[str, float], same: bool) -> Iterator[Row]:  # noqa: FBT001
    stats, role = line.stats, line.rows[0]["analysis_role"]
    family = ((_adjusted(material, line, adjusted),) if adjusted else ())
    cells: tuple[Rich, ...] = (
        rich("" if same else _compared(material, line)), _analysis(material, line, notes, role), _quantity(line),
        rich(shown(material, stats.get("n"))), estimate(material, stats), _test(material, line), rich(shown(material, stats.get("p_value"))),
        *family, leftover(material, stats, TESTED))
    yield Row(cells, css=f"{'main' if role == 'main' else ''}{' first' if not same else ''}".strip())
    yield from problem_rows(line)


def _compared(material: Material, line: Line) -> str:
    arms = " v ".join(material.arm_name(arm) for arm in (line.key["group"], line.key["reference_group"]) if arm)
    name = material.comparison_name(line.key["comparison"]) or material.visit_name(line.key["visit"])
    return name if not arms or arms in name else f"{name}: {arms}" if name else arms


def _analysis(material: Material, line: Line, notes: Notes, role: str | None) -> Rich:
    marks = notes.marks(line.rows)
    return rich(material.analysis_name(line.key["analysis"]), Part(f" {ROLES.get(role or '', role or '')}", css="role"),
                Part(marks, css="mark") if marks else None)


def _quantity(line: Line) -> Rich:
    labels = line.labels
    level = f", {line.key['level']}" if line.key["level"] else ""
    return rich(term_name(line.key["term"]) + level, Part(f" {labels}", css="small") if labels else None)


def _test(material: Material, line: Line) -> Rich:
    """The test statistic with its degrees of freedom."""
    stats = line.stats
    statistic = shown(material, stats.get("statistic"))
    degrees = [part for part in (shown(material, stats.get(name)) for name in ("df", "df_num", "df_den")) if part]
    if statistic is None:
        return rich(anchors(stats, "df", "df_num", "df_den"))
    between = [piece for number, part in enumerate(degrees) for piece in ((Part(", "), part) if number else (part,))]
    return rich(statistic, *(("; df ", *between) if degrees and degrees[0].css != "void" else anchors(stats, "df", "df_num", "df_den")))


def _adjusted(material: Material, line: Line, adjusted: dict[str, float]) -> Rich:
    """The p-value within the family: of the main analysis alone, since nothing else decides."""
    own = shown(material, line.stats.get("p_adjusted"))
    p = adjusted.get(line.key["comparison"] or "") if line.rows[0]["analysis_role"] == "main" else None
    if own or p is None:
        return rich(own)
    return rich(Part(p_value(p, material.options.p_style, material.study.study.alpha), exact=repr(p)))


def _quantities(material: Material, endpoint: str, found: list[Line], where: str) -> Table:
    notes = Notes()
    rows = [row for number, line in enumerate(found) for row in _quantity_rows(material, line, notes, _same(found, number))]
    return Table(f"Further quantities: {material.endpoint_name(endpoint)}{where}",
                 ("Comparison", "Quantity", "Analysis", "n", f"Value ({_interval(material)})", "Also"), tuple(rows), align="lllrll",
                 foot=(*_unit(found), *foot(material, [row for line in found for row in line.rows])), notes=notes.listed, css="quantities")


def _quantity_rows(material: Material, line: Line, notes: Notes, same: bool) -> Iterator[Row]:  # noqa: FBT001
    cells = (rich("" if same else _compared(material, line)), _quantity(line), _analysis(material, line, notes, line.rows[0]["analysis_role"]),
             rich(shown(material, line.stats.get("n"))), estimate(material, line.stats), leftover(material, line.stats, QUANTITY))
    yield Row(cells, css="" if same else "first")
    yield from problem_rows(line)
