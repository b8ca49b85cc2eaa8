"""What the planned numbers say, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.planning.planned_power import PlannedHypothesis

__all__ = ["power_text"]

BAR = 40


def power_text(planned: PlannedHypothesis) -> str:
    """A planned hypothesis.

    Numbers, what they rest on, and power over the number of subjects as a table with bars.
    """
    lines = (*_numbers(planned), "", *_basis(planned), "", *_table(planned))
    return (
        "\n".join(
            [f"{planned.hypothesis}  {planned.label}", *(f"  {line}".rstrip() for line in lines)]
        )
        + "\n"
    )


def _numbers(planned: PlannedHypothesis) -> Iterator[str]:
    analysed = _sizes(planned, planned.n)
    yield (
        f"{analysed} analysed for a power of {_percent(planned.target)} "
        f"(reached: {_percent(planned.power)})"
    )
    if planned.other_arms:
        yield f"not planned here: {', '.join(planned.other_arms)} (this compares two arms)"
    if planned.dropout:
        enrolled = _sizes(planned, planned.enrolled)
        yield f"{enrolled} enrolled, where {_percent(planned.dropout)} will not be analysed"
    if planned.planned_n is not None and planned.planned_power is not None:
        enrolled = _sizes(planned, planned.planned_n)
        yield f"{enrolled} enrolled, as planned: a power of {_percent(planned.planned_power)}"


def _sizes(planned: PlannedHypothesis, n: tuple[int, ...]) -> str:
    if len(n) == 1:
        return f"{n[0]} {planned.groups[0]}"
    by_group = ", ".join(f"{name} {size}" for name, size in zip(planned.groups, n, strict=True))
    return f"{sum(n)} subjects ({by_group})"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _basis(planned: PlannedHypothesis) -> Iterator[str]:
    yield f"Analysis   {planned.analysis}"
    sides = "two-sided" if planned.sided == 2 else "one-sided"
    yield f"Level      {planned.alpha:.4g}, {sides}. {planned.level}"
    assumptions = (
        f"{name} {_value_text(value)}"
        for name, value in planned.assumptions.items()
        if value is not None
    )
    yield f"Assumed    {', '.join(assumptions)}"
    if planned.source:
        yield f"Source     {planned.source}"
    yield f"Formula    {planned.method}"
    yield from (f"           {citation}" for citation in planned.references)


def _value_text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value_text(part) for part in value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(planned: PlannedHypothesis) -> Iterator[str]:
    yield f"{'n' if len(planned.groups) == 1 else 'n by arm':>12}  power"
    for n, power in planned.curve:
        filled = round(BAR * power)
        goal = round(BAR * planned.target)
        bar = "".join(
            "█" if cell < filled else "|" if cell == goal else " " for cell in range(BAR + 1)
        ).rstrip()
        mark = "  <- needed" if n == planned.n else ""
        yield f"{' + '.join(map(str, n)):>12}  {power:.3f} {bar}{mark}"
