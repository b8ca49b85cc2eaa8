"""The account of a file's rows: which of them reached a table, and why the others did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.together.rows_of_files import line_of
from dermoutcomes.tables.table_rows import same_rows

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext

__all__ = [
    "count_blank_samples",
    "count_curve_rows",
    "count_data_rows",
    "count_framework_rows",
    "count_lost_curves",
    "count_value_rows",
]

ROWS = "rows"


def count_data_rows(
    context: ReadingContext,
    row: pl.Series,
    where: pl.Series,
    shown: pl.Series,
    removed: pl.Series,
) -> None:
    """Open the account with all rows of the file; enter those that its source does not take.

    `where` says of each row whether it is one that the source's `where` takes, `shown` whether it
    is none of the hidden ones that the source leaves out, `removed` whether the file itself says
    that it was taken back.
    """
    header, number = context.header, line_of()
    rows = pl.DataFrame({"row": row, "where": where, "shown": shown, "removed": removed})
    reason = (
        pl.when(number.is_in(list(header.rows)))
        .then(pl.lit("header"))
        .when(number < header.data_from)
        .then(pl.lit("above_data"))
        .when("removed")
        .then(pl.lit("removed"))
        .when(~pl.col("where"))
        .then(pl.lit("where"))
        .when(~pl.col("shown"))
        .then(pl.lit("hidden"))
    )
    context.add_entries(rows, ROWS, "opening")
    lost = rows.with_columns(reason=reason).drop_nulls("reason")
    context.add_entries(lost, ROWS, "loss")


def count_value_rows(
    context: MeasurementContext, texts: pl.DataFrame, observations: pl.DataFrame
) -> None:
    """Close the account of a file of values: what is read is a row with a subject and a value.

    `texts` are those of `index_texts` for the rows that have a filled cell of a value, with the
    texts of all its measurements; `observations` have the cells that were read, right or wrong.
    """
    rows = context.rows.texts.select("row")
    if not same_rows(rows, texts, ["row"]):
        blank = rows.join(texts.select("row"), on="row", how="anti")
        context.add_entries(blank, ROWS, "loss", reason="blank")
    if texts.select(pl.col("subject").is_null().any()).item():
        of_nobody = texts.group_by("row").agg(pl.col("subject").is_null().all())
        context.add_entries(
            of_nobody.filter("subject").select("row"), ROWS, "loss", reason="no_subject"
        )
    read = observations.select("row", "subject").unique("row")
    context.add_entries(read, ROWS, "closing")


def count_curve_rows(
    context: MeasurementContext,
    samples: pl.DataFrame,
    texts: pl.DataFrame,
    curves: pl.DataFrame,
    *,
    row_a_sample: bool,
) -> None:
    """Close the account of a file of curves, in which a row is a curve or a sample of one.

    `samples` has the curves that are whole, `texts` those of `index_texts` for their first rows,
    `curves` those that are read.
    """
    of_nobody = texts.filter(pl.col("subject").is_null()).select("row")
    lost = samples.join(of_nobody, on="row", how="semi")
    for frame, entry, reason in ((lost, "loss", "no_subject"), (curves, "closing", None)):
        who = [name for name in ("subject",) if name in frame.columns]
        n = pl.col("samples").list.len() if row_a_sample else pl.lit(1)
        counted = frame.with_columns(n=n.cast(pl.Int64)).select("row", *who, "n")
        context.add_entries(counted, ROWS, entry, reason=pl.lit(reason, dtype=pl.String))


def count_lost_curves(
    context: MeasurementContext, curves: pl.DataFrame, *, row_a_sample: bool
) -> None:
    """Enter the rows of curves that have no sample, or a gap among their samples (`gaps`)."""
    n_samples = pl.col("samples").list.len().fill_null(0)
    reason = (
        pl.when(pl.col("gaps") > 0)
        .then(pl.lit("incomplete_curve"))
        .when(n_samples == 0)
        .then(pl.lit("blank"))
    )
    n = n_samples if row_a_sample else pl.lit(1)
    lost = curves.select("row", reason=reason, n=n.cast(pl.Int64)).drop_nulls("reason")
    context.add_entries(lost, ROWS, "loss")


def count_blank_samples(context: MeasurementContext, rows: pl.DataFrame) -> None:
    """Enter the rows of a file with a row a sample that have none."""
    context.add_entries(rows.select("row"), ROWS, "loss", reason="blank")


def count_framework_rows(context: ReadingContext, taken: pl.DataFrame, table: pl.DataFrame) -> None:
    """Close the account of a file of the framework.

    `taken` are the rows that say whose they are, `table` those of the finished table.
    """
    texts, taken = context.rows.texts, taken.filter(pl.col("source") == context.file.number)
    lost = texts.join(taken.select("row"), on="row", how="anti")
    is_blank = pl.all_horizontal(
        pl.col(name).is_null() | (pl.col(name) == "") for name in texts.columns if name != "row"
    )
    reason = pl.when(is_blank).then(pl.lit("blank")).otherwise(pl.lit("no_subject"))
    # A row of a file stands in the account of the file, whatever visit or arm it names.
    context.add_entries(lost.select("row", reason=reason), ROWS, "loss")
    # A subject is listed once: the first row counts, whichever file it stands in.
    if context.file.name == "subjects":
        repeated = taken.join(table.select("source", "row"), on=["source", "row"], how="anti")
        context.add_entries(repeated.select("row", "subject"), ROWS, "loss", reason="repeated")
    # A row with a column a side gives as many rows of the table as it has treatments.
    own = table.filter(pl.col("source") == context.file.number).unique(
        "row", keep="first", maintain_order=True
    )
    context.add_entries(own.select("row", "subject"), ROWS, "closing")
