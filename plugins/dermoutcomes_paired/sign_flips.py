"""The sign-flip test of a mean difference.

How often tossed signs bring a sum as far out as the one seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes.stats import ResampledTails

__all__ = ["ENUMERATED", "drawn", "drawn_sets", "exact", "subset_sums"]

# Up to so many differences all signs are counted, in halves of at most 2^18 subsets.
ENUMERATED = 36
# Additions that building sum by sum may cost.
CONVOLVED = 2e8
# Of the sum of sizes: sums so near are equal, and differ by rounding alone.
NEAR = 1e-11


def exact(differences: Sequence[float]) -> ResampledTails | None:
    """Over all 2^n signs.

    Counted in two halves up to 36 differences, by convolution of whole numbers above; None beyond.

    Differences of zero change nothing and are left out. Convolution needs differences that are
    multiples of a decimal unit, as readings are, and not too large ones.
    """
    import numpy as np

    from dermoutcomes.stats import ResampledTails, decimal_units

    d = np.sort(np.asarray([value for value in differences if value], dtype=float))
    if not len(d):
        return ResampledTails(1.0, 1.0, 1.0)
    if len(d) <= ENUMERATED:
        return _enumerated(d)
    units = decimal_units(d)
    return (
        None
        if units is None or len(d) * float(np.abs(units).sum()) > CONVOLVED
        else _convolved(units)
    )


def drawn(differences: Sequence[float], resamples: int, rng: np.random.Generator) -> ResampledTails:
    """Over that many random signs.

    (b + 1) / (m + 1), so that the test keeps its level however few are drawn.
    """
    import numpy as np

    from dermoutcomes.stats import ResampledTails, monte_carlo_p

    d = np.sort(np.asarray(differences, dtype=float))
    observed, tolerance = float(d.sum()), NEAR * float(np.abs(d).sum())
    greater = less = two_sided = 0
    for flipped in drawn_sets(len(d), resamples, rng):
        sums = flipped @ d
        # Turning the signs of a set takes twice its sum from the total, which then is as large
        # where that sum is at most 0.
        greater += int((sums <= tolerance).sum())
        less += int((sums >= -tolerance).sum())
        two_sided += int((np.abs(observed - 2 * sums) >= abs(observed) - tolerance).sum())
    greater_p, less_p, both_p = (
        monte_carlo_p(count, resamples) for count in (greater, less, two_sided)
    )
    return ResampledTails(greater_p, less_p, both_p, resamples)


def drawn_sets(
    n: int, resamples: int, rng: np.random.Generator, cells: int = 2**22
) -> Sequence[np.ndarray]:
    """Which of n differences are turned, 0 or 1, in each resample.

    Blocks of rows, so that memory stays bounded.
    """
    import numpy as np

    width = (n + 7) // 8
    rows = max(1, cells // (8 * width))
    blocks = []
    for start in range(0, resamples, rows):
        n_sets = min(rows, resamples - start)
        bits = np.frombuffer(rng.bytes(n_sets * width), dtype=np.uint8).reshape(n_sets, width)
        blocks.append(np.unpackbits(bits, axis=1)[:, :n].astype(float))
    return blocks


def subset_sums(values: np.ndarray) -> np.ndarray:
    """The sums of all 2^n subsets, sorted; the empty one's is 0."""
    import numpy as np

    sums = np.zeros(1)
    for value in values:
        sums = np.sort(np.concatenate([sums, sums + value]), kind="stable")
    return sums


def _enumerated(d: np.ndarray) -> ResampledTails:
    """A sum is at least the one seen where the set whose signs are turned sums to zero or less.

    Sets are joined from two halves.
    """
    import numpy as np

    from dermoutcomes.stats import ResampledTails

    total, tolerance = fsum(d), NEAR * fsum(np.abs(d))
    first, second = subset_sums(d[::2]), subset_sums(d[1::2])

    def at_most(limit: float) -> float:
        return float(np.searchsorted(second, limit - first, "right").sum() / 2.0 ** len(d))

    greater, less = at_most(tolerance), 1 - at_most(-tolerance * (1 + 1e-9))
    return ResampledTails(greater, less, _two_sided(greater, less, total, tolerance))


def _convolved(units: np.ndarray) -> ResampledTails:
    from dermoutcomes.stats import ResampledTails
    from dermoutcomes_paired.signed_ranks import distribution

    sizes, total = abs(units), int(units.sum())
    probability = distribution(sizes)
    index = int(sizes[units > 0].sum())
    greater, less = float(probability[index:].sum()), float(probability[: index + 1].sum())
    return ResampledTails(greater, less, _two_sided(greater, less, total, 0))


def _two_sided(greater: float, less: float, total: float, tolerance: float) -> float:
    """Tossed sums lie symmetrically about zero.

    So both tails together are twice the one that was seen.
    """
    return 1.0 if abs(total) <= tolerance else min(1.0, 2 * min(greater, less))
