"""The figure of Bland and Altman: each difference over its mean, with the bias and the limits.

Points are pairs of records; bias and limits are results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes_reliability.agreement_records import paired_values

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material

__all__ = ["agreement_figures"]

LINES = {"bias": "Bias", "lower_limit": "Lower limit", "upper_limit": "Upper limit"}
WIDTH, HEIGHT = 658, 270
KEY = ("analysis", "endpoint", "population", "handling", "visit", "group", "reference_group")


def agreement_figures(
    material: Material, _name: None, results: Sequence[Mapping[str, Any]]
) -> Iterator[Figure]:
    """A figure for each analysis, pair of endpoints and visit that has limits of agreement."""
    from dermoutcomes.report import by

    rows = [
        row
        for row in results
        if row["term"] in LINES
        and row["subgroup"] is None
        and (analysis := material.analysis(row["analysis"])) is not None
        and analysis.name == "method_agreement"
    ]
    for key, group in by(rows, *KEY).items():
        stats = {(row["term"], row["stat"]): row for row in group if row["value"] is not None}
        if all((term, "estimate") in stats for term in LINES):
            yield _figure(material, dict(zip(KEY, key, strict=True)), stats)


def _figure(
    material: Material, key: Mapping[str, Any], stats: Mapping[tuple[str, str], Any]
) -> Figure:
    from dermoutcomes.report import Figure, filled_foot, slug, value_text

    first, second = (material.endpoint_name(key[name]) for name in ("group", "reference_group"))
    visit = material.visit_name(key["visit"])
    title = f"Agreement of {first} and {second}" + (f", {visit}" if visit else "")
    lines = [
        {
            "y": stats[term, "estimate"]["value"],
            "low": stats[term, "conf_low"]["value"] if (term, "conf_low") in stats else None,
            "high": stats[term, "conf_high"]["value"] if (term, "conf_high") in stats else None,
            "text": f"{label} {value_text(material, stats[term, 'estimate'])}",
            "kind": "bias" if term == "bias" else "limit",
        }
        for term, label in LINES.items()
    ]
    unit = stats["bias", "estimate"]["unit"]
    shown = [
        row for (_, stat), row in stats.items() if stat in ("estimate", "conf_low", "conf_high")
    ]
    points = _points(material, key)
    origin = f" {material.origin[1]}" if material.origin else ""
    return Figure(
        key=f"agreement-{slug('-'.join(str(part) for part in key.values() if part))}",
        title=title,
        alternative=f"{len(points)} points, the difference of each pair over its mean. "
        f"{'; '.join(row['text'] for row in lines)}.{origin}",
        caption=f"{title}: difference over mean of each pair (n = {len(points)}). Full line: bias; "
        "dashed: limits of agreement; pale bands: their intervals; dotted: no difference.",
        spec=_spec(points, lines, f"{first} \u2212 {second}", unit),
        results=tuple(row["id"] for row in shown),
        foot=filled_foot(material, [stats["bias", "estimate"]]),
    )


def _points(material: Material, key: Mapping[str, Any]) -> list[dict[str, float]]:
    """Difference and mean of each pair of records that the analysis had."""
    records = material.frame("endpoints").filter(
        pl.col("handling") == key["handling"],
        pl.col("visit").eq_missing(pl.lit(key["visit"], dtype=pl.String)),
        pl.col("used").fill_null(value=True),
    )
    if key["population"] is not None:
        records = records.filter(pl.col("populations").list.contains(key["population"]))
    first, second = (
        records.filter(pl.col("endpoint") == key[name]) for name in ("group", "reference_group")
    )
    return [
        {"mean": (a + b) / 2, "difference": a - b}
        for a, b in paired_values(first, second)
        .drop_nulls(["_value", "_other"])
        .select("_value", "_other")
        .iter_rows()
    ]


def _spec(
    points: list[dict[str, float]], lines: list[dict[str, Any]], difference: str, unit: str
) -> dict[str, Any]:
    from dermoutcomes.report import shortened

    of_unit = f", {unit}" if unit else ""
    x = {
        "field": "mean",
        "type": "quantitative",
        "scale": {"zero": False},
        "title": f"Mean of the two{of_unit}",
    }
    y = {
        "field": "difference",
        "type": "quantitative",
        "title": [shortened(difference, 46), *([unit] if unit else [])],
    }
    at = {"y": {**y, "field": "y"}}
    dash = {"field": "kind", "type": "nominal", "legend": None}
    dashes = {"domain": ["bias", "limit"], "range": [[1, 0], [6, 4]]}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "data": {"values": lines},
                "mark": {"type": "rect", "opacity": 0.12, "color": "#51626f"},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "data": {"values": [{"y": 0}]},
                "mark": {"type": "rule", "strokeDash": [1, 3]},
                "encoding": at,
            },
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "strokeWidth": 1.5, "color": "#1b2a38"},
                "encoding": {**at, "strokeDash": {**dash, "scale": dashes}},
            },
            {
                "data": {"values": points},
                "mark": {"type": "point", "size": 34, "strokeWidth": 1.2, "color": "#1f4e79"},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": lines},
                "mark": {"type": "text", "align": "right", "dy": -7},
                "encoding": {**at, "x": {"value": "width"}, "text": {"field": "text"}},
            },
        ],
    }
