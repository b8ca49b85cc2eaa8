"""Shares of responders by visit and arm, and how large the change was in how many.

Shares are results; a step of a distribution is one record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report.feet import bare_foot, filled_foot
from dermoutcomes.report.figures.distributions import responders_by_unit
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.arms import EVERYBODY, arm_colour, arm_dash
from dermoutcomes.report.figures.parts.figure_words import measured, origin_words
from dermoutcomes.report.figures.parts.layers import at_field, layer, span
from dermoutcomes.report.figures.parts.theme import COLOURS, DOUBLE, HEIGHT, INK, NEUTRAL, SINGLE
from dermoutcomes.report.figures.parts.visit_axis import baseline_visits
from dermoutcomes.report.record_sets import main_records
from dermoutcomes.report.result_text import value_text
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["change_distribution", "responder_bars"]

# As many bars stand in a column of a journal.
FEW_BARS = 4


def responder_bars(material: Material, name: str, results: Sequence[Result]) -> Iterator[Figure]:
    """A bar a visit and arm: percent of responders with its interval, and how many of how many."""
    endpoint = material.study.endpoints[name]
    shares = {
        (visit, group): stats
        for (owner, visit, group), stats in responders_by_unit(results).items()
        if owner == name and visit is not None and visit in material.study.visits
    }
    if endpoint.responder is None or not shares:
        return
    if any(group is not None for _, group in shares):
        shares = {unit: stats for unit, stats in shares.items() if unit[1] is not None}
    ordered = sorted(
        shares, key=lambda unit: (material.visit_rank(unit[0]), material.arm_rank(unit[1]))
    )
    rows = [_bar(material, visit, group, shares[visit, group]) for visit, group in ordered]
    drawn = [row for unit in ordered for row in shares[unit].values()]
    title = f"{endpoint.name}: responders"
    said = "; ".join(f"{row['visit']} {row['arm']} {row['text']}" for row in rows)
    with_limits = any(row["low"] is not None for row in rows)
    level = f", with {100 * material.study.confidence:g}% CI where one was computed"
    yield Figure(
        key=f"responders-{slug(name)}",
        title=title,
        alternative=f"Bars of the share of responders. {said}.{origin_words(material)}",
        caption=f"{title}, percent by visit{level if with_limits else ''}. Above the bars: how many "
        "of how many; who has no value counts as the endpoint handles missing values.",
        spec=_bar_spec(rows),
        results=tuple(dict.fromkeys(row["id"] for row in drawn)),
        foot=filled_foot(material, drawn),
    )


def _bar(
    material: Material, visit: str, group: str | None, stats: Mapping[str, Result]
) -> dict[str, Any]:
    # Limits are those of the estimate, which is a part of 1.
    low, high = (
        100 * stats[name]["value"] if name in stats else None for name in ("conf_low", "conf_high")
    )
    text = {name: value_text(material, row) for name, row in stats.items()}
    percent = stats["percent"]["value"]
    return {
        "visit": shortened(material.visit_name(visit), 24),
        "arm": material.arm_name(group) if group else EVERYBODY,
        "percent": percent,
        "low": low,
        "high": high,
        "top": max(percent, high or 0.0),
        "text": f"{text['n_with_event']} of {text['denominator']}",
    }


def _bar_spec(rows: list[dict[str, Any]]) -> dict[str, Any]:
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    visits = list(dict.fromkeys(row["visit"] for row in rows))
    x = {
        "field": "visit",
        "type": "nominal",
        "sort": visits,
        "title": None,
        "axis": {"labelAngle": 0},
        # Bars that are no wider than a thumb, however few there are.
        "scale": {"paddingInner": 0.35, "paddingOuter": 0.3},
    }
    y = {"type": "quantitative", "scale": {"domain": [0, 100]}, "title": "Responders, %"}
    # Ink, which stands for everybody elsewhere, would hide the interval.
    colour = {"value": COLOURS[0]} if arms == [EVERYBODY] else arm_colour(arms)
    bar = {"y": at_field(y, "percent"), "color": colour}
    beside = {"field": "arm", "type": "nominal", "sort": arms}
    encoding: dict[str, Any] = {"x": x, **({"xOffset": beside} if len(arms) > 1 else {})}
    return {
        "width": SINGLE if len(rows) <= FEW_BARS else DOUBLE,
        "height": HEIGHT,
        "data": {"values": rows},
        "encoding": encoding,
        "layer": [
            layer("bar", bar, opacity=0.5, stroke=INK, strokeWidth=0.8),
            layer("rule", span("y", y, "low", "high"), strokeWidth=1.4, color=INK),
            layer("text", {"y": at_field(y, "top"), "text": {"field": "text"}}, dy=-8),
        ],
    }


def change_distribution(
    material: Material,
    name: str,
    results: Sequence[Result],  # noqa: ARG001
) -> Iterator[Figure]:
    """At each change from baseline, the share with that change or a better one: a staircase an arm.

    At the last visit; without arms, a staircase for each visit. None where no direction is better,
    for responders, and without changes.
    """
    endpoint = material.study.endpoints[name]
    improves = material.improves(endpoint)
    records = main_records(material, name).filter(
        pl.col("change").is_not_null(),
        pl.col("reference_visit") == "baseline",
        ~pl.col("visit").is_in(baseline_visits(endpoint)),
    )
    if improves is None or endpoint.responder is not None or not records.height:
        return
    by_arm = records["arm"].n_unique() > 1
    last = max(records["visit"].unique(), key=material.visit_rank)
    if by_arm:
        records = records.filter(pl.col("visit") == last)
    key = "arm" if by_arm else "visit"
    rank: Any = material.arm_rank if by_arm else material.visit_rank
    curves = {
        (material.arm_name(value) if by_arm else material.visit_name(value)): sorted(
            records.filter(pl.col(key) == value)["change"], reverse=improves == "up"
        )
        for value in sorted(records[key].drop_nulls().unique(), key=rank)
    }
    if not curves:
        return
    where = f", {material.visit_name(last)}" if by_arm else ""
    title = f"{endpoint.name}: cumulative distribution of change{where}"
    sizes = "; ".join(f"{name} {_improved(changes, improves)}" for name, changes in curves.items())
    unit = "subjects" if endpoint.unit == "subject" else f"{endpoint.unit}s"
    yield Figure(
        key=f"distribution-{slug(name)}",
        title=title,
        alternative=f"Staircases of the share with a change or a better one. {sizes} better than "
        f"no change.{origin_words(material)}",
        caption=f"{title}: share of {unit} with that change or a better one. The upright dashed "
        "line is no change; left of it, as drawn, is better, and its height there is the share that improved.",
        spec=_staircase_spec(material, name, curves, improves, unit),
        foot=bare_foot(material),
    )


def _improved(changes: Sequence[float], improves: str) -> str:
    better = sum(change > 0 if improves == "up" else change < 0 for change in changes)
    return f"{better} of {len(changes)}"


def _staircase_spec(
    material: Material,
    name: str,
    curves: Mapping[str, Sequence[float]],
    improves: str,
    unit: str,
) -> dict[str, Any]:
    endpoint = material.study.endpoints[name]
    names = [f"{curve} (n = {len(changes)})" for curve, changes in curves.items()]
    rows = [
        {"arm": label, "change": change, "share": number / len(changes), "number": number}
        for label, changes in zip(names, curves.values(), strict=True)
        for number, change in enumerate([changes[0], *changes])
    ]
    x = {
        "field": "change",
        "type": "quantitative",
        # The best change at the left, whichever way is better.
        "scale": {"zero": True, "reverse": improves == "up"},
        "title": measured(material, endpoint, "Change from baseline"),
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%"},
        "title": f"{unit.capitalize()} with this change or better",
    }
    staircase = {
        "x": x,
        "y": y,
        "order": {"field": "number"},
        "color": arm_colour(names),
        "strokeDash": arm_dash(names),
    }
    return {
        "width": DOUBLE,
        "height": HEIGHT,
        "layer": [
            layer("rule", {"x": x}, [{"change": 0}], strokeDash=[5, 4], color=NEUTRAL),
            layer("line", staircase, rows, interpolate="step-before", strokeWidth=2),
        ],
    }
