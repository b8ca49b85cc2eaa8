"""The figure of a tipping point: the difference of arms and its P over the shift of filled values.

Every number in it is a result of the analysis `tipping_point`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes_multiple_imputation.tipping_point import TERM, TIPPING

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material

Result = Mapping[str, Any]

__all__ = ["tipping_figures"]

INTERVAL = ("estimate", "conf_low", "conf_high")
RECORDS = ("population", "handling")
KEY = ("analysis", *RECORDS, "comparison", "visit", "reference_visit")
WIDTH, EFFECTS, TESTS = 560, 190, 120
LINE, BAND = "#1f4e79", "#51626f"
# On an axis of logarithms a P of zero has no place.
LEAST_P = 1e-4


def tipping_figures(material: Material, name: str, results: Sequence[Result]) -> Iterator[Figure]:  # noqa: ARG001
    """A figure for each tipping point of an endpoint, of whatever records it was sought."""
    from dermoutcomes.report import by

    rows = [
        row
        for row in material.results_of(name)
        if row["subgroup"] is None
        and row["term"] in (TERM, TIPPING)
        and (analysis := material.analysis(row["analysis"])) is not None
        and analysis.name == "tipping_point"
    ]
    for group in by(rows, *KEY).values():
        shifts = _shifts(group)
        tipped = next(
            (row for row in group if row["term"] == TIPPING and row["stat"] == "estimate"), None
        )
        # One shift is no course, and without the conclusion nothing says where it tips.
        if len(shifts) > 1 and tipped is not None and tipped["error"] is None:
            yield _figure(material, name, shifts, tipped)


def _shifts(rows: Sequence[Result]) -> list[dict[str, Result]]:
    """The stats of each shift that could be judged, in the order of the steps."""
    from dermoutcomes.report import by

    shifts = by((row for row in rows if row["term"] == TERM and row["value"] is not None), "at")
    stats = [
        {row["stat"]: row for row in shifts[key]}
        for key in sorted(shifts, key=lambda at: abs(at[0]))
    ]
    return [one for one in stats if {*INTERVAL, "p_value"} <= one.keys()]


def _figure(
    material: Material, name: str, shifts: Sequence[Mapping[str, Result]], tipped: Result
) -> Figure:
    from dermoutcomes.report import Figure, filled_foot, other_records_words, slug

    info = material.study.study
    # As the analysis judges: of a one-sided study the two-sided P is held to twice alpha.
    alpha = info.alpha * (3 - info.sided)
    comparison = material.comparison_name(tipped["comparison"])
    title = f"{material.endpoint_name(name)}: tipping point, {comparison}"
    records = other_records_words(material, name, [tipped])
    unit = f" {tipped['unit']}" if tipped["unit"] else ""
    ending = _ending(material, shifts, tipped, unit)
    shown = [row for stats in shifts for stat in (*INTERVAL, "p_value") if (row := stats.get(stat))]
    key = "-".join(str(tipped[part]) for part in KEY if tipped[part])
    origin = f" {material.origin[1]}" if material.origin else ""
    return Figure(
        key=f"tipping-{slug(f'{name}-{key}')}",
        title=title,
        alternative=f"The difference of the arms and its P at {len(shifts)} shifts of the filled "
        f"values, from 0 to {_last(material, shifts)}{unit}. {ending}{origin}",
        caption=f"{title}{records}. Difference with {100 * material.study.confidence:g}% interval, and P, "
        "over the shift by which the filled values of the first arm are made worse. Dashed: no "
        f"difference, and P = {alpha:g}. {ending}",
        spec=_spec(shifts, tipped, alpha),
        results=tuple(row["id"] for row in (*shown, tipped)),
        foot=filled_foot(material, [shifts[0]["estimate"]]),
    )


def _ending(
    material: Material, shifts: Sequence[Mapping[str, Result]], tipped: Result, unit: str
) -> str:
    """Where the difference is no longer significant, in one sentence."""
    if tipped["value"] is not None:
        return (
            "The difference is no longer significant from a shift of "
            f"{_shift(material, tipped['value'])}{unit} on (full line)."
        )
    if tipped["text"] and tipped["text"].startswith("not reached"):
        return f"The difference stays significant up to a shift of {_last(material, shifts)}{unit}."
    return "The difference is not significant without a shift."


def _last(material: Material, shifts: Sequence[Mapping[str, Result]]) -> str:
    return _shift(material, shifts[-1]["estimate"]["at"])


def _shift(material: Material, at: float) -> str:
    """A shift with the digits that its step was stated with."""
    return material.style.written(f"{at:g}".replace("-", "\u2212"))


def _spec(shifts: Sequence[Mapping[str, Result]], tipped: Result, alpha: float) -> dict[str, Any]:
    """Effects above and P below, over one axis of shifts."""
    rows = [
        {
            "at": stats["estimate"]["at"],
            **{stat: stats[stat]["value"] for stat in INTERVAL},
            "p": max(stats["p_value"]["value"], LEAST_P),
        }
        for stats in shifts
    ]
    unit = f", {tipped['unit']}" if tipped["unit"] else ""
    x = {"field": "at", "type": "quantitative", "title": None, "scale": {"nice": False}}
    difference = {"type": "quantitative", "title": f"Difference{unit}", "axis": {"tickCount": 5}}
    p = {
        "type": "quantitative",
        "title": "P",
        "scale": {"type": "log", "domain": [min(alpha, *(row["p"] for row in rows)) / 2, 1]},
        "axis": {"tickCount": 4, "format": "~g"},
    }
    shift_axis = {**x, "title": f"Shift of filled values{unit}"}
    return {
        "spacing": 12,
        "vconcat": [
            {
                "width": WIDTH,
                "height": EFFECTS,
                "layer": [
                    {
                        "data": {"values": rows},
                        "mark": {"type": "area", "opacity": 0.2, "color": BAND},
                        "encoding": {
                            "x": x,
                            "y": {**difference, "field": "conf_low"},
                            "y2": {"field": "conf_high"},
                        },
                    },
                    _level(0.0, difference),
                    _course(rows, x, {**difference, "field": "estimate"}),
                    *_tipping_line(tipped, x),
                ],
            },
            {
                "width": WIDTH,
                "height": TESTS,
                "layer": [
                    _level(alpha, p),
                    _course(rows, shift_axis, {**p, "field": "p"}),
                    *_tipping_line(tipped, shift_axis),
                ],
            },
        ],
    }


def _level(value: float, y: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "data": {"values": [{"y": value}]},
        "mark": {"type": "rule", "strokeDash": [5, 4], "color": BAND},
        "encoding": {"y": {**y, "field": "y"}},
    }


def _course(
    rows: Sequence[Mapping[str, float]], x: Mapping[str, Any], y: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "data": {"values": list(rows)},
        "mark": {
            "type": "line",
            "color": LINE,
            "strokeWidth": 1.6,
            "point": {"filled": True, "color": LINE, "size": 22},
        },
        "encoding": {"x": x, "y": y},
    }


def _tipping_line(tipped: Result, x: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An upright line at the tipping point; none where there is none."""
    if tipped["value"] is None:
        return []
    return [
        {
            "data": {"values": [{"at": tipped["value"]}]},
            "mark": {"type": "rule", "color": "#9b2c00", "strokeWidth": 1.4},
            "encoding": {"x": x},
        }
    ]
