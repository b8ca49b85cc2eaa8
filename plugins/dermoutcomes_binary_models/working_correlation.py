"""Working correlations inside a cluster.

Their parameters are estimated from Pearson residuals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes_binary_models.clusters import Clusters

    Array = np.ndarray

__all__ = ["Moments", "Structure", "correlation_of", "estimated"]

Structure = Literal["independence", "exchangeable", "ar1", "unstructured"]
Moments = Literal["adjusted", "neighbours", "plain"]
STEPS = 200


def correlation_of(structure: Structure, alpha: Array, waves: tuple[int, ...]) -> Array:
    """The working correlation matrix of a cluster with these waves.

    `alpha`: none, one number, or a matrix of waves by waves.
    """
    import numpy as np

    times = np.asarray(waves)
    if structure == "independence":
        return np.eye(len(times))
    if structure == "unstructured":
        return np.asarray(alpha[np.ix_(times, times)])
    distances = np.abs(times[:, None] - times[None, :])
    return np.asarray(
        np.where(distances == 0, 1.0, alpha[0])
        if structure == "exchangeable"
        else np.where(distances == 0, 1.0, alpha[0] ** distances)
    )


def estimated(
    structure: Structure, moments: Moments, clusters: Clusters, residuals: Array, scale: float
) -> Array:
    """Parameters of the correlation from residuals and their scale.

    "adjusted" (Liang and Zeger; SAS): sums of products over their number less the number of
    coefficients, AR(1) from neighbours only. "neighbours" (R's gee): the same, but for AR(1) the
    mean of products over the mean square. "plain" (geepack's second estimating equation): means of
    products, AR(1) from all pairs, each at its distance.
    """
    import numpy as np

    if structure == "independence":
        return np.zeros(0)
    n_coefficients = 0 if moments == "plain" else clusters.x.shape[1]
    if structure == "unstructured":
        return _unstructured(clusters, residuals, scale, n_coefficients)
    by_distance = _products(clusters, residuals, scale)
    if structure == "exchangeable":
        sums, counts = zip(*by_distance.values(), strict=True) if by_distance else ((0.0,), (0,))
        return np.asarray([_mean(sum(sums), sum(counts), n_coefficients)])
    total, count = by_distance.get(1, (0.0, 0))
    if moments == "neighbours":
        return np.asarray([_mean(total, count) * scale / float(np.mean(residuals**2))])
    if moments == "adjusted":
        return np.asarray([_mean(total, count, n_coefficients)])
    return np.asarray([_all_distances(by_distance)])


def _mean(total: float, count: int, n_coefficients: int = 0) -> float:
    """The mean product; zero where no cluster has a pair, which has no correlation to work with."""
    if count == 0:
        return 0.0
    if count <= n_coefficients:
        raise ValueError("there are too few pairs inside clusters for a working correlation")
    return total / (count - n_coefficients)


def _products(clusters: Clusters, residuals: Array, scale: float) -> dict[int, tuple[float, int]]:
    """Sum and number of the products of residuals at each distance of waves."""
    by_distance: dict[int, tuple[float, int]] = {}
    for distance, products in _pairs(clusters, residuals, scale):
        total, count = by_distance.get(distance, (0.0, 0))
        by_distance[distance] = total + float(products.sum()), count + len(products)
    return dict(sorted(by_distance.items()))


def _pairs(clusters: Clusters, residuals: Array, scale: float) -> Iterator[tuple[int, Array]]:
    for waves, rows in clusters.groups:
        of = residuals[rows]
        for k in range(len(waves)):
            for j in range(k):
                yield waves[k] - waves[j], of[:, j] * of[:, k] / scale


def _all_distances(by_distance: dict[int, tuple[float, int]]) -> float:
    """The root of sum(d a^(d-1) (products - a^d)) over distances d.

    Least squares of products on powers, by bisection on (-1, 1).
    """
    from scipy.optimize import minimize_scalar

    if not by_distance:
        return 0.0

    def badness(alpha: float) -> float:
        return sum(
            count * alpha ** (2 * distance) - 2 * total * alpha**distance
            for distance, (total, count) in by_distance.items()
        )

    def slope(alpha: float) -> float:
        return sum(
            distance * alpha ** (distance - 1) * (count * alpha**distance - total)
            for distance, (total, count) in by_distance.items()
        )

    start = float(minimize_scalar(badness, bounds=(-0.999, 0.999), method="bounded").x)
    return _polished(slope, start)


def _polished(slope: object, start: float) -> float:
    from scipy.optimize import brentq

    width = 1e-4
    while width < 2:
        low, high = max(-0.9999, start - width), min(0.9999, start + width)
        if slope(low) * slope(high) <= 0:  # type: ignore[operator]
            return float(brentq(slope, low, high, xtol=1e-15, rtol=1e-14))
        width *= 2
    return start


def _unstructured(clusters: Clusters, residuals: Array, scale: float, n_coefficients: int) -> Array:
    """One correlation a pair of waves, over the clusters that have both."""
    import numpy as np

    size = clusters.n_waves
    total, count = np.zeros((size, size)), np.zeros((size, size))
    for waves, rows in clusters.groups:
        positions, residuals_of_cluster = np.asarray(waves), residuals[rows]
        total[np.ix_(positions, positions)] += residuals_of_cluster.T @ residuals_of_cluster / scale
        count[np.ix_(positions, positions)] += len(rows)
    divisor = count - n_coefficients
    # The diagonal is 1 whatever it is divided by, and must not count as too few.
    np.fill_diagonal(divisor, 1.0)
    if (divisor[count > 0] <= 0).any():
        raise ValueError("there are too few clusters for a correlation of every pair of visits")
    alpha = np.where(count > 0, total / np.where(divisor > 0, divisor, 1.0), 0.0)
    np.fill_diagonal(alpha, 1.0)
    return alpha
