"""Grades as parts of a whole, a bar a visit and rater.

Every number in them is a row of the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.report.blocks import Link, Paragraph, Part, rich
from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.layers import layer, view_title
from dermoutcomes.report.figures.parts.theme import DOUBLE, INK
from dermoutcomes.report.material import by
from dermoutcomes.report.numbers import percent
from dermoutcomes.report.record_sets import results_by_records
from dermoutcomes.report.result_text import value_text
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["count_text", "counts_grades", "distributions", "grade_bars", "responders_by_unit"]

# From best to worst: darker is better, no change is grey, worse has another hue.
SHADES = ("#0f3f6b", "#3a76a8", "#8fb7d6", "#d5d9dc", "#f0c39b", "#d98a4b", "#a8531a")
NEUTRAL = len(SHADES) // 2
# Shades that are too dark for ink.
DARK = (0, 1, 6)
# Of a bar, of a digit in it, and of the room beside its text, in pixels.
BAR, DIGIT, BESIDE = 30, 5.0, 3.0
# Of a letter of a label, and what responders as text need at the right, in pixels.
LETTER, TEXTS = 5.8, 178


RESPONDERS = (
    " At the right: responders of how many (percent, and its interval where one was computed); who "
    "was not rated counts there as the endpoint handles missing values."
)


@frozen
class Bar:
    """The grades of one endpoint at one visit: counts and percents by grade."""

    label: str
    counts: Mapping[float, Result]
    shares: Mapping[float, Result]
    responders: Mapping[str, Result]

    @property
    def rows(self) -> list[Result]:
        """The results that it shows."""
        drawn = (*self.counts.values(), *self.shares.values(), *self.responders.values())
        return list(drawn)


def grade_bars(
    material: Material,
    name: str,
    results: Sequence[Result],  # noqa: ARG001
) -> Iterator[Figure | Paragraph]:
    """The grades of an endpoint together with those that other raters gave on the same scale.

    They stand with the first of these endpoints; a sentence with the others says where. None for
    what is no grade, or was not counted.
    """
    study = material.study
    if not material.ordinal(study.endpoints[name]):
        return
    same_measure = [
        other
        for other, endpoint in study.endpoints.items()
        if endpoint.measure == study.endpoints[name].measure and material.ordinal(endpoint)
    ]
    rows = [row for other in same_measure for row in results_by_records(material, other)[0]]
    if same_measure[0] != name and counts_grades(material, same_measure[0], rows):
        link = Link("section", f"endpoint-{slug(same_measure[0])}")
        words = rich(
            "The figure stands with ", Part(material.endpoint_name(same_measure[0]), link=link), "."
        )
        yield Paragraph(words, look="note")
        return
    figure = distributions(material, same_measure, rows)
    if figure is not None:
        yield figure


def counts_grades(material: Material, name: str, results: Sequence[Result]) -> bool:
    """Whether the grades of an endpoint were counted."""
    return any(
        row["endpoint"] == name and material.place(row) == "distribution of levels"
        for row in results
    )


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
        caption=f"{title}: distribution of grades by visit{' and rater' if len(names) > 1 else ''}. Numbers in the bars are subjects (percent of those rated)."
        + (RESPONDERS if any(bar.responders for bar in bars) else ""),
        spec=_spec(
            material,
            [_row(bar, grade, words) for bar in bars for grade in sorted(bar.counts)],
            bars,
            _legend(material, names[0], bars, words),
        ),
        results=tuple(dict.fromkeys(row["id"] for bar in bars for row in bar.rows)),
        foot=filled_foot(material, [row for bar in bars for row in bar.counts.values()]),
    )


def _words(material: Material, name: str) -> Mapping[float, str]:
    parameter = material.parameter(material.study.endpoints[name])
    return parameter.labels if parameter else {}


def _bars(material: Material, names: Sequence[str], results: Sequence[Result]) -> list[Bar]:
    stats_by_place: dict[tuple[Any, ...], dict[str, dict[float, Result]]] = {}
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
                material.arm_rank(row["group"]),
                names.index(row["endpoint"]),
            )
            stats_by_place.setdefault(place, {}).setdefault(row["stat"], {})[grade] = row
    responders = responders_by_unit(results)
    has_arms = any(row["group"] for row in results)
    return [
        Bar(
            _label(material, names, stats["n"], "all" if has_arms else ""),
            stats["n"],
            stats.get("percent", {}),
            responders.get(_unit(next(iter(stats["n"].values()))), {}),
        )
        for _, stats in sorted(stats_by_place.items())
        if "n" in stats
    ]


def _unit(row: Result) -> tuple[str | None, ...]:
    return row["endpoint"], row["visit"], row["group"]


def responders_by_unit(
    results: Sequence[Result],
) -> dict[tuple[str | None, ...], Mapping[str, Result]]:
    """The described responders by endpoint, visit and group, with the interval of the same share."""
    counts: dict[tuple[str | None, ...], dict[str, Result]] = {}
    intervals: dict[tuple[Any, ...], dict[str, Result]] = {}
    for rows in by(
        results, "endpoint", "analysis", "comparison", "term", "visit", "group"
    ).values():
        stats = {row["stat"]: row for row in rows if row["value"] is not None}
        if rows[0]["level"] is not None or not {"n_with_event", "denominator"} <= stats.keys():
            continue
        numbers = (stats["n_with_event"]["value"], stats["denominator"]["value"])
        if {"conf_low", "conf_high"} <= stats.keys():
            intervals[(*_unit(rows[0]), *numbers)] = {
                name: stats[name] for name in ("conf_low", "conf_high")
            }
        if rows[0]["analysis_role"] == "descriptive" and "percent" in stats:
            counts[_unit(rows[0])] = {
                name: stats[name] for name in ("n_with_event", "denominator", "percent")
            }
    return {
        unit: stats
        | intervals.get((*unit, stats["n_with_event"]["value"], stats["denominator"]["value"]), {})
        for unit, stats in counts.items()
    }


def _responder_words(material: Material, bar: Bar) -> str:
    """Responders of how many, their share, and its interval."""
    if not bar.responders:
        return ""
    text = {name: value_text(material, row) for name, row in bar.responders.items()}
    limits = f", {text['conf_low']} to {text['conf_high']}" if "conf_low" in text else ""
    return f"{text['n_with_event']} of {text['denominator']} ({text['percent']}{limits})"


def _grade(level: str | None) -> float | None:
    try:
        return float(level or "")
    except ValueError:
        return None


def _label(
    material: Material, names: Sequence[str], counts: Mapping[float, Result], everybody: str
) -> str:
    row = next(iter(counts.values()))
    endpoint = material.study.endpoints[row["endpoint"]]
    rater = endpoint.rater.role if endpoint.rater else endpoint.name
    visit = material.study.visits.get(row["visit"])
    parts = (
        visit.name if visit else row["visit"],
        material.arm_name(row["group"]) or everybody,
        rater if len(names) > 1 else "",
    )
    return ", ".join(shortened(part, 26) for part in parts if part)


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
        "results": [row["id"] for row in (bar.counts[grade], bar.shares.get(grade)) if row],
    }


def count_text(n: int, share: float | None, width: float) -> str:
    """What there is room for in a bar so many pixels wide: a count with its percent, a count, nothing."""
    room = (share or 0.0) / 100 * width
    texts = () if share is None else (f"{n} ({percent(share, 0)})", str(n))
    return next((text for text in texts if DIGIT * len(text) + BESIDE <= room), "")


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


def _spec(
    material: Material, rows: list[dict[str, Any]], bars: list[Bar], legend: Mapping[str, int]
) -> dict[str, Any]:
    """A bar of shares each, best grade first, with the counts in it; at its right the responders."""
    texts = [
        {"bar": bar.label, "text": words}
        for bar in bars
        if (words := _responder_words(material, bar))
    ]
    band = int(LETTER * max(len(bar.label) for bar in bars)) + 12
    y = {
        "field": "bar",
        "type": "nominal",
        "sort": [bar.label for bar in bars],
        "title": None,
        "axis": {"domain": False, "ticks": False, "minExtent": band, "maxExtent": band},
    }
    height = BAR * len(bars)
    width = DOUBLE - band - 26 - (TEXTS + 10 if texts else 0)
    data = [
        {
            **row,
            "place": legend[row["grade"]],
            "text": count_text(row["n"], row["share"], width),
        }
        for row in rows
        if row["grade"] in legend
    ]
    views: list[dict[str, Any]] = [
        {
            "width": width,
            "height": height,
            "layer": _bar_layers(y, legend),
        }
    ]
    if texts:
        beside = {"y": {**y, "axis": None}, "x": {"value": 0}, "text": {"field": "text"}}
        views.append(
            {
                "width": TEXTS,
                "height": height,
                "title": view_title("Responders"),
                **layer("text", beside, texts, align="left", fontWeight="bold"),
            }
        )
    return {"data": {"values": data}, "hconcat": views, "spacing": 10}


def _bar_layers(y: Mapping[str, Any], legend: Mapping[str, int]) -> list[dict[str, Any]]:
    """The shares of a bar one after the other, and the counts in them."""
    order = list(legend)
    x = {
        "field": "share",
        "type": "quantitative",
        "stack": "zero",
        "title": "Share of those rated, %",
        "scale": {"domain": [0, 100], "nice": False},
    }
    rank = {"field": "place", "type": "quantitative", "sort": "ascending"}
    colour = {
        "field": "grade",
        "type": "nominal",
        "scale": {"domain": order, "range": [SHADES[legend[grade]] for grade in order]},
        "legend": {"columns": 3},
    }
    dark = [grade for grade, shade in legend.items() if shade in DARK]
    ink = {"condition": {"test": {"field": "grade", "oneOf": dark}, "value": "white"}, "value": INK}
    bar = {"y": y, "x": x, "order": rank, "color": colour}
    count = {
        "y": y,
        "x": {**x, "bandPosition": 0.5},
        "order": rank,
        "text": {"field": "text"},
        "detail": {"field": "grade"},
        "color": ink,
    }
    return [
        layer("bar", bar, stroke="white", strokeWidth=1, height={"band": 0.8}),
        layer("text", count),
    ]


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
