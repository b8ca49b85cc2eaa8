"""Stacked bars of grades, a bar a visit and rater: every number in them is a row of the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes_html_report.blocks import Figure
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.figures.canvas import INK, canvas, plain_axes, svg_markup
from dermoutcomes_html_report.names import slug

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result
    from matplotlib.axes import Axes

__all__ = ["distributions"]

# From best to worst, told apart in grey too; hatches mark the worse half.
SCALES = {True: ("#0b5345", "#2e8b74", "#8fc9b4", "#d6d6d6", "#f0b48a", "#cf6a3b", "#8a2c0d"),
          False: ("#8a2c0d", "#cf6a3b", "#f0b48a", "#d6d6d6", "#8fc9b4", "#2e8b74", "#0b5345")}
NEUTRAL_PLACE = 3
WIDTH = 6.9


@frozen
class Bar:
    """The grades of one endpoint at one visit."""

    label: str
    counts: dict[float, Result]
    shares: dict[float, Result]


def distributions(material: Material, names: Sequence[str], results: Sequence[Result]) -> Figure | None:
    """One figure for the endpoints `names`, which rate the same thing; None where nothing was counted."""
    bars = _bars(material, names, results)
    if not bars:
        return None
    first = material.study.endpoints[names[0]]
    parameter = material.parameter(first)
    grades = sorted({grade for bar in bars for grade in bar.counts})
    used = [grade for grade in grades if any(bar.counts[grade]["value"] for bar in bars if grade in bar.counts)] or grades
    key, origin = f"figure-{slug(names[0])}", material.origin[0] if material.origin else None
    with canvas(key, WIDTH, 0.75 + 0.34 * len(bars) + 0.3, origin) as (figure, axes):
        for number, bar in enumerate(bars):
            _draw(axes, number, bar, _colours(material, names[0], grades))
        axes.set_yticks(range(len(bars)), [bar.label for bar in bars])
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("Percent of records; numbers in the bars are counts")
        plain_axes(axes, "x")
        _legend(axes, used, _colours(material, names[0], grades), dict(parameter.labels) if parameter else {})
        svg = svg_markup(figure, key, f"Distribution of {', '.join(material.endpoint_name(name) for name in names)}", _description(material, bars))
    title = " and ".join(material.endpoint_name(name) for name in names)
    rows = [row for bar in bars for row in bar.counts.values()]
    return Figure(svg, f"{title}: distribution of grades by visit{' and rater' if len(names) > 1 else ''}.", foot=foot(material, rows))


def _bars(material: Material, names: Sequence[str], results: Sequence[Result]) -> list[Bar]:
    found: dict[tuple[int, str, str], dict[str, dict[float, Result]]] = {}
    for row in results:
        if row["endpoint"] in names and row["term"] == "distribution" and row["visit"] and _number(row["level"]) is not None:
            place = (material.visit_rank(row["visit"]), row["group"] or "", row["endpoint"])
            found.setdefault(place, {}).setdefault(row["stat"], {})[float(row["level"])] = row
    ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][1], names.index(item[0][2])))
    return [Bar(_label(material, names, counts["n"]), counts["n"], counts.get("percent", {})) for _, counts in ordered if "n" in counts]


def _number(level: str | None) -> float | None:
    try:
        return float(level or "")
    except ValueError:
        return None


def _label(material: Material, names: Sequence[str], counts: dict[float, Result]) -> str:
    row = next(iter(counts.values()))
    endpoint = material.study.endpoints[row["endpoint"]]
    rater = endpoint.rater.role if endpoint.rater else endpoint.name
    parts = [row["visit"], material.arm_name(row["group"]), rater[:26] if len(names) > 1 else ""]
    return ", ".join(part for part in parts if part)


def _colours(material: Material, name: str, grades: list[float]) -> dict[float, str]:
    """A colour a grade, best to worst, "no change" in grey where the scale has one."""
    endpoint = material.study.endpoints[name]
    parameter, best_first = material.parameter(endpoint), material.improves(endpoint) != "up"
    scale = SCALES[best_first]
    neutral = parameter.neutral if parameter else None
    if neutral in grades:
        at = grades.index(neutral)
        return {grade: scale[min(max(NEUTRAL_PLACE + number - at, 0), len(scale) - 1)] for number, grade in enumerate(grades)}
    spread = max(len(grades) - 1, 1)
    return {grade: scale[round(number * (len(scale) - 1) / spread)] for number, grade in enumerate(grades)}


def _draw(axes: Axes, number: int, bar: Bar, colours: dict[float, str]) -> None:
    left = 0.0
    for grade in sorted(bar.shares):
        share, count = bar.shares[grade]["value"], bar.counts[grade]["value"]
        if share:
            axes.barh(number, share, left=left, height=0.72, color=colours[grade], edgecolor="white", linewidth=0.8)
            axes.text(left + share / 2, number, f"{count:.0f}", ha="center", va="center", fontsize=8, color=_readable(colours[grade]))
            left += share


def _readable(colour: str) -> str:
    """Dark or white text, whichever stands out."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 130 else INK


def _legend(axes: Axes, grades: list[float], colours: dict[float, str], words: dict[float, str]) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=colours[grade], edgecolor="#888888", linewidth=0.5) for grade in grades]
    names = [f"{grade:g} {words.get(grade, '')}".strip() for grade in grades]
    axes.legend(handles, names, frameon=False, loc="lower left", bbox_to_anchor=(-0.02, 1.1), ncols=5 if len(grades) < 6 else 4, fontsize=7.5,
                handlelength=1.1, columnspacing=1.2, borderaxespad=0.0)


def _description(material: Material, bars: list[Bar]) -> str:
    said = [f"{bar.label}: " + ", ".join(f"grade {grade:g} {row['value']:.0f}" for grade, row in sorted(bar.counts.items()) if row["value"])
            for bar in bars]
    return f"Stacked bars. {'; '.join(said)}." + (f" {material.origin[1]}" if material.origin else "")
