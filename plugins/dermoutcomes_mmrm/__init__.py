"""The mixed model for repeated measures."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_mmrm.mmrm import MMRM

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """MMRM."""
    return (MMRM,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_mmrm.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
