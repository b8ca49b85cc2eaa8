"""Analysis of covariance.

Arms compared at a visit, adjusted for baseline, covariates and strata.
"""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_ancova.ancova import ANCOVA

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Analysis of covariance."""
    return (ANCOVA,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_ancova.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
