"""A linear mixed model of few records by restricted maximum likelihood, with whole matrices.

The search is that of average information; Kenward and Roger's covariance and F are written as in
their paper of 1997.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import sqrt

import numpy as np
from scipy import stats

from .within_formulas import Stats, effect

Matrix = np.ndarray


class MixedModel:
    """The fitted model; `groups` names each record's group of a random intercept."""

    def __init__(
        self, y: Sequence[float], x: Matrix, groups: Mapping[str, Sequence[Hashable]]
    ) -> None:
        self.y, self.x, self.names = np.array(y), np.array(x, dtype=float), (*groups, "residual")
        self.parts = [
            np.array([[float(one == other) for other in names] for one in names])
            for names in groups.values()
        ]
        self.parts.append(np.eye(len(y)))
        self.theta = self._optimum()
        inverse, projected = self._projection(self.theta)
        self.phi = np.linalg.inv(self.x.T @ inverse @ self.x)
        self.beta = self.phi @ self.x.T @ inverse @ self.y
        information = np.array(
            [
                [np.trace(projected @ one @ projected @ other) / 2 for other in self.parts]
                for one in self.parts
            ]
        )
        self.weights = np.linalg.inv(information)
        self.p = [-self.x.T @ inverse @ part @ inverse @ self.x for part in self.parts]
        q = [
            [self.x.T @ inverse @ one @ inverse @ other @ inverse @ self.x for other in self.parts]
            for one in self.parts
        ]
        added = sum(
            self.weights[i, j] * (q[i][j] - self.p[i] @ self.phi @ self.p[j])
            for i in range(len(self.parts))
            for j in range(len(self.parts))
        )
        self.corrected = self.phi + 2 * self.phi @ added @ self.phi

    def _projection(self, theta: Matrix) -> tuple[Matrix, Matrix]:
        inverse = np.linalg.inv(
            sum(value * part for value, part in zip(theta, self.parts, strict=True))
        )
        vx = inverse @ self.x
        return inverse, inverse - vx @ np.linalg.inv(self.x.T @ vx) @ vx.T

    def _optimum(self) -> Matrix:
        theta = np.full(len(self.parts), self.y.var() / len(self.parts))
        for _ in range(100):
            _, projected = self._projection(theta)
            py = projected @ self.y
            moved = [part @ py for part in self.parts]
            slope = np.array([(projected * part).sum() for part in self.parts])
            slope -= np.array([py @ one for one in moved])
            curvature = np.array([[one @ projected @ other for other in moved] for one in moved])
            step = np.linalg.solve(curvature, slope)
            while (theta - step <= 0).any():
                step = step / 2
            theta = theta - step
            if (abs(step) < 1e-13 * theta.sum()).all() and (
                abs(slope) < 1e-6 * abs(curvature @ theta)
            ).all():
                return theta
        raise AssertionError("no optimum inside the bounds; the study of the test should have one")

    def variance(self, name: str) -> float:
        """The variance of a random intercept, or the residual one."""
        return float(self.theta[self.names.index(name)])

    def effect(self, row: Sequence[float]) -> Stats:
        """One combination of fixed effects, with Kenward and Roger's error and df."""
        at = np.array(row, dtype=float)
        return effect(
            float(at @ self.beta), sqrt(at @ self.corrected @ at), self._scaled(at[None, :])[0]
        )

    def test(self, rows: Sequence[Sequence[float]]) -> Stats:
        """Kenward and Roger's F test that all combinations are zero."""
        at = np.array(rows, dtype=float)
        estimates, (df, factor) = at @ self.beta, self._scaled(at)
        f = factor * estimates @ np.linalg.solve(at @ self.corrected @ at.T, estimates) / len(at)
        return {
            "statistic": f,
            "df_num": len(at),
            "df_den": df,
            "p_value": stats.f.sf(f, len(at), df),
        }

    def correlation(self, row: Sequence[float], other: Sequence[float]) -> float:
        """Of two estimated combinations."""
        a, b, c = np.array(row), np.array(other), self.corrected
        return float(a @ c @ b / sqrt((a @ c @ a) * (b @ c @ b)))

    def _scaled(self, rows: Matrix) -> tuple[float, float]:
        """Degrees of freedom m and factor lambda."""
        length = len(rows)
        theta = rows.T @ np.linalg.inv(rows @ self.phi @ rows.T) @ rows
        parts = [theta @ self.phi @ p @ self.phi for p in self.p]
        both = [(i, j) for i in range(len(parts)) for j in range(len(parts))]
        a1 = sum(self.weights[i, j] * np.trace(parts[i]) * np.trace(parts[j]) for i, j in both)
        a2 = sum(self.weights[i, j] * np.trace(parts[i] @ parts[j]) for i, j in both)
        b = (a1 + 6 * a2) / (2 * length)
        g = ((length + 1) * a1 - (length + 4) * a2) / ((length + 2) * a2)
        below = 3 * length + 2 * (1 - g)
        c1, c2, c3 = g / below, (length - g) / below, (length + 2 - g) / below
        expected = 1 / (1 - a2 / length)
        variance = 2 / length * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = variance / (2 * expected**2)
        m = 4 + (length + 2) / (length * rho - 1)
        return float(m), float(m / (expected * (m - 2)))
