"""Ordered ratings: models of their odds, rank tests over strata, wins, and how they moved."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_ordinal.proportional_odds import PROPORTIONAL_ODDS


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The proportional odds model."""
    return (PROPORTIONAL_ODDS,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_ordinal.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
