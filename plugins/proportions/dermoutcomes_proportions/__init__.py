"""Analyses of responders: one proportion, and the difference of two arms."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_proportions.one_proportion import ONE_PROPORTION
from dermoutcomes_proportions.risk_difference import RISK_DIFFERENCE


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Proportion of responders, and its difference between arms."""
    return ONE_PROPORTION, RISK_DIFFERENCE


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_proportions.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
