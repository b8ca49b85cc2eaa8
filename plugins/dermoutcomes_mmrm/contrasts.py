"""Contrasts of the coefficients: estimates, standard errors, degrees of freedom and tests."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import define, frozen

from dermoutcomes_mmrm import kenward_roger, sandwich
from dermoutcomes_mmrm.degrees import between_within, satterthwaite_denominator
from dermoutcomes_mmrm.fit import Fit

__all__ = ["Contrasts", "Estimates", "Joint"]

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class Estimates:
    """Linear functions of the coefficients, one an entry."""

    estimate: Array
    std_error: Array
    df: Array

    @property
    def statistic(self) -> Array:
        """Estimate over standard error."""
        result: Array = self.estimate / self.std_error
        return result

    @property
    def p_value(self) -> Array:
        """Two-sided, from the t distribution."""
        return self.p_of("two-sided")

    def p_of(self, tail: str) -> Array:
        """From the t distribution: "two-sided", "greater" or "less"."""
        from scipy.special import stdtr

        t = self.statistic
        result: Array = (
            2 * stdtr(self.df, -np.abs(t))
            if tail == "two-sided"
            else stdtr(self.df, -t if tail == "greater" else t)
        )
        return result

    def interval(self, confidence: float = 0.95) -> tuple[Array, Array]:
        """Limits from the t distribution."""
        from scipy.special import stdtrit

        half_width = stdtrit(self.df, (1 + confidence) / 2) * self.std_error
        return self.estimate - half_width, self.estimate + half_width


@frozen
class Joint:
    """An F test of several contrasts together."""

    statistic: float
    df_num: int
    df_den: float

    @property
    def p_value(self) -> float:
        """From the F distribution."""
        from scipy.special import fdtrc

        return float(fdtrc(self.df_num, self.df_den, self.statistic))


@define(eq=False, slots=False)
class Contrasts:
    """What a fitted model says of contrasts.

    Under one choice of degrees of freedom and of standard errors.

    All is done in coordinates in which the coefficients have unit covariance: a row of contrasts
    times `fit.root`.
    """

    fit: Fit
    df: str = "satterthwaite"
    errors: str = "model"

    @cached_property
    def parameter_covariance(self) -> Array:
        """Of the covariance parameters.

        The inverse Hessian of -log L, observed and not expected.
        """
        return np.asarray(2 * np.linalg.inv(self.fit.optimum.curvature.hessian))

    @cached_property
    def slopes(self) -> Array:
        """The derivative of the coefficients' covariance in each covariance parameter.

        Between `fit.root` and its transpose.
        """
        p = len(self.fit.columns)
        return self.fit.optimum.curvature.turned[:, :p, :p]

    @cached_property
    def middle(self) -> Array:
        """The middle of the covariance that standard errors come from.

        It stands between `fit.root` and its transpose.
        """
        if self.errors != "model":
            return sandwich.middle(self.fit, self.errors)
        if self.df.startswith("kenward-roger"):
            return kenward_roger.middle(
                self.fit, self.parameter_covariance, linear=self.df == "kenward-roger-linear"
            )
        return np.eye(len(self.fit.columns))

    @cached_property
    def covariance(self) -> Array:
        """Of the coefficients, as standard errors have it."""
        result: Array = self.fit.root @ self.middle @ self.fit.root.T
        return result

    def estimates(self, rows: Array) -> Estimates:
        """Each row's estimate, standard error and degrees of freedom."""
        rows = np.atleast_2d(rows)
        white = rows @ self.fit.root
        variance = np.einsum("ij,jk,ik->i", white, self.middle, white)
        return Estimates(rows @ self.fit.coefficients, np.sqrt(variance), self.degrees(rows))

    def degrees(self, rows: Array) -> Array:
        """Degrees of freedom of each row.

        Satterthwaite's are Kenward and Roger's for a single contrast.
        """
        rows = np.atleast_2d(rows)
        if self.df == "residual":
            return np.full(len(rows), float(self.fit.n_obs - len(self.fit.columns)))
        if self.df == "between-within":
            return between_within(self.fit, rows)
        return self._satterthwaite(rows @ self.fit.root)

    def _satterthwaite(self, white: Array) -> Array:
        slopes = np.einsum("ij,rjk,ik->ir", white, self.slopes, white, optimize=True)
        spread = np.einsum("ir,rs,is->i", slopes, self.parameter_covariance, slopes)
        variance = np.einsum("ij,ij->i", white, white)
        result: Array = 2 * variance**2 / spread
        return result

    def joint(self, rows: Array) -> Joint:
        """The F test that all rows are zero.

        Rows that the others imply are no test of their own.
        """
        rows = np.atleast_2d(rows)
        if self.df.startswith("kenward-roger"):
            return self._kenward_roger(rows)
        white = rows @ self.fit.root
        values, vectors = np.linalg.eigh(white @ self.middle @ white.T)
        positive = values > 1e-10 * values[-1]
        independent = vectors[:, positive].T @ rows
        estimates = self.estimates(independent)
        df = (
            satterthwaite_denominator(estimates.df)
            if self.df == "satterthwaite"
            else float(estimates.df.min())
        )
        return Joint(float(np.mean(estimates.statistic**2)), int(positive.sum()), df)

    def _kenward_roger(self, rows: Array) -> Joint:
        independent = rows[_independent(rows @ self.fit.root)]
        basis, _ = np.linalg.qr((independent @ self.fit.root).T)
        scale, df = kenward_roger.scale_and_degrees(
            basis.T @ self.slopes @ basis, self.parameter_covariance
        )
        estimate = independent @ self.fit.coefficients
        wald = float(
            estimate @ np.linalg.solve(independent @ self.covariance @ independent.T, estimate)
        )
        return Joint(scale * wald / len(independent), len(independent), df)


def _independent(rows: Array) -> list[int]:
    """Positions of rows that are no combination of those before them."""
    positive: list[int] = []
    basis = np.zeros((0, rows.shape[1]))
    for number, row in enumerate(rows):
        left = row - basis.T @ (basis @ row)
        if np.linalg.norm(left) > 1e-8 * np.linalg.norm(row):
            positive.append(number)
            basis = np.vstack([basis, left / np.linalg.norm(left)])
    return positive
