"""Tests of fixed effects in small samples.

Satterthwaite's degrees of freedom, and Kenward and Roger's covariance and F.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

from attrs import frozen

from dermoutcomes.stats import Tail
from dermoutcomes_within_subject.mixed_model import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes_within_subject.mixed_model import Fit

    Floats = NDArray[np.float64]

__all__ = ["Effect", "Inference", "JointTest", "Method", "inference"]

Method = Literal["kenward-roger", "satterthwaite"]


class Effect(NamedTuple):
    """One combination of fixed effects, with Student's t of it."""

    estimate: float
    std_error: float
    df: float
    statistic: float

    def p_value(self, tail: Tail = "two-sided") -> float:
        """Of no effect, against both or one direction."""
        from dermoutcomes.stats import tail_probability

        return tail_probability(self.statistic, tail, self.df)

    def limits(self, confidence: float = 0.95) -> tuple[float, float]:
        """The two-sided interval."""
        from dermoutcomes.stats import wald_interval

        return wald_interval(self.estimate, self.std_error, confidence, self.df)


class JointTest(NamedTuple):
    """An F test of several combinations at once."""

    statistic: float
    df_num: int
    df_den: float

    @property
    def p_value(self) -> float:
        """The upper tail."""
        from scipy.special import chdtrc, fdtrc

        if self.df_den == inf:
            return float(chdtrc(self.df_num, self.df_num * self.statistic))
        return float(fdtrc(self.df_num, self.df_den, self.statistic))


@frozen(eq=False)
class Inference:
    """A fit with the covariances of its fixed effects and of its covariance parameters.

    The former is the one that tests use; both are of scaled data.
    """

    fit: Fit
    method: Method
    covariance: Floats
    weights: Floats
    reduced: bool = False

    def effect(self, row: Floats) -> Effect:
        """The combination of fixed effects that `row` names."""
        likelihood, scale = self.fit.likelihood, self.fit.scale
        estimate, std_error = (
            float(row @ likelihood.beta),
            sqrt(float(row @ self.covariance @ row)),
        )
        df = (
            self._one_df(row)
            if self.method == "satterthwaite"
            else self._kenward_roger(row[None, :])[0]
        )
        return Effect(estimate * scale, std_error * scale, df, estimate / std_error)

    def together(self, rows: Floats) -> JointTest:
        """The F test that all combinations are zero; rows that depend on others count once."""
        rows = _independent(rows)
        return (
            self._f_satterthwaite(rows)
            if self.method == "satterthwaite"
            else self._f_kenward_roger(rows)
        )

    def correlation(self, row: Floats, other: Floats) -> float:
        """Of the estimates of two combinations."""
        from dermoutcomes.stats import contrast_correlation

        return contrast_correlation(row, other, self.covariance) or 0.0

    def _one_df(self, row: Floats) -> float:
        """Twice the squared variance over the variance of the variance."""
        import numpy as np

        phi_row = self.fit.likelihood.phi @ row
        gradient = np.einsum("a,iab,b->i", phi_row, self.fit.likelihood.k, phi_row)
        spread = float(gradient @ self.weights @ gradient)
        return 2 * float(row @ phi_row) ** 2 / spread if spread > 0 else inf

    def _f_satterthwaite(self, rows: Floats) -> JointTest:
        """Fai and Cornelius.

        One t an eigenvector of the covariance, whose squares add up to an F with matching mean.
        """
        import numpy as np

        sizes, vectors = np.linalg.eigh(rows @ self.fit.likelihood.phi @ rows.T)
        rotated = vectors.T @ rows
        f = float(np.mean((rotated @ self.fit.likelihood.beta) ** 2 / sizes))
        return JointTest(f, len(rows), _pooled([self._one_df(row) for row in rotated]))

    def _f_kenward_roger(self, rows: Floats) -> JointTest:
        import numpy as np

        df, factor = self._kenward_roger(rows)
        estimate = rows @ self.fit.likelihood.beta
        f = float(estimate @ np.linalg.solve(rows @ self.covariance @ rows.T, estimate)) / len(rows)
        return JointTest(factor * f, len(rows), df)

    def _kenward_roger(self, rows: Floats) -> tuple[float, float]:
        """Denominator degrees of freedom and the factor of the F statistic.

        Kenward and Roger 1997, section 3.
        """
        import numpy as np

        phi, q = self.fit.likelihood.phi, len(rows)
        theta = rows.T @ np.linalg.inv(rows @ phi @ rows.T) @ rows
        u = -(theta @ phi @ self.fit.likelihood.k @ phi)
        a1 = float(
            np.einsum("ij,i,j->", self.weights, np.einsum("iaa->i", u), np.einsum("iaa->i", u))
        )
        a2 = float(np.einsum("ij,iab,jba->", self.weights, u, u))
        # The contrast's variance does not move with any parameter: it counts as known.
        if a2 <= 0:
            return inf, 1.0
        b = (a1 + 6 * a2) / (2 * q)
        g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
        c1, c2, c3 = (part / (3 * q + 2 * (1 - g)) for part in (g, q - g, q + 2 - g))
        # What counts as zero here, and as 2 degrees of freedom below, is what R's pbkrtest takes
        # for it.
        v0, v1, v2 = (
            0.0 if abs(part) < 1e-10 else part for part in (1 + c1 * b, 1 - c2 * b, 1 - c3 * b)
        )
        shrunk = 1.0 if abs(1 - a2 / q) < 1e-10 and not v1 else (1 - a2 / q) / v1
        # Without end the degrees of freedom are 4, their limit.
        rho = shrunk**2 * v0 / v2 / q if v2 else inf
        df = 4 + (q + 2) / (q * rho - 1)
        return df, 1.0 if abs(df - 2) < 1e-2 else df * (1 - a2 / q) / (df - 2)


