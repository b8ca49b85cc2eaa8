"""Which tail of a distribution a test looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dermoutcomes.declare.tasks.task import Task

__all__ = ["NO_DIRECTION", "Tail", "chosen_tail", "responder_tail", "tail_of"]

Tail = Literal["two-sided", "greater", "less"]
# Code and sentence of a one-sided p-value that `tail_of` gives no tail for.
NO_DIRECTION = ("no_direction", "A one-sided test needs to know which way is better.")


def tail_of(task: Task, *, up: Tail = "greater") -> Tail | None:
    """The tail of a test of the first arm (or visit) less the second.

    Both, or the one in which the first is better. `up` is the tail where higher values are
    better: "greater" for differences, "less" for quantities that fall as values rise, as a hazard
    ratio does with times. None where the study looks at one side and does not say which way is
    better; the row is then the error `NO_DIRECTION`.
    """
    if task.sided == 2:
        return "two-sided"
    if task.improves not in ("up", "down"):
        return None
    down: Tail = "less" if up == "greater" else "greater"
    return up if task.improves == "up" else down


def responder_tail(task: Task) -> Literal["two-sided", "greater"]:
    """The tail of a test of responders: both, or the one in which the first arm has more.

    A responder is always what is better.
    """
    return "greater" if task.sided == 1 else "two-sided"


def chosen_tail(greater: float, less: float, tail: Tail) -> float:
    """The p-value of a tail, from those of both one-sided tests.

    Two-sided, twice the smaller of them, at most 1.
    """
    return min(1.0, {"two-sided": 2 * min(greater, less), "greater": greater, "less": less}[tail])
