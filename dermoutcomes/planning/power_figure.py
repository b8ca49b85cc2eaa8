"""Power over the number of subjects as a drawing (SVG)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes.planning.planned_power import PlannedHypothesis

__all__ = ["power_figure"]

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 56, 56
LINE, GOAL, INK, FAINT = "#0b5394", "#b45309", "#1f2937", "#d1d5db"


def power_figure(planned: PlannedHypothesis) -> str:
    """The SVG text: the curve, the power that is asked for, and the number that has it.

    Equal numbers give equal text.
    """
    points = [(sum(n), power) for n, power in planned.curve]
    low, high = points[0][0], points[-1][0]

    def x(n: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (n - low) / max(1, high - low)

    def y(power: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - power)

    needed = sum(planned.n)
    line = " ".join(f"{x(n):.1f},{y(power):.1f}" for n, power in points)
    parts = [
        *_axes(planned, x, y, _ticks(low, high)),
        (
            f'<path d="M{LEFT} {y(planned.target):.1f}H{WIDTH - RIGHT}" stroke="{GOAL}" '
            'stroke-dasharray="5 4"/>'
        ),
        f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="2"/>',
        *(
            f'<circle cx="{x(n):.1f}" cy="{y(power):.1f}" r="2.5" fill="{LINE}"/>'
            for n, power in points
        ),
        (
            f'<circle cx="{x(needed):.1f}" cy="{y(planned.power):.1f}" r="5" fill="none" '
            f'stroke="{GOAL}" stroke-width="2"/>'
        ),
        _text(
            min(x(needed) + 10, WIDTH - 190),
            y(planned.power) + 20,
            f"{needed} analysed: {100 * planned.power:.1f} %",
            GOAL,
        ),
    ]
    title = f"Power of {planned.hypothesis}: {needed} subjects have {100 * planned.power:.1f} %"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="13">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _axes(
    planned: PlannedHypothesis,
    x: Callable[[float], float],
    y: Callable[[float], float],
    ticks: list[int],
) -> Iterator[str]:
    sides = "two-sided" if planned.sided == 2 else "one-sided"
    yield _text(LEFT, 22, planned.label, INK, weight="bold")
    yield _text(
        LEFT,
        40,
        f"{planned.analysis}, alpha {planned.alpha:.4g} {sides}",
        INK,
    )
    for tenths in range(0, 11, 2):
        yield f'<path d="M{LEFT} {y(tenths / 10):.1f}H{WIDTH - RIGHT}" stroke="{FAINT}"/>'
        yield _text(LEFT - 8, y(tenths / 10) + 4, f"{10 * tenths} %", INK, anchor="end")
    for tick in ticks:
        yield f'<path d="M{x(tick):.1f} {y(0):.1f}v5" stroke="{INK}"/>'
        yield _text(x(tick), y(0) + 20, str(tick), INK, anchor="middle")
    yield f'<path d="M{LEFT} {y(0):.1f}H{WIDTH - RIGHT}" stroke="{INK}"/>'
    yield _text(
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 14,
        "Subjects analysed" + (", all arms" if len(planned.n) > 1 else ""),
        INK,
        anchor="middle",
    )


def _text(
    x: float, y: float, text: str, fill: str, *, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _ticks(low: int, high: int) -> list[int]:
    """At most eight round numbers between the two."""
    step = next(
        part * 10**power
        for power in range(9)
        for part in (1, 2, 5)
        if (high - low) / (part * 10**power) <= 8
    )
    return list(range(-(-low // step) * step, high + 1, step))