def inference(fit: Fit, method: Method) -> Inference:
    """Satterthwaite uses the observed information at the optimum.

    Kenward and Roger the expected one and a covariance that it corrects.

    In very few data the correction by variances that are estimated as zero can make a variance of
    estimates negative; then these are left out of it (`reduced`). Raises ModelError where that does
    not help.
    """
    import numpy as np

    likelihood, free = fit.likelihood, fit.free
    if method == "satterthwaite":
        weights = _widened(
            np.asarray(
                2 * np.linalg.pinv(likelihood.observed[np.ix_(free, free)], hermitian=True),
                dtype=np.float64,
            ),
            free,
        )
        return Inference(fit, method, likelihood.phi, weights)
    weights = np.asarray(
        2 * np.linalg.pinv(likelihood.expected, rcond=1e-12, hermitian=True), dtype=np.float64
    )
    covariance = _corrected(fit, weights)
    if _positive(covariance):
        return Inference(fit, method, covariance, weights)
    weights = _widened(
        np.asarray(
            2 * np.linalg.pinv(likelihood.expected[np.ix_(free, free)], hermitian=True),
            dtype=np.float64,
        ),
        free,
    )
    covariance = _corrected(fit, weights)
    if not _positive(covariance):
        raise ModelError(
            "no_correction: Kenward and Roger's correction is larger than what it corrects; there "
            "are too few data for it."
        )
    return Inference(fit, method, covariance, weights, reduced=True)


def _widened(block: Floats, free: NDArray[np.bool_]) -> Floats:
    """A covariance of the free parameters as one of all, the others known."""
    import numpy as np

    widened = np.zeros((len(free), len(free)))
    widened[np.ix_(free, free)] = block
    return widened


def _corrected(fit: Fit, weights: Floats) -> Floats:
    """The covariance of the fixed effects.

    Corrected for what estimating the covariance parameters adds (Kenward and Roger 1997, section
    2).
    """
    import numpy as np

    likelihood = fit.likelihood
    correction = np.einsum("ij,ijab->ab", weights, likelihood.q) - np.einsum(
        "ij,iab,bc,jcd->ad", weights, likelihood.k, likelihood.phi, likelihood.k
    )
    corrected: Floats = (
        likelihood.phi + 2 * likelihood.phi @ ((correction + correction.T) / 2) @ likelihood.phi
    )
    return corrected


def _positive(covariance: Floats) -> bool:
    import numpy as np

    size = np.sqrt(np.abs(np.diag(covariance)))
    return bool(np.diag(covariance).min() > 0) and bool(
        np.linalg.eigvalsh(covariance / np.outer(size, size)).min() > 1e-12
    )


def _pooled(dfs: list[float]) -> float:
    """Degrees of freedom of the F whose mean is that of the squared t's.

    2 where one of them has no mean.
    """
    if max(dfs) - min(dfs) < 1e-8:
        return sum(dfs) / len(dfs)
    if min(dfs) <= 2:
        return 2.0
    mean = sum(df / (df - 2) if df != inf else 1.0 for df in dfs)
    return 2 * mean / (mean - len(dfs)) if mean > len(dfs) else inf


def _independent(rows: Floats) -> Floats:
    """The rows without those that depend on earlier ones."""
    import numpy as np

    independent: list[Floats] = []
    for row in rows:
        if np.linalg.matrix_rank(np.array([*independent, row])) > len(independent):
            independent.append(row)
    return np.array(independent)
