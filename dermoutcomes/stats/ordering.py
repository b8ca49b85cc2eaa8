"""What ranks rest on: ties, and the order of all sums of two.

Values that differ by the noise of arithmetic alone are ties, for every analysis that ranks or
compares them.

Sums of two are Walsh averages, or differences between two groups. A Hodges-Lehmann estimate is the
median of such a list, and the limits of its interval stand at two places in it. 20,000 pairs have
200 million averages. Here none is listed but those near the place that is asked for: time is
n log n, memory in proportion to n.

The sums of one value with the ordered others rise, and so do those of one other with the ordered
values, in floating point too. So the list is a table whose rows and columns rise, and a place in it
is found as Johnson and Mizoguchi do (SIAM Journal on Computing 1978;7:147-153): of each row stays
a window of columns; the pivot is a weighted median of the middles of the windows, which leaves at
least a quarter of what stays on either side of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Sums = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]

__all__ = ["PairOrder", "ordered_differences", "walsh_averages", "with_ties"]

# So many sums are listed and sorted at once: below it that is quicker than another pivot.
LISTED = 50_000
NOISE = 1e-11


@frozen
class PairOrder:
    """The ordered list of sums of two, as rows of which each rises, none of them stored.

    Row i holds the sums at its columns from `start[i]` to `width` - 1; `sums` gives those of rows
    and columns. `len` is how many sums there are.
    """

    sums: Sums
    start: NDArray[np.int64]
    width: int

    def __len__(self) -> int:
        return int((self.width - self.start).sum())

    def at(self, places: Sequence[int]) -> list[float]:
        """The sums at places of the ordered list, 0 the smallest.

        Each is the number that stands there if all are listed and sorted, to the last bit. Raises
        IndexError for a place that the list does not have.
        """
        if any(not 0 <= place < len(self) for place in places):
            raise IndexError(f"places are 0 to {len(self) - 1}")
        whole = np.full(len(self.start), self.width, dtype=np.int64)
        if len(self) <= LISTED:
            every = np.sort(self._listed(self.start, whole))
            return [float(every[place]) for place in places]
        return [self._at(place, whole) for place in places]

    def median(self) -> float:
        """The middle sum, or the mean of the two in the middle."""
        size = len(self)
        return float(np.mean(self.at(sorted({(size - 1) // 2, size // 2}))))

    def _at(self, place: int, high: NDArray[np.int64]) -> float:
        """The sum at a place: windows of columns from `low` to `high` - 1 close in on it.

        Within the loop `place` counts from the smallest sum of the windows.
        """
        low = self.start
        while int((high - low).sum()) > LISTED:
            pivot = self._pivot(low, high)
            below = self._first_column(pivot, low, high, "left")
            not_above = self._first_column(pivot, low, high, "right")
            smaller, not_larger = int((below - low).sum()), int((not_above - low).sum())
            if smaller <= place < not_larger:
                return pivot
            if place < smaller:
                high = below
            else:
                low, place = not_above, place - not_larger
        return float(np.partition(self._listed(low, high), place)[place])

    def _pivot(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> float:
        """The middle sum of each window; of these the median, each weighing as its window."""
        rows = np.flatnonzero(high > low)
        middles = self.sums(rows, (low[rows] + high[rows]) // 2)
        order = np.argsort(middles, kind="stable")
        weight = np.cumsum((high - low)[rows][order])
        return float(middles[order][np.searchsorted(weight, (weight[-1] + 1) // 2)])

    def _first_column(
        self, value: float, low: NDArray[np.int64], high: NDArray[np.int64], side: str
    ) -> NDArray[np.int64]:
        """In each window the first column whose sum is not below ("left") or above the value."""
        first, end = low.copy(), high.copy()
        while len(rows := np.flatnonzero(first < end)):
            middle = (first[rows] + end[rows]) // 2
            sums = self.sums(rows, middle)
            before = sums < value if side == "left" else sums <= value
            first[rows[before]] = middle[before] + 1
            end[rows[~before]] = middle[~before]
        return first

    def _listed(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.float64]:
        """Every sum of the windows."""
        sizes = high - low
        rows = np.repeat(np.arange(len(low)), sizes)
        before = np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.sums(rows, np.arange(len(rows)) - before + low[rows])


def walsh_averages(values: Sequence[float] | NDArray[np.float64]) -> PairOrder:
    """The averages of all pairs of values, each with itself too: n (n + 1) / 2 of n values."""
    rising = np.sort(np.asarray(values, dtype=float))
    return PairOrder(
        lambda rows, columns: (rising[rows] + rising[columns]) / 2,
        np.arange(len(rising), dtype=np.int64),
        len(rising),
    )


def ordered_differences(
    first: Sequence[float] | NDArray[np.float64], second: Sequence[float] | NDArray[np.float64]
) -> PairOrder:
    """All differences of a value of the first group and one of the second: m times n."""
    rising = np.sort(np.asarray(first, dtype=float))
    falling = np.sort(np.asarray(second, dtype=float))[::-1]
    return PairOrder(
        lambda rows, columns: rising[rows] - falling[columns],
        np.zeros(len(rising), dtype=np.int64),
        len(falling),
    )


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
    # Cut, since of no values there would be one.
    new = np.concatenate([[True], apart])[: len(given)]
    equal = np.empty_like(given)
    # Plus zero, so that -0 is 0 wherever it is shown.
    equal[order] = rising[new][np.cumsum(new) - 1] + 0.0
    return equal
