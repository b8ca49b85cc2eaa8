"""What analyses of comparisons returned besides the term that decides: effect sizes, counts, other intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes_html_report.blocks import Row, Table, narrowed, rich
from dermoutcomes_html_report.comparisons import SAID, analysis_of, decides, heading, interval, quantity, rank, unit_lines
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.groups import Line, Notes, lines, problem_rows
from dermoutcomes_html_report.values import estimate, leftover, shown

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["quantity_table"]


def quantity_table(material: Material, endpoint: str, rows: list[Result], where: str = "") -> Table | None:
    """The further quantities of one set of records, which `where` names in the caption; None where there is none."""
    found = sorted((line for line in lines(rows) if not decides(material, line)), key=lambda line: rank(material, endpoint, line))
    if not found:
        return None
    notes = Notes()
    shown_rows = [row for number, line in enumerate(found) for row in (*heading(material, found, number), *_rows(material, line, notes))]
    return narrowed(Table(
        f"Further quantities: {material.endpoint_name(endpoint)}{where}", ("Quantity", "Analysis", "n", f"Value ({interval(material)})", "Also"),
        tuple(shown_rows), align="llrvl", notes=notes.listed, css="quantities",
        foot=(*unit_lines(found), *foot(material, [row for line in found for row in line.rows]))))


def _rows(material: Material, line: Line, notes: Notes) -> Iterator[Row]:
    yield Row((quantity(line, notes), analysis_of(material, line), rich(shown(material, line.stats.get("n"))), estimate(material, line.stats),
               leftover(material, line.stats, SAID)))
    yield from problem_rows(line)
