"""Analyses of pairs.

Two visits of a subject, a rating against "no change", two arms inside a subject.
"""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_paired.bootstrap import BOOTSTRAP
from dermoutcomes_paired.geometric_mean_ratio import GEOMETRIC_MEAN_RATIO
from dermoutcomes_paired.paired_effect_size import PAIRED_EFFECT_SIZE
from dermoutcomes_paired.paired_t import PAIRED_T
from dermoutcomes_paired.permutation_paired import PERMUTATION_PAIRED
from dermoutcomes_paired.sign_test import SIGN_TEST
from dermoutcomes_paired.wilcoxon import WILCOXON

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Analyses of paired values.

    Paired t, Wilcoxon signed-rank, sign test, sign flips, bootstrap, ratios of geometric means and
    effect sizes.
    """
    return (
        PAIRED_T,
        WILCOXON,
        SIGN_TEST,
        PERMUTATION_PAIRED,
        BOOTSTRAP,
        GEOMETRIC_MEAN_RATIO,
        PAIRED_EFFECT_SIZE,
    )


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_paired.power_reference import POWER_METHODS
    from dermoutcomes_paired.reference import REFERENCE_METHODS

    return (*REFERENCE_METHODS, *POWER_METHODS)
