"""Power over the number of subjects: the curve of a planned hypothesis.

No data are behind it: sizes and powers are those of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dermoutcomes.number_text import AMA, Style
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.theme import ALARM, COLOURS, DOUBLE, HEIGHT, INK, PALE
from dermoutcomes.report.figures.parts.ticks import ticks
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.planning.planned_power import PlannedHypothesis

__all__ = ["power_figure"]

# Letters of a title that stand over the plot, and room for the label beside the number needed.
TITLE_LETTERS, LABEL_WIDTH = 90, 170


def power_figure(planned: PlannedHypothesis, style: Style = AMA) -> Figure:
    """The curve, the power that is asked for, and the number of subjects that has it.

    Sizes are of all compared arms together; `style` has the decimal sign of its words.
    """
    needed = sum(planned.n)
    share = style.written(f"{100 * planned.power:.1f}") + "%"
    sides = "two-sided" if planned.sided == 2 else "one-sided"
    test = f"{planned.analysis}, alpha {style.written(f'{planned.alpha:.4g}')} {sides}"
    return Figure(
        key=f"power-{slug(planned.hypothesis)}",
        title=f"Power of {planned.hypothesis}",
        alternative=f"Power of {planned.hypothesis}: {needed} subjects have {share}.",
        caption=f"Power over the number of subjects: {planned.label}. {test}.",
        spec={
            # The title of a plot is the first thing that a reader who hears it is told.
            "description": f"Power of {planned.hypothesis}: {needed} subjects have {share}.",
            "title": {
                "text": shortened(planned.label, TITLE_LETTERS),
                "subtitle": shortened(test, TITLE_LETTERS),
                "anchor": "start",
                "fontSize": 12,
                "subtitleFontSize": 10.5,
                "color": INK,
                "subtitleColor": PALE,
            },
            "width": DOUBLE,
            "height": HEIGHT,
            "layer": _layers(planned, f"{needed} analysed: {share}"),
        },
    )


def _layers(planned: PlannedHypothesis, label: str) -> list[dict[str, Any]]:
    points = [{"n": sum(n), "power": power} for n, power in planned.curve]
    needed = {"n": sum(planned.n), "power": planned.power}
    low, high = points[0]["n"], points[-1]["n"]
    # Beyond the last whole step there is no curve; between two subjects there is none either.
    steps = [step for step in ticks((low, high)) if low <= step <= high and step == int(step)]
    x = {
        "field": "n",
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"values": steps, "format": "d"},
        "title": "Subjects analysed" + (", all arms" if len(planned.n) > 1 else ""),
    }
    y = {
        "field": "power",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"values": [tenths / 10 for tenths in range(0, 11, 2)], "format": ".0%"},
        "title": "Power",
    }
    to_the_left = (needed["n"] - low) / max(1, high - low) * DOUBLE > DOUBLE - LABEL_WIDTH
    at_needed = {"data": {"values": [needed]}, "encoding": {"x": x, "y": y}}
    return [
        {
            "data": {"values": [{"power": planned.target}]},
            "mark": {"type": "rule", "strokeDash": [5, 4], "color": ALARM},
            "encoding": {"y": y},
        },
        {
            "data": {"values": points},
            "mark": {
                "type": "line",
                "color": COLOURS[0],
                "point": {"size": 14, "color": COLOURS[0]},
            },
            "encoding": {"x": x, "y": y},
        },
        {"mark": {"type": "point", "size": 90, "color": ALARM, "strokeWidth": 2}, **at_needed},
        {
            "mark": {
                "type": "text",
                "text": label,
                "align": "right" if to_the_left else "left",
                "dx": -8 if to_the_left else 8,
                "dy": 16,
                "fill": ALARM,
            },
            **at_needed,
        },
    ]
