"""Analyses that compare two arms."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_between_arms.welch_t import WELCH_T


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Welch's t-test."""
    return (WELCH_T,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_between_arms.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
