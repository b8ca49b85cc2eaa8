"""File formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.declare.setting import NoOptions

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Match", "RawTable", "Reader"]


@frozen(eq=False)
class Match:
    """A reader's claim that it knows a file: the surer of two readers gets it."""

    certainty: float
    because: str = ""


@frozen(eq=False)
class RawTable:
    """A table as a file holds it: its cells, and the line of each row in the file.

    `cells` has the columns column_1, column_2 …, `lines` the 1-based line (row) of each in the
    file. Text formats give strings and `header = None`: the header is then among the cells, and the
    source says in which rows. Formats that store names and types (Parquet, Arrow) give both.
    `numbers` has the same shape and columns, Float64, where a format of text cells keeps some of
    them as numbers (a workbook): what stands there is not parsed again, whatever the decimal sign
    of its texts.
    """

    name: str
    cells: pl.DataFrame
    lines: tuple[int, ...] | range
    header: tuple[str, ...] | None = None
    numbers: pl.DataFrame | None = None


@frozen(eq=False)
class Reader:
    """A file format: how a file is recognised, and read as named raw tables.

    `recognise(path, head)` looks at the first bytes, `read(path, options)` gives named raw tables.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    recognise: Callable[[Path, bytes], Match | None]
    read: Callable[[Path, Any], Mapping[str, RawTable]]
    options: type = NoOptions
