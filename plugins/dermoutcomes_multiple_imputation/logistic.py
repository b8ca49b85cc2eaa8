"""Draws of a value of 0 or 1 from a logistic regression.

It cannot break down where the data are separated.

White IR, Daniel R, Royston P. Avoiding bias due to perfect prediction in multiple imputation of
incomplete categorical variables. Comput Stat Data Anal 2010;54:2267-2275: a few observations of
small weight keep every coefficient finite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes_multiple_imputation.regression import usable_columns

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]
    Generator: TypeAlias = np.random.Generator

__all__ = ["augmented_rows", "drawn_binary", "fit_logistic"]

STEPS, NEAR = 50, 1e-10


def drawn_binary(design: Array, outcome: Array, missing: Array, rng: Generator) -> Array:
    """Zeros and ones for the rows of `missing`.

    Coefficients from their normal approximation, then a draw of each row's probability.
    """
    import numpy as np

    used = usable_columns(design)
    mode, covariance = fit_logistic(*augmented_rows(design[:, used], outcome))
    coefficients = mode + np.linalg.cholesky(covariance) @ rng.standard_normal(len(mode))
    return (rng.random(len(missing)) < _probability(missing[:, used] @ coefficients)).astype(float)


def augmented_rows(design: Array, outcome: Array) -> tuple[Array, Array, Array]:
    """The data with rows half a standard deviation to either side of the mean of each predictor.

    Each once as 0 and once as 1.

    Together they weigh as much as the model has coefficients.
    """
    import numpy as np

    centre, spread = design.mean(axis=0), design.std(axis=0)
    shifts = [
        sign * 0.5 * spread[column] * np.eye(design.shape[1])[column]
        for column in range(design.shape[1])
        for sign in (-1, 1)
    ]
    rows = np.vstack([centre + shift for shift in shifts for _ in (0, 1)])
    weights = np.full(len(rows), design.shape[1] / len(rows))
    return (
        np.vstack([design, rows]),
        np.concatenate([outcome, np.tile([0.0, 1.0], len(shifts))]),
        np.concatenate([np.ones(len(design)), weights]),
    )


def fit_logistic(design: Array, outcome: Array, weights: Array) -> tuple[Array, Array]:
    """Coefficients and covariance at the maximum of the weighted likelihood, by Newton's method."""
    import numpy as np

    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = _probability(design @ beta)
        information = design.T @ (design * (weights * p * (1 - p))[:, None])
        step = np.linalg.solve(information, design.T @ (weights * (outcome - p)))
        longest = float(np.abs(design @ step).max())
        beta = beta + step * min(1.0, 5.0 / longest if longest > 0 else 1.0)
        if longest < NEAR:
            break
    return beta, np.linalg.inv(information)


def _probability(linear: Array) -> Array:
    from scipy.special import expit

    return expit(linear)  # type: ignore[no-any-return]
