"""Results that belong to no single endpoint and are no adverse events: agreement of raters, analyses of several endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes_html_report.blocks import Block, Paragraph, Part, Row, Section, Table, narrowed, rich
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.groups import Notes, lines, problem_rows
from dermoutcomes_html_report.material import by
from dermoutcomes_html_report.safety import is_safety
from dermoutcomes_html_report.values import estimate, leftover, shown
from dermoutcomes_html_report.wording import term_name

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["others_section"]

USED = frozenset({"n", "estimate", "conf_low", "conf_high", "n_with_event", "denominator", "percent", "proportion", "p_value"})


def others_section(material: Material) -> Section | None:
    """A table an analysis; None where there is nothing to show. No result is left out but for `other_results_shown`, and that is said."""
    rows = [row for row in material.results if row["endpoint"] not in material.study.endpoints and not is_safety(row)]
    if not rows:
        return None
    shown_rows = rows[: material.options.other_results_shown]
    keys = ("analysis", "endpoint", "population", "handling", "subgroup", "subgroup_level")
    blocks: list[Block] = [_table(material, group) for group in by(shown_rows, *keys).values()]
    if len(rows) > len(shown_rows):
        blocks.append(Paragraph(rich(f"{len(rows) - len(shown_rows)} further results stand in results.csv."), css="note"))
    return Section("others", "Further analyses", tuple(blocks))


def _table(material: Material, rows: list[Result]) -> Table:
    first, notes, body = rows[0], Notes(), []
    for line in lines(rows):
        marks = notes.marks(line.rows)
        where = ", ".join(part for part in (material.comparison_name(line.key["comparison"]), material.visit_name(line.key["visit"]),
                                            material.arm_name(line.key["group"])) if part)
        quantity = ", ".join(part for part in (term_name(line.key["term"]), line.key["level"] or "", line.labels) if part)
        body.append(Row((rich(where), rich(quantity, Part(marks, css="mark") if marks else None), rich(shown(material, line.stats.get("n"))),
                         estimate(material, line.stats), rich(shown(material, line.stats.get("p_value"))), leftover(material, line.stats, USED))))
        body += problem_rows(line)
    about = f": {material.endpoint_name(first['endpoint'])}" if first["endpoint"] else ""
    level = f" ({first['subgroup']}: {first['subgroup_level']})" if first["subgroup"] else ""
    return narrowed(Table(f"{material.analysis_name(first['analysis'])}{about}{level}",
                 ("Where", "Quantity", "n", "Value (CI)", "P", "Also"), tuple(body),
                 align="llrlrl", foot=foot(material, rows), notes=notes.listed))
