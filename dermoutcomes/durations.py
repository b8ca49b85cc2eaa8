"""Times of the study file: a number and min, h, d, w or mo."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

__all__ = ["DURATION_SCHEMA", "WINDOW_SCHEMA", "Duration", "parse_duration", "parse_window"]

DAYS = {"min": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "mo": 365.25 / 12}
PATTERN = r"^\s*([+-]?\d+(?:\.\d+)?)\s*(min|h|d|w|mo)\s*$"
DURATION_SCHEMA = {"type": "string", "pattern": PATTERN}
WINDOW_SCHEMA = {"type": "array", "items": DURATION_SCHEMA, "minItems": 2, "maxItems": 2}


@frozen(order=False)
class Duration:
    """An amount of time in the unit in which it was written."""

    amount: float
    unit: str

    @property
    def days(self) -> float:
        """The same in days; a month is 365.25/12 days."""
        return self.amount * DAYS[self.unit]

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"


def parse_duration(value: Any) -> Duration:
    """A TOML string as a Duration; ValueError says what was expected."""
    match = re.match(PATTERN, value) if isinstance(value, str) else None
    if match is None:
        dash = isinstance(value, str) and re.search("[\u2010-\u2015\u2212]", value)
        minus = "; the minus sign is a plain hyphen" if dash else ""
        raise ValueError(f'a time as text: a number and min, h, d, w or mo, as "12 w"{minus}')
    return Duration(float(match[1]), match[2])


def parse_window(value: Any) -> tuple[Duration, Duration]:
    """Two durations, the first not after the second."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError('two times, as ["-7 d", "+7 d"]')
    low, high = (parse_duration(part) for part in value)
    if low.days > high.days:
        raise ValueError("the earlier time first")
    return low, high
