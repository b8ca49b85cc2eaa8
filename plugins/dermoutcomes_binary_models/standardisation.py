"""Shares of responders if everybody were in one arm, and their difference.

They are what a logistic model expects.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes_binary_models.maximum_likelihood import Logistic

    Array = np.ndarray

__all__ = ["Standardised", "standardised_difference"]


class Standardised(NamedTuple):
    """A difference with its standard error by the delta method.

    Covariates are taken as they are in the sample.
    """

    estimate: float
    std_error: float


def standardised_difference(maximum: Logistic, first: Array, second: Array) -> Standardised:
    """The mean over subjects of expected responses under `first` less those under `second`.

    The design with everybody in that arm.
    """
    from scipy.special import expit

    gradient, estimate = 0.0, 0.0
    for sign, x in ((1, first), (-1, second)):
        p = expit(x @ maximum.beta)
        estimate += sign * float(p.mean())
        gradient = gradient + sign * (x * (p * (1 - p))[:, None]).mean(axis=0)
    return Standardised(estimate, sqrt(max(0.0, float(gradient @ maximum.covariance @ gradient))))
