"""Descriptions: what was seen at each visit, before any test."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_descriptive.baseline_table import BASELINE_TABLE
from dermoutcomes_descriptive.describe import DESCRIBE

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The description of values, changes and ratings, and of who was studied."""
    return (BASELINE_TABLE, DESCRIBE)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_descriptive.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
