"""The accounts of a file's cells: which of them are observations, and why the others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.together.rows_of_files import file_of
from dermoutcomes.tables.ledger_table import LOSSES
from dermoutcomes.tables.table_rows import beside, keys_of_both, same_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext

__all__ = [
    "count_cells",
    "count_read_cells",
    "count_repeated_settings",
    "count_unknown_words",
    "count_unused_columns",
]

CELLS = "cells"
# A cell as one number: tables are joined by one much quicker than by two.
CELL = pl.col("row") * 2**14 + pl.col("column")


def count_cells(
    context: MeasurementContext, cells: pl.DataFrame, filled: pl.DataFrame, texts: pl.DataFrame
) -> None:
    """Open the account of each measure with all its cells.

    Those that hold nothing or are of nobody are entered.

    `filled` has those of `cells` that were filled, `texts` the subject of each row and variant.
    """
    measure, of_row = _measure(context), ["row", "variant"]
    measured = cells.select("variant", "code", "text", "row", cell=CELL)
    subjects = texts.select("row", "variant", "subject")
    if same_rows(measured, subjects, of_row):
        of_whom = beside(measured, subjects, of_row)
    else:
        keys = keys_of_both(measured, subjects, of_row)
        named = subjects.select(*keys, "subject")
        of_whom = measured.join(named, on=keys, how="left", maintain_order="left")
    context.add_entries(of_whom, CELLS, "opening", measure=measure)
    # Those that are filled are among all: as many are all of them.
    of_filled = filled.select(cell=CELL)
    if of_filled.height == cells.height:
        empty = of_whom.clear()
    else:
        empty = of_whom.join(of_filled, on="cell", how="anti", maintain_order="left")
    text = pl.col("text")
    # Numbers that are none, as a stored NaN, have no text that a study would declare.
    is_blank = text.is_null() | (text == "") | (text.str.to_lowercase() == "nan")
    reason = pl.when(is_blank).then(pl.lit("blank")).otherwise(pl.lit("declared_missing"))
    detail = pl.when(~is_blank).then(text)
    context.add_entries(empty, CELLS, "loss", measure=measure, reason=reason, detail=detail)
    of_nobody = of_whom.filter(pl.col("subject").is_null())
    of_nobody = of_nobody.join(of_filled, on="cell", how="semi", maintain_order="left")
    context.add_entries(of_nobody, CELLS, "loss", measure=measure, reason="no_subject")


def count_repeated_settings(
    context: MeasurementContext, cells: pl.DataFrame, kept: pl.DataFrame
) -> None:
    """Enter the settings that a long table repeats in rows of a measurement, but those `kept`."""
    if kept.height == cells.height:
        return
    of_whom = cells.select("row", "subject", "code", cell=CELL)
    of_whom = of_whom.join(kept.select(cell=CELL), on="cell", how="anti", maintain_order="left")
    context.add_entries(of_whom, CELLS, "loss", measure=_measure(context), reason="repeated")


def count_read_cells(context: MeasurementContext, values: pl.DataFrame) -> None:
    """Enter the cells without a value, the name of the check in `wrong`; close with the others."""
    check, measure = pl.col("wrong"), _measure(context)
    cells = values.select("row", "subject", "wrong", "code")
    known = check.is_in(LOSSES)
    context.add_entries(
        cells.filter(check.is_not_null()),
        CELLS,
        "loss",
        measure=measure,
        reason=pl.when(known).then(check).otherwise(pl.lit("unreadable")),
        detail=pl.when(~known).then(check),
    )
    context.add_entries(cells.filter(check.is_null()), CELLS, "closing", measure=measure)


def count_unknown_words(context: MeasurementContext, cells: pl.DataFrame) -> None:
    """An account of the cells of a long table whose `word` is no code of the owner."""
    _count_unread(context, cells.select("row", detail="word", n=pl.lit(1)), "unknown_measure")


def count_unused_columns(context: ReadingContext, used: Iterable[int]) -> None:
    """An account of the filled cells in columns that have a name and that nothing asks for.

    `used` are the positions of the columns that are read; `where` asks for others.
    """
    positions = {*used}
    asked = {condition.column for condition in context.spec.where}
    unused = {
        str(column.position): column.name
        for column in context.header.columns
        if column.name and column.position not in positions and column.name not in asked
    }
    if not unused:
        return
    cell = pl.col(*unused)
    filled = cell.is_not_null() & (cell != "") & ~cell.is_in(context.missing_marks)
    # In the row of the first of a file, which says which of them it is.
    counts = (
        context.rows.texts.group_by(file_of(), maintain_order=True)
        .agg(filled.sum(), first=pl.col("row").first())
        .drop("row")
        .unpivot(index="first", variable_name="detail", value_name="n")
        .rename({"first": "row"})
    )
    _count_unread(
        context,
        counts.filter(pl.col("n") > 0).with_columns(pl.col("detail").replace_strict(unused)),
        "unused_column",
    )


def _count_unread(context: ReadingContext, cells: pl.DataFrame, reason: str) -> None:
    """The account of cells that are no measure's; `detail` says where they stand.

    It closes with nothing.
    """
    counted = cells.with_columns(pl.col("n").cast(pl.Int64))
    context.add_entries(counted.select("row", "n"), CELLS, "opening")
    context.add_entries(counted, CELLS, "loss", reason=reason)


def _measure(context: MeasurementContext) -> pl.Expr:
    return pl.format("{}.{}", pl.lit(context.owner.name), "code")
