"""File formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from attrs import frozen

from dermoutcomes.declare.setting import NoOptions

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Match", "RawTable", "Reader", "Replace"]

# Table, line and column of a cell and its text → the text that takes its place, or None.
Replace: TypeAlias = Callable[[str, int, int, str], str | None]

# What a cell can be beside its text, as a workbook shows it.
TRAITS = MappingProxyType(
    {
        "error": "an error of the spreadsheet stands in it, which is its text",
        "no_result": "a formula without a stored result",
        "percent": "a number that is shown as a percentage: 0.62 as 62%",
        "struck": "struck through",
        "hidden": "in a hidden row or column, or in a hidden table",
        "merged": "part of a larger cell, whose text stands at of_row and of_column",
        "unseen": "the reader sees none of these in a file of this kind",
        "labelled": "a column whose values have labels: a cell is the label, its number the code",
        "same_label": "a column in which one label stands for several codes: cells are the codes",
        "missing": "a value that the file itself declares missing",
        "removed": "a row or a value that the file itself says was taken back",
    }
)
TRAIT_COLUMNS = MappingProxyType(
    {
        "row": pl.Int64(),
        "column": pl.Int32(),
        "trait": pl.String(),
        "of_row": pl.Int64(),
        "of_column": pl.Int32(),
    }
)


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

    `traits` says what cells are beside their text, a row a cell and trait: row (as in `lines`) and
    column (from 1), both null where the whole column, row or table is meant; trait; of_row and
    of_column of a merged cell. The traits are error, no_result, percent, struck, hidden, merged,
    unseen, labelled, same_label, missing and removed. Raises ValueError for others.

    `labels` has what the file calls each column in words, "" where it says nothing: a study may
    name a column by them.
    """

    name: str
    cells: pl.DataFrame
    lines: tuple[int, ...] | range
    header: tuple[str, ...] | None = None
    numbers: pl.DataFrame | None = None
    traits: pl.DataFrame | None = None
    labels: tuple[str, ...] | None = None

    def __attrs_post_init__(self) -> None:
        if self.traits is None:
            return
        if self.traits.schema != TRAIT_COLUMNS:
            raise ValueError(f"traits have the columns {dict(TRAIT_COLUMNS)}")
        unknown = set(self.traits["trait"].unique()) - set(TRAITS)
        if unknown:
            raise ValueError(f"there is no trait {sorted(map(str, unknown))}")


@frozen(eq=False)
class Reader:
    """A file format: how a file is recognised, and read as named raw tables.

    `recognise(path, head)` looks at the first bytes, `read(path, options)` gives named raw tables.
    `advise(path, head)` says of a file that no reader knows how to export it instead, where it
    knows what it is; else it gives None.
    `rewrite(path, options, replace)` gives the bytes of the file with other texts in some cells and
    everything else as it was. It asks `replace(table, line, column, text)` for each filled cell,
    counted as `read` does, and with line and column 0 for the name of each of several tables; None
    leaves what is there. A format without it cannot be pseudonymised.
    `nested` says that a column is named by the objects in which its value stands (`info.id`).
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    recognise: Callable[[Path, bytes], Match | None]
    read: Callable[[Path, Any], Mapping[str, RawTable]]
    options: type = NoOptions
    advise: Callable[[Path, bytes], str | None] | None = None
    rewrite: Callable[[Path, Any, Replace], bytes] | None = None
    nested: bool = False
