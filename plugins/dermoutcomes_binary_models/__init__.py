"""Models of responders and of repeated outcomes.

Logistic regression and generalised estimating equations.
"""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_binary_models.gee import GEE, GEE_MEANS
from dermoutcomes_binary_models.logistic import LOGISTIC

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Models with covariates and strata."""
    return LOGISTIC, GEE, GEE_MEANS


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_binary_models.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
