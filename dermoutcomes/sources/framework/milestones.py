"""Milestones by their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.study import Intercurrent

__all__ = ["milestones_named", "milestones_of"]


def milestones_of(milestones: pl.DataFrame, event: Intercurrent) -> pl.DataFrame:
    """The milestones that are an intercurrent event: by name, or else whatever its case."""
    own = _named(milestones, "milestone", event.milestone)
    return own if event.class_ is None else _named(own, "class", event.class_)


def milestones_named(milestones: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The milestones of any of the names, each by itself as written, or else whatever its case."""
    frames = [_named(milestones, "milestone", name) for name in dict.fromkeys(names)]
    return pl.concat([milestones.clear(), *frames])


def _named(milestones: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    exactly = milestones.filter(pl.col(column) == name)
    if exactly.height:
        return exactly
    return milestones.filter(pl.col(column).str.to_lowercase() == name.lower())
