"""Typed values → observations.

Their ids, the measurement that they belong to, findings for cells without a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.numbers import PROBLEMS, remedy
from dermoutcomes.sources.measurement_index import INDEX
from dermoutcomes.tables import fitted
from dermoutcomes.vocabulary import SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["as_observations", "cell_id", "tell_plus_signs", "tell_wrong_cells", "with_ids"]

# Rows of a long table that agree in these belong to one measurement.
LONG_GROUP = (*INDEX, "visit_text", "measurement")
# What reading fills of the table: only what is computed later has `parents`.
FILLED = (
    *INDEX,
    "id",
    "measurement",
    "measure",
    "kind",
    "value",
    "text",
    "unit",
    "source",
    "row",
    "column",
)


def cell_id(file: SourceFile) -> pl.Expr:
    """The id of what stands at `row` and `column`: source << 40 | row << 14 | column."""
    row, column = pl.col("row") * 2**14, pl.col("column").cast(pl.Int64)
    return pl.lit(file.number, dtype=pl.Int64) * 2**40 + row + column


def with_ids(context: MeasurementContext, values: pl.DataFrame, *, long: bool) -> pl.DataFrame:
    """`values` with id, measurement (the smallest id among its values), measure, kind and unit.

    Settings that a `long` table repeats in every row of a measurement are there once.
    """
    parameters = context.parameters
    kinds = {code: parameter.kind for code, parameter in parameters.items()}
    units = {code: parameter.unit for code, parameter in parameters.items()}
    values = values.with_columns(
        cell_id(context.file).alias("id"),
        pl.format("{}.{}", pl.lit(context.owner.name), "code").alias("measure"),
        pl.lit(context.file.number, dtype=pl.Int32).alias("source"),
        _meaning("code", kinds).alias("kind"),
        _meaning("code", units).alias("unit"),
    )
    group = list(LONG_GROUP) if long else ["row", "variant"]
    smallest = pl.col("id").filter(pl.col("wrong").is_null()).min().over(group)
    # In two steps: `measurement`, the export's own number, is one of the group's columns.
    values = (
        values.with_columns(smallest.alias("measurement_id"))
        .drop("measurement")
        .rename({"measurement_id": "measurement"})
    )
    if not long:
        return values
    first = pl.struct("measurement", "measure", "value", "text", "wrong").is_first_distinct()
    return values.filter(~pl.col("kind").is_in(SETTING_KINDS) | first)


def _meaning(column: str, meanings: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(meanings, return_dtype=pl.String)


def tell_wrong_cells(context: MeasurementContext, values: pl.DataFrame) -> None:
    """A finding for each cell that holds no number where one belongs.

    A measurement that failed as a whole is one finding.
    """
    # Without id: a cell that is no value is no observation that a finding could point to.
    wrong = values.filter(pl.col("wrong").is_not_null()).drop("id", "value", "text")
    wrong = wrong.sort("row", "column")
    times = pl.col("times")
    context.add_finding(
        wrong.filter(pl.col("wrong") == "failed_reading")
        .with_columns(pl.len().over("row", "variant").alias("times"))
        .unique(["row", "variant"], keep="first", maintain_order=True),
        "failed_reading",
        "warning",
        message=pl.when(times > 1)
        .then(pl.format("the reading failed ({} values of it)", times))
        .otherwise(pl.lit("the reading failed")),
        found=pl.col("found"),
        expected="a reading",
    )
    # A verdict rests on no circumstance; but what is checked about it is not checked.
    is_setting = pl.col("kind").is_in(SETTING_KINDS)
    _tell_problems(context, wrong.filter(~is_setting), "error")
    _tell_problems(context, wrong.filter(is_setting), "warning")


def _tell_problems(context: MeasurementContext, wrong: pl.DataFrame, severity: Severity) -> None:
    for check, message in PROBLEMS.items():
        context.add_finding(
            wrong.filter(pl.col("wrong") == check),
            check,
            severity,
            message=message,
            found=pl.col("found"),
            expected=_expected(context),
        )


def _expected(context: MeasurementContext) -> pl.Expr:
    """What a cell of numbers should hold, and what to write into the source where it is right."""
    found = pl.col("found")
    a_number = f"a number with a decimal {'comma' if context.spec.decimal == ',' else 'point'}"
    signs = pl.lit(", or ") + remedy(found, context.number_format) + " in the source"
    word = (
        pl.lit('; missing = ["')
        + found
        + '"] in the source if nothing was measured, values.'
        + pl.col("code")
        + ' = { "'
        + found
        + '" = … } if it stands for a number'
    )
    is_word = ~found.str.contains("[0-9]") & (pl.col("wrong") == "not_a_number")
    return pl.lit(a_number) + pl.when(is_word).then(word).otherwise(signs).fill_null("")


def tell_plus_signs(context: MeasurementContext, values: pl.DataFrame) -> None:
    """Findings for numbers with a plus sign, where fewer than half of their code have it.

    Such a sign tells that the number may come from another coding.
    """
    positive = values.filter(pl.col("value") > 0)
    positive = positive.with_columns(signed=pl.col("found").str.contains(r"^\s*\+")).with_columns(
        n=pl.len().over("code"), n_signed=pl.col("signed").sum().over("code")
    )
    context.add_finding(
        positive.filter(pl.col("signed"), 2 * pl.col("n_signed") < pl.col("n")).sort(
            "row", "column"
        ),
        "plus_sign",
        "warning",
        message=pl.format(
            "{} of {} positive numbers have a plus sign, this one among them: "
            "look whether it comes from another coding",
            "n_signed",
            "n",
        ),
        found=pl.col("found"),
        expected="a number without a sign, as the others",
    )


def as_observations(values: pl.DataFrame) -> pl.DataFrame:
    """Values with the columns of the table `observations`."""
    return fitted(values.select(FILLED), "observations")
