"""Multiplicity procedures: hypotheses in, decisions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

from dermoutcomes.declare.measuring import Reference
from dermoutcomes.declare.settings import NoOptions

__all__ = ["Adjustment", "Decision", "Hypothesis"]


@frozen(eq=False)
class Hypothesis:
    """One hypothesis of a family as an adjustment sees it: its name, unadjusted p-value (None where it has none) and weight."""

    name: str
    p_value: float | None
    estimate: float | None = None
    std_error: float | None = None
    df: float | None = None
    weight: float = 1.0


@frozen(eq=False)
class Decision:
    """What an adjustment says of one hypothesis."""

    name: str
    p_adjusted: float | None
    rejected: bool
    reason: str = ""


@frozen(eq=False)
class Adjustment:
    """A multiplicity procedure: `decide(hypotheses, alpha, options)` gives one decision a hypothesis, in the order given."""

    name: str
    label: str
    decide: Callable[[tuple[Hypothesis, ...], float, Any], Iterable[Decision]]
    controls: str = ""
    options: type = NoOptions
    references: tuple[Reference, ...] = ()
