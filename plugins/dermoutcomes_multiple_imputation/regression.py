"""Bayesian regressions under flat priors: what is fitted once and drawn from as often as needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]
    Generator: TypeAlias = np.random.Generator

__all__ = ["DONORS", "LinearFit", "fit_linear", "matched", "usable_columns"]

DONORS = 5
COLLINEAR = 1e-9


@frozen(eq=False)
class LinearFit:
    """A least-squares fit.

    `used` columns of the design, coefficients, a root of the inverse cross-product, residual sum
    and its df.
    """

    used: Array
    coefficients: Array
    root: Array
    residual: float
    df: int

    def draw(self, rng: Generator) -> tuple[Array, float]:
        """Coefficients and residual SD from their posterior.

        S² df / chi² for the variance, then the normal for the coefficients.
        """
        sd = float((self.residual / rng.chisquare(self.df)) ** 0.5)
        return self.coefficients + sd * (
            self.root @ rng.standard_normal(len(self.coefficients))
        ), sd


def usable_columns(design: Array) -> Array:
    """The columns that are no linear combination of those before them.

    By Gram-Schmidt on columns of equal length.
    """
    import numpy as np

    usable: list[int] = []
    basis = np.zeros((design.shape[0], 0))
    for column in range(design.shape[1]):
        vector = design[:, column]
        length = np.linalg.norm(vector)
        if length == 0:
            continue
        left = vector / length
        for _ in range(2):
            left = left - basis @ (basis.T @ left)
        # The bound is of the squared length.
        if np.linalg.norm(left) > COLLINEAR**0.5:
            usable.append(column)
            basis = np.column_stack([basis, left / np.linalg.norm(left)])
    return np.array(usable, dtype=int)


def fit_linear(design: Array, outcome: Array) -> LinearFit | None:
    """The fit, or None where no degree of freedom is left for the residual variance."""
    import numpy as np

    used = usable_columns(design)
    df = len(outcome) - len(used)
    if df < 1:
        return None
    q, r = np.linalg.qr(design[:, used])
    coefficients = np.linalg.solve(r, q.T @ outcome)
    residual = outcome - design[:, used] @ coefficients
    return LinearFit(used, coefficients, np.linalg.inv(r), float(residual @ residual), df)


def matched(
    fit: LinearFit,
    drawn_coefficients: Array,
    observed: Array,
    outcome: Array,
    missing: Array,
    rng: Generator,
) -> Array:
    """Predictive mean matching.

    Each missing value is that of one of the five observed subjects whose prediction is nearest.

    Observed subjects are predicted from the fit, missing ones from the drawn coefficients; ties are
    broken by the draw.
    """
    import numpy as np

    predicted, targets = (
        observed[:, fit.used] @ fit.coefficients,
        missing[:, fit.used] @ drawn_coefficients,
    )
    donors = min(DONORS, len(predicted))
    shuffled = rng.permutation(len(predicted))
    nearest = np.argsort(
        np.abs(predicted[shuffled][None, :] - targets[:, None]), axis=1, kind="stable"
    )[:, :donors]
    donor = nearest[np.arange(len(targets)), rng.integers(0, donors, len(targets))]
    return np.asarray(outcome[shuffled][donor])
