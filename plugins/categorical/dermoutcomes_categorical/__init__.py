"""Analyses of categories between arms: Cochran-Mantel-Haenszel tests and chi-square."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_categorical.cmh import CMH


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Tests of categories, stratified or not."""
    return (CMH,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_categorical.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
