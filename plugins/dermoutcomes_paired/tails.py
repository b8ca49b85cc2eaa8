"""Which tail a test looks at, and what is asked of every paired analysis."""

from __future__ import annotations

from typing import Literal

from dermoutcomes import Task

__all__ = ["Tail", "tail_of"]

Tail = Literal["two-sided", "greater", "less"]


def tail_of(task: Task) -> Tail | None:
    """Both tails, or the one in the direction that is better; None where one is asked for and no direction is known."""
    if task.sided == 2:
        return "two-sided"
    return {"up": "greater", "down": "less"}.get(task.improves or "")  # type: ignore[return-value]
