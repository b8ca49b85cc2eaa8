"""Evaluated cells → observations: their ids, what one act measured, and findings for the cells that are no values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.numbers import PROBLEMS
from dermoutcomes.sources.findings import remarks
from dermoutcomes.sources.measurement_index import INDEX
from dermoutcomes.words import SETTING_KINDS

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.sources.files import SourceFile

__all__ = ["identified", "identity", "shaped", "wrong_cells"]

# Rows of a long table that agree in these belong to one act.
LONG_GROUP = (*INDEX, "visit_text", "measurement")


def identity(file: SourceFile) -> pl.Expr:
    """The id of what stands at `row` and `column` of the file."""
    import polars as pl

    return (
        pl.lit(file.number, dtype=pl.Int64) * 2**40
        + pl.col("row") * 2**14
        + pl.col("column").cast(pl.Int64)
    )


def identified(
    file: SourceFile, owner: Instrument | Scale, values: pl.DataFrame, *, long: bool
) -> pl.DataFrame:
    """`values` with id, measurement (the smallest id of the act), measure, kind and unit."""
    import polars as pl

    kinds = {parameter.code: parameter.kind for parameter in owner.parameters}
    units = {parameter.code: parameter.unit for parameter in owner.parameters}
    values = values.with_columns(
        identity(file).alias("id"),
        pl.format("{}.{}", pl.lit(owner.name), "code").alias("measure"),
        pl.lit(file.number, dtype=pl.Int32).alias("source"),
        pl.col("code").replace_strict(kinds, return_dtype=pl.String).alias("kind"),
        pl.col("code").replace_strict(units, return_dtype=pl.String).alias("unit"),
    )
    by = list(LONG_GROUP) if long else ["row", "variant"]
    sound = pl.col("id").filter(pl.col("wrong").is_null())
    values = (
        values.with_columns(sound.min().over(by).alias("measurement_id"))
        .drop("measurement")
        .rename({"measurement_id": "measurement"})
    )
    return _once(values) if long else values


def _once(values: pl.DataFrame) -> pl.DataFrame:
    """Settings that a long table repeats in every row of a measurement, once."""
    import polars as pl

    repeated = (
        pl.col("kind").is_in(SETTING_KINDS)
        & ~pl.struct("measurement", "measure", "value", "text", "wrong").is_first_distinct()
    )
    return values.filter(~repeated)


def wrong_cells(file: SourceFile, values: pl.DataFrame) -> list[pl.DataFrame]:
    """A finding for each cell that holds no number where one belongs; a reading that failed as a whole is one finding."""
    import polars as pl

    wrong = values.filter(pl.col("wrong").is_not_null()).drop("value", "text").sort("row", "column")
    expected = (
        f"a number with {'a decimal comma' if file.spec.decimal == ',' else 'a decimal point'}"
    )
    other = "." if file.spec.decimal == "," else ","
    failed = wrong.filter(pl.col("wrong") == "failed_reading")
    together = failed.with_columns(pl.len().over("row", "variant").alias("times")).unique(
        ["row", "variant"], keep="first", maintain_order=True
    )
    message = (
        pl.when(pl.col("times") > 1)
        .then(pl.format("the reading failed ({} values of it)", "times"))
        .otherwise(pl.lit("the reading failed"))
    )
    return [
        remarks(
            together,
            "failed_reading",
            "warning",
            file,
            message=message,
            found=pl.col("found"),
            expected="a reading",
        ),
        *(
            remarks(
                wrong.filter(pl.col("wrong") == check),
                check,
                "error",
                file,
                message=words,
                found=pl.col("found"),
                expected=expected
                + (f', or decimal = "{other}" in the source' if check == "decimal_sign" else ""),
            )
            for check, words in PROBLEMS.items()
        ),
    ]


def shaped(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of the table `observations`."""
    import polars as pl

    from dermoutcomes.tables import empty

    model = {name: kind for name, kind in empty("observations").schema.items() if name != "study"}
    have = {
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
    }
    return rows.select(
        (pl.col(name).cast(kind) if name in have else pl.lit(None, dtype=kind)).alias(name)
        for name, kind in model.items()
    )
