"""Results at a glance: every hypothesis with its estimate, n and p-value.

By the role of its endpoint; each links to its own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Link, Part, Rich, Section, linked, rich
from dermoutcomes.report.feet import foot
from dermoutcomes.report.result_text import estimate_parts, mentioned, p_part, shown
from dermoutcomes.report.table import Row, Table, TableSpec, columns
from dermoutcomes.report.tables.comparisons import interval
from dermoutcomes.report.tables.core_outcomes import core_outcomes_table

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["overview_section", "overview_table"]

MAIN = "Each by its main analysis on its main population."
Stats = Mapping[str, "Result"]


def overview_section(material: Material) -> Section | None:
    """A row a hypothesis, then the core outcome set; None where the study has neither."""
    tables = (
        overview_table(material, material.hypotheses, "Endpoints, main analyses"),
        core_outcomes_table(material),
    )
    blocks = tuple(table for table in tables if table is not None)
    return Section("overview", "Results at a glance", blocks) if blocks else None


def overview_table(
    material: Material, hypotheses: Iterable[dict[str, Any]], caption: str
) -> Table | None:
    """A row a hypothesis, by the role of its endpoint; None without any."""
    by_endpoint: dict[str, list[dict[str, Any]]] = {name: [] for name in material.in_order}
    for row in hypotheses:
        by_endpoint.setdefault(row["endpoint"], []).append(row)
    rows = [row for name, own in by_endpoint.items() for row in _endpoint(material, name, own)]
    return overview_spec(material, caption).filled(rows) if rows else None


def overview_spec(outline: Outline, caption: str = "Endpoints, main analyses") -> TableSpec:
    """Hypotheses by their main analysis."""
    heads = (
        "Endpoint and comparison",
        "Quantity",
        "n",
        f"Estimate ({interval(outline)})",
        "P",
        "Adjusted P",
    )
    return TableSpec(
        caption,
        columns(heads, "llrvrr"),
        foot(outline, MAIN),
        look="overview",
        narrow=True,
    )


def _endpoint(material: Material, name: str, hypotheses: list[dict[str, Any]]) -> Iterator[Row]:
    if not hypotheses:
        return
    endpoint = material.study.endpoints.get(name)
    role = f" ({endpoint.role})" if endpoint else ""
    yield Row((rich(Part(material.endpoint_name(name)), Part(role, look="role")),), look="group")
    for hypothesis in hypotheses:
        yield _row(material, hypothesis)


def _row(material: Material, hypothesis: dict[str, Any]) -> Row:
    stats = material.shown_stats(hypothesis)
    first = next(iter(stats.values()), None)
    name = material.comparison_name(hypothesis["comparison"])
    p = hypothesis["p_value"]
    adjusted = hypothesis["p_adjusted"] if hypothesis["method"] else None
    return Row(
        (
            rich(name),
            rich(material.term_name(first) if first else ""),
            rich(_size(material, stats)),
            _estimate(material, stats, hypothesis),
            *(
                rich(mentioned(p_part(material, hypothesis, value))) if value is not None else ()
                for value in (p, adjusted)
            ),
        )
    )


def _size(material: Material, stats: Stats) -> Part | str:
    """The n of the analysis, what a share is of, or the records that were used."""
    n = mentioned(_number(material, stats, "n") or _number(material, stats, "denominator"))
    if n is not None:
        return n
    used = {row["n_records"] for row in stats.values() if row["n_records"] is not None}
    return str(*used) if len(used) == 1 else ""


def _number(material: Material, stats: Stats, name: str) -> Part | None:
    """A stat that has a value."""
    row = stats.get(name)
    return shown(material, row) if row is not None and row["value"] is not None else None


def _estimate(material: Material, stats: Stats, hypothesis: dict[str, Any]) -> Rich:
    parts = estimate_parts(material, stats)
    if not parts:
        return rich(Part(hypothesis["reason"] or "none", look="void"))
    return rich(linked(parts, Link("result", stats["estimate"]["id"])))
