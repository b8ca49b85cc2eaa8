"""Covariance structures: a matrix of the parameters, with first and second derivatives.

Every structure is a scale times a shape: S_ij = exp(a_i + a_j) C_ij. The scale has one log standard
deviation, or one a visit; the shape is a correlation matrix of parameters mapped to (-1, 1) by x /
sqrt(1 + x^2) (compound symmetry: to its range by the logistic function), or, unstructured, L L'
with a unit lower triangular L whose entries are filled by row. These are the parametrisations of
the R package mmrm, on whose second derivatives its Kenward-Roger form depends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes_mmrm.curving import Curving, Dense, Products, Scaled

__all__ = ["STRUCTURES", "Covariance", "Structure"]

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class Covariance:
    """A covariance matrix at some parameters.

    `first` are its derivatives, parameters x visits x visits, `second` those of these.
    """

    matrix: Array
    first: Array
    second: Curving


@frozen(eq=False)
class Structure:
    """A family of covariance matrices.

    `shape(t, m)` gives the shape's matrix, first and second derivatives.
    """

    name: str
    code: str
    heterogeneous: bool
    n_shape: Callable[[int], int]
    shape: Callable[[Array, int], tuple[Array, Array, Curving]]
    begin: Callable[[Array], Array]

    def n_parameters(self, m: int) -> int:
        """Number of parameters for m visits."""
        return (m if self.heterogeneous else 1) + self.n_shape(m)

    def start(self, moments: Array) -> Array:
        """Parameters near a positive definite matrix of moments."""
        sd = np.sqrt(np.diag(moments))
        if self.code == "us":
            return _of_cholesky(np.linalg.cholesky(moments))
        log_sd = np.log(sd) if self.heterogeneous else np.array([0.5 * np.log(np.mean(sd**2))])
        return np.concatenate([log_sd, self.begin(moments / np.outer(sd, sd))])

    def matrix(self, parameters: Array, m: int) -> Array:
        """The covariance matrix alone."""
        k = m if self.heterogeneous else 1
        scale = np.exp(parameters[:k]) * np.ones(m)
        return np.outer(scale, scale) * self.shape(parameters[k:], m)[0]

    def covariance(self, parameters: Array, m: int) -> Covariance:
        """The covariance matrix with its derivatives."""
        k = m if self.heterogeneous else 1
        scale = np.exp(parameters[:k]) * np.ones(m)
        outer = np.outer(scale, scale)
        shape, first, second = self.shape(parameters[k:], m)
        touch, matrix = _touch(m, heterogeneous=self.heterogeneous), outer * shape
        return Covariance(
            matrix,
            np.concatenate([touch * matrix, outer * first]),
            Scaled(touch, outer, shape, first, second),
        )


@cache
def _touch(m: int, *, heterogeneous: bool) -> Array:
    """How often each log standard deviation enters each entry."""
    # An entry has two scale factors, which are the same one here.
    if not heterogeneous:
        return np.full((1, m, m), 2.0)
    eye = np.eye(m)
    return eye[:, :, None] + eye[:, None, :]


def _of_cholesky(lower: Array) -> Array:
    # The scale of the unstructured matrix is the diagonal of its Cholesky factor, no standard
    # deviation: only so is the rest a unit triangular matrix.
    diagonal = np.diag(lower)
    below = np.tril_indices(len(lower), -1)
    return np.concatenate([np.log(diagonal), (lower / diagonal[:, None])[below]])


def _unstructured(t: Array, m: int) -> tuple[Array, Array, Curving]:
    lower = np.eye(m)
    i, j = np.tril_indices(m, -1)
    lower[i, j] = t
    first = np.zeros((len(t), m, m))
    first[np.arange(len(t)), i, :] = lower[:, j].T
    return lower @ lower.T, first + first.transpose(0, 2, 1), Products(i, j, m)


def _mapped(t: Array) -> tuple[Array, Array, Array]:
    """The map x / sqrt(1 + x^2) with its first and second derivative."""
    root = np.sqrt(1 + t * t)
    slope = 1 / root**3
    return np.asarray(t / root), np.asarray(slope), np.asarray(-3 * t * slope / root**2)


def _unmapped(r: Array) -> Array:
    # Start inside: at a correlation of 1 the parameter is infinite and the matrix singular.
    clipped = np.clip(r, -0.95, 0.95)
    return np.asarray(clipped / np.sqrt(1 - clipped * clipped))


def _lags(m: int) -> Array:
    return np.abs(np.subtract.outer(np.arange(m), np.arange(m)))


def _compound_symmetry(t: Array, m: int) -> tuple[Array, Array, Curving]:
    """The correlation is p (1 + a) - a with p = 1 / (1 + exp(-t)) and a = 1 / (m - 1).

    Every t is positive definite.
    """
    low = 1 / max(m - 1, 1)
    p = 1 / (1 + np.exp(-t[0]))
    slope = p * (1 - p) * (1 + low)
    off = 1.0 - np.eye(m)
    return (
        np.eye(m) + (p * (1 + low) - low) * off,
        (slope * off)[None],
        Dense((slope * (1 - 2 * p) * off)[None, None]),
    )


def _autoregressive(t: Array, m: int) -> tuple[Array, Array, Curving]:
    r, first, second = (float(part[0]) for part in _mapped(t))
    lags = _lags(m)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(lags >= 1, lags * np.power(r, np.maximum(lags - 1, 0)), 0.0)
        curve = np.where(lags >= 2, lags * (lags - 1) * np.power(r, np.maximum(lags - 2, 0)), 0.0)
    return (
        np.power(r, lags),
        (first * slope)[None],
        Dense((second * slope + first**2 * curve)[None, None]),
    )


def _toeplitz(t: Array, m: int) -> tuple[Array, Array, Curving]:
    r, first, second = _mapped(t)
    lags = _lags(m)
    distance = (
        np.stack([(lags == lag).astype(float) for lag in range(1, m)])
        if m > 1
        else np.zeros((0, m, m))
    )
    seconds = np.zeros((m - 1, m - 1, m, m))
    seconds[np.arange(m - 1), np.arange(m - 1)] = second[:, None, None] * distance
    return np.eye(m) + np.tensordot(r, distance, 1), first[:, None, None] * distance, Dense(seconds)


def _ante_dependence(t: Array, m: int) -> tuple[Array, Array, Curving]:
    """Each correlation is the product of those between neighbours.

    A derivative replaces one factor, so that zeros do no harm.
    """
    r, first, second = _mapped(t)
    n = m - 1
    shape = _products(r)
    firsts = (
        np.stack([_products(r, {k: first[k]}, (k,)) for k in range(n)])
        if n
        else np.zeros((0, m, m))
    )
    seconds = np.zeros((n, n, m, m))
    for a in range(n):
        seconds[a, a] = _products(r, {a: second[a]}, (a,))
        for b in range(a):
            seconds[a, b] = seconds[b, a] = _products(r, {a: first[a], b: first[b]}, (a, b))
    return shape, firsts, Dense(seconds)


def _products(
    r: Array, replaced: Mapping[int, float] | None = None, through: tuple[int, ...] = ()
) -> Array:
    """Products of r_i .. r_(j-1), with some factors replaced.

    0 for products that do not go through those.
    """
    factors = r.copy()
    for k, value in (replaced or {}).items():
        factors[k] = value
    m = len(r) + 1
    result = np.zeros((m, m))
    for i in range(m):
        row = np.concatenate([[1.0], np.cumprod(factors[i:])])
        result[i, i:] = row
        result[i:, i] = row
    low, high = (
        np.minimum.outer(np.arange(m), np.arange(m)),
        np.maximum.outer(np.arange(m), np.arange(m)),
    )
    for k in through:
        result = np.where((low <= k) & (k < high), result, 0.0)
    return result


def _mean_at_lag(correlation: Array, lag: int) -> float:
    return float(np.mean(np.diag(correlation, lag)))


def _begin_common(correlation: Array) -> Array:
    m = len(correlation)
    low = 1 / max(m - 1, 1)
    mean = (correlation.sum() - m) / max(m * (m - 1), 1)
    p = np.clip((mean + low) / (1 + low), 0.02, 0.98)
    return np.array([np.log(p / (1 - p))])


def _begin_neighbours(correlation: Array) -> Array:
    return _unmapped(np.array([_mean_at_lag(correlation, 1) if len(correlation) > 1 else 0.0]))


def _begin_lags(correlation: Array) -> Array:
    return _unmapped(
        np.array([_mean_at_lag(correlation, lag) for lag in range(1, len(correlation))])
    )


def _begin_ante(correlation: Array) -> Array:
    return _unmapped(np.diag(correlation, 1).copy())


def _one(_m: int) -> int:
    return 1


def _less_one(m: int) -> int:
    return m - 1


def _below(m: int) -> int:
    return m * (m - 1) // 2


STRUCTURES: Mapping[str, Structure] = {
    structure.code: structure
    for structure in (
        Structure(
            "unstructured", "us", True, _below, _unstructured, lambda correlation: correlation
        ),
        Structure("heterogeneous Toeplitz", "toeph", True, _less_one, _toeplitz, _begin_lags),
        Structure("Toeplitz", "toep", False, _less_one, _toeplitz, _begin_lags),
        Structure(
            "heterogeneous ante-dependence", "adh", True, _less_one, _ante_dependence, _begin_ante
        ),
        Structure("ante-dependence", "ad", False, _less_one, _ante_dependence, _begin_ante),
        Structure("heterogeneous AR(1)", "ar1h", True, _one, _autoregressive, _begin_neighbours),
        Structure("AR(1)", "ar1", False, _one, _autoregressive, _begin_neighbours),
        Structure(
            "heterogeneous compound symmetry", "csh", True, _one, _compound_symmetry, _begin_common
        ),
        Structure("compound symmetry", "cs", False, _one, _compound_symmetry, _begin_common),
    )
}
