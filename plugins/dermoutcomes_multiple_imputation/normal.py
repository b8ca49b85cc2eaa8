"""Incomplete multivariate normal data.

Draws of mean and covariance, and of what is missing, by data augmentation.

The mean is a regression on the design (a column of ones and covariates). The prior is Jeffreys',
|Sigma|^(-(p+1)/2): given complete data the covariance is inverse Wishart with n - q degrees of
freedom, and the coefficients are normal around least squares. Schafer JL. Analysis of Incomplete
Multivariate Data. London: Chapman & Hall; 1997, chapter 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]
    Generator: TypeAlias = np.random.Generator

__all__ = ["NormalModel", "augmented", "conditional", "drawn_missing", "patterns"]

BURN_IN, EM_STEPS, EM_NEAR = 200, 200, 1e-8


@frozen(eq=False)
class NormalModel:
    """Coefficients (columns of the design × cells) and covariance of the cells."""

    coefficients: Array
    covariance: Array


def patterns(missing: Array) -> list[tuple[Array, Array]]:
    """Each pattern of missing cells with the rows that have it, in a fixed order.

    Complete rows are left out.
    """
    import numpy as np

    kinds, pattern = np.unique(missing, axis=0, return_inverse=True)
    return [
        # NumPy 2.0.0 gives the inverse of rows in two dimensions.
        (kind, np.flatnonzero(pattern.ravel() == number))
        for number, kind in enumerate(kinds)
        if kind.any()
    ]


def conditional(covariance: Array, missing: Array) -> tuple[Array, Array]:
    """Regression of the missing cells on the others, and their covariance given those.

    The coefficients have the shape cells missing × cells seen.
    """
    import numpy as np

    observed = ~missing
    if not observed.any():
        return np.zeros((int(missing.sum()), 0)), covariance[np.ix_(missing, missing)]
    across = covariance[np.ix_(observed, missing)]
    slopes = np.linalg.solve(covariance[np.ix_(observed, observed)], across)
    left = covariance[np.ix_(missing, missing)] - across.T @ slopes
    return slopes.T, (left + left.T) / 2


def drawn_missing(
    values: Array,
    means: Array,
    covariance: Array,
    missing_patterns: list[tuple[Array, Array]],
    rng: Generator,
) -> Array:
    """A copy of the values with the missing cells of each pattern drawn given the others."""
    import numpy as np

    filled = values.copy()
    for missing, rows in missing_patterns:
        slopes, left = conditional(covariance, missing)
        centre = (
            means[np.ix_(rows, missing)]
            + (values[np.ix_(rows, ~missing)] - means[np.ix_(rows, ~missing)]) @ slopes.T
        )
        filled[np.ix_(rows, missing)] = centre + rng.standard_normal(centre.shape) @ root_of(left).T
    return filled


def root_of(covariance: Array) -> Array:
    """A matrix L with L L' the covariance, which may be singular."""
    import numpy as np

    sizes, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(sizes, 0.0)))


def posterior_draw(design: Array, filled: Array, rng: Generator) -> NormalModel:
    """Mean and covariance given complete data."""
    import numpy as np

    q, r = np.linalg.qr(design)
    coefficients = np.linalg.solve(r, q.T @ filled)
    residual = filled - design @ coefficients
    covariance = _inverse_wishart(residual.T @ residual, filled.shape[0] - design.shape[1], rng)
    noise = rng.standard_normal(coefficients.shape) @ root_of(covariance).T
    return NormalModel(coefficients + np.linalg.solve(r, noise), covariance)


def _inverse_wishart(scale: Array, df: int, rng: Generator) -> Array:
    """By Bartlett's decomposition."""
    import numpy as np

    size = scale.shape[0]
    lower = np.tril(rng.standard_normal((size, size)), -1)
    lower[np.diag_indices(size)] = np.sqrt(rng.chisquare(df - np.arange(size)))
    # C (A A')^-1 C' with A A' a standard Wishart matrix and C C' the scale.
    half = np.linalg.solve(lower, np.linalg.cholesky(scale).T)
    return np.asarray(half.T @ half)


def augmented(
    values: Array, design: Array, m: int, between: int, rng: Generator
) -> Iterator[tuple[NormalModel, Array]]:
    """`m` draws of model and completed values from one chain.

    Started at the maximum of the likelihood and thinned by `between` steps.

    Raises ValueError where subjects are too few for a covariance of so many cells.
    """
    import numpy as np

    n, size = values.shape
    if n - design.shape[1] <= size:
        raise ValueError(f"{n} subjects are too few for {size} cells")
    missing_patterns = patterns(np.isnan(values))
    model = maximum_likelihood(values, design)
    for step in range(1, BURN_IN + m * between + 1):
        filled = drawn_missing(
            values, design @ model.coefficients, model.covariance, missing_patterns, rng
        )
        model = posterior_draw(design, filled, rng)
        if step > BURN_IN and (step - BURN_IN) % between == 0:
            yield (
                model,
                drawn_missing(
                    values, design @ model.coefficients, model.covariance, missing_patterns, rng
                ),
            )


def maximum_likelihood(values: Array, design: Array) -> NormalModel:
    """Mean and covariance by expectation and maximisation.

    A chain only starts there, so that a few hundred steps are enough.
    """
    import numpy as np

    missing_patterns = patterns(np.isnan(values))
    centred = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    spread = np.var(centred, axis=0)
    model = NormalModel(
        np.linalg.lstsq(design, centred, rcond=None)[0], np.diag(np.where(spread > 0, spread, 1.0))
    )
    for _ in range(EM_STEPS):
        later = _em_step(values, design, model, missing_patterns)
        change = np.abs(later.covariance - model.covariance).max() / np.abs(later.covariance).max()
        model = later
        if change < EM_NEAR:
            break
    return model


def _em_step(
    values: Array, design: Array, model: NormalModel, missing_patterns: list[tuple[Array, Array]]
) -> NormalModel:
    import numpy as np

    means, filled = design @ model.coefficients, values.copy()
    extra = np.zeros_like(model.covariance)
    for missing, rows in missing_patterns:
        slopes, left = conditional(model.covariance, missing)
        filled[np.ix_(rows, missing)] = (
            means[np.ix_(rows, missing)]
            + (values[np.ix_(rows, ~missing)] - means[np.ix_(rows, ~missing)]) @ slopes.T
        )
        # What is missing varies around its expectation: without this the covariance would be too
        # small.
        extra[np.ix_(missing, missing)] += len(rows) * left
    coefficients = np.linalg.lstsq(design, filled, rcond=None)[0]
    residual = filled - design @ coefficients
    return NormalModel(coefficients, (residual.T @ residual + extra) / values.shape[0])
