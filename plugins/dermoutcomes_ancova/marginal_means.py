"""Adjusted (least squares) means of arms, their differences, and the tests of a model's terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_ancova.least_squares import Fit, FTest, f_test, fit

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes_ancova.model_terms import Term

__all__ = ["Model", "correlation", "difference", "model", "type_3", "weights_of_mean"]


class Model(NamedTuple):
    """A fit with its terms, the first of them the arms; `arms` has the reference first."""

    fit: Fit
    terms: tuple[Term, ...]
    arms: tuple[str, ...]


def model(outcome: Sequence[float], terms: Sequence[Term], arms: Sequence[str]) -> Model:
    """The fitted model."""
    return Model(fit(outcome, terms), tuple(terms), tuple(arms))


def weights_of_mean(fitted: Model, arm: str, weights: str = "equal") -> np.ndarray:
    """The row whose product with the coefficients is the arm's adjusted mean.

    Numbers stand at their mean over the analysed records; levels of other factors count equally
    ("equal"), or as often as they were observed ("observed").
    """
    import numpy as np

    indicators = np.array([float(arm == other) for other in fitted.arms[1:]])
    rest = [term.equal if weights == "equal" else term.observed for term in fitted.terms[1:]]
    return np.concatenate([[1.0], indicators, *rest])


def difference(fitted: Model, first: str, second: str) -> np.ndarray:
    """The row of the first arm's adjusted mean minus the second's.

    The weights of other factors cancel.
    """
    weights: np.ndarray = weights_of_mean(fitted, first) - weights_of_mean(fitted, second)
    return weights


def correlation(fitted: Model, first: np.ndarray, second: np.ndarray) -> float:
    """The correlation of two linear functions of the coefficients."""
    from dermoutcomes.stats import contrast_correlation

    return contrast_correlation(first, second, fitted.fit.covariance) or 0.0


def type_3(fitted: Model, name: str) -> FTest:
    """The Type III test of a term.

    That its marginal means, or its slope averaged over arms, are equal or zero.
    """
    import numpy as np

    columns_of_term, width = fitted.fit.columns[name], len(fitted.fit.coefficients)
    rows = np.eye(width)[columns_of_term]
    for other in fitted.terms:
        arm, _, number = other.name.partition(":")
        # With arm by covariate the covariate's own coefficient is the slope of the reference arm;
        # the test is of the slope on average over arms.
        if number == name and arm == fitted.terms[0].name:
            rows = rows.copy()
            rows[0, fitted.fit.columns[other.name]] = 1 / len(fitted.arms)
    return f_test(fitted.fit, rows)
