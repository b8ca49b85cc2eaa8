"""Descriptions: what was seen at each visit, before any test."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, hookimpl
from dermoutcomes_descriptive.baseline_table import BASELINE_TABLE
from dermoutcomes_descriptive.describe import DESCRIBE


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The description of values, changes and ratings, and of who was studied."""
    return (BASELINE_TABLE, DESCRIBE)
