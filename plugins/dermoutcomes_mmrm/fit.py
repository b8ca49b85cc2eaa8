"""A fitted model, in the units of its data."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi
from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes.stats import ModelTerm
from dermoutcomes_mmrm.design import Pieces, pieces_of
from dermoutcomes_mmrm.missing_patterns import CollinearError, Compressed, compress
from dermoutcomes_mmrm.model import Column, Data, columns_of
from dermoutcomes_mmrm.optimum import NotConvergedError, Optimum, optimum
from dermoutcomes_mmrm.structures import STRUCTURES, Structure

__all__ = [
    "CollinearError",
    "Fit",
    "NoVarianceError",
    "NotConvergedError",
    "fit",
    "record_residuals",
]

Array = np.ndarray[Any, Any]


class NoVarianceError(ValueError):
    """The mean model reproduces every outcome: nothing is left over to tell how sure it is."""


@frozen(eq=False)
class Fit:
    """A fitted model.

    `root` is R with R R' = the covariance of the coefficients, `unscaled` the coefficients of the
    scaled model.
    """

    data: Data
    terms: tuple[ModelTerm, ...]
    columns: tuple[Column, ...]
    pieces: Pieces
    compressed: Compressed
    structure: Structure
    reml: bool
    optimum: Optimum
    coefficients: Array
    root: Array

    @property
    def covariance(self) -> Array:
        """Of the coefficients, as if the covariance parameters were known."""
        result: Array = self.root @ self.root.T
        return result

    def matrix(self, group: int = 0) -> Array:
        """The covariance matrix of the visits."""
        result: Array = self.optimum.covariances[group].matrix * self.compressed.scale**2
        return result

    @property
    def n_obs(self) -> int:
        """Observed outcomes."""
        return self.compressed.n_obs

    @property
    def n_subjects(self) -> int:
        """Subjects with an outcome."""
        return int(self.compressed.count.sum())

    @property
    def n_parameters(self) -> int:
        """Covariance parameters."""
        return len(self.optimum.parameters)

    @property
    def minus2_loglik(self) -> float:
        """Minus twice the (restricted) log-likelihood."""
        n, p = self.n_obs, len(self.columns)
        # The search works on data of unit scale with orthonormal columns: scale and columns come
        # back here.
        free = n - p if self.reml else n
        scaled = (
            self.optimum.state.value + free * log(2 * pi) + 2 * free * log(self.compressed.scale)
        )
        return (
            scaled - 2 * float(np.linalg.slogdet(self.compressed.back)[1]) if self.reml else scaled
        )

    @property
    def aic(self) -> float:
        """Akaike's criterion.

        It counts covariance parameters, under ML too, since covariances are what it compares.
        """
        return self.minus2_loglik + 2 * self.n_parameters

    @property
    def aicc(self) -> float:
        """Akaike's criterion, corrected for few observations."""
        n = max(self.n_obs - len(self.columns), self.n_parameters + 2)
        return self.minus2_loglik + 2 * self.n_parameters * n / (n - self.n_parameters - 1)

    @property
    def bic(self) -> float:
        """Schwarz's criterion by the number of subjects."""
        return self.minus2_loglik + self.n_parameters * log(self.n_subjects)


def record_residuals(model: Fit) -> tuple[Array, Array, Array]:
    """Fitted values, residuals, and residuals over the standard deviation of their visit.

    Each is subjects x visits, NaN where nothing was observed. The standard deviation is that of the
    model's covariance of visits: what R's `gls` calls a residual of type "pearson".
    """
    fitted = model.pieces.rows() @ model.coefficients
    residuals = model.data.outcome - fitted
    fitted = np.where(np.isnan(residuals), np.nan, fitted)
    groups = model.data.group
    of_subject = np.zeros(len(fitted), dtype=np.int64) if groups is None else groups
    spread = np.sqrt([np.diag(model.matrix(group)) for group in range(len(model.data.groups))])
    return fitted, residuals, residuals / spread[of_subject]


def fit(data: Data, terms: Sequence[ModelTerm], structure: str = "us", *, reml: bool = True) -> Fit:
    """The model with those terms. Raises CollinearError, NoVarianceError or NotConvergedError."""
    columns = columns_of(terms, data.factors)
    pieces = pieces_of(columns, data)
    compressed = compress(pieces, data.outcome, data.group, len(data.groups))
    if compressed.scale == 0.0:
        raise NoVarianceError("the mean model reproduces every outcome")
    best = optimum(compressed, STRUCTURES[structure], reml=reml)
    coefficients = compressed.scale * (
        compressed.back @ (best.state.coefficients + compressed.shift)
    )
    root = compressed.scale * (compressed.back @ best.state.root)
    return Fit(
        data,
        tuple(terms),
        columns,
        pieces,
        compressed,
        STRUCTURES[structure],
        reml,
        best,
        coefficients,
        root,
    )
