"""Scores of ordered categories: as they stand, or from the ranks of a stratum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Scoring", "scores_of"]

Scoring = Literal["table", "rank", "ridit", "modridit"]


def scores_of(
    scoring: Scoring, counts: Sequence[float] | np.ndarray, values: Sequence[float]
) -> np.ndarray:
    """One score a category of one stratum with these counts.

    Its value, its mid-rank, or the mid-rank over n or over n + 1.
    """
    import numpy as np

    if scoring == "table":
        return np.asarray(values, dtype=float)
    of = np.asarray(counts, dtype=float)
    middle = np.cumsum(of) - of + (of + 1) / 2
    divisor = {"rank": 1.0, "ridit": of.sum(), "modridit": of.sum() + 1}[scoring]
    return np.asarray(middle / divisor)
