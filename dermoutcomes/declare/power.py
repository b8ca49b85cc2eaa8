"""Planning: what is assumed of an outcome, and the power that a number of subjects gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from dermoutcomes.declare.instruments import Reference
from dermoutcomes.declare.setting import NoOptions

__all__ = ["PlannedTest", "Power"]


@frozen(eq=False)
class PlannedTest:
    """The test that is planned: its level, sidedness, options and margin.

    `alpha` is its level after the family's share, `options` are those of the analysis. `groups` is
    2 where arms of different subjects are compared, and otherwise 1: subjects, or pairs within
    them. `visits` are the visits of the endpoint after baseline, in order, up to the one that is
    compared.
    """

    alpha: float
    sided: int = 2
    options: Any = None
    margin: float | None = None
    groups: int = 1
    visits: tuple[str, ...] = ()

    @property
    def tail(self) -> float:
        """The level of each side on which the test may reject."""
        return self.alpha / self.sided


@frozen(eq=False)
class Power:
    """How the power of an analysis follows from assumptions and a number of subjects.

    `power(n, assumed, test)` is the power of n analysed subjects in each group.
    `assumptions` is the class of what must be assumed, and raises ValueError for what cannot be. n
    need not be whole, unless the power is `stepwise` (or `stepwise(assumed, test)` says so):
    computed exactly for a discrete test, it then rises and falls from one n to the next. `method`
    is the sentence with the formula, in which assumptions stand in braces. Where `dropout` is
    false, n counts those who are enrolled, and the assumptions say who is lost. `refuse(assumed,
    test)` gives a sentence for each thing that does not fit the study.

    `example` are assumptions as a study would write them, with which the test kit tries the power;
    `opposite(assumed, test)` are the same with the effect in the other direction, which has the
    same power, or None where this test looks in one direction alone. Without it they are those with
    `effect` negated, unless the analysis tests against a margin.
    """

    power: Callable[[Sequence[float], Any, PlannedTest], float]
    assumptions: type = NoOptions
    method: str = ""
    references: tuple[Reference, ...] = ()
    stepwise: bool | Callable[[Any, PlannedTest], bool] = False
    dropout: bool = True
    least: int = 2
    refuse: Callable[[Any, PlannedTest], Sequence[str]] | None = None
    example: Mapping[str, Any] = field(factory=dict)
    opposite: Callable[[Any, PlannedTest], Any] | None = None
