"""Grades as parts of a whole, a bar a visit and rater.

Every number in them is a row of the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.theme import DOUBLE, INK
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["distributions"]

# From best to worst: darker is better, no change is grey, worse has another hue.
SHADES = ("#0f3f6b", "#3a76a8", "#8fb7d6", "#d5d9dc", "#f0c39b", "#d98a4b", "#a8531a")
NEUTRAL = len(SHADES) // 2
# Shades that are too dark for ink.
DARK = (0, 1, 6)
# Of a bar, in pixels; a share below this many percent is too narrow for its count.
BAR, NARROW = 30, 4.0


@frozen
class Bar:
    """The grades of one endpoint at one visit: counts and percents by grade."""

    label: str
    counts: Mapping[float, Result]
    shares: Mapping[float, Result]


def distributions(
    material: Material, names: Sequence[str], results: Sequence[Result]
) -> Figure | None:
    """One figure for the endpoints `names`, which rate the same thing.

    None where nothing was counted.
    """
    bars = _bars(material, names, results)
    if not bars:
        return None
    title = " and ".join(material.endpoint_name(name) for name in names)
    words = _words(material, names[0])
    return Figure(
        key=f"figure-{slug(names[0])}",
        title=f"Distribution of {title}",
        alternative=_alternative(material, bars),
        caption=f"{title}: distribution of grades by visit{' and rater' if len(names) > 1 else ''}. Numbers in the bars are counts.",
        spec=_spec(
            [_row(bar, grade, words) for bar in bars for grade in sorted(bar.counts)],
            bars,
            _legend(material, names[0], bars, words),
        ),
        results=tuple(
            row["id"]
            for bar in bars
            for stats in (bar.counts, bar.shares)
            for row in stats.values()
        ),
        foot=filled_foot(material, [row for bar in bars for row in bar.counts.values()]),
    )


def _words(material: Material, name: str) -> Mapping[float, str]:
    parameter = material.parameter(material.study.endpoints[name])
    return parameter.labels if parameter else {}


def _bars(material: Material, names: Sequence[str], results: Sequence[Result]) -> list[Bar]:
    stats_by_place: dict[tuple[int, str, int], dict[str, dict[float, Result]]] = {}
    for row in results:
        grade = _grade(row["level"])
        if (
            row["endpoint"] in names
            and row["visit"]
            and grade is not None
            and row["value"] is not None
            and material.place(row) == "distribution of levels"
        ):
            place = (
                material.visit_rank(row["visit"]),
                row["group"] or "",
                names.index(row["endpoint"]),
            )
            stats_by_place.setdefault(place, {}).setdefault(row["stat"], {})[grade] = row
    return [
        Bar(_label(material, names, stats["n"]), stats["n"], stats.get("percent", {}))
        for _, stats in sorted(stats_by_place.items())
        if "n" in stats
    ]


def _grade(level: str | None) -> float | None:
    try:
        return float(level or "")
    except ValueError:
        return None


def _label(material: Material, names: Sequence[str], counts: Mapping[float, Result]) -> str:
    row = next(iter(counts.values()))
    endpoint = material.study.endpoints[row["endpoint"]]
    rater = endpoint.rater.role if endpoint.rater else endpoint.name
    parts = (row["visit"], material.arm_name(row["group"]), rater if len(names) > 1 else "")
    return ", ".join(shortened(part, 22) for part in parts if part)


def _row(bar: Bar, grade: float, words: Mapping[float, str]) -> dict[str, Any]:
    """A grade of a bar: its share, and the count that stands in it."""
    share = bar.shares[grade]["value"] if grade in bar.shares else None
    n = round(bar.counts[grade]["value"])
    return {
        "bar": bar.label,
        "grade": _grade_words(grade, words),
        "rank": grade,
        "share": share,
        "n": n,
        "text": str(n) if share is not None and share >= NARROW else "",
        "results": [row["id"] for row in (bar.counts[grade], bar.shares.get(grade)) if row],
    }


def _grade_words(grade: float, words: Mapping[float, str]) -> str:
    return f"{grade:g} {words.get(grade, '')}".strip()


def _legend(
    material: Material, name: str, bars: list[Bar], words: Mapping[float, str]
) -> dict[str, int]:
    """The grades that somebody has, best to worst, each with the place of its shade.

    A grade that means no change is in the middle where the scale has one.
    """
    endpoint = material.study.endpoints[name]
    parameter = material.parameter(endpoint)
    grades = sorted({grade for bar in bars for grade in bar.counts})
    last = len(SHADES) - 1
    if parameter is not None and parameter.neutral in grades:
        at = grades.index(parameter.neutral)
        places = [min(max(NEUTRAL + number - at, 0), last) for number in range(len(grades))]
    else:
        spread = max(len(grades) - 1, 1)
        places = [round(number * last / spread) for number in range(len(grades))]
    upward = material.improves(endpoint) == "up"
    legend = {
        _grade_words(grade, words): last - place if upward else place
        for grade, place in zip(grades, places, strict=True)
        if any(grade in bar.counts and bar.counts[grade]["value"] for bar in bars)
    }
    return dict(sorted(legend.items(), key=lambda item: item[1]))


def _spec(rows: list[dict[str, Any]], bars: list[Bar], legend: Mapping[str, int]) -> dict[str, Any]:
    """A bar of shares each, best grade first, with the counts in it."""
    order = list(legend)
    y = {
        "field": "bar",
        "type": "nominal",
        "sort": [bar.label for bar in bars],
        "title": None,
        "axis": {"domain": False, "ticks": False},
    }
    x = {
        "field": "share",
        "type": "quantitative",
        "stack": "zero",
        "title": "Share of those rated, %",
        "scale": {"domain": [0, 100], "nice": False},
    }
    rank = {"field": "place", "type": "quantitative", "sort": "ascending"}
    data = [{**row, "place": legend[row["grade"]]} for row in rows if row["grade"] in legend]
    dark = [grade for grade, shade in legend.items() if shade in DARK]
    return {
        "width": DOUBLE,
        "height": BAR * len(bars),
        "data": {"values": data},
        "encoding": {"y": y, "x": x, "order": rank},
        "layer": [
            {
                "mark": {
                    "type": "bar",
                    "stroke": "white",
                    "strokeWidth": 1,
                    "height": {"band": 0.8},
                },
                "encoding": {
                    "color": {
                        "field": "grade",
                        "type": "nominal",
                        "scale": {
                            "domain": order,
                            "range": [SHADES[legend[grade]] for grade in order],
                        },
                        "legend": {"columns": 3},
                    }
                },
            },
            {
                "mark": {"type": "text"},
                "encoding": {
                    "x": {**x, "bandPosition": 0.5},
                    "text": {"field": "text"},
                    "detail": {"field": "grade"},
                    "color": {
                        "condition": {
                            "test": {"field": "grade", "oneOf": dark},
                            "value": "white",
                        },
                        "value": INK,
                    },
                },
            },
        ],
    }


def _alternative(material: Material, bars: list[Bar]) -> str:
    sentences = [
        f"{bar.label}: "
        + ", ".join(
            f"grade {grade:g} {row['value']:.0f}"
            for grade, row in sorted(bar.counts.items())
            if row["value"]
        )
        for bar in bars
    ]
    return f"Stacked bars. {'; '.join(sentences)}." + (
        f" {material.origin[1]}" if material.origin else ""
    )
