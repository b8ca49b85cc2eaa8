"""`[planning]`: what the number of subjects was planned with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.declare import option

__all__ = ["Plan"]

WHOLE: Mapping[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 1}},
    ]
}
PARTS: Mapping[str, Any] = {
    "type": "array",
    "items": {"type": "number", "exclusiveMinimum": 0},
    "minItems": 2,
    "maxItems": 2,
}


def _numbers(value: Any) -> tuple[int, ...]:
    """21, or [120, 60]."""
    numbers = value if isinstance(value, list) else [value]
    if not all(type(number) is int and number > 0 for number in numbers) or len(numbers) not in {
        1,
        2,
    }:
        raise ValueError("a whole number of subjects in each group, or two of them, as [120, 60]")
    return tuple(numbers)


def _parts(value: Any) -> tuple[float, float]:
    """[2, 1]."""
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(type(part) in {int, float} and part > 0 for part in value)
    ):
        raise ValueError("two numbers above 0, the first arm of the comparison first, as [2, 1]")
    return float(value[0]), float(value[1])


@frozen
class Plan:
    """`[planning."endpoint.comparison"]`: the subjects that a hypothesis needs, and why."""

    assume: Mapping[str, Any] = option(
        {},
        "What is assumed of the outcome; `dermoutcomes explain ANALYSIS` lists what the analysis "
        "asks for.",
        parse=lambda value: value,
        schema={"type": "object"},
    )
    power: float = option(
        0.8,
        "The chance of a significant result that the study should have, if the assumptions hold.",
        at_least=0.05,
        at_most=0.9999,
    )
    n: tuple[int, ...] | None = option(
        None,
        "How many subjects the study enrols in each group; two numbers where groups differ.",
        parse=_numbers,
        schema=WHOLE,
    )
    dropout: float = option(
        0.0, "The share of those enrolled that will not be analysed.", at_least=0, at_most=0.95
    )
    allocation: tuple[float, float] = option(
        (1.0, 1.0),
        "Subjects in the first arm of the comparison against those in the second.",
        parse=_parts,
        schema=PARTS,
    )
    source: str | None = option(None, "Where the assumptions come from.")
    id: str = field(default="", metadata={"key": True})
