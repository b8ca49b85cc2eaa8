"""How the estimates of several comparisons go together, for procedures that test them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
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
    """The correlation of each two contrasts of one model, once for each of the two.

    The level names the other comparison.
    """
    from dermoutcomes.stats import contrast_correlation

    for (template, first), (other, second) in permutations(compared, 2):
        value = contrast_correlation(first, second, covariance)
        if value is not None:
            yield from evolve(template, unit="", level=other.comparison).rows(
                term, correlation=value
            )
