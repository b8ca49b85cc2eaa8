"""A column of a published table: its type, its rule, and a sentence about it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
from attrs import field, frozen

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "DATE",
    "FLAG",
    "IDS",
    "NAMES",
    "REAL",
    "SHORT",
    "TEXT",
    "TIME",
    "WHOLE",
    "Column",
    "Columns",
]

TEXT, REAL, WHOLE, SHORT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.int32(), pa.bool_()
DATE, TIME, IDS, NAMES = (
    pa.date32(),
    pa.timestamp("us"),
    pa.list_(pa.int64()),
    pa.list_(pa.string()),
)
# How far rounding may take a number over a bound, relative to the bound.
SLACK = 1e-9


@frozen
class Column:
    """What stands in a column of a published table.

    `null` says whether a cell may be empty; `values` are the words that it may hold, where they are
    few; `at_least` and `at_most` bound its numbers, both ends included. `recurs` says that many
    rows hold the same words, as the names of subjects and visits do.
    """

    type: pa.DataType
    sentence: str
    null: bool = field(default=True, kw_only=True)
    values: tuple[str, ...] | None = field(default=None, kw_only=True)
    at_least: float | None = field(default=None, kw_only=True)
    at_most: float | None = field(default=None, kw_only=True)
    recurs: bool = field(default=False, kw_only=True)

    @property
    def rule(self) -> str:
        """The rule in words; empty where every value of the type may stand here."""
        parts = (
            "" if self.null else "never empty",
            f"one of {', '.join(self.values)}" if self.values else "",
            "" if self.at_least is None else f"at least {self.at_least:g}",
            "" if self.at_most is None else f"at most {self.at_most:g}",
        )
        return "; ".join(filter(None, parts))

    def broken(self, cells: pl.Expr, *, whole: bool) -> pl.Expr | None:
        """Whether a cell breaks the rule; None where there is no rule.

        An empty cell breaks it only if `whole`.
        """
        faults = []
        if whole and not self.null:
            faults.append(cells.is_null())
        if self.values is not None:
            faults.append(~cells.is_in(self.values))
        if self.at_least is not None:
            faults.append(cells < self.at_least - SLACK * abs(self.at_least))
        if self.at_most is not None:
            faults.append(cells > self.at_most + SLACK * abs(self.at_most))
        return reduce(or_, faults) if faults else None


Columns: TypeAlias = "dict[str, Column]"
