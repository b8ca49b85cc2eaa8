"""Grades as parts of a whole, a bar a visit and rater.

Every number in them is a row of the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Axis, Category, Count, Figure, Point, Series, Tick
from dermoutcomes.report.result_text import value_text
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["distributions"]

# Places from best to worst, and the one between them.
SHADES, NEUTRAL = 7, 3


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
        x=Axis(tuple(Tick(float(place), f"{place}%") for place in (0, 25, 50, 75, 100)), "Records"),
        y=Axis(tuple(Tick(float(number), bar.label) for number, bar in enumerate(bars))),
        series=tuple(_series(material, bar, words) for bar in bars),
        categories=_categories(material, names[0], bars, words),
        origin=material.origin[0] if material.origin else "",
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


def _series(material: Material, bar: Bar, words: Mapping[float, str]) -> Series:
    """The shares of a bar in the order of their grades, and the counts that stand in it."""
    return Series(
        "bar",
        tuple(
            Point(
                grade,
                share["value"],
                text=f"{bar.label}, {grade:g} {words.get(grade, '')}: "
                f"{bar.counts[grade]['value']:.0f} ({value_text(material, share)})",
                results=(bar.counts[grade]["id"], share["id"]),
            )
            for grade, share in sorted(bar.shares.items())
        ),
        label=bar.label,
        counts=tuple(
            Count(grade, round(row["value"]), (row["id"],))
            for grade, row in sorted(bar.counts.items())
        ),
    )


def _categories(
    material: Material, name: str, bars: list[Bar], words: Mapping[float, str]
) -> tuple[Category, ...]:
    """The grades that somebody has, best to worst.

    A grade that means no change is in the middle where the scale has one.
    """
    endpoint = material.study.endpoints[name]
    parameter = material.parameter(endpoint)
    grades = sorted({grade for bar in bars for grade in bar.counts})
    if parameter is not None and parameter.neutral in grades:
        at = grades.index(parameter.neutral)
        places = [min(max(NEUTRAL + number - at, 0), SHADES - 1) for number in range(len(grades))]
    else:
        spread = max(len(grades) - 1, 1)
        places = [round(number * (SHADES - 1) / spread) for number in range(len(grades))]
    upward = material.improves(endpoint) == "up"
    return tuple(
        Category(
            grade,
            f"{grade:g} {words.get(grade, '')}".strip(),
            SHADES - 1 - place if upward else place,
        )
        for grade, place in zip(grades, places, strict=True)
        if any(grade in bar.counts and bar.counts[grade]["value"] for bar in bars)
    )


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
