"""Handling of missing values.

Last observation carried forward, baseline carried forward, missing is not a responder.
"""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Imputation, hookimpl
from dermoutcomes_imputations.carried import BOCF, LOCF
from dermoutcomes_imputations.non_responder import NON_RESPONDER

__all__ = ["register_imputations"]
__plugin_api__ = 2


@hookimpl
def register_imputations() -> Iterable[Imputation]:
    """The three handlings."""
    return (BOCF, LOCF, NON_RESPONDER)
