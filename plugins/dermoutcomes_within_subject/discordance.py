"""McNemar's tests of a paired two-by-two table, and the odds ratio of its discordant pairs."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from dermoutcomes.stats import Tail

__all__ = [
    "OddsRatio",
    "Table",
    "asymptotic",
    "conditional_odds_ratio",
    "exact_p",
    "mid_p",
    "table_of",
]


class Table(NamedTuple):
    """Pairs in which both respond, only the first, only the second, neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def n(self) -> int:
        """Number of pairs."""
        return sum(self)

    @property
    def discordant(self) -> int:
        """Pairs in which one of the two responds."""
        return self.first_only + self.second_only


class OddsRatio(NamedTuple):
    """The ratio of discordant pairs and its interval.

    Infinite, or None where there is no discordant pair.
    """

    estimate: float | None
    conf_low: float
    conf_high: float


def table_of(first: Sequence[bool], second: Sequence[bool]) -> Table:
    """The table of pairs, given in one order."""
    pairs = list(zip(first, second, strict=True))
    return Table(
        *(
            pairs.count(cell)
            for cell in ((True, True), (True, False), (False, True), (False, False))
        )
    )


def asymptotic(table: Table, *, continuity: bool = False) -> tuple[float, float]:
    """McNemar's chi-square on one degree of freedom and its p.

    ValueError where no pair is discordant.
    """
    from scipy.special import chdtrc

    if not table.discordant:
        raise ValueError("no pair is discordant")
    distance = max(0, abs(table.first_only - table.second_only) - int(continuity))
    chi2 = distance**2 / table.discordant
    return chi2, float(chdtrc(1, chi2))


def exact_p(table: Table, tail: Tail = "two-sided") -> float:
    """The binomial p of the discordant pairs, each as likely to go one way as the other.

    Two-sided, twice the smaller tail.
    """
    from dermoutcomes.stats import sign_test_p

    return sign_test_p(table.first_only, table.second_only, tail)


def mid_p(table: Table, tail: Tail = "two-sided") -> float:
    """The exact p with half of the probability of what was observed."""
    from dermoutcomes.stats import sign_test_p

    return sign_test_p(table.first_only, table.second_only, tail, mid=True)


def conditional_odds_ratio(table: Table, confidence: float = 0.95) -> OddsRatio:
    """First only over second only.

    The interval is the exact (Clopper-Pearson) one of their share, as odds.
    """
    from dermoutcomes.stats import clopper_pearson

    n, events = table.discordant, table.first_only
    low, high = clopper_pearson(events, n, confidence)
    estimate = None if not n else inf if not table.second_only else events / table.second_only
    return OddsRatio(estimate, low / (1 - low), inf if high == 1 else high / (1 - high))
