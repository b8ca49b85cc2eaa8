"""Values that differ by the noise of arithmetic alone.

They are ties, for every analysis that ranks or compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["with_ties"]

NOISE = 1e-11


def with_ties(values: Sequence[float]) -> NDArray[np.float64]:
    """The values, those made one that differ by less than 1e-11 of the largest.

    0.3 and 0.1 + 0.2 are a tie that arithmetic broke. Values without such a neighbour stay as they
    are, to the last digit; of those with one, all get the smallest. The result has the length and
    the order of `values`. No value is NaN.
    """
    given = np.asarray(values, dtype=float)
    order = np.argsort(given, kind="stable")
    rising = given[order]
    apart = np.diff(rising) > NOISE * np.abs(given).max(initial=0.0)
    new = np.concatenate([[True], apart])[: len(given)]
    equal = np.empty_like(given)
    equal[order] = rising[new][np.cumsum(new) - 1] + 0.0
    return equal
