"""Analyses of values taken again and again.

Variance and ranks over visits, areas under their course.
"""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_repeated_measures.area_under_curve import AREA_UNDER_CURVE
from dermoutcomes_repeated_measures.friedman_analysis import FRIEDMAN
from dermoutcomes_repeated_measures.rm_anova import RM_ANOVA

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Repeated-measures analysis of variance, Friedman's test, areas under curves."""
    return RM_ANOVA, FRIEDMAN, AREA_UNDER_CURVE


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_repeated_measures.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
