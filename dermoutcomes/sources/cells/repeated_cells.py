"""Cells that mean what stands above them: merged ones, and blanks where the source says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import did_you_mean, one_of

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["with_repeated_cells"]


def with_repeated_cells(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The texts of a whole file, with what merged cells and blanks of `fill_down` stand for.

    `columns` are those that say whose, when and where a value is, by our names. Cells of values
    are left alone: a reading that is merged over two rows was taken once. Adds a problem for a
    name of `fill_down` that no column has.
    """
    texts = _with_merged_cells(context, texts, columns)
    for name in context.spec.fill_down:
        if name in columns:
            texts = _filled_down(context, texts, str(columns[name].position))
        else:
            context.add_problem(
                f"no column is {name!r}, whose blanks are to repeat the cell above",
                "fill_down",
                line=context.header.line,
                found=name,
                expected=one_of(tuple(columns)),
                hint=did_you_mean(name, columns),
            )
    return texts


def _with_merged_cells(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """A merged cell stands in every row of it; that it does is one note a file."""
    # Of a cell that is merged across columns, which of them is meant is not known.
    down = context.traits_named("merged").filter(pl.col("of_column") == pl.col("column"))
    if not down.height:
        return texts
    repeated = list[pl.DataFrame]()
    for column in {column.position: column for column in columns.values()}.values():
        name = str(column.position)
        own = down.filter(pl.col("column") == column.position).select("row", "of_row")
        above = texts.select(of_row="row", above=name)
        meant = own.join(above, on="of_row", how="inner").filter(pl.col("above").is_not_null())
        if meant.height:
            repeated.append(meant.select("row", column=pl.lit(column.position), found="above"))
            texts = (
                texts.join(
                    meant.select("row", "above"), on="row", how="left", maintain_order="left"
                )
                .with_columns(pl.coalesce("above", name).alias(name))
                .drop("above")
            )
    if not repeated:
        return texts
    # A name that is merged over two rows of the header is one name.
    of_data = pl.col("row") >= context.header.data_from
    cells = pl.concat(repeated).filter(of_data).sort("row", "column")
    if cells.height:
        several = "cells are" if cells.height > 1 else "cell is"
        context.add_finding(
            cells.head(1),
            "merged_cells",
            "note",
            message=f"{cells.height} {several} part of a merged cell; each has the text of the whole",
            expected="a cell a row, where that is not what was meant",
        )
    return texts


def _filled_down(context: ReadingContext, texts: pl.DataFrame, name: str) -> pl.DataFrame:
    header, row = context.header, pl.col("row")
    of_data = (row >= header.data_from) & ~row.is_in(list(header.rows))
    filled = pl.when(of_data & (pl.col(name) != "")).then(pl.col(name)).forward_fill()
    return texts.with_columns(pl.when(of_data).then(filled).otherwise(pl.col(name)).alias(name))
