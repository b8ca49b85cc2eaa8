"""Staircases of the share without an event, by arm, with the number at risk below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.arms import (
    EVERYBODY,
    arm_colour,
    arm_dash,
    number_rows,
    plot_width,
)
from dermoutcomes.report.figures.parts.figure_words import origin_words
from dermoutcomes.report.figures.parts.layers import at_field, layer, span, view_title
from dermoutcomes.report.figures.parts.theme import HEIGHT
from dermoutcomes.report.figures.parts.ticks import ticks
from dermoutcomes.report.material import by
from dermoutcomes.report.numbers import percent
from dermoutcomes.report.result_text import interval_level, value_text
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["names_apart", "survival_curves"]

# The places of what is drawn, as terms declare them.
STEP, CENSORED, COUNTED = "curve", "censored", "starting"
# Of a name at the end of a curve: the most letters, the width of one (bold), and its height.
LETTERS, LETTER, LINE = 24, 6.4, 26
AT_RISK = "At risk (with the event so far)"
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
    level = interval_level(material)
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
            "upright strokes are censored times; below, the number at risk (and with the event so far)."
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
    end = max(arm.end for arm in arms) or 1.0
    days = [day for day in ticks([0.0, end]) if day <= end]
    room = 16 + LETTER * max(len(shortened(name, LETTERS)) for name in names)
    width = plot_width(names) - int(room)
    x = {
        "field": "day",
        "type": "quantitative",
        "scale": {"domain": [0, end], "nice": False},
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
    plot = {
        "width": width,
        "height": HEIGHT,
        "data": {"values": [row for arm in arms for row in _step_rows(material, arm)]},
        "encoding": {"x": x, "color": arm_colour(names, legend=False)},
        "layer": [
            *_staircases(names, y),
            _censored_strokes(names, arms, y),
            *_end_names(names, arms, width),
        ],
    }
    counts = [
        {"arm": name, "visit": day, "day": day, "n": f"{arm.at_risk(day)} ({arm.events(day)})"}
        for name, arm in zip(names, arms, strict=True)
        for day in days
    ]
    numbers = {
        **number_rows(counts, names, x, ""),
        "width": width,
        "title": view_title(AT_RISK),
    }
    return {"vconcat": [plot, numbers], "spacing": 6}


def _staircases(names: list[str], y: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A band between the limits, and the curve of an arm with dashes of its own above it."""
    return [
        layer("area", span("y", y, "low", "high"), interpolate="step-after", opacity=0.13),
        layer(
            "line",
            {"y": y, "strokeDash": arm_dash(names)},
            interpolate="step-after",
            strokeWidth=2,
        ),
    ]


def _censored_strokes(names: list[str], arms: list[Arm], y: Mapping[str, Any]) -> dict[str, Any]:
    """An upright stroke on the curve wherever somebody was last seen without the event."""
    censored = [
        {"arm": name, "day": time, "share": _height(arm, time)}
        for name, arm in zip(names, arms, strict=True)
        for time in arm.censored
    ]
    return layer("tick", {"y": y}, censored, orient="vertical", height=9, thickness=1.2)


def _end_names(names: list[str], arms: list[Arm], width: int) -> list[dict[str, Any]]:
    """The name of each curve and where it ends, right of the plot, none over another.

    A name that had to move aside has a thin line to the end of its curve.
    """
    heights = [_height(arm, arm.end) for arm in arms]
    places = names_apart(heights, LINE / HEIGHT)
    rows = [
        {
            "arm": name,
            "name": [shortened(name, LETTERS), percent(100 * share, 0)],
            "day": arm.end,
            "share": share,
            "place": place,
        }
        for name, arm, share, place in zip(names, arms, heights, places, strict=True)
    ]
    at = {"type": "quantitative", "scale": {"domain": [0, 1]}}
    to_end = {"x2": {"value": width + 9}, **span("y", at, "share", "place")}
    beside = {"x": {"value": width + 12}, "y": at_field(at, "place"), "text": {"field": "name"}}
    # The first of the two lines of a name stands at its place.
    look = {"align": "left", "baseline": "middle", "dy": -6, "lineHeight": 12}
    return [
        layer("rule", to_end, rows, strokeWidth=0.7, clip=False),
        layer("text", beside, rows, fontWeight="bold", **look),
    ]


def names_apart(heights: Sequence[float], least: float) -> list[float]:
    """Places for names as near to `heights` as they can be with `least` between two.

    From the lowest up each stands above the one before, then all that left the top are moved down.
    """
    order = sorted(range(len(heights)), key=lambda number: heights[number])
    places = [0.0] * len(heights)
    below = -least / 2
    for number in order:
        places[number] = below = max(heights[number], below + least)
    above = 1.0 + least
    for number in reversed(order):
        places[number] = above = min(places[number], above - least)
    return places


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
    return (
        f"Staircases of the share without the event over {max(arm.end for arm in arms):g} days. "
        f"At their last steps: {'; '.join(last) or 'no event'}.{origin_words(material)}"
    )
