"""What the planned numbers say, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.planning.planned_power import Planned

__all__ = ["in_words"]

BAR = 40


def in_words(one: Planned) -> str:
    """A planned hypothesis.

    Numbers, what they rest on, and power over the number of subjects as a table with bars.
    """
    lines = (*_numbers(one), "", *_basis(one), "", *_table(one))
    return (
        "\n".join([f"{one.hypothesis}  {one.label}", *(f"  {line}".rstrip() for line in lines)])
        + "\n"
    )


def _numbers(one: Planned) -> Iterator[str]:
    yield f"{_sizes(one, one.n)} analysed for a power of {_percent(one.target)} (reached: {_percent(one.power)})"
    if one.dropout:
        yield f"{_sizes(one, one.enrolled)} enrolled, where {_percent(one.dropout)} will not be analysed"
    if one.planned_n is not None and one.planned_power is not None:
        yield f"{_sizes(one, one.planned_n)} enrolled, as planned: a power of {_percent(one.planned_power)}"


def _sizes(one: Planned, n: tuple[int, ...]) -> str:
    if len(n) == 1:
        return f"{n[0]} {one.groups[0]}"
    return f"{sum(n)} subjects ({', '.join(f'{name} {size}' for name, size in zip(one.groups, n, strict=True))})"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _basis(one: Planned) -> Iterator[str]:
    yield f"Analysis   {one.analysis}"
    yield f"Level      {one.alpha:.4g}, {'two-sided' if one.sided == 2 else 'one-sided'}. {one.level}"
    yield f"Assumed    {', '.join(f'{name} {_shown(value)}' for name, value in one.assumptions.items() if value is not None)}"
    if one.source:
        yield f"Source     {one.source}"
    yield f"Formula    {one.method}"
    yield from (f"           {citation}" for citation in one.references)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_shown(part) for part in value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(one: Planned) -> Iterator[str]:
    yield f"{'n' if len(one.groups) == 1 else 'n by arm':>12}  power"
    for n, power in one.curve:
        filled = round(BAR * power)
        goal = round(BAR * one.target)
        bar = "".join(
            "█" if place < filled else "|" if place == goal else " " for place in range(BAR + 1)
        ).rstrip()
        yield f"{' + '.join(map(str, n)):>12}  {power:.3f} {bar}{'  <- needed' if n == one.n else ''}"
