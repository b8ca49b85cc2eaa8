"""When a value was taken: visits, and hours within one, in their order and on one axis of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Occasion", "hours_of", "in_order"]

HOURS = {"min": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
WRITTEN = re.compile(r"(?:^|[^0-9.])(\d+(?:\.\d+)?)\s*(min|h|d|w)\b", re.IGNORECASE)
ZERO = re.compile(r"^\s*t?\s*\+?\s*0\s*$|^(before|baseline|pre)\b", re.IGNORECASE)


class Occasion(NamedTuple):
    """A visit, and a timepoint within it where there is one."""

    visit: str
    timepoint: str | None = None

    @property
    def name(self) -> str:
        """The visit, with the timepoint behind it."""
        return f"{self.visit} {self.timepoint}" if self.timepoint else self.visit


def hours_of(timepoint: str | None) -> float | None:
    """Hours that a timepoint is called by: "8 h", "T+30 min", "T0", "before".

    None where its name holds no time.
    """
    if timepoint is None or ZERO.search(timepoint):
        return 0.0
    match = WRITTEN.search(timepoint)
    return float(match[1]) * HOURS[match[2].lower()] if match else None


def in_order(occasions: Sequence[Occasion], visits: Sequence[str]) -> list[Occasion]:
    """Occasions by the order of their visits, then by their hours.

    Those whose name holds no time come last, by name.
    """
    order_of_visit = {visit: number for number, visit in enumerate(visits)}

    def key(occasion: Occasion) -> tuple[int, str, bool, float, str]:
        hours = hours_of(occasion.timepoint)
        return (
            order_of_visit.get(occasion.visit, len(order_of_visit)),
            occasion.visit,
            hours is None,
            hours or 0.0,
            occasion.timepoint or "",
        )

    return sorted(set(occasions), key=key)
