"""Multiple imputation: missing values filled several times, so that what is not known stays in the standard error."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Imputation, Pooling, ReferenceMethod, hookimpl
from dermoutcomes_multiple_imputation.declared import MI_MONOTONE
from dermoutcomes_multiple_imputation.rubin import RUBIN

__all__ = ["register_imputations", "register_poolings"]


@hookimpl
def register_imputations() -> Iterable[Imputation]:
    """What fills missing values several times."""
    return (MI_MONOTONE,)


@hookimpl
def register_poolings() -> Iterable[Pooling]:
    """Rubin's rules."""
    return (RUBIN,)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_multiple_imputation.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
