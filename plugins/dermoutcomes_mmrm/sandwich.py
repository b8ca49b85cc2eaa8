"""Empirical ("sandwich") covariance of the coefficients, from each subject's own residuals."""

from __future__ import annotations

from typing import Any

import numpy as np

from dermoutcomes_mmrm.fit import Fit

__all__ = ["middle"]

Array = np.ndarray[Any, Any]
# The power of I - H to which a subject's residuals are raised, H being the subject's part of the
# hat matrix.
POWERS = {"empirical": 0.0, "empirical-cr2": -0.5, "empirical-cr3": -1.0}


def middle(fit: Fit, kind: str) -> Array:
    """Sum over subjects of g g', g = C' X'L f(I - H) L'r with L L' = W and H = L'X C C' X'L."""
    data = fit.compressed
    used = data.pattern >= 0
    pattern = data.pattern[used]
    present = data.present[pattern]
    white = np.linalg.cholesky(_padded(fit))[pattern].transpose(0, 2, 1)
    # W is of outcomes divided by `scale`, and so are the root and the residuals here.
    design = (fit.pieces.rows(used) @ (fit.root / data.scale)) * present[:, :, None]
    fitted = np.einsum("smp,p->sm", fit.pieces.rows(used), fit.coefficients)
    residual = np.where(present, fit.data.outcome[used] - fitted, 0.0) / data.scale
    design, residual = white @ design, np.einsum("sij,sj->si", white, residual)
    scores = np.einsum("smp,sm->sp", design, _adjusted(design, residual, POWERS[kind]))
    result: Array = scores.T @ scores
    return result


def _padded(fit: Fit) -> Array:
    """The inverses by pattern with ones where a visit is missing."""
    weights = fit.optimum.state.weights
    missing = ~fit.compressed.present
    result = weights.copy()
    diagonal = np.arange(weights.shape[1])
    result[:, diagonal, diagonal] += missing
    return result


def _adjusted(design: Array, residual: Array, power: float) -> Array:
    if power == 0.0:
        return residual
    values, vectors = np.linalg.eigh(np.eye(design.shape[1]) - design @ design.transpose(0, 2, 1))
    factor = np.where(values > 1e-10, np.maximum(values, 1e-10) ** power, 0.0)
    return np.asarray(
        np.einsum("sij,sj,skj,sk->si", vectors, factor, vectors, residual, optimize=True)
    )
