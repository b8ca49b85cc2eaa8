"""The permutation test of two arms' means.

How often relabelled subjects lie as far apart as those seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, fsum, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes.stats import ResampledTails

__all__ = [
    "ENUMERATED",
    "INVERTED",
    "ShiftInterval",
    "drawn",
    "exact",
    "exact_interval",
    "interval_of_drawn",
    "standardised",
]

# Up to so many values all choices are counted, in halves of at most 2^16 subsets.
ENUMERATED = 32
# Up to so many values the interval is over all relabellings: each step of its search counts anew.
INVERTED = 24
# Additions that building sum by sum may cost.
CONVOLVED = 4e8
# Of the sum of sizes: sums so near are equal, and differ by rounding alone.
NEAR = 1e-11


class ShiftInterval(NamedTuple):
    """The limits of a shift, and the level that they have.

    The level can be less than what was asked.
    """

    conf_low: float
    conf_high: float
    level: float


def standardised(first: Sequence[float], second: Sequence[float]) -> float:
    """The first sum less its expectation, over its standard deviation under relabelling.

    Raises ValueError where nothing varies.
    """
    n, m = len(first), len(second)
    mean = fsum((*first, *second)) / (n + m)
    squares = fsum((value - mean) ** 2 for value in (*first, *second))
    if sqrt(squares) <= 1e-14 * max(abs(value) for value in (*first, *second)):
        raise ValueError("all values are equal")
    return (fsum(first) - n * mean) / sqrt(squares * n * m / ((n + m) * (n + m - 1)))


def exact(first: Sequence[float], second: Sequence[float]) -> ResampledTails | None:
    """Over all ways to choose the first arm.

    Counted in two halves up to 32 values, by convolution of whole numbers above; None beyond.
    """
    import numpy as np

    from dermoutcomes.stats import ResampledTails

    n, pooled = len(first), np.sort(np.asarray([*first, *second], dtype=float))
    # From the least value on: a shift of all changes no comparison, and no sum is negative.
    pooled, observed = pooled - pooled[0], fsum(first) - n * float(pooled[0])
    tolerance = NEAR * fsum(pooled)
    if len(pooled) > ENUMERATED:
        return _convolved(pooled, n, observed)
    centre = n * fsum(pooled) / len(pooled)
    deviation = abs(observed - centre)
    n_sets, sums = comb(len(pooled), n), _Halves(pooled, n)
    two_sided = (
        # Sums at both ends; where the seen one is the centre they overlap, hence at most 1 below.
        sums.at_most(centre - deviation + tolerance)
        + n_sets
        - sums.at_most(centre + deviation - tolerance)
    )
    return ResampledTails(
        1 - sums.at_most(observed - tolerance) / n_sets,
        sums.at_most(observed + tolerance) / n_sets,
        min(1.0, two_sided / n_sets),
    )


def drawn(
    first: Sequence[float], second: Sequence[float], resamples: int, rng: np.random.Generator
) -> ResampledTails:
    """Over that many random relabellings: (b + 1) / (m + 1)."""
    import numpy as np

    from dermoutcomes.stats import ResampledTails, monte_carlo_p

    # Sorted, so that the order of records does not change which relabellings are drawn.
    n, pooled = len(first), np.concatenate([np.sort(first), np.sort(second)])
    observed, centre = float(pooled[:n].sum()), n * float(pooled.sum()) / len(pooled)
    tolerance = NEAR * float(np.abs(pooled).sum())
    sums = np.concatenate(
        [pooled[in_first].sum(axis=1) for in_first in _drawn_sets(n, len(pooled), resamples, rng)]
    )
    counts = (
        (sums >= observed - tolerance).sum(),
        (sums <= observed + tolerance).sum(),
        (np.abs(sums - centre) >= abs(observed - centre) - tolerance).sum(),
    )
    greater, less, both = (monte_carlo_p(count, resamples) for count in counts)
    return ResampledTails(greater, less, both, resamples)


def exact_interval(
    first: Sequence[float], second: Sequence[float], confidence: float = 0.95
) -> ShiftInterval:
    """The shifts that neither tail of the test of all relabellings rejects at half of alpha.

    A relabelling brings as large a first sum where the mean of those that leave the first arm, less
    the mean of those that enter it, is at most the shift. The limits are order statistics of these
    differences.
    """
    import numpy as np

    from dermoutcomes.stats import limit_rank

    x, y = np.sort(np.asarray(first, dtype=float)), np.sort(np.asarray(second, dtype=float))
    k, level = limit_rank(comb(len(x) + len(y), len(x)), confidence)
    return ShiftInterval(_kth_shift(x, y, k), -_kth_shift(-x[::-1], -y[::-1], k), level)


def interval_of_drawn(
    first: Sequence[float],
    second: Sequence[float],
    resamples: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> ShiftInterval:
    """The same of the relabellings drawn."""
    import numpy as np

    from dermoutcomes.stats import limit_rank

    x, y = np.sort(np.asarray(first, dtype=float)), np.sort(np.asarray(second, dtype=float))
    # The labels as they are count as one relabelling more, as in the p-value.
    k, level = limit_rank(resamples + 1, confidence)
    n, pooled = len(x), np.concatenate([x, y])
    shifts, smallest, largest = [], float(x[0] - y[-1]), float(x[-1] - y[0])
    for in_first in _drawn_sets(n, len(pooled), resamples, rng):
        n_swapped = n - (in_first < n).sum(axis=1)
        # The sum of those that leave the first arm, less that of those that enter it.
        difference = float(x.sum()) - pooled[in_first].sum(axis=1)
        shifts.append(np.where(n_swapped == 0, np.nan, difference / np.maximum(n_swapped, 1)))
    differences = np.concatenate(shifts)
    low, high = (
        # The draw that swaps nobody says nothing of the shift: it counts at each end as the widest
        # that there could be, so that the interval is never too short for it.
        np.sort(np.where(np.isnan(differences), smallest, differences)),
        np.sort(np.where(np.isnan(differences), largest, differences)),
    )
    return ShiftInterval(float(low[k - 1]), float(high[len(high) - k]), level)


class _Halves:
    """Sums of all choices of n among the values, as pairs of sums of two halves."""

    def __init__(self, values: np.ndarray, n: int) -> None:
        self.pairs = list(
            zip(
                _sums_by_size(values[::2], n), reversed(_sums_by_size(values[1::2], n)), strict=True
            )
        )

    def at_most(self, limit: float) -> int:
        """How many sums are at most `limit`."""
        import numpy as np

        return sum(
            int(np.searchsorted(right, limit - left, "right").sum())
            for left, right in self.pairs
            if len(left) and len(right)
        )


def _sums_by_size(values: np.ndarray, n: int) -> list[np.ndarray]:
    """The sorted sums of subsets, one array for each size from 0 to n."""
    import numpy as np

    sums = [np.zeros(1), *(np.zeros(0) for _ in range(n))]
    for value in values:
        sums = [
            sums[0],
            *(
                np.sort(np.concatenate([sums[size], sums[size - 1] + value]), kind="stable")
                for size in range(1, n + 1)
            ),
        ]
    return sums


def _convolved(pooled: np.ndarray, n: int, observed: float) -> ResampledTails | None:
    """The same for values that are multiples of a decimal unit.

    How many choices of n have each sum, built value by value.
    """
    import numpy as np

    from dermoutcomes.stats import ResampledTails, decimal_units

    units = decimal_units(pooled)
    if (
        units is None
        or len(units) * n * float(units[-n:].sum()) > CONVOLVED
        # Numbers of choices are doubles here, which end at 1.8e308.
        or comb(len(units), n) > 1e280
    ):
        return None
    scale = float(pooled[-1]) / int(units[-1])
    n_sets = np.zeros((n + 1, int(units[-n:].sum()) + 1))
    n_sets[0, 0] = 1.0
    for value in units:
        # Downwards, so that no value is taken twice into one choice.
        for size in range(n, 0, -1):
            n_sets[size, value:] += n_sets[size - 1, : n_sets.shape[1] - value]
    probability, index = n_sets[n] / n_sets[n].sum(), round(observed / scale)
    # Both sides times the number of values: whole numbers, so that equal deviations are equal.
    deviations = abs(len(units) * np.arange(len(probability)) - n * int(units.sum()))
    two_sided = float(
        probability[deviations >= abs(len(units) * index - n * int(units.sum()))].sum()
    )
    return ResampledTails(
        float(probability[index:].sum()), float(probability[: index + 1].sum()), min(1.0, two_sided)
    )


def _drawn_sets(
    n: int, total: int, resamples: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """The places of n among `total` that each resample chooses, in blocks of rows."""
    import numpy as np

    rows = max(1, 2**22 // total)
    for start in range(0, resamples, rows):
        yield np.argpartition(rng.random((min(rows, resamples - start), total)), n - 1, axis=1)[
            :, :n
        ]


def _kth_shift(x: np.ndarray, y: np.ndarray, k: int) -> float:
    """The shift at which k relabellings, the one seen left out, have as large a first sum."""
    import numpy as np

    pooled, in_first = np.concatenate([x, y]), np.concatenate([np.ones(len(x)), np.zeros(len(y))])
    halves = [_choices(pooled[start::2], in_first[start::2], len(x)) for start in (0, 1)]
    low, high = float(x[0] - y[-1]), float(x[-1] - y[0])
    while True:
        # By halving, to the last double: the count is a step function of the shift.
        middle = low + (high - low) / 2
        if not low < middle < high:
            return high
        low, high = (low, middle) if _as_large(halves, x, middle) >= k else (middle, high)


def _choices(
    values: np.ndarray, in_first: np.ndarray, n: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each size from 0 to n the sums of subsets, and how many of each were in the first arm."""
    import numpy as np

    choices = [(np.zeros(1), np.zeros(1)), *((np.zeros(0), np.zeros(0)) for _ in range(n))]
    for value, is_first in zip(values, in_first, strict=True):
        choices = [
            choices[0],
            *(
                (
                    np.concatenate([choices[size][0], choices[size - 1][0] + value]),
                    np.concatenate([choices[size][1], choices[size - 1][1] + is_first]),
                )
                for size in range(1, n + 1)
            ),
        ]
    return choices


def _as_large(
    halves: Sequence[list[tuple[np.ndarray, np.ndarray]]], x: np.ndarray, shift: float
) -> int:
    """How many relabellings of (x - shift, y), the one seen left out, have as large a first sum."""
    import numpy as np

    limit, count = float(x.sum()) - len(x) * shift, 0
    tolerance = 1e-14 * (float(np.abs(x).sum()) + len(x) * abs(shift))
    for (first, n_first), (second, other) in zip(halves[0], reversed(halves[1]), strict=True):
        if len(first) and len(second):
            right = np.sort(second - shift * other)
            count += len(first) * len(right) - int(
                np.searchsorted(
                    right, limit - tolerance - np.sort(first - shift * n_first), "left"
                ).sum()
            )
    return count - 1
