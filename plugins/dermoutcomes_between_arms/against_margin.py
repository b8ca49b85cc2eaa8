"""One-sided tests of a mean difference against a margin, and the interval that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dermoutcomes.stats import Tail
from dermoutcomes_between_arms.two_means import TwoMeans, one_mean, pooled, welch

__all__ = ["AgainstMargin", "Compared", "against"]


class Compared(NamedTuple):
    """What is compared.

    The values of two arms, or the differences within subjects (`second` is then None).
    """

    first: Sequence[float]
    second: Sequence[float] | None
    variances: str = "unequal"

    def difference(
        self, confidence: float, tail: Tail = "two-sided", null: float = 0.0
    ) -> TwoMeans:
        """The mean difference, tested against `null`.

        Raises ValueError for fewer than two values, or no variance.
        """
        if self.second is None:
            return one_mean(self.first, confidence, tail, null)
        return (welch if self.variances == "unequal" else pooled)(
            self.first, self.second, confidence, tail, null
        )


class AgainstMargin(NamedTuple):
    """The mean difference with a two-sided interval of `level`, and its two one-sided tests.

    They are of being above -margin and below +margin.
    """

    difference: TwoMeans
    level: float
    above: TwoMeans
    below: TwoMeans


def against(compared: Compared, margin: float, one_sided_alpha: float) -> AgainstMargin:
    """The interval of level 1 - 2 alpha decides as the one-sided tests do.

    It excludes a bound just where the test against that bound has p < alpha.
    """
    level = 1 - 2 * one_sided_alpha
    return AgainstMargin(
        compared.difference(level),
        level,
        compared.difference(level, "greater", -margin),
        compared.difference(level, "less", margin),
    )
