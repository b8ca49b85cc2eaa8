"""The bootstrap of a mean or median difference, and the intervals that are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "Bootstrap",
    "Statistic",
    "beyond_replicates",
    "bootstrapped",
    "influence",
    "intervals",
    "of_sample",
    "order_statistic",
    "p_value",
]

TABLE = 2**14  # as many sums as a processor keeps near
Statistic = Literal["mean", "median"]


class Bootstrap(NamedTuple):
    """An estimate, its replicates (sorted).

    Their bias and standard error, and what BCa corrects by.

    `z0` is None where every replicate lies above the estimate, or every one below it;
    `acceleration` where no value has influence. `ties` is the share of replicates that equal the
    estimate.
    """

    estimate: float
    replicates: np.ndarray
    bias: float
    std_error: float
    z0: float | None
    acceleration: float | None
    ties: float


def bootstrapped(
    values: Sequence[float], statistic: Statistic, resamples: int, rng: np.random.Generator
) -> Bootstrap:
    """That many resamples of the values, drawn with replacement."""
    import numpy as np

    ordered = np.sort(np.asarray(values, dtype=float))
    return of_sample(values, statistic, _replicates(ordered, statistic, resamples, rng))


def of_sample(
    values: Sequence[float],
    statistic: Statistic,
    replicates: Sequence[float] | np.ndarray,
    ties_below: float = 0.5,
) -> Bootstrap:
    """The bootstrap of replicates that are there already.

    `ties_below` is the share of the replicates that equal the estimate which counts as below it.
    Half is what makes z0 the median bias that it stands for, and mirrors the interval where all
    signs are turned: SciPy counts so, R's `boot` counts none. Where there are no ties all rules are
    one.
    """
    import numpy as np
    from scipy.special import ndtri

    t = np.sort(np.asarray(replicates, dtype=float))
    estimate = _of(sorted(values), statistic)
    tolerance = 1e-12 * max(abs(t[0]), abs(t[-1]))
    ties = float((np.abs(t - estimate) <= tolerance).mean())
    below = float((t < estimate - tolerance).mean()) + ties_below * ties
    return Bootstrap(
        estimate,
        t,
        float(t.mean()) - estimate,
        float(t.std(ddof=1)),
        float(ndtri(below)) if 0 < below < 1 else None,
        _acceleration(influence(values, statistic)),
        ties,
    )


def influence(values: Sequence[float], statistic: Statistic) -> list[float]:
    """(n - 1) (all - all but one) for each value in the order given.

    The jackknife's influence values.
    """
    n, ordered = len(values), sorted(values)
    of_all = _of(ordered, statistic)
    # Equal values have equal influence.
    without = {value: _of(_less_one(ordered, value), statistic) for value in set(values)}
    return [(n - 1) * (of_all - without[value]) for value in values]


def intervals(
    boot: Bootstrap, confidence: float = 0.95
) -> Mapping[str, tuple[float, float] | None]:
    """Normal, basic, percentile and BCa interval; None where BCa has no correction to go by."""
    from dermoutcomes.stats import critical_value

    half_width, centre = critical_value(confidence) * boot.std_error, boot.estimate - boot.bias
    percentile, bca = (
        _limits_at(boot, _probabilities(boot, method, confidence))
        for method in ("percentile", "bca")
    )
    assert percentile is not None
    return {
        "normal": (centre - half_width, centre + half_width),
        "basic": (2 * boot.estimate - percentile[1], 2 * boot.estimate - percentile[0]),
        "percentile": percentile,
        "bca": bca,
    }


def _limits_at(
    boot: Bootstrap,
    probabilities: tuple[float, float] | None,
) -> tuple[float, float] | None:
    if probabilities is None:
        return None
    low, high = probabilities
    return order_statistic(boot.replicates, low), order_statistic(boot.replicates, high)


def order_statistic(ordered: np.ndarray, probability: float) -> float:
    """The quantile at (R + 1) p of R sorted replicates, between two of them by normal quantiles.

    Davison and Hinkley 1997, 5.8.
    """
    from scipy.special import ndtri

    r = len(ordered)
    position = (r + 1) * probability
    k = int(position + 1e-9)
    if k < 1 or k >= r:
        return float(ordered[0] if k < 1 else ordered[-1])
    if abs(position - k) < 1e-9:
        return float(ordered[k - 1])
    z, before, after = (float(ndtri(p)) for p in (probability, k / (r + 1), (k + 1) / (r + 1)))
    return float(ordered[k - 1] + (z - before) / (after - before) * (ordered[k] - ordered[k - 1]))


def p_value(boot: Bootstrap, method: str, null: float = 0.0) -> tuple[float, float] | None:
    """P in the lower and the upper tail at which the percentile or BCa limit just meets `null`.

    None where BCa has none.

    No less than 1 / (R + 1), since no replicate further out was seen.
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    t = boot.replicates
    below, up_to = int(np.searchsorted(t, null, "left")), int(np.searchsorted(t, null, "right"))
    share = (min(max((below + up_to) / 2, 1), len(t))) / (len(t) + 1)
    if method == "percentile":
        return share, 1 - share
    if boot.z0 is None or boot.acceleration is None:
        return None
    distance = float(ndtri(share)) - boot.z0
    # What `_probabilities` does, backwards.
    z = distance / (1 + boot.acceleration * distance) - boot.z0
    least = 1 / (len(t) + 1)
    return max(float(ndtr(z)), least), max(float(ndtr(-z)), least)


