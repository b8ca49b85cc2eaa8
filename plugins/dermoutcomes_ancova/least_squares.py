"""Least squares with a full-rank design.

Coefficients, their covariance, estimates of linear functions, and F tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes_ancova.model_terms import Term

__all__ = [
    "Estimate",
    "FTest",
    "Fit",
    "estimate",
    "f_test",
    "fit",
    "scaled_residuals",
    "sequential",
    "with_hc3",
]

# The leverage of a record that alone determines its fitted value, but for rounding.
ALONE = 1 - 1e-10


class Fit(NamedTuple):
    """A fitted model.

    `columns` are where each term stands in the design, whose first column is the intercept.
    """

    design: np.ndarray
    residuals: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    unscaled: np.ndarray
    effects: np.ndarray
    columns: dict[str, slice]
    df: int
    residual_ss: float
    total_ss: float

    @property
    def variance(self) -> float:
        """Residual mean square."""
        return self.residual_ss / self.df

    @property
    def r_squared(self) -> float:
        """Share of the corrected sum of squares that the model explains."""
        return 1 - self.residual_ss / self.total_ss


class Estimate(NamedTuple):
    """A linear function of the coefficients, with its t interval and two-sided test.

    `greater` and `less` are the one-sided p-values.
    """

    estimate: float
    std_error: float
    df: int
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float
    greater: float
    less: float


class FTest(NamedTuple):
    """An F test.

    `sum_of_squares` is that of the hypothesis under the model's own covariance, F times df_num
    times mean square.
    """

    statistic: float
    df_num: int
    df_den: int
    p_value: float
    sum_of_squares: float


def fit(outcome: Sequence[float], terms: Sequence[Term]) -> Fit:
    """The least squares fit of the outcome on an intercept and the terms.

    By a QR decomposition of the design in scaled columns.
    """
    import numpy as np
    from scipy.linalg import qr, solve_triangular

    y = np.asarray(outcome, dtype=float)
    design = np.hstack([np.ones((len(y), 1)), *(term.columns for term in terms)])
    # A covariate in thousands beside indicators would cost digits; coefficients are scaled back.
    scale = np.linalg.norm(design, axis=0)
    q, r = qr(design / scale, mode="economic")
    effects = q.T @ y
    coefficients = solve_triangular(r, effects) / scale
    inverse = solve_triangular(r, np.eye(len(scale))) / scale[:, None]
    unscaled = inverse @ inverse.T
    residuals = y - design @ coefficients
    df, rss = len(y) - design.shape[1], float(residuals @ residuals)
    total = float(((y - y.mean()) ** 2).sum())
    return Fit(
        design,
        residuals,
        coefficients,
        unscaled * (rss / df),
        unscaled,
        effects,
        _places(terms),
        df,
        rss,
        total,
    )


def _places(terms: Sequence[Term]) -> dict[str, slice]:
    places, start = {"(Intercept)": slice(0, 1)}, 1
    for term in terms:
        places[term.name] = slice(start, start + len(term.labels))
        start += len(term.labels)
    return places


def leverages(fitted: Fit) -> np.ndarray:
    """How much each record determines the value that is fitted to it, from 0 to 1."""
    import numpy as np

    result: np.ndarray = np.einsum("ij,jk,ik->i", fitted.design, fitted.unscaled, fitted.design)
    return result


def scaled_residuals(fitted: Fit) -> list[float | None]:
    """Residuals over their standard deviations, s times the root of 1 minus leverage.

    Those that R has as `rstandard`. None for a record that alone determines its fitted value.
    """
    spread = fitted.variance**0.5
    return [
        None if leverage > ALONE else float(residual / (spread * sqrt(1 - leverage)))
        for residual, leverage in zip(fitted.residuals, leverages(fitted), strict=True)
    ]


def with_hc3(fitted: Fit) -> Fit:
    """The fit with MacKinnon and White's HC3 covariance, which does not assume equal variances.

    Raises ValueError where a record determines its own fitted value, which leaves it no residual.
    """
    leverage = leverages(fitted)
    if leverage.max() > ALONE:
        raise ValueError(
            "a record alone determines its fitted value, as the only one of its level does; it has "
            "no residual for HC3"
        )
    weighted = fitted.design * (fitted.residuals / (1 - leverage))[:, None]
    return fitted._replace(covariance=fitted.unscaled @ (weighted.T @ weighted) @ fitted.unscaled)


def estimate(
    fitted: Fit, weights: np.ndarray, confidence: float = 0.95, null: float = 0.0
) -> Estimate:
    """The sum of the coefficients times the weights."""
    from dermoutcomes.stats import critical_value, tail_probability

    value, std_error = (
        float(weights @ fitted.coefficients),
        sqrt(float(weights @ fitted.covariance @ weights)),
    )
    half_width, t = (
        critical_value(confidence, fitted.df) * std_error,
        (value - null) / std_error,
    )
    return Estimate(
        value,
        std_error,
        fitted.df,
        value - half_width,
        value + half_width,
        t,
        tail_probability(t, "two-sided", fitted.df),
        tail_probability(t, "greater", fitted.df),
        tail_probability(t, "less", fitted.df),
    )


def f_test(fitted: Fit, contrasts: np.ndarray) -> FTest:
    """The test that `contrasts` times the coefficients is zero in every row.

    `contrasts` has the shape rows × coefficients and full rank.
    """
    import numpy as np
    from scipy.special import fdtrc

    value = contrasts @ fitted.coefficients
    f = float(value @ np.linalg.solve(contrasts @ fitted.covariance @ contrasts.T, value)) / len(
        contrasts
    )
    return FTest(
        f,
        len(contrasts),
        fitted.df,
        float(fdtrc(len(contrasts), fitted.df, f)),
        f * len(contrasts) * fitted.variance,
    )


def sequential(fitted: Fit, name: str) -> FTest:
    """The Type I test of a term: what it explains beyond the terms before it."""
    from scipy.special import fdtrc

    columns_of_term = fitted.columns[name]
    # Squares of the rotated outcome are the sums of squares of columns in their order.
    explained = float((fitted.effects[columns_of_term] ** 2).sum())
    count = columns_of_term.stop - columns_of_term.start
    f = explained / count / fitted.variance
    return FTest(f, count, fitted.df, float(fdtrc(count, fitted.df, f)), explained)
