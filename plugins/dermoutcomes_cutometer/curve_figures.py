"""Suction curves: one as it was read, with its R values marked, and the mean of all at each visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material

__all__ = ["mean_curves", "raw_curve"]

# As many points of a curve are drawn: more would not be seen, and the page would be heavy.
POINTS = 400
WIDTH, HEIGHT = 658, 260
COLOURS = ("#1f4e79", "#d55e00", "#2f9e77", "#8e5aa8", "#b8860b", "#56b4e9")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 3])
# R values of the first cycle or of the last, and whether each is its height at its end of suction.
MARKS = (("r0", "first", True), ("r1", "first", False), ("r3", "last", True), ("r4", "last", False))


def raw_curve(material: Material) -> Iterator[Figure]:
    """The curve with the smallest id, as it was read, and R0, R1, R3 and R4 as computed from it.

    None without curves on a regular time axis, or where their suction and release are not stated.
    """
    curves = _curves(material)
    if not curves.height:
        return
    curve = curves.row(0, named=True)
    values = {
        str(row["measure"]).partition(".")[2]: row["value"]
        for row in material.frame("observations")
        .filter(pl.col("measurement") == curve["measurement"], pl.col("value").is_not_null())
        .iter_rows(named=True)
    }
    if not {"on_s", "off_s", "r0"} <= values.keys():
        return
    marks = list(_marks(values, curve))
    where = [material.visit_name(curve["visit"]), curve["location"], curve["side"]]
    place = ", ".join(str(part) for part in (curve["subject"], *where) if part)
    said = ", ".join(f"{row['text']} {row['height']:.3f} mm" for row in marks)
    layers = [
        _line([{"curve": place, **row} for row in _samples(curve)], [place], legend=False),
        {
            "data": {"values": marks},
            "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1, "color": "#d55e00"},
            "encoding": _axes("time", "height"),
        },
        {
            "data": {"values": marks},
            "mark": {"type": "text", "dy": -10, "fontWeight": "bold"},
            "encoding": {**_axes("time", "height"), "text": {"field": "text"}},
        },
    ]
    yield _figure(
        material,
        "suction-curve",
        "Suction curve as it was read",
        f"Suction curve of {place}, with the heights that its R values are: {said}.",
        f"The height of the skin over {len(curve['samples'])} samples. {said}.",
        layers,
    )


def mean_curves(material: Material) -> Iterator[Figure]:
    """The mean height at each time over all curves of a visit; none for less than two visits."""
    import numpy as np

    curves = _curves(material)
    lengths = curves["samples"].list.len()
    if (
        not curves.height
        or lengths.n_unique() > 1
        or curves.select("x_first", "x_step").n_unique() > 1
    ):
        return
    rows, names, counts = [], [], []
    visits = sorted(curves["visit"].drop_nulls().unique(), key=material.visit_rank)
    for visit in visits:
        own = curves.filter(pl.col("visit") == visit)
        # In the order of their ids, so that the sum is the same in every run.
        mean = np.stack([np.asarray(one, dtype=float) for one in own["samples"]]).mean(axis=0)
        name = f"{material.visit_name(visit)} (n = {own.height})"
        rows += [
            {"curve": name, **row}
            for row in _samples({**own.row(0, named=True), "samples": mean.tolist()})
        ]
        names.append(name)
        counts.append(f"{name}, highest {mean.max():.3f} mm")
    if len(names) > 1:
        yield _figure(
            material,
            "suction-curves-mean",
            "Mean suction curves by visit",
            "Mean suction curves by visit: the mean height of all curves at each time; n counts curves.",
            f"A curve a visit: {'; '.join(counts)}.",
            [_line(rows, names)],
        )


def _curves(material: Material) -> pl.DataFrame:
    """Curves of this instrument on a regular axis in seconds and millimetres, by their ids."""
    return (
        material.frame("curves")
        .filter(
            pl.col("instrument") == "cutometer",
            pl.col("x_step").is_not_null(),
            pl.col("samples").list.len() > 1,
        )
        .sort("id")
    )


def _samples(curve: dict[str, Any]) -> list[dict[str, float]]:
    """Time and height of the samples, at equal steps where they are too many."""
    samples = curve["samples"]
    step = max(1, -(-len(samples) // POINTS))
    return [
        {
            "time": round(curve["x_first"] + number * curve["x_step"], 4),
            "height": round(float(samples[number]), 5),
        }
        for number in range(0, len(samples), step)
    ]


def _marks(values: dict[str, float], curve: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """R values at the ends of suction and release that they are the heights of."""
    cycle = values["on_s"] + values["off_s"]
    end = curve["x_first"] + (len(curve["samples"]) - 1) * curve["x_step"]
    last = values.get("cycles") or max(1, round(end / cycle))
    for code, place, is_suction in MARKS:
        if code in values and (place == "first" or last > 1):
            start = 0.0 if place == "first" else (last - 1) * cycle
            time = start + (values["on_s"] if is_suction else cycle)
            yield {"text": code.upper(), "time": round(time, 4), "height": values[code]}


def _axes(x: str, y: str) -> dict[str, Any]:
    return {
        "x": {
            "field": x,
            "type": "quantitative",
            "title": "Time, s",
            "scale": {"nice": False},
            "axis": {"tickCount": 10},
        },
        "y": {"field": y, "type": "quantitative", "title": "Height of the skin, mm"},
    }


def _line(rows: list[dict[str, Any]], names: list[str], *, legend: bool = True) -> dict[str, Any]:
    curve = {"field": "curve", "type": "nominal", "sort": names}
    dashes = {"domain": names, "range": [list(DASHES[i % len(DASHES)]) for i in range(len(names))]}
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 1.5},
        "encoding": {
            **_axes("time", "height"),
            # Of one domain, so that one legend has colour and dashes.
            "color": {
                **curve,
                "scale": {
                    "domain": names,
                    "range": [COLOURS[i % len(COLOURS)] for i in range(len(names))],
                },
                "legend": {} if legend else None,
            },
            "strokeDash": {**curve, "scale": dashes, "legend": {} if legend else None},
        },
    }


def _figure(
    material: Material,
    key: str,
    title: str,
    caption: str,
    alternative: str,
    layers: list[dict[str, Any]],
) -> Figure:
    from dermoutcomes.report import Figure, bare_foot

    origin = f" {material.origin[1]}" if material.origin else ""
    return Figure(
        key=key,
        title=title,
        alternative=f"{alternative}{origin}",
        caption=caption,
        spec={"width": WIDTH, "height": HEIGHT, "layer": layers},
        foot=bare_foot(material),
    )
