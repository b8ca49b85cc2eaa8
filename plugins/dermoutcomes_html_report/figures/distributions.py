"""Stacked bars of grades, a bar a visit and rater: every number in them is a row of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from markupsafe import Markup

from dermoutcomes_html_report.blocks import Figure
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.figures.axes import Scale, baseline, origin_mark, shortened
from dermoutcomes_html_report.figures.legend import legend
from dermoutcomes_html_report.figures.svg import (
    GRID,
    INK,
    PALE,
    drawing,
    element,
    label,
    text_width,
)
from dermoutcomes_html_report.names import slug
from dermoutcomes_html_report.numbers import percent

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["distributions"]

# From best to worst; no two neighbours are alike in grey either.
BEST_FIRST = ("#0b5345", "#2e8b74", "#8fc9b4", "#d6d6d6", "#f0b48a", "#cf6a3b", "#8a2c0d")
NEUTRAL = 3
WIDTH, HIGH, STEP, TOP = 690.0, 22.0, 30.0, 34.0


@frozen
class Bar:
    """The grades of one endpoint at one visit: counts and percents by grade."""

    label: str
    counts: Mapping[float, Result]
    shares: Mapping[float, Result]


def distributions(
    material: Material, names: Sequence[str], results: Sequence[Result]
) -> Figure | None:
    """One figure for the endpoints `names`, which rate the same thing; None where nothing was counted."""
    bars = _bars(material, names, results)
    if not bars:
        return None
    title = " and ".join(material.endpoint_name(name) for name in names)
    colours = _colours(material, names[0], sorted({grade for bar in bars for grade in bar.counts}))
    svg = _drawn(
        material,
        f"figure-{slug(names[0])}",
        f"Distribution of {title}",
        bars,
        colours,
        _words(material, names[0]),
    )
    return Figure(
        svg,
        f"{title}: distribution of grades by visit{' and rater' if len(names) > 1 else ''}. Numbers in the bars are counts.",
        foot=foot(material, [row for bar in bars for row in bar.counts.values()]),
    )


def _words(material: Material, name: str) -> Mapping[float, str]:
    parameter = material.parameter(material.study.endpoints[name])
    return parameter.labels if parameter else {}


def _bars(material: Material, names: Sequence[str], results: Sequence[Result]) -> list[Bar]:
    found: dict[tuple[int, str, int], dict[str, dict[float, Result]]] = {}
    for row in results:
        grade = _number(row["level"])
        if (
            row["endpoint"] in names
            and row["term"] == "distribution"
            and row["visit"]
            and grade is not None
            and row["value"] is not None
        ):
            place = (
                material.visit_rank(row["visit"]),
                row["group"] or "",
                names.index(row["endpoint"]),
            )
            found.setdefault(place, {}).setdefault(row["stat"], {})[grade] = row
    return [
        Bar(_label(material, names, stats["n"]), stats["n"], stats.get("percent", {}))
        for _, stats in sorted(found.items())
        if "n" in stats
    ]


def _number(level: str | None) -> float | None:
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


def _colours(material: Material, name: str, grades: list[float]) -> dict[float, str]:
    """A colour a grade, best to worst, "no change" in grey where the scale has one."""
    endpoint = material.study.endpoints[name]
    parameter = material.parameter(endpoint)
    scale = BEST_FIRST[::-1] if material.improves(endpoint) == "up" else BEST_FIRST
    if parameter is not None and parameter.neutral in grades:
        at = grades.index(parameter.neutral)
        return {
            grade: scale[min(max(NEUTRAL + number - at, 0), len(scale) - 1)]
            for number, grade in enumerate(grades)
        }
    spread = max(len(grades) - 1, 1)
    return {
        grade: scale[round(number * (len(scale) - 1) / spread)]
        for number, grade in enumerate(grades)
    }


def _drawn(
    material: Material,
    key: str,
    title: str,
    bars: list[Bar],
    colours: Mapping[float, str],
    words: Mapping[float, str],
) -> Markup:
    left = 14 + max(text_width(bar.label) for bar in bars)
    across = Scale(0.0, 100.0, left, WIDTH - 14)
    used = [
        grade
        for grade in colours
        if any(grade in bar.counts and bar.counts[grade]["value"] for bar in bars)
    ]
    entries = [
        (
            element("rect", x=-7, y=-7, width=14, height=12, fill=colours[grade]),
            f"{grade:g} {words.get(grade, '')}".strip(),
        )
        for grade in used
    ]
    heads, high = legend(entries, left, TOP, WIDTH - 10)
    top = TOP + high
    bottom = top + STEP * len(bars)
    drawn = [
        _bar(bar, across, top + STEP * number, colours, words) for number, bar in enumerate(bars)
    ]
    names = [
        label(left - 8, top + STEP * number + HIGH / 2 + 4, bar.label, anchor="end")
        for number, bar in enumerate(bars)
    ]
    return drawing(
        key,
        WIDTH,
        bottom + 36,
        title,
        _description(material, bars),
        origin_mark(material.origin, WIDTH),
        heads,
        _axis(across, top, bottom),
        *drawn,
        *names,
    )


def _axis(across: Scale, top: float, bottom: float) -> Markup:
    places = (0, 25, 50, 75, 100)
    lines = [
        element(
            "line",
            x1=across(place),
            x2=across(place),
            y1=top - 4,
            y2=bottom,
            stroke=GRID,
            stroke_width=0.7,
        )
        for place in places
    ]
    words = [label(across(place), bottom + 15, f"{place}%", anchor="middle") for place in places]
    return Markup("").join(
        [
            *lines,
            *words,
            baseline(across(0), across(100), bottom),
            label(across(50), bottom + 31, "Records", anchor="middle", fill=PALE),
        ]
    )


def _bar(
    bar: Bar, across: Scale, y: float, colours: Mapping[float, str], words: Mapping[float, str]
) -> Markup:
    left, found = 0.0, []
    for grade, share in sorted(bar.shares.items()):
        count, wide = bar.counts[grade]["value"], across(left + share["value"]) - across(left)
        if share["value"]:
            tip = element(
                "title",
                f"{bar.label}, {grade:g} {words.get(grade, '')}: {count:.0f} ({percent(share['value'])})",
            )
            found.append(
                element(
                    "rect",
                    tip,
                    x=across(left),
                    y=y,
                    width=wide,
                    height=HIGH,
                    fill=colours[grade],
                    stroke="#ffffff",
                    stroke_width=0.8,
                )
            )
            if wide > text_width(f"{count:.0f}"):
                found.append(
                    label(
                        across(left) + wide / 2,
                        y + HIGH / 2 + 4,
                        f"{count:.0f}",
                        anchor="middle",
                        fill=_readable(colours[grade]),
                    )
                )
            left += share["value"]
    return Markup("").join(found)


def _readable(colour: str) -> str:
    """Dark or white text, whichever stands out."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 130 else INK


def _description(material: Material, bars: list[Bar]) -> str:
    said = [
        f"{bar.label}: "
        + ", ".join(
            f"grade {grade:g} {row['value']:.0f}"
            for grade, row in sorted(bar.counts.items())
            if row["value"]
        )
        for bar in bars
    ]
    return f"Stacked bars. {'; '.join(said)}." + (
        f" {material.origin[1]}" if material.origin else ""
    )