def beyond_replicates(boot: Bootstrap, method: str, confidence: float = 0.95) -> bool:
    """Whether a percentile or BCa limit lies beyond the replicates.

    The outermost replicate then stands in for it.
    """
    probabilities = _probabilities(boot, method, confidence)
    least = 1 / (len(boot.replicates) + 1)
    if probabilities is None:
        return False
    return min(probabilities) < least - 1e-9 or max(probabilities) > 1 - least + 1e-9


def _probabilities(boot: Bootstrap, method: str, confidence: float) -> tuple[float, float] | None:
    """At which shares of the replicates the limits lie.

    None where BCa has no correction to go by.
    """
    from scipy.special import ndtr, ndtri

    low, high = (1 - confidence) / 2, (1 + confidence) / 2
    if method == "percentile":
        return low, high
    if boot.z0 is None or boot.acceleration is None:
        return None
    below, above = (boot.z0 + float(ndtri(probability)) for probability in (low, high))
    return (
        float(ndtr(boot.z0 + below / (1 - boot.acceleration * below))),
        float(ndtr(boot.z0 + above / (1 - boot.acceleration * above))),
    )


def _replicates(
    ordered: np.ndarray, statistic: Statistic, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Statistics of resamples, in blocks that bound memory."""
    import numpy as np

    rows = max(1, 2**22 // len(ordered))
    of_block = _means if statistic == "mean" else _medians
    return np.concatenate(
        [
            of_block(ordered, min(rows, resamples - start), rng)
            for start in range(0, resamples, rows)
        ]
    )


def _means(ordered: np.ndarray, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Means of resamples.

    Several values are drawn at once, as one place in a table of all sums of so many.
    """
    import numpy as np

    n = len(ordered)
    n_together = next(k for k in range(n, 0, -1) if k == 1 or n**k <= TABLE)
    times, left = divmod(n, n_together)
    total = np.zeros(rows)
    for size, number in ((n_together, times), (left, 1)):
        if size:
            table = _sums(ordered, size)
            total += table[_places(len(table), (rows, number), rng)].sum(axis=1)
    return total / n


def _sums(ordered: np.ndarray, size: int) -> np.ndarray:
    """The sums of every draw of `size` values with replacement."""
    import numpy as np

    table = np.zeros(1)
    for _ in range(size):
        table = np.add.outer(table, ordered).ravel()
    return table


def _places(number: int, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    import numpy as np

    kind = np.uint8 if number <= 256 else np.uint16 if number <= 65_536 else np.uint32
    return rng.integers(0, number, size=shape, dtype=kind)


def _medians(ordered: np.ndarray, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Medians of resamples.

    Places are drawn and put in order, not values, which are larger numbers.
    """
    import numpy as np

    n, middle = len(ordered), len(ordered) // 2
    around_middle = np.partition(
        _places(n, (rows, n), rng), [middle] if n % 2 else [middle - 1, middle], axis=1
    )
    upper = ordered[around_middle[:, middle]]
    return upper if n % 2 else (ordered[around_middle[:, middle - 1]] + upper) / 2


def _of(ordered: Sequence[float], statistic: Statistic) -> float:
    n, middle = len(ordered), len(ordered) // 2
    if statistic == "mean":
        return fsum(ordered) / n
    return ordered[middle] if n % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _less_one(ordered: Sequence[float], value: float) -> list[float]:
    index = list(ordered).index(value)
    return [*ordered[:index], *ordered[index + 1 :]]


def _acceleration(values: Sequence[float]) -> float | None:
    scale = max(map(abs, values))
    if not scale:
        return None
    shares = [value / scale for value in values]
    return fsum(value**3 for value in shares) / float(6 * fsum(value**2 for value in shares) ** 1.5)
