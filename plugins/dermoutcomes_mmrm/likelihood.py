"""Minus twice the (restricted) log-likelihood, with its exact gradient and Hessian.

Write S for the covariance matrix of all visits, W for the inverse of its part at a pattern's visits
(zero elsewhere), X and r for a subject's design and residual, H = sum X'WX, and U = WX, u = Wr.
Every derivative in direction E of S is a sum over subjects of products of U and u with E between:

    dH = -sum U'EU,   d(r'Wr) = -sum u'Eu,

and the second derivatives add W between two directions. With A = sum (U inv(H) U' + u u') over the
subjects of a pattern of n:

    gradient   = sum over patterns of <n W - A, E>
    Hessian    = sum over patterns of tr((A - n W / 2)(E W F + F W E))
                 - tr(inv(H) dH_E inv(H) dH_F) - 2 w_E' inv(H) w_F

with w_E = sum U'Eu, the change of the coefficients being profiled out. Maximum likelihood leaves
out what comes from log|H|.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes_mmrm.missing_patterns import Compressed
from dermoutcomes_mmrm.structures import Covariance

__all__ = ["Curvature", "State", "curvature", "state"]

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class State:
    """The likelihood at a covariance.

    `root` is C with C C' = inv(H), `weights` W by pattern, `solved` W [X r] by pseudo-subject.
    """

    value: float
    coefficients: Array
    root: Array
    weights: Array
    solved: Array


@frozen(eq=False)
class Curvature:
    """Gradient and Hessian in the covariance parameters.

    `turned` has C' (sum U' dS U) C for each of them, with the residual as a last row and column:
    parameters x (columns + 1) x (columns + 1).
    """

    gradient: Array
    hessian: Array
    turned: Array


def state(data: Compressed, matrices: Array, *, reml: bool = True) -> State:
    """The likelihood at one covariance matrix a group.

    Raises LinAlgError where one is not positive definite.
    """
    weights, log_determinants = _weights(data, matrices)
    t, m, p1 = data.rows.shape
    p = p1 - 1
    solved = weights[data.of] @ data.rows
    products = data.rows.reshape(t * m, p1).T @ solved.reshape(t * m, p1)
    lower = np.linalg.cholesky(products[:p, :p])
    root = np.linalg.inv(lower).T
    # C C' is the inverse of X'WX; the root itself is what the derivatives need.
    coefficients = root @ (root.T @ products[:p, p])
    # W times the outcome becomes W times its residual.
    solved[:, :, p] -= solved[:, :, :p] @ coefficients
    residual = data.rows[:, :, p] - data.rows[:, :, :p] @ coefficients
    value = float(data.count @ log_determinants + np.sum(residual * solved[:, :, p]))
    value += 2 * float(np.log(np.diag(lower)).sum()) if reml else 0.0
    return State(value, coefficients, root, weights, solved)


def _weights(data: Compressed, matrices: Array) -> tuple[Array, Array]:
    """Inverses by pattern, zero where a visit is missing, and their log determinants."""
    m = matrices.shape[1]
    both_present = data.present[:, :, None] & data.present[:, None, :]
    # Ones on the diagonal for missing visits: one stacked factorisation for all patterns, in which
    # they add nothing to the determinant.
    padded = np.where(both_present, matrices[data.group], np.eye(m))
    lower = np.linalg.cholesky(padded)
    turned = np.linalg.inv(lower)
    weights = np.where(both_present, turned.transpose(0, 2, 1) @ turned, 0.0)
    return weights, 2 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)


def curvature(
    data: Compressed, at: State, covariances: list[Covariance], *, reml: bool = True
) -> Curvature:
    """Exact first and second derivatives in the parameters of all groups.

    The parameters stand one group after the other.
    """
    whitened = at.solved.copy()
    p = whitened.shape[2] - 1
    whitened[:, :, :p] = at.solved[:, :, :p] @ at.root
    sizes = [len(covariance.first) for covariance in covariances]
    n = sum(sizes)
    gradient, hessian, turned = np.zeros(n), np.zeros((n, n)), np.zeros((n, p + 1, p + 1))
    # The last column is the residual: only it moves the likelihood that is not restricted.
    sums = _by_pattern(data, whitened if reml else whitened[:, :, p:])
    end = np.cumsum(sizes)
    for group, covariance in enumerate(covariances):
        in_group, of_group = data.group == group, slice(end[group] - sizes[group], end[group])
        slope, hessian[of_group, of_group] = _explicit(
            at.weights[in_group], sums[in_group], data.count[in_group], covariance
        )
        gradient[of_group] = slope
        turned[of_group] = _turned(whitened[in_group[data.of]], covariance.first)
    return Curvature(gradient, hessian - _implicit(turned, reml=reml), turned)


def _by_pattern(data: Compressed, vectors: Array) -> Array:
    result: Array = np.add.reduceat(vectors @ vectors.transpose(0, 2, 1), data.start, axis=0)
    return result


def _explicit(
    weights: Array, sums: Array, count: Array, covariance: Covariance
) -> tuple[Array, Array]:
    """Gradient, and the Hessian's part with the two directions in one subject."""
    m = weights.shape[1]
    directions = covariance.first.reshape(-1, m * m)
    counted = count[:, None, None] * weights
    slope = (counted - sums).sum(axis=0)
    left, right = (sums - 0.5 * counted).reshape(-1, m * m), weights.reshape(-1, m * m)
    # Summed over patterns first: one matrix of visits² x visits², however many parameters there
    # are.
    quartic = (left.T @ right).reshape(m, m, m, m).transpose(0, 2, 3, 1).reshape(m * m, m * m)
    one_order = directions @ quartic @ directions.T
    return directions @ slope.reshape(m * m), one_order + one_order.T + covariance.second.bent(
        slope
    )


def _turned(whitened: Array, directions: Array) -> Array:
    """Sum over subjects of [U C, u]' E [U C, u] for each direction E."""
    t, m, p1 = whitened.shape
    flat = whitened.reshape(t, m * p1)
    gram = (flat.T @ flat).reshape(m, p1, m, p1).transpose(0, 2, 1, 3).reshape(m * m, p1 * p1)
    result: Array = (directions.reshape(-1, m * m) @ gram).reshape(-1, p1, p1)
    return result


def _implicit(turned: Array, *, reml: bool) -> Array:
    p = turned.shape[1] - 1
    shifts = turned[:, :p, p]
    result: Array = 2 * shifts @ shifts.T
    if reml:
        flat = turned[:, :p, :p].reshape(len(turned), p * p)
        result = result + flat @ flat.T
    return result
