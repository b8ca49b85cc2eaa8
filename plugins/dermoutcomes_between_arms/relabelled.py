"""The permutation test of two arms' means: how often relabelled subjects lie as far apart as those seen."""

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

ENUMERATED = 32
INVERTED = 24
CONVOLVED = 4e8
NEAR = 1e-11  # of the sum of sizes: sums so near are equal, and differ by rounding alone


class ShiftInterval(NamedTuple):
    """The limits of a shift, and the level that they have, which can be less than what was asked."""

    conf_low: float
    conf_high: float
    level: float


def standardised(first: Sequence[float], second: Sequence[float]) -> float:
    """The first sum less its expectation, over its standard deviation under relabelling. Raises ValueError where nothing varies."""
    n, m = len(first), len(second)
    mean = fsum((*first, *second)) / (n + m)
    squares = fsum((value - mean) ** 2 for value in (*first, *second))
    if sqrt(squares) <= 1e-14 * max(abs(value) for value in (*first, *second)):
        raise ValueError("all values are equal")
    return (fsum(first) - n * mean) / sqrt(squares * n * m / ((n + m) * (n + m - 1)))


def exact(first: Sequence[float], second: Sequence[float]) -> ResampledTails | None:
    """Over all ways to choose the first arm: counted in two halves up to 32 values, by convolution of whole numbers above; None beyond."""
    import numpy as np

    from dermoutcomes.stats import ResampledTails

    n, pooled = len(first), np.sort(np.asarray([*first, *second], dtype=float))
    pooled, seen = pooled - pooled[0], fsum(first) - n * float(pooled[0])
    near = NEAR * fsum(pooled)
    if len(pooled) > ENUMERATED:
        return _convolved(pooled, n, seen)
    centre = n * fsum(pooled) / len(pooled)
    away = abs(seen - centre)
    ways, sums = comb(len(pooled), n), _Halves(pooled, n)
    both = sums.at_most(centre - away + near) + ways - sums.at_most(centre + away - near)
    return ResampledTails(
        1 - sums.at_most(seen - near) / ways,
        sums.at_most(seen + near) / ways,
        min(1.0, both / ways),
    )


def drawn(
    first: Sequence[float], second: Sequence[float], resamples: int, rng: np.random.Generator
) -> ResampledTails:
    """Over that many random relabellings: (b + 1) / (m + 1)."""
    import numpy as np

    from dermoutcomes.stats import ResampledTails, monte_carlo_p

    n, pooled = len(first), np.concatenate([np.sort(first), np.sort(second)])
    seen, centre = float(pooled[:n].sum()), n * float(pooled.sum()) / len(pooled)
    near = NEAR * float(np.abs(pooled).sum())
    sums = np.concatenate(
        [pooled[chosen].sum(axis=1) for chosen in _drawn_sets(n, len(pooled), resamples, rng)]
    )
    counts = (
        (sums >= seen - near).sum(),
        (sums <= seen + near).sum(),
        (np.abs(sums - centre) >= abs(seen - centre) - near).sum(),
    )
    greater, less, both = (monte_carlo_p(count, resamples) for count in counts)
    return ResampledTails(greater, less, both, resamples)


def exact_interval(
    first: Sequence[float], second: Sequence[float], confidence: float = 0.95
) -> ShiftInterval:
    """The shifts that neither tail of the test of all relabellings rejects at half of alpha.

    A relabelling brings as large a first sum where the mean of those that leave the first arm, less the mean of those that enter it,
    is at most the shift. The limits are order statistics of these differences.
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
    k, level = limit_rank(resamples + 1, confidence)
    n, pooled = len(x), np.concatenate([x, y])
    shifts, least, most = [], float(x[0] - y[-1]), float(x[-1] - y[0])
    for chosen in _drawn_sets(n, len(pooled), resamples, rng):
        moved = n - (chosen < n).sum(axis=1)
        away = float(x.sum()) - pooled[chosen].sum(axis=1)  # those that leave less those that enter
        shifts.append(np.where(moved == 0, np.nan, away / np.maximum(moved, 1)))
    found = np.concatenate(shifts)
    low, high = (
        np.sort(np.where(np.isnan(found), least, found)),
        np.sort(np.where(np.isnan(found), most, found)),
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


def _convolved(pooled: np.ndarray, n: int, seen: float) -> ResampledTails | None:
    """The same for values that are multiples of a decimal unit: how many choices of n have each sum, built value by value."""
    import numpy as np

    from dermoutcomes.stats import ResampledTails, decimal_units

    units = decimal_units(pooled)
    if (
        units is None
        or len(units) * n * float(units[-n:].sum()) > CONVOLVED
        or comb(len(units), n) > 1e280
    ):
        return None
    scale = float(pooled[-1]) / int(units[-1])
    ways = np.zeros((n + 1, int(units[-n:].sum()) + 1))
    ways[0, 0] = 1.0
    for value in units:
        for size in range(n, 0, -1):
            ways[size, value:] += ways[size - 1, : ways.shape[1] - value]
    probability, at = ways[n] / ways[n].sum(), round(seen / scale)
    twice = abs(len(units) * np.arange(len(probability)) - n * int(units.sum()))
    both = float(probability[twice >= abs(len(units) * at - n * int(units.sum()))].sum())
    return ResampledTails(
        float(probability[at:].sum()), float(probability[: at + 1].sum()), min(1.0, both)
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
    """The shift at which the number of relabellings with as large a first sum, that seen left out, reaches k."""
    import numpy as np

    pooled, ours = np.concatenate([x, y]), np.concatenate([np.ones(len(x)), np.zeros(len(y))])
    halves = [_choices(pooled[start::2], ours[start::2], len(x)) for start in (0, 1)]
    low, high = float(x[0] - y[-1]), float(x[-1] - y[0])
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return high
        low, high = (low, middle) if _as_large(halves, x, middle) >= k else (middle, high)


def _choices(values: np.ndarray, ours: np.ndarray, n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each size from 0 to n the sums of subsets, and how many of each were in the first arm."""
    import numpy as np

    found = [(np.zeros(1), np.zeros(1)), *((np.zeros(0), np.zeros(0)) for _ in range(n))]
    for value, own in zip(values, ours, strict=True):
        found = [
            found[0],
            *(
                (
                    np.concatenate([found[size][0], found[size - 1][0] + value]),
                    np.concatenate([found[size][1], found[size - 1][1] + own]),
                )
                for size in range(1, n + 1)
            ),
        ]
    return found


def _as_large(
    halves: Sequence[list[tuple[np.ndarray, np.ndarray]]], x: np.ndarray, shift: float
) -> int:
    """How many relabellings of (x - shift, y), that seen left out, have a first sum of at least the one seen."""
    import numpy as np

    limit, count = float(x.sum()) - len(x) * shift, 0
    near = 1e-14 * (float(np.abs(x).sum()) + len(x) * abs(shift))
    for (first, own), (second, other) in zip(halves[0], reversed(halves[1]), strict=True):
        if len(first) and len(second):
            right = np.sort(second - shift * other)
            count += len(first) * len(right) - int(
                np.searchsorted(right, limit - near - np.sort(first - shift * own), "left").sum()
            )
    return count - 1
