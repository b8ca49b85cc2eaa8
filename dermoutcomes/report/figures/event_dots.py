"""Shares of subjects with each adverse event: a dot and its interval an arm, the most frequent terms first.

Every number in them is a row of the results.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.arms import EVERYBODY, arm_colour, arm_shape
from dermoutcomes.report.figures.parts.figure_words import origin_words
from dermoutcomes.report.figures.parts.layers import layer, span
from dermoutcomes.report.figures.parts.theme import DOUBLE
from dermoutcomes.report.result_text import interval_level, value_text
from dermoutcomes.report.tables.event_counts import EventCounts, event_counts
from dermoutcomes.report.text_forms import printable, shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["event_dots"]

# So many terms are drawn; a table has all.
MOST_TERMS = 20
# Of an arm in a row, and of the row around its arms, in pixels; letters of a term.
ARM, ROW, LETTERS = 9, 10, 34


def event_dots(material: Material) -> Iterator[Figure]:
    """A figure for each analysis of events in which some term has a share."""
    for counts in event_counts(material):
        levels = _levels_drawn(counts)
        rows = [
            {"row": number, **row}
            for number, level in enumerate(levels)
            for row in _dots(material, counts, level)
        ]
        if rows:
            yield _figure(material, counts, levels, rows)


def _levels_drawn(counts: EventCounts) -> list[str]:
    """The terms that most subjects of some arm had, the most frequent first."""
    shares = {
        level: max(
            (
                line.stats["percent"]["value"] or 0.0
                for line in counts.across(counts.any_event, level)
                if line and "percent" in line.stats
            ),
            default=0.0,
        )
        for level in counts.levels
        if "|" in level
    }
    had = [level for level, share in shares.items() if share > 0]
    return sorted(had, key=lambda level: (-shares[level], level))[:MOST_TERMS]


def _dots(material: Material, counts: EventCounts, level: str) -> Iterator[dict[str, Any]]:
    """A dot an arm; everybody only where there are no arms."""
    arms = [group for group in counts.groups if group is not None] or [None]
    for group in arms:
        line = counts.lines.get((group, counts.any_event, level))
        if line is None or "percent" not in line.stats:
            continue
        stats: dict[str, Result] = {
            name: row for name, row in line.stats.items() if row["value"] is not None
        }
        if "percent" not in stats:
            continue
        drawn = [stats[name] for name in ("percent", "conf_low", "conf_high") if name in stats]
        name = material.arm_name(group) or EVERYBODY
        yield {
            "term": level,
            "label": printable(shortened(counts.label(level), LETTERS)),
            "arm": name,
            "percent": stats["percent"]["value"],
            # Limits are those of the estimate, which is a part of 1.
            "low": 100 * stats["conf_low"]["value"] if "conf_low" in stats else None,
            "high": 100 * stats["conf_high"]["value"] if "conf_high" in stats else None,
            "tip": f"{name}: {value_text(material, stats['percent'])}",
            "results": [row["id"] for row in drawn],
        }


def _figure(
    material: Material, counts: EventCounts, levels: list[str], rows: list[dict[str, Any]]
) -> Figure:
    terms = sum("|" in level for level in counts.levels)
    left = f" The {len(levels)} most frequent of {terms} terms." if terms > len(levels) else ""
    level = f"{interval_level(material)} CI"
    title = f"{counts.title}: subjects with each event"
    key = counts.rows[0]
    names = "-".join(
        str(key[name])
        for name in ("analysis", "population", "subgroup", "subgroup_level")
        if key[name]
    )
    ids = tuple(dict.fromkeys(result for row in rows for result in row["results"]))
    return Figure(
        key=f"events-{slug(names)}",
        title=title,
        alternative=f"{title}. {_in_words(rows)}.{origin_words(material)}",
        caption=f"{title}, percent with {level}.{left}",
        spec=_spec(rows),
        results=ids,
        foot=filled_foot(
            material, [material.by_id[item] for item in ids if item in material.by_id]
        ),
    )


def _spec(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A row a term, in it the arms below one another, each with its interval."""
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    # Rows are numbered: two terms of different body systems may read alike.
    labels = {row["row"]: row["label"] for row in rows}
    ends = [row["high"] if row["high"] is not None else row["percent"] for row in rows]
    axis = {
        "ticks": False,
        "domain": False,
        "grid": True,
        "labelLimit": 230,
        # A mark at 0 % reaches half its size to the left of the axis.
        "labelPadding": 8,
        "labelExpr": f"({json.dumps(labels, ensure_ascii=False)})[datum.value]",
    }
    y = {"field": "row", "type": "ordinal", "title": None, "axis": axis}
    x = {
        "field": "percent",
        "type": "quantitative",
        "title": "Subjects with the event, %",
        "scale": {"domain": [0, min(100.0, max(ends))]},
        "axis": {"grid": True},
    }
    colour = arm_colour(arms)
    dot = {"x": x, "shape": arm_shape(arms), "description": {"field": "tip"}}
    beside = {"field": "arm", "type": "nominal", "sort": arms}
    return {
        "width": DOUBLE,
        "height": 70 + len(labels) * (ROW + ARM * len(arms)),
        "data": {"values": rows},
        "encoding": {"y": y, **({"yOffset": beside} if len(arms) > 1 else {}), "color": colour},
        "layer": [
            layer("rule", span("x", x, "low", "high"), strokeWidth=1.2, opacity=0.6),
            layer("point", dot, filled=True, size=42, opacity=1),
        ],
    }


def _in_words(rows: list[dict[str, Any]]) -> str:
    by_term: dict[str, list[str]] = {}
    for row in rows:
        by_term.setdefault(row["label"], []).append(row["tip"])
    return "; ".join(f"{term}: {', '.join(tips)}" for term, tips in by_term.items())
