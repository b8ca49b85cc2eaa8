"""Second derivatives of a covariance matrix, never written out.

Only their sums with weights are needed.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from attrs import frozen

__all__ = ["Curving", "Dense", "Products", "Scaled"]

Array = np.ndarray[Any, Any]


class Curving(Protocol):
    """The second derivatives of a matrix in its parameters."""

    def bent(self, weights: Array) -> Array:
        """Each second derivative times a matrix of weights, summed over its entries.

        Parameters x parameters.
        """

    def spread(self, weights: Array) -> Array:
        """The second derivatives summed over pairs of parameters with those weights: a matrix."""


@frozen(eq=False)
class Dense:
    """Of few parameters: parameters x parameters x visits x visits."""

    second: Array

    def bent(self, weights: Array) -> Array:
        """As Curving says."""
        return np.asarray(np.tensordot(self.second, weights, 2))

    def spread(self, weights: Array) -> Array:
        """As Curving says."""
        return np.asarray(np.tensordot(weights, self.second, 2))


@frozen(eq=False)
class Products:
    """Of L L' in the entries of L below the diagonal, at rows i and columns j.

    Two entries of one column give a constant.
    """

    i: Array
    j: Array
    m: int

    def bent(self, weights: Array) -> Array:
        """As Curving says."""
        symmetric = weights + weights.T
        result: Array = symmetric[np.ix_(self.i, self.i)] * (self.j[:, None] == self.j[None, :])
        return result

    def spread(self, weights: Array) -> Array:
        """As Curving says."""
        result = np.zeros((self.m, self.m))
        for column in range(self.m - 1):
            of_column = np.flatnonzero(self.j == column)
            result[np.ix_(self.i[of_column], self.i[of_column])] += weights[
                np.ix_(of_column, of_column)
            ]
        return result + result.T


@frozen(eq=False)
class Scaled:
    """Of exp(a_i + a_j) C_ij.

    `touch` says how often each a enters each entry, `outer` is the scale, `first` C's derivatives.
    """

    touch: Array
    outer: Array
    shape: Array
    first: Array
    of_shape: Curving

    def bent(self, weights: Array) -> Array:
        """As Curving says."""
        k, n = len(self.touch), len(self.touch) + len(self.first)
        touch, first = self.touch.reshape(k, -1), self.first.reshape(n - k, self.outer.size)
        scaled = weights * self.outer
        result = np.empty((n, n))
        result[:k, :k] = (touch * (scaled * self.shape).reshape(-1)) @ touch.T
        result[:k, k:] = (touch * scaled.reshape(-1)) @ first.T
        result[k:, :k] = result[:k, k:].T
        result[k:, k:] = self.of_shape.bent(scaled)
        return result

    def spread(self, weights: Array) -> Array:
        """As Curving says."""
        k = len(self.touch)
        by_scale = (
            np.einsum("kl,kij,lij->ij", weights[:k, :k], self.touch, self.touch, optimize=True)
            * self.shape
        )
        across = weights[:k, k:] + weights[k:, :k].T
        by_both = np.einsum("kij,kij->ij", self.touch, np.tensordot(across, self.first, 1))
        result: Array = self.outer * (by_scale + by_both + self.of_shape.spread(weights[k:, k:]))
        return result
