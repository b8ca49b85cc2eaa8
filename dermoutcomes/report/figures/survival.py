"""Staircases of the share without an event, by arm, with the number at risk below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.axes import numbered, ticks
from dermoutcomes.report.figures.figure import Axis, Count, Figure, Point, Series
from dermoutcomes.report.material import by
from dermoutcomes.report.numbers import percent
from dermoutcomes.report.result_text import value_text
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["survival_curves"]

# The places of what is drawn, as terms declare them.
STEP, CENSORED, COUNTED = "curve", "censored", "starting"
HEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
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

    def at_risk(self, day: float) -> Count:
        """How many are observed and without an event just before a day, with the results behind."""
        left = [row for time, row in self._departures() if time < day]
        number = round(self.n - sum(row["value"] for row in left))
        return Count(
            day, number, tuple(row["id"] for row in (*([self.size] if self.size else []), *left))
        )

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
    days = ticks([0.0, *(arm.end for arm in arms)])
    analysis = material.analysis(rows[0]["analysis"])
    title = f"{material.endpoint_name(name)}: {analysis.label if analysis else rows[0]['analysis']}"
    key = f"{name}-{rows[0]['analysis']}{records_suffix}"
    level = percent(100 * material.study.confidence, 0)
    return Figure(
        key=f"curve-{slug(key)}",
        title=title,
        alternative=_alternative(material, arms, days),
        caption=(
            f"{title}{records_suffix}. Share without the event by day, with pointwise {level} limits; small "
            "upright strokes are censored times; below, the number at risk."
        ),
        x=Axis(numbered(days), "Day"),
        y=Axis(numbered(HEIGHTS)),
        series=tuple(_series(material, arm, number, days) for number, arm in enumerate(arms)),
        heading=title,
        origin=material.origin[0] if material.origin else "",
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


def _series(material: Material, arm: Arm, number: int, days: list[float]) -> Series:
    return Series(
        "step",
        tuple(_step(material, arm, time, stats) for time, stats in arm.steps.items()),
        label=material.arm_name(arm.name),
        group=number,
        strokes=tuple(
            Point(time, _height(arm, time), results=tuple(row["id"] for row in stats.values()))
            for time, stats in arm.censored.items()
        ),
        counted=arm.name or "All",
        counts=tuple(arm.at_risk(day) for day in days),
    )


def _step(material: Material, arm: Arm, time: float, stats: Stats) -> Point:
    low, high = (
        stats[limit]["value"] if limit in stats else None for limit in ("conf_low", "conf_high")
    )
    ids = tuple(row["id"] for row in stats.values())
    return Point(time, stats["estimate"]["value"], low, high, _tip(material, arm, time, stats), ids)


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


def _alternative(material: Material, arms: list[Arm], days: list[float]) -> str:
    last = [
        f"{material.arm_name(arm.name) or 'all'}: "
        f"{list(arm.steps.values())[-1]['estimate']['value']:.2f} of {arm.n:g} from day "
        f"{list(arm.steps)[-1]:g}"
        for arm in arms
        if arm.steps
    ]
    origin = f" {material.origin[1]}" if material.origin else ""
    return f"Staircases of the share without the event over {days[-1]:g} days. At their last steps: {'; '.join(last) or 'no event'}.{origin}"
