"""P-values and limits of tests that count, or draw, rearrangements of the data."""

from __future__ import annotations

from math import floor, sqrt
from typing import TYPE_CHECKING, NamedTuple, SupportsInt

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dermoutcomes.stats.tails import Tail

__all__ = ["ResampledTails", "decimal_units", "limit_rank", "monte_carlo_p"]

# Beside a probability that is a whole multiple of one over the number of rearrangements, but for
# rounding.
SLACK = 1e-12


class ResampledTails(NamedTuple):
    """The tails of a statistic when the data are rearranged.

    The probabilities that it is at least (`greater`), at most (`less`), and as far from its
    expectation (`both`) as the one seen. `resamples` is how many rearrangements were drawn; None
    where all were counted.
    """

    greater: float
    less: float
    both: float
    resamples: int | None = None

    @property
    def method(self) -> str:
        """How the tails came about, as the text of a row says it."""
        return "exact" if self.resamples is None else f"monte_carlo, {self.resamples} resamples"

    def p_value(self, tail: Tail) -> float:
        """The p-value of a tail."""
        return {"two-sided": self.both, "greater": self.greater, "less": self.less}[tail]

    def std_error(self, tail: Tail) -> float | None:
        """What drawing leaves uncertain of the p-value, √(p (1 - p) / m).

        None where all were counted.
        """
        p = self.p_value(tail)
        return None if self.resamples is None else sqrt(p * (1 - p) / self.resamples)


def monte_carlo_p(as_extreme: SupportsInt, resamples: int) -> float:
    """(b + 1) / (m + 1) of b among m drawn rearrangements that are at least as extreme as the data.

    The data are one rearrangement themselves, so that the test keeps its level however few are
    drawn (Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39).
    """
    return (int(as_extreme) + 1) / (resamples + 1)


def limit_rank(rearrangements: int, confidence: float) -> tuple[int, float]:
    """Which ordered estimate of so many rearrangements bounds an interval, and the level of that.

    Counted from 1 at either end. The rank is the whole part of half of what is not covered, at
    least 1; the level is less than `confidence` where there are too few rearrangements to reach it.
    """
    rank = max(1, floor(rearrangements * (1 - confidence) / 2 * (1 + SLACK)))
    return rank, min(confidence, 1 - 2 * rank / rearrangements)


def decimal_units(values: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The values in whole multiples of the largest decimal unit that fits all.

    The units are 1, 0.1 … 10^-6; the multiples are divided by what they share. Readings are such
    multiples, so that the distribution of their sums can be counted. None where none of these units
    fits, or every value is 0 in it.
    """
    for decimals in range(7):
        scaled = values * 10.0**decimals
        units = np.rint(scaled)
        if np.abs(scaled - units).max(initial=0.0) < 1e-6 and np.abs(units).max(initial=0.0) > 0:
            whole = units.astype(np.int64)
            return whole // max(1, int(np.gcd.reduce(np.abs(whole))))
    return None
