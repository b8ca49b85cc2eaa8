"""How the estimates of several comparisons go together, for procedures that test them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import sqrt
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes import Stat

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["correlation_rows"]


def correlation_rows(
    term: str, compared: Sequence[tuple[Stat, Array]], covariance: Array
) -> Iterator[Stat]:
    """The correlation of each two contrasts of one model, once for each of the two; the level names the other comparison."""
    for (here, first), (other, second) in permutations(compared, 2):
        size = sqrt(
            max(0.0, float(first @ covariance @ first) * float(second @ covariance @ second))
        )
        if size:
            value = max(-1.0, min(1.0, float(first @ covariance @ second) / size))
            yield from evolve(here, unit="", level=other.comparison).rows(term, correlation=value)
