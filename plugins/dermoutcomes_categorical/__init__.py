"""Analyses of categories between arms: Cochran-Mantel-Haenszel tests and chi-square."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_categorical.chi_square import CHI_SQUARE
from dermoutcomes_categorical.cmh import CMH
from dermoutcomes_categorical.cmh_responders import CMH_RESPONDERS

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Tests of categories, stratified or not."""
    return CMH, CMH_RESPONDERS, CHI_SQUARE


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_categorical.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
