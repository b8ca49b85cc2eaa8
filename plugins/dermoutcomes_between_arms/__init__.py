"""Analyses that compare two arms."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_between_arms.equivalence import EQUIVALENCE
from dermoutcomes_between_arms.kruskal_wallis import KRUSKAL_WALLIS
from dermoutcomes_between_arms.mann_whitney import MANN_WHITNEY
from dermoutcomes_between_arms.noninferiority import NONINFERIORITY
from dermoutcomes_between_arms.permutation import PERMUTATION_TWO_SAMPLE
from dermoutcomes_between_arms.t_tests import POOLED_T, WELCH_T
from dermoutcomes_between_arms.two_group_effect_size import TWO_GROUP_EFFECT_SIZE

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Tests of means and of ranks, effect sizes, and differences against a margin."""
    return (
        WELCH_T,
        POOLED_T,
        MANN_WHITNEY,
        KRUSKAL_WALLIS,
        TWO_GROUP_EFFECT_SIZE,
        NONINFERIORITY,
        EQUIVALENCE,
        PERMUTATION_TWO_SAMPLE,
    )


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_between_arms.permutation_reference import PERMUTATION_METHODS
    from dermoutcomes_between_arms.power_reference import POWER_METHODS
    from dermoutcomes_between_arms.reference import REFERENCE_METHODS

    return (*REFERENCE_METHODS, *PERMUTATION_METHODS, *POWER_METHODS)
