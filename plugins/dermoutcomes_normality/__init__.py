"""Looking at the shape of a distribution, without letting it choose a test."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_normality.normality import SHAPIRO_WILK

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Shapiro-Wilk with Q-Q data."""
    return (SHAPIRO_WILK,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_normality.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
