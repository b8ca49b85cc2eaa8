"""Each subject's line, thin, and the mean with its interval, thick: lines from the records, means from the results."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes_html_report.blocks import Figure
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.figures.canvas import COLOURS, INK, MARKERS, PALE, canvas, plain_axes, svg_markup
from dermoutcomes_html_report.names import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dermoutcomes_html_report.material import Material, Result
    from matplotlib.axes import Axes

    from dermoutcomes import Endpoint

__all__ = ["trajectories"]

UNIT = ("subject", "arm", "location", "side", "period", "rater")
CLOSEST = 0.045  # of the whole time: visits nearer to each other than this are drawn at equal distances
WIDTH, HEIGHT = 6.9, 3.5


@frozen
class Means:
    """The means of one group with their intervals, by visit."""

    group: str | None
    visits: tuple[str, ...]
    rows: tuple[tuple[Result, Result | None, Result | None], ...]


def trajectories(material: Material, name: str, endpoint: Endpoint, records: pl.DataFrame, results: Sequence[Result]) -> Figure | None:
    """The figure of an endpoint, from its main records and their description; None where there is no value at all."""
    values = records.filter(pl.col("value").is_not_null(), pl.col("visit").is_not_null())
    means = _means(material, results)
    visits = [visit for visit in material.study.visit_order
              if visit in set(values["visit"]) or any(visit in mean.visits for mean in means)]
    if not visits:
        return None
    place = _places(material, visits)
    every, drawn = _lines(values, place, material.options.lines_shown)
    key, origin = f"figure-{slug(name)}", material.origin[0] if material.origin else None
    colour = {group: COLOURS[number % len(COLOURS)] for number, group in enumerate(_groups(material, values, means))}
    with canvas(key, WIDTH, HEIGHT, origin) as (figure, axes):
        for line in drawn:
            axes.plot([place[visit] for visit in line["visit"]], line["value"], color=colour[line["arm"]], linewidth=0.7, alpha=0.38,
                      marker="o", markersize=1.8, markeredgewidth=0)
        for number, mean in enumerate(means):
            _draw_mean(axes, mean, place, colour[mean.group], number, len(means))
        _finish(material, axes, endpoint, visits, place, legend=[(material.arm_name(mean.group), colour[mean.group], number)
                                                                  for number, mean in enumerate(means) if mean.group])
        svg = svg_markup(figure, key, f"{endpoint.name} by visit", _description(material, endpoint, visits, every, means))
    return Figure(svg, _caption(material, endpoint, every, len(drawn), means), foot=foot(material, [row for mean in means for row, _, _ in mean.rows]))


def _means(material: Material, results: Sequence[Result]) -> list[Means]:
    """Means by group: of the arms where there are any, else of everybody."""
    found: dict[str | None, dict[str, dict[str, Result]]] = {}
    for row in results:
        if row["term"] == "mean_value" and row["visit"] and row["stat"] in ("estimate", "conf_low", "conf_high") and row["value"] is not None:
            found.setdefault(row["group"], {}).setdefault(row["visit"], {})[row["stat"]] = row
    if len(found) > 1:
        found.pop(None, None)
    means = []
    for group in [*(arm for arm in material.study.arms if arm in found), *(group for group in found if group not in material.study.arms)]:
        visits = tuple(sorted((visit for visit in found[group] if "estimate" in found[group][visit]), key=material.visit_rank))
        rows = tuple((found[group][visit]["estimate"], found[group][visit].get("conf_low"), found[group][visit].get("conf_high")) for visit in visits)
        means.append(Means(group, visits, rows))
    return means


def _places(material: Material, visits: list[str]) -> dict[str, float]:
    """Where each visit stands: at its planned day, or at equal distances where days would put visits on top of each other."""
    days = [material.study.visits[visit].at.days for visit in visits]
    gaps = [later - earlier for earlier, later in pairwise(days)]
    if gaps and min(gaps) < CLOSEST * (days[-1] - days[0]):
        return {visit: float(number) for number, visit in enumerate(visits)}
    return dict(zip(visits, days, strict=True))


def _lines(values: pl.DataFrame, place: dict[str, float], at_most: int) -> tuple[int, list[dict[str, Any]]]:
    """How many units there are, and those whose line is drawn: all, or every second, third … in the order of their ids."""
    rank = {visit: number for number, visit in enumerate(place)}
    shown = values.filter(pl.col("visit").is_in(list(place))).with_columns(rank=pl.col("visit").replace_strict(rank, return_dtype=pl.Int64))
    units = shown.sort(*UNIT, "rank", nulls_last=False).group_by(*UNIT, maintain_order=True).agg("visit", "value").to_dicts()
    step = -(-len(units) // at_most)
    return len(units), units[:: max(step, 1)]


def _groups(material: Material, values: pl.DataFrame, means: list[Means]) -> list[str | None]:
    present = {*values["arm"].unique(), *(mean.group for mean in means)}
    known = [arm for arm in material.study.arms if arm in present]
    return [*known, *sorted(arm for arm in present if arm is not None and arm not in known), None]


def _draw_mean(axes: Axes, mean: Means, place: dict[str, float], colour: str, number: int, several: int) -> None:
    """A thick line with bars; groups stand a little beside each other."""
    reach = max(place.values()) - min(place.values()) or 1.0
    aside = (number - (several - 1) / 2) * 0.012 * reach if several > 1 else 0.0
    ink = INK if mean.group is None else colour
    drawn = [(place[visit] + aside, rows) for visit, rows in zip(mean.visits, mean.rows, strict=True) if visit in place]
    axes.plot([x for x, _ in drawn], [rows[0]["value"] for _, rows in drawn], color=ink, linewidth=2.0, marker=MARKERS[number % len(MARKERS)],
              markersize=5, zorder=5)
    for x, (_, low, high) in drawn:
        if low is not None and high is not None:
            axes.errorbar([x], [low["value"]], yerr=[[0.0], [high["value"] - low["value"]]], fmt="none", ecolor=ink, elinewidth=1.6, capsize=3.5,
                          zorder=5)


def _finish(material: Material, axes: Axes, endpoint: Endpoint, visits: list[str], place: dict[str, float],
            legend: list[tuple[str, str, int]]) -> None:
    plain_axes(axes)
    axes.set_xticks([place[visit] for visit in visits], [_tick(material, visit) for visit in visits])
    axes.set_ylabel(_axis(material, endpoint))
    parameter = material.parameter(endpoint)
    if parameter is not None and parameter.neutral is not None:
        axes.axhline(parameter.neutral, color=PALE, linewidth=0.9, linestyle=(0, (4, 3)))
    if legend:
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], color=colour, marker=MARKERS[number % len(MARKERS)], linewidth=2) for _, colour, number in legend]
        axes.legend(handles, [_short(name, 40) for name, _, _ in legend], frameon=False, loc="best", fontsize=8)


def _tick(material: Material, visit: str) -> str:
    spec = material.study.visits[visit]
    return _short(visit, 14) if spec.name == visit else f"{_short(visit, 14)}\n{_short(spec.name, 16)}"


def _axis(material: Material, endpoint: Endpoint) -> str:
    parameter = material.parameter(endpoint)
    unit = f", {parameter.unit}" if parameter and parameter.unit else ""
    better = {"up": "\n(higher is better)", "down": "\n(lower is better)"}.get(material.improves(endpoint) or "", "")
    return f"{_short(endpoint.name, 44)}{unit}{better}"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"


def _caption(material: Material, endpoint: Endpoint, every: int, drawn: int, means: list[Means]) -> str:
    unit = "subject" if endpoint.unit == "subject" else endpoint.unit
    lines = f"Thin lines: each {unit}" + (f" ({drawn} of {every} drawn, every so-manyth by id)" if drawn < every else "")
    thick = f"; thick line: mean with its {100 * material.study.confidence:g}% CI" if means else "; no mean was computed"
    return f"{endpoint.name} by visit. {lines}{thick}."


def _description(material: Material, endpoint: Endpoint, visits: list[str], every: int, means: list[Means]) -> str:
    from dermoutcomes_html_report.values import value_text

    said = [f"{material.arm_name(mean.group)} ".lstrip() + ", ".join(f"{visit} {value_text(material, rows[0])}" for visit, rows in
                                                                     zip(mean.visits, mean.rows, strict=True)) for mean in means]
    origin = f" {material.origin[1]}" if material.origin else ""
    return f"Lines of {every} records over the visits {', '.join(visits)} of {endpoint.name}. Means: {'; '.join(said) or 'none'}.{origin}"
