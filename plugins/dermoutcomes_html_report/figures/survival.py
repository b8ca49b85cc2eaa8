"""Steps of the share without an event, by arm, with the number at risk below: from the steps that an analysis gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from markupsafe import Markup

from dermoutcomes_html_report.blocks import Figure
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.figures.axes import (
    Scale,
    baseline,
    grid_lines,
    origin_mark,
    shortened,
    tick_label,
    ticks,
)
from dermoutcomes_html_report.figures.legend import legend
from dermoutcomes_html_report.figures.svg import COLOURS, INK, PALE, drawing, element, label
from dermoutcomes_html_report.material import by
from dermoutcomes_html_report.names import slug
from dermoutcomes_html_report.numbers import percent
from dermoutcomes_html_report.values import anchor_of

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["survival_curves"]

WIDTH, PLOT, LEFT, RIGHT, TOP, ROW = 690.0, 225.0, 72.0, 30.0, 34.0, 14.0
STEP, CENSORED, COUNTED = "survival", "censoring", "subjects"


@frozen
class Arm:
    """The curve of one arm: how many there were, and the stats of each step and of each time of censoring, in order of time."""

    name: str | None
    colour: str
    n: float
    steps: dict[float, dict[str, Result]]
    censored: dict[float, dict[str, Result]]

    @property
    def end(self) -> float:
        """The last time at which anybody was observed."""
        return max((*self.steps, *self.censored), default=0.0)

    def at_risk(self, day: float) -> int:
        """How many are observed and without an event just before that day."""
        gone = [
            _own(stats, "_events" if source is self.steps else "_censored")
            for source in (self.steps, self.censored)
            for time, stats in source.items()
            if time < day
        ]
        return round(self.n - sum(gone))


def survival_curves(
    material: Material, name: str, rows: Sequence[Result], where: str = ""
) -> tuple[list[Figure], list[Result]]:
    """A figure for each analysis that gives steps, and the rows that no figure shows; every step keeps its address in the figure."""
    drawn = [row for row in rows if row["term"] in (STEP, CENSORED) and row["at"] is not None]
    counts = [row for row in rows if row["term"] == COUNTED and row["stat"] == "n"]
    figures = [
        _figure(
            material, name, found, [row for row in counts if row["analysis"] == analysis], where
        )
        for (analysis,), found in by(drawn, "analysis").items()
    ]
    return figures, [row for row in rows if row not in drawn] if drawn else list(rows)


def _figure(
    material: Material, name: str, rows: list[Result], counts: list[Result], where: str
) -> Figure:
    arms = _arms(material, rows, counts)
    days = ticks([0.0, *(arm.end for arm in arms)])
    across, entries = (
        Scale(days[0], days[-1], LEFT, WIDTH - RIGHT),
        [(_sample(arm), shortened(material.arm_name(arm.name), 40)) for arm in arms if arm.name],
    )
    head, high = legend(entries, LEFT, TOP, WIDTH - RIGHT)
    up = Scale(0.0, 1.0, TOP + high + PLOT, TOP + high)
    heights = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    analysis = material.analysis(rows[0]["analysis"])
    title, key = (
        f"{material.endpoint_name(name)}: {analysis.label if analysis else rows[0]['analysis']}",
        f"{name}-{rows[0]['analysis']}{where}",
    )
    svg = drawing(
        f"curve-{slug(key)}",
        WIDTH,
        up.start + 56 + ROW * len(arms),
        title,
        _description(material, arms, days),
        label(4, 13, shortened(title, 76), font_weight=600),
        origin_mark(material.origin, WIDTH),
        head,
        grid_lines(heights, up, LEFT, WIDTH - RIGHT),
        *(
            part
            for arm in arms
            for part in (
                _band(arm, across, up),
                _line(arm, across, up),
                *_marks(arm, across, up),
                *_tips(material, arm, across, up),
            )
        ),
        _days(days, across, up.start),
        *_below(arms, days, across, up.start + 52),
    )
    level = percent(100 * material.study.confidence, 0)
    caption = f"{title}{where}. Share without the event by day, with pointwise {level} limits; small upright strokes are censored times; below, the number at risk."
    return Figure(svg, caption, foot=foot(material, counts))


def _arms(material: Material, rows: list[Result], counts: list[Result]) -> list[Arm]:
    order = list(material.study.arms)
    groups = sorted(
        {row["group"] for row in rows},
        key=lambda group: (order.index(group) if group in order else len(order), group or ""),
    )
    size = {row["group"]: row["value"] or 0.0 for row in counts}
    return [
        Arm(
            group,
            COLOURS[number % len(COLOURS)],
            size.get(group, 0.0),
            *(_by_time(rows, group, term) for term in (STEP, CENSORED)),
        )
        for number, group in enumerate(groups)
    ]


def _by_time(rows: list[Result], group: str | None, term: str) -> dict[float, dict[str, Result]]:
    found = by([row for row in rows if row["group"] == group and row["term"] == term], "at")
    return {time: {row["stat"]: row for row in found[time,]} for (time,) in sorted(found)}


def _own(stats: dict[str, Result], ending: str) -> float:
    """A stat that begins with the name of its analysis."""
    return next(
        (
            float(row["value"])
            for stat, row in stats.items()
            if stat.endswith(ending) and row["value"] is not None
        ),
        0.0,
    )


def _path(arm: Arm, stat: str, across: Scale, up: Scale) -> list[str]:
    """The corners of a staircase that starts at 1; a step without a value keeps the height before it."""
    found, height = [f"{across(0.0):.1f} {up(1.0):.1f}"], up(1.0)
    for time, stats in arm.steps.items():
        found.append(f"{across(time):.1f} {height:.1f}")
        height = (
            up(stats[stat]["value"])
            if stat in stats and stats[stat]["value"] is not None
            else height
        )
        found.append(f"{across(time):.1f} {height:.1f}")
    return [*found, f"{across(arm.end):.1f} {height:.1f}"]


def _line(arm: Arm, across: Scale, up: Scale) -> Markup:
    return element(
        "path",
        d="M" + "L".join(_path(arm, "estimate", across, up)),
        fill="none",
        stroke=arm.colour,
        stroke_width=1.8,
    )


def _band(arm: Arm, across: Scale, up: Scale) -> Markup:
    corners = [*_path(arm, "conf_high", across, up), *reversed(_path(arm, "conf_low", across, up))]
    return element("path", d="M" + "L".join(corners) + "Z", fill=arm.colour, opacity="0.1")


def _marks(arm: Arm, across: Scale, up: Scale) -> list[Markup]:
    """Where somebody was censored."""
    found = []
    for time, stats in arm.censored.items():
        y = up(
            next(
                (
                    step["estimate"]["value"]
                    for at, step in reversed(arm.steps.items())
                    if at <= time
                ),
                1.0,
            )
        )
        ids = [element("g", id=anchor_of(row)) for row in stats.values()]
        found.append(
            element(
                "g",
                element(
                    "line",
                    x1=across(time),
                    x2=across(time),
                    y1=y - 3.5,
                    y2=y + 3.5,
                    stroke=arm.colour,
                    stroke_width=1,
                ),
                *ids,
            )
        )
    return found


def _tips(material: Material, arm: Arm, across: Scale, up: Scale) -> list[Markup]:
    """What the pointer reads at each step, and the addresses of its numbers."""
    found = []
    for time, stats in arm.steps.items():
        words = f"{material.arm_name(arm.name)} day {time:g}: {percent(100 * stats['estimate']['value'])}, {_own(stats, '_at_risk'):g} at risk".strip()
        spot = element(
            "circle", cx=across(time), cy=up(stats["estimate"]["value"]), r=4, fill="transparent"
        )
        found.append(
            element(
                "g",
                element("title", words),
                spot,
                *(element("g", id=anchor_of(row)) for row in stats.values()),
            )
        )
    return found


def _sample(arm: Arm) -> Markup:
    return element("line", x1=-9, x2=9, y1=0, y2=0, stroke=arm.colour, stroke_width=2)


def _days(days: list[float], across: Scale, bottom: float) -> Markup:
    found = [baseline(LEFT, WIDTH - RIGHT, bottom)]
    for day in days:
        found += [
            element("line", x1=across(day), x2=across(day), y1=bottom, y2=bottom + 4, stroke=INK),
            label(across(day), bottom + 17, tick_label(day, days), anchor="middle"),
        ]
    return Markup("").join(
        [*found, label((LEFT + WIDTH - RIGHT) / 2, bottom + 32, "Day", anchor="middle", fill=PALE)]
    )


def _below(arms: list[Arm], days: list[float], across: Scale, top: float) -> list[Markup]:
    """Under each tick how many are at risk, a row an arm."""
    found = [label(4, top - 12, "At risk", fill=PALE, font_size=10)]
    for number, arm in enumerate(arms):
        y = top + ROW * number + 2
        found.append(label(4, y, shortened(arm.name or "All", 11), fill=arm.colour, font_size=10))
        found += [
            label(
                across(day),
                y,
                f"{arm.at_risk(day)}",
                anchor="middle",
                fill=arm.colour,
                font_size=10,
            )
            for day in days
        ]
    return found


def _description(material: Material, arms: list[Arm], days: list[float]) -> str:
    last = [
        f"{material.arm_name(arm.name) or 'all'}: {list(arm.steps.values())[-1]['estimate']['value']:.2f} of {arm.n:g} from day {list(arm.steps)[-1]:g}"
        for arm in arms
        if arm.steps
    ]
    origin = f" {material.origin[1]}" if material.origin else ""
    return f"Staircases of the share without the event over {days[-1]:g} days. At their last steps: {'; '.join(last) or 'no event'}.{origin}"
