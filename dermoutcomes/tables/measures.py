"""What is said of the measures in a table of readings, `owner.code` each.

Readings are many and their measures few: each measure is looked at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables.table_rows import rows_where

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["code_of", "of_measures", "owner_of", "rows_of_owner"]


def owner_of(measure: str) -> str:
    """The instrument or scale of a measure."""
    return measure.partition(".")[0]


def code_of(measure: str) -> str:
    """What the instrument or scale of a measure calls it."""
    return measure.partition(".")[2]


def of_measures(observations: pl.DataFrame, words: Callable[[str], str]) -> pl.Expr:
    """The words of each row's measure, in the type of the column `measure`."""
    every = {measure: words(measure) for measure in _measures(observations)}
    return pl.col("measure").replace_strict(
        every, default=None, return_dtype=observations.schema["measure"]
    )


def rows_of_owner(observations: pl.DataFrame, owner: str) -> pl.DataFrame:
    """The rows of the measures of an instrument or scale."""
    own = [measure for measure in _measures(observations) if owner_of(measure) == owner]
    return rows_where(observations, pl.col("measure").is_in(own))


def _measures(observations: pl.DataFrame) -> list[str]:
    return observations["measure"].unique().drop_nulls().sort().to_list()
