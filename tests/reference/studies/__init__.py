"""Reference cases written as studies: a study file and its exports, and what R says of the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

from . import (
    of_arms,
    of_counted,
    of_counts,
    of_elsewhere,
    of_families,
    of_gaps,
    of_leaving,
    of_levels,
    of_pairs,
    of_raters,
    of_times,
    of_visits,
)
from .written import WrittenStudy

__all__ = ["every_study"]


def every_study() -> Iterator[WrittenStudy]:
    """Every reference case that is written as a study."""
    for module in (
        of_pairs,
        of_arms,
        of_counts,
        of_times,
        of_visits,
        of_raters,
        of_families,
        of_gaps,
        of_counted,
        of_levels,
        of_leaving,
        of_elsewhere,
    ):
        yield from module.studies()
