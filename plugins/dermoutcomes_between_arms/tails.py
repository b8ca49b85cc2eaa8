"""Which tail a test looks at."""

from __future__ import annotations

from typing import Literal

from dermoutcomes import Task

__all__ = ["Tail", "tail_of"]

Tail = Literal["two-sided", "greater", "less"]


def tail_of(task: Task) -> Tail | None:
    """Both tails, or the one in which the first arm is better; None where that is asked for and not known."""
    if task.sided == 2:
        return "two-sided"
    return "greater" if task.improves == "up" else "less" if task.improves == "down" else None
