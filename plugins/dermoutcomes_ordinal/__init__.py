"""Ordered ratings: models of their odds, rank tests over strata, wins, and how they moved."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_ordinal.marginal_homogeneity import MARGINAL_HOMOGENEITY
from dermoutcomes_ordinal.proportional_odds import PROPORTIONAL_ODDS
from dermoutcomes_ordinal.shift_table import SHIFT_TABLE
from dermoutcomes_ordinal.van_elteren import VAN_ELTEREN
from dermoutcomes_ordinal.win_odds import WIN_ODDS

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Comparisons of arms, and of ratings of the same units."""
    return PROPORTIONAL_ODDS, VAN_ELTEREN, WIN_ODDS, MARGINAL_HOMOGENEITY, SHIFT_TABLE


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_ordinal.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
