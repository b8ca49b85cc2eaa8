"""Descriptions: what was seen at each visit, before any test."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, hookimpl
from dermoutcomes_descriptive.describe import DESCRIBE


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The description of values, changes and ratings."""
    return (DESCRIBE,)
