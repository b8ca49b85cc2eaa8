"""Results at a glance: every hypothesis with its estimate, n and p-value, by the role of its endpoint. Each links to its own row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Part, Rich, Row, Section, Table, narrowed, rich
from dermoutcomes.report.tables.comparisons import interval
from dermoutcomes.report.feet import level, origin_lines
from dermoutcomes.report.numbers import p_value
from dermoutcomes.report.result_text import anchor_of, value_text

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["overview_section"]

MAIN = "Each by its main analysis on its main population; the link leads to its table."
Stats = Mapping[str, "Result"]


def overview_section(material: Material) -> Section | None:
    """A row a hypothesis; None where the study has none."""
    by_endpoint: dict[str, list[dict[str, Any]]] = {name: [] for name in material.in_order}
    for row in material.hypotheses:
        by_endpoint.setdefault(row["endpoint"], []).append(row)
    rows = [row for name, found in by_endpoint.items() for row in _endpoint(material, name, found)]
    if not rows:
        return None
    head = (
        "Endpoint and comparison",
        "Quantity",
        "n",
        f"Estimate ({interval(material)})",
        "P",
        "Adjusted P",
    )
    return Section(
        "overview",
        "Results at a glance",
        (
            narrowed(
                Table(
                    "Endpoints, main analyses",
                    head,
                    tuple(rows),
                    align="llrvrr",
                    css="overview",
                    foot=(f"{MAIN} {level(material)}", *origin_lines(material)),
                )
            ),
        ),
    )


def _endpoint(material: Material, name: str, found: list[dict[str, Any]]) -> Iterator[Row]:
    if not found:
        return
    endpoint = material.study.endpoints.get(name)
    role = f" ({endpoint.role})" if endpoint else ""
    yield Row((rich(Part(material.endpoint_name(name)), Part(role, css="role")),), css="group")
    for hypothesis in found:
        yield _row(material, hypothesis)


def _row(material: Material, hypothesis: dict[str, Any]) -> Row:
    stats = {
        row["stat"]: row
        for row in (
            material.by_id[item] for item in hypothesis["evidence"] or () if item in material.by_id
        )
    }
    first = next(iter(stats.values()), None)
    name = material.comparison_name(hypothesis["comparison"])
    alpha = hypothesis["alpha"] or material.study.study.alpha
    p = (
        rich(p_value(hypothesis["p_value"], material.options.p_style, alpha))
        if hypothesis["p_value"] is not None
        else ()
    )
    adjusted = hypothesis["p_adjusted"] if hypothesis["method"] else None
    return Row(
        (
            rich(name),
            rich(material.term_name(first["analysis"], first["term"]) if first else ""),
            rich(_size(material, stats)),
            _estimate(material, stats, hypothesis),
            p,
            rich(p_value(adjusted, material.options.p_style, alpha))
            if adjusted is not None
            else (),
        )
    )


def _size(material: Material, stats: Stats) -> str:
    """The n of the analysis, what a share is of, or the records that were used."""
    given = next(
        (
            stats[name]
            for name in ("n", "denominator")
            if name in stats and stats[name]["value"] is not None
        ),
        None,
    )
    if given is not None:
        return value_text(material, given)
    used = {row["n_records"] for row in stats.values() if row["n_records"] is not None}
    return str(*used) if len(used) == 1 else ""


def _estimate(material: Material, stats: Stats, hypothesis: dict[str, Any]) -> Rich:
    if "estimate" not in stats or stats["estimate"]["value"] is None:
        return rich(Part(hypothesis["reason"] or "none", css="void"))
    point = stats["estimate"]
    unit = f" {point['unit']}" if point["unit"] else ""
    limits = [
        value_text(material, stats[name])
        for name in ("conf_low", "conf_high")
        if name in stats and stats[name]["value"] is not None
    ]
    between = f" ({limits[0]} to {limits[1]})" if len(limits) == 2 else ""
    share = [
        value_text(material, stats[name])
        for name in ("n_with_event", "denominator")
        if name in stats and stats[name]["value"] is not None
    ]
    counts = f"{share[0]}/{share[1]}, " if len(share) == 2 else ""
    return rich(
        Part(f"{counts}{value_text(material, point)}{unit}{between}", href=f"#{anchor_of(point)}")
    )
