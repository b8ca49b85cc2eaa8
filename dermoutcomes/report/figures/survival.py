"""Staircases of the share without an event, by arm, with the number at risk below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.axes import ticks
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.theme import DASHES, arm_scale
from dermoutcomes.report.material import by
from dermoutcomes.report.numbers import percent
from dermoutcomes.report.result_text import value_text
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["survival_curves"]

# The places of what is drawn, as terms declare them.
STEP, CENSORED, COUNTED = "curve", "censored", "starting"
# Of the plot, in pixels: with its axis it is as wide as a page of a journal.
WIDTH, HEIGHT = 560, 250
EVERYBODY = "All"
Stats = Mapping[str, "Result"]


@frozen
class Arm:
    """The curve of one arm.

    How many there were, and the stats of each step and of each time of censoring, in order of time.
    """

    name: str | None
    size: Result | None
    steps: Mapping[float, Stats]
    censored: Mapping[float, Stats]

    @property
    def n(self) -> float:
        """How many there were."""
        return (self.size["value"] or 0.0) if self.size else 0.0

    @property
    def end(self) -> float:
        """The last time at which anybody was observed."""
        return max((*self.steps, *self.censored), default=0.0)

    def at_risk(self, day: float) -> int:
        """How many are observed and without an event just before a day."""
        left: float = sum(row["value"] for time, row in self._departures() if time < day)
        return round(self.n - left)

    def events(self, day: float) -> int:
        """How many had the event by a day."""
        rows = ((time, _own_stat(stats, "_events")) for time, stats in self.steps.items())
        events: float = sum(row["value"] for time, row in rows if row is not None and time <= day)
        return round(events)

    def _departures(self) -> Iterator[tuple[float, Result]]:
        """Events, then those censored, with their times."""
        for times, ending in ((self.steps, "_events"), (self.censored, "_censored")):
            for time, stats in times.items():
                row = _own_stat(stats, ending)
                if row is not None:
                    yield time, row


def survival_curves(
    material: Material, name: str, rows: Sequence[Result], records_suffix: str = ""
) -> tuple[list[Figure], list[Result]]:
    """A figure for each analysis that gives steps, and the rows that no figure shows.

    Every step keeps its address in the figure.
    """
    drawn_rows = [
        row for row in rows if row["at"] is not None and material.place(row) in (STEP, CENSORED)
    ]
    counts = [row for row in rows if row["stat"] == "n" and material.place(row) == COUNTED]
    figures = [
        _figure(
            material,
            name,
            step_rows,
            [row for row in counts if row["analysis"] == analysis],
            records_suffix,
        )
        for (analysis,), step_rows in by(drawn_rows, "analysis").items()
    ]
    return figures, [row for row in rows if row not in drawn_rows] if drawn_rows else list(rows)


def _figure(
    material: Material, name: str, rows: list[Result], counts: list[Result], records_suffix: str
) -> Figure:
    arms = _arms(material, rows, counts)
    analysis = material.analysis(rows[0]["analysis"])
    title = f"{material.endpoint_name(name)}: {analysis.label if analysis else rows[0]['analysis']}"
    key = f"{name}-{rows[0]['analysis']}{records_suffix}"
    level = percent(100 * material.study.confidence, 0)
    ids = tuple(
        row["id"]
        for arm in arms
        for times in (arm.steps, arm.censored)
        for stats in times.values()
        for row in stats.values()
    )
    return Figure(
        key=f"curve-{slug(key)}",
        title=title,
        alternative=_alternative(material, arms),
        caption=(
            f"{title}{records_suffix}. Share without the event by day, with pointwise {level} limits; small "
            "upright strokes are censored times; below, the number at risk (and events so far)."
        ),
        spec=_spec(material, arms),
        results=ids,
        addressed=ids,
        foot=filled_foot(material, counts),
    )


def _arms(material: Material, rows: list[Result], counts: list[Result]) -> list[Arm]:
    groups = sorted({row["group"] for row in rows}, key=material.arm_rank)
    size = {row["group"]: row for row in counts}
    return [
        Arm(
            group,
            size.get(group),
            *(_by_time(material, rows, group, place) for place in (STEP, CENSORED)),
        )
        for group in groups
    ]


def _by_time(
    material: Material, rows: list[Result], group: str | None, place: str
) -> dict[float, Stats]:
    groups = by(
        [row for row in rows if row["group"] == group and material.place(row) == place], "at"
    )
    return {time: {row["stat"]: row for row in groups[time,]} for (time,) in sorted(groups)}


def _own_stat(stats: Stats, ending: str) -> Result | None:
    """A stat that begins with the name of its analysis, where it has a value."""
    return next(
        (row for stat, row in stats.items() if stat.endswith(ending) and row["value"] is not None),
        None,
    )


def _step_rows(material: Material, arm: Arm) -> list[dict[str, Any]]:
    """The staircase of an arm with its limits, from day 0 to the last day that was observed."""
    name = material.arm_name(arm.name) or EVERYBODY
    rows = [{"arm": name, "day": 0.0, "share": 1.0, "low": 1.0, "high": 1.0, "tip": ""}]
    for time, stats in arm.steps.items():
        rows.append(
            {
                "arm": name,
                "day": time,
                "share": stats["estimate"]["value"],
                "low": stats["conf_low"]["value"] if "conf_low" in stats else None,
                "high": stats["conf_high"]["value"] if "conf_high" in stats else None,
                "tip": _tip(material, arm, time, stats),
            }
        )
    rows.append({**rows[-1], "day": arm.end, "tip": name})
    return rows


def _spec(material: Material, arms: list[Arm]) -> dict[str, Any]:
    """Staircases with bands and strokes where somebody was censored, and the numbers below."""
    names = [material.arm_name(arm.name) or EVERYBODY for arm in arms]
    steps = [row for arm in arms for row in _step_rows(material, arm)]
    ends = [rows[-1] for rows in (_step_rows(material, arm) for arm in arms)]
    censored = [
        {"arm": name, "day": time, "share": _height(arm, time)}
        for name, arm in zip(names, arms, strict=True)
        for time in arm.censored
    ]
    days = ticks([0.0, *(arm.end for arm in arms)])
    x = {
        "field": "day",
        "type": "quantitative",
        "scale": {"domain": [0, days[-1]], "nice": False},
        "axis": {"values": days},
        "title": "Day",
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%"},
        "title": "Share without the event",
    }
    colour = {"field": "arm", "type": "nominal", "scale": arm_scale(names), "legend": None}
    dash = {
        "field": "arm",
        "type": "nominal",
        "scale": {
            "domain": names,
            "range": [list(DASHES[i % len(DASHES)]) for i in range(len(names))],
        },
        "legend": None,
    }
    plot = {
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": steps},
        "encoding": {"x": x, "color": colour},
        "layer": [
            {
                "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.13},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {"y": y, "strokeDash": dash},
            },
            {
                "data": {"values": censored},
                "mark": {"type": "tick", "orient": "vertical", "height": 9, "thickness": 1.2},
                "encoding": {"y": y},
            },
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "right", "dy": -9, "fontWeight": "bold"},
                "encoding": {"y": y, "text": {"field": "arm"}},
            },
        ],
    }
    counts = {
        "width": WIDTH,
        "height": 16 * len(arms),
        "data": {
            "values": [
                {"arm": name, "day": day, "text": f"{arm.at_risk(day)} ({arm.events(day)})"}
                for name, arm in zip(names, arms, strict=True)
                for day in days
            ]
        },
        "mark": {"type": "text"},
        "encoding": {
            "x": {**x, "axis": None},
            "y": {
                "field": "arm",
                "type": "nominal",
                "sort": names,
                "title": None,
                "axis": {"domain": False, "ticks": False, "labelLimit": 110},
            },
            "text": {"field": "text"},
            "color": colour,
        },
    }
    return {"vconcat": [plot, counts], "spacing": 6}


def _height(arm: Arm, time: float) -> float:
    """The height of a staircase at a time."""
    return next(
        (
            float(stats["estimate"]["value"])
            for at, stats in reversed(list(arm.steps.items()))
            if at <= time
        ),
        1.0,
    )


def _tip(material: Material, arm: Arm, time: float, stats: Stats) -> str:
    at_risk = _own_stat(stats, "_at_risk")
    return (
        f"{material.arm_name(arm.name)} day {time:g}: {value_text(material, stats['estimate'])}, "
        f"{at_risk['value'] if at_risk else 0.0:g} at risk"
    ).strip()


def _alternative(material: Material, arms: list[Arm]) -> str:
    last = [
        f"{material.arm_name(arm.name) or 'all'}: "
        f"{list(arm.steps.values())[-1]['estimate']['value']:.2f} of {arm.n:g} from day "
        f"{list(arm.steps)[-1]:g}"
        for arm in arms
        if arm.steps
    ]
    origin = f" {material.origin[1]}" if material.origin else ""
    return f"Staircases of the share without the event over {max(arm.end for arm in arms):g} days. At their last steps: {'; '.join(last) or 'no event'}.{origin}"
