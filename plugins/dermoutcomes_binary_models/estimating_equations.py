"""Generalised estimating equations (Liang and Zeger) with robust and corrected standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from dermoutcomes_binary_models.families import FAMILIES, Family
from dermoutcomes_binary_models.working_correlation import (
    Moments,
    Structure,
    correlation_of,
    estimated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from dermoutcomes_binary_models.clusters import Clusters

    Array = np.ndarray

__all__ = ["Correction", "EstimatingEquations", "fit"]

Correction = Literal["none", "kauermann_carroll", "mancl_derouen"]
ROUNDS, STEPS = 500, 50


@frozen(eq=False)
class EstimatingEquations:
    """Coefficients with robust and model-based covariance.

    Beside them stand the correlation's parameters, the scale, and how the search ended.
    """

    beta: Array
    robust: Array
    naive: Array
    alpha: Array
    scale: float
    rounds: int
    n_clusters: int
    n_records: int


def fit(
    clusters: Clusters,
    family: str,
    structure: Structure = "exchangeable",
    moments: Moments = "adjusted",
    correction: Correction = "none",
) -> EstimatingEquations:
    """The solution.

    Raises ValueError where it does not converge, or where the working correlation is not one (no
    positive eigenvalues).
    """
    import numpy as np

    # R's geepack ("plain") divides by the number of records, SAS by that less the coefficients.
    of, n_coefficients = FAMILIES[family], 0 if moments == "plain" else clusters.x.shape[1]
    if len(clusters.y) <= clusters.x.shape[1]:
        raise ValueError("there are no more records than coefficients")
    beta = _start(clusters, of)
    alpha, scale = np.zeros(0), 1.0
    for rounds in range(1, ROUNDS + 1):
        residuals = _pearson(clusters, of, beta)
        scale = float(residuals @ residuals) / (len(clusters.y) - n_coefficients)
        # A fit without residuals has no working correlation: 0 / 0, and beyond double precision
        # noise.
        if not np.isfinite(scale) or scale <= 1e-24 * float(np.mean(clusters.y**2)):
            raise ValueError("the residuals have no spread")
        alpha = estimated(structure, moments, clusters, residuals, scale)
        step = _step(clusters, of, beta, structure, alpha)
        beta = beta + step
        if not np.isfinite(beta).all():
            break
        # In linear predictors, so that the units of a covariate do not say when it has converged.
        change = float(
            np.abs(clusters.x @ step).max() / (np.abs(clusters.x @ beta).max() + np.sqrt(scale))
        )
        if change < 1e-12:
            return _finished(clusters, of, beta, structure, moments, correction, rounds)
    raise ValueError("the estimating equations did not converge")


def _finished(
    clusters: Clusters,
    of: Family,
    beta: Array,
    structure: Structure,
    moments: Moments,
    correction: Correction,
    rounds: int,
) -> EstimatingEquations:
    import numpy as np

    n_coefficients = 0 if moments == "plain" else clusters.x.shape[1]
    residuals = _pearson(clusters, of, beta)
    scale = float(residuals @ residuals) / (len(clusters.y) - n_coefficients)
    alpha = estimated(structure, moments, clusters, residuals, scale)
    bread = np.linalg.inv(_information(clusters, of, beta, structure, alpha))
    meat = np.zeros_like(bread)
    for scores in _scores(clusters, of, beta, structure, alpha, bread, correction):
        meat += scores.T @ scores
    return EstimatingEquations(
        beta, bread @ meat @ bread, scale * bread, alpha, scale, rounds, clusters.n, len(clusters.y)
    )


def _start(clusters: Clusters, of: Family) -> Array:
    """The solution under independence from a few scoring steps."""
    import numpy as np

    beta: Array = np.linalg.lstsq(clusters.x, of.start(clusters.y), rcond=None)[0]
    for _ in range(STEPS):
        step = _step(clusters, of, beta, "independence", np.zeros(0))
        beta = beta + step
        if np.abs(step).max() < 1e-8 or not np.isfinite(beta).all():
            break
    return beta


def _pearson(clusters: Clusters, of: Family, beta: Array) -> Array:
    import numpy as np

    mean, spread = _fitted(clusters, of, beta)
    return np.asarray((clusters.y - mean) / spread)


def _fitted(clusters: Clusters, of: Family, beta: Array) -> tuple[Array, Array]:
    """Fitted means and the roots of their variances.

    Raises ValueError where a step has run to a mean without variance.
    """
    import numpy as np

    mean = of.mean(clusters.x @ beta)
    variance = of.variance(mean)
    if not np.isfinite(mean).all() or variance.min() < 1e-100:
        raise ValueError("the estimating equations did not converge")
    return mean, np.sqrt(variance)


def _parts(
    clusters: Clusters, of: Family, beta: Array, structure: Structure, alpha: Array
) -> Iterator[tuple[Array, Array, Array]]:
    """D'W, D and the residuals of each group of clusters with the same waves.

    D'W is clusters × coefficients × waves, D clusters × waves × coefficients, the residuals are
    clusters × waves; W is the inverse of V without the scale.
    """
    import numpy as np

    mean, spread = _fitted(clusters, of, beta)
    slope = of.slope(clusters.x @ beta)
    for waves, rows in clusters.groups:
        correlation = correlation_of(structure, alpha, waves)
        if len(waves) > 1 and np.linalg.eigvalsh(correlation)[0] <= 1e-10:
            raise ValueError("the estimated working correlation is not positive definite")
        inverse = np.linalg.inv(correlation)
        derivative = clusters.x[rows] * slope[rows][:, :, None]
        weight = inverse[None] / (spread[rows][:, :, None] * spread[rows][:, None, :])
        yield (
            np.einsum("cwp,cwv->cpv", derivative, weight),
            derivative,
            clusters.y[rows] - mean[rows],
        )


def _information(
    clusters: Clusters, of: Family, beta: Array, structure: Structure, alpha: Array
) -> Array:
    import numpy as np

    return np.asarray(
        sum(
            np.einsum("cpw,cwq->pq", weighted, derivative)
            for weighted, derivative, _ in _parts(clusters, of, beta, structure, alpha)
        )
    )


def _step(clusters: Clusters, of: Family, beta: Array, structure: Structure, alpha: Array) -> Array:
    import numpy as np

    information, score = 0.0, 0.0
    for weighted, derivative, residual in _parts(clusters, of, beta, structure, alpha):
        information = information + np.einsum("cpw,cwq->pq", weighted, derivative)
        score = score + np.einsum("cpw,cw->p", weighted, residual)
    try:
        return np.linalg.solve(np.asarray(information), np.asarray(score))
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "the design has coefficients that the records cannot tell apart"
        ) from error


def _scores(
    clusters: Clusters,
    of: Family,
    beta: Array,
    structure: Structure,
    alpha: Array,
    bread: Array,
    correction: Correction,
) -> Iterator[Array]:
    """The score of every cluster.

    Where a correction asks for it, residuals are freed of the cluster's own pull on the fit.
    """
    import numpy as np

    for weighted, derivative, residual in _parts(clusters, of, beta, structure, alpha):
        residuals = residual
        if correction != "none":
            leverage = derivative @ bread @ weighted
            residuals = np.stack(
                [
                    _freed(leverage_of_cluster, of_cluster, correction)
                    for leverage_of_cluster, of_cluster in zip(leverage, residual, strict=True)
                ]
            )
        yield np.einsum("cpw,cw->cp", weighted, residuals)


def _freed(leverage: Array, residual: Array, correction: Correction) -> Array:
    """(I - H)^-1 r (Mancl and DeRouen), or (I - H)^-1/2 r (Kauermann and Carroll).

    Raises ValueError where a cluster alone determines a coefficient: nothing is left of it then.
    """
    import numpy as np

    # Not symmetric: eigenvalues may come as complex numbers, whose parts cancel in the root.
    left = np.eye(len(leverage)) - leverage
    values, vectors = np.linalg.eig(left)
    if values.real.min() < 1e-9:
        raise ValueError(
            "one subject alone determines a coefficient, so that its standard error cannot be "
            "corrected"
        )
    if correction == "mancl_derouen":
        return np.asarray(np.linalg.solve(left, residual))
    return np.real(
        vectors
        @ (np.linalg.solve(vectors, residual.astype(complex)) / np.sqrt(values.astype(complex)))
    )
