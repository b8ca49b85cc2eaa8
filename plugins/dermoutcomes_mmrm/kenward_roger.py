"""Kenward and Roger's covariance of the coefficients and their F test.

Biometrics 1997;53:983-997.
"""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np

from dermoutcomes_mmrm.fit import Fit

__all__ = ["middle", "scale_and_degrees"]

Array = np.ndarray[Any, Any]


def middle(fit: Fit, parameter_covariance: Array, *, linear: bool) -> Array:
    """I + 2 C' sum w_rs (Q_rs - P_r Phi P_s - R_rs / 4) C, where C C' = Phi.

    `linear` leaves out R, the second derivatives.

    Summed over pairs of parameters first: one matrix a pattern stands between W X and its
    transpose, whatever their number.
    """
    p = len(fit.columns)
    slopes = fit.optimum.curvature.turned[:, :p, :p]
    weighted = np.tensordot(parameter_covariance, slopes, 1)
    adjusted = _between(fit, parameter_covariance, linear=linear) - np.einsum(
        "rij,rjk->ik", weighted, slopes, optimize=True
    )
    result: Array = np.eye(p) + 2 * adjusted
    return result


def _between(fit: Fit, parameter_covariance: Array, *, linear: bool) -> Array:
    data, state = fit.compressed, fit.optimum.state
    p = len(fit.columns)
    whitened = state.solved[:, :, :p] @ state.root
    inner = np.empty_like(state.weights)
    begin = 0
    for group, covariance in enumerate(fit.optimum.covariances):
        n, m = covariance.first.shape[:2]
        in_group = data.group == group
        weights = parameter_covariance[begin : begin + n, begin : begin + n]
        inner[in_group] = _inner(weights, covariance.first, state.weights[in_group])
        if not linear:
            inner[in_group] -= 0.25 * covariance.second.spread(weights)
        begin += n
    t, m = whitened.shape[:2]
    result: Array = whitened.reshape(t * m, p).T @ (inner[data.of] @ whitened).reshape(t * m, p)
    return 0.5 * (result + result.T)


def _inner(weights: Array, first: Array, inverses: Array) -> Array:
    """Sum over r, s of w_rs dS_r W dS_s for each pattern's W."""
    n, m, _ = first.shape
    flat = first.reshape(n, m * m)
    paired = (flat.T @ weights @ flat).reshape(m, m, m, m)  # [a, b, c, d]: dS_r[a, b], dS_s[c, d]
    result: Array = (
        inverses.reshape(-1, m * m) @ paired.transpose(1, 2, 0, 3).reshape(m * m, m * m)
    ).reshape(-1, m, m)
    return result


def scale_and_degrees(slopes: Array, parameter_covariance: Array) -> tuple[float, float]:
    """The factor of the F statistic and its denominator degrees of freedom; NaN where it has none.

    `slopes` are the derivatives of the coefficients' covariance in an orthonormal basis of the
    contrasts (parameters x q x q).
    """
    q = slopes.shape[1]
    traces = np.trace(slopes, axis1=1, axis2=2)
    flat = slopes.reshape(len(slopes), q * q)
    a1 = float(traces @ parameter_covariance @ traces)
    a2 = float(np.sum(parameter_covariance * (flat @ flat.T)))
    # Of one contrast F is the square of t: the factor is 1 and the degrees are Satterthwaite's.
    if q == 1:
        return 1.0, 2 / a1
    b = (a1 + 6 * a2) / (2 * q)
    g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
    bottom = 3 * q + 2 * (1 - g)
    c1, c2, c3 = g / bottom, (q - g) / bottom, (q + 2 - g) / bottom
    mean = 1 / (1 - a2 / q)
    variance = 2 / q * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    ratio = variance / (2 * mean**2)
    df = 4 + (q + 2) / (q * ratio - 1)
    # Where the moments do not exist, no scaled F has them.
    if not (a2 < q and df > 2):
        return nan, nan
    return df / (mean * (df - 2)), df
