"""Whether subjects or investigators could tell which treatment was given."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_blinding.blinding import BLINDING

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The indices of Bang and of James."""
    return (BLINDING,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_blinding.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
