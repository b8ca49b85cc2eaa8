"""Descriptions: what was seen at each visit, before any test."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_descriptive.baseline_table import BASELINE_TABLE
from dermoutcomes_descriptive.describe import DESCRIBE
from dermoutcomes_descriptive.improvement import IMPROVEMENT

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The description of values, changes and ratings, of who was studied and of who improved."""
    return (BASELINE_TABLE, DESCRIBE, IMPROVEMENT)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_descriptive.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
