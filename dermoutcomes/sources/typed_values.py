"""Cells of values → numbers or texts in our units, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.sources.cells.numbers import ABSURD, number, problem
from dermoutcomes.sources.cells.recoding import recoding
from dermoutcomes.sources.cells.units import Conversion
from dermoutcomes.sources.data_rows import number_format
from dermoutcomes.words import SETTING_KINDS

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.sources.files import SourceFile

__all__ = ["Cells", "evaluated", "present"]


@frozen(eq=False)
class Cells:
    """`frame`: row, column, variant, code, text, number (stored as such, or null) and unit (a number into `conversions`, or null)."""

    frame: pl.DataFrame
    conversions: tuple[Conversion, ...] = field(default=())


def present(file: SourceFile, cells: Cells, owner: Instrument | Scale) -> Cells:
    """The cells that were filled, each recoded as the source states for its code."""
    import polars as pl

    frame = cells.frame
    for parameter in owner.parameters:
        words = recoding(file.spec, parameter.code)
        if words:
            recoded = pl.col("text").replace(list(words), list(words.values()))
            frame = frame.with_columns(
                pl.when(pl.col("code") == parameter.code)
                .then(recoded)
                .otherwise(pl.col("text"))
                .alias("text"),
                pl.when(~((pl.col("code") == parameter.code) & pl.col("text").is_in(list(words))))
                .then(pl.col("number"))
                .alias("number"),
            )
    stored = pl.col("number").is_not_null() & pl.col("number").is_not_nan()
    marks = [mark.strip() for mark in file.spec.missing]
    filled = pl.col("text").is_not_null() & (pl.col("text") != "") & ~pl.col("text").is_in(marks)
    read = frame.filter(filled & (pl.col("number").is_null() | stored))
    return Cells(read, cells.conversions)


def evaluated(file: SourceFile, cells: Cells, owner: Instrument | Scale) -> pl.DataFrame:
    """The cells with `value` in our unit, or `text` where their code takes words, or `wrong`: the name of what is wrong."""
    import polars as pl

    layout = number_format(file)
    codes = {parameter.code: parameter for parameter in owner.parameters}
    failed = [mark.strip() for mark in file.spec.errors]
    frame = _labelled(cells.frame, codes)
    english = (
        pl.when(pl.col("number").is_not_null())
        .then(pl.col("number").cast(pl.String))
        .otherwise(layout.english(pl.col("text")))
    )
    frame = frame.with_columns(english.alias("english")).with_columns(
        pl.coalesce(_possible(pl.col("number")), number(pl.col("english"))).alias("value")
    )
    words = [code for code, parameter in codes.items() if _takes_words(parameter)]
    lenient = [code for code, parameter in codes.items() if parameter.kind in SETTING_KINDS]
    is_word = pl.col("code").is_in(words) | (
        pl.col("code").is_in(lenient) & pl.col("value").is_null()
    )
    wrong = (
        pl.when(pl.col("text").is_in(failed))
        .then(pl.lit("failed_reading"))
        .when(~is_word & pl.col("value").is_null())
        .then(_what(layout_problem=problem(pl.col("text"), layout)))
    )
    frame = frame.with_columns(wrong.alias("wrong")).with_columns(
        pl.when(pl.col("wrong").is_null() & ~pl.col("code").is_in(words))
        .then(pl.col("value"))
        .alias("value"),
        pl.col("text").alias("found"),
        pl.when(is_word & pl.col("wrong").is_null()).then(pl.col("text")).alias("text"),
    )
    return _converted(frame, cells.conversions).drop("english", "number")


def _possible(stored: pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.when(stored.is_finite() & (stored.abs() < ABSURD)).then(stored)


def _what(layout_problem: pl.Expr) -> pl.Expr:
    """Of a stored number without a value only its size can be wrong."""
    import polars as pl

    stored = (
        pl.when(pl.col("number").is_infinite())
        .then(pl.lit("not_finite"))
        .otherwise(pl.lit("absurd_value"))
    )
    return pl.when(pl.col("number").is_not_null()).then(stored).otherwise(layout_problem)


def _takes_words(parameter: Parameter) -> bool:
    return parameter.texts is not None or parameter.scale_type == "nominal"


def _labelled(frame: pl.DataFrame, codes: Mapping[str, Parameter]) -> pl.DataFrame:
    """Words that a code has for its values, as the values: "much improved" as 2."""
    import polars as pl

    present_codes = set(frame["code"].unique())
    for code, parameter in codes.items():
        if code in present_codes and parameter.labels and not _takes_words(parameter):
            meant = {label.lower(): value for value, label in parameter.labels.items()}
            found = (
                pl.col("text")
                .str.to_lowercase()
                .replace_strict(meant, default=None, return_dtype=pl.Float64)
            )
            frame = frame.with_columns(
                pl.when(pl.col("code") == code)
                .then(pl.coalesce("number", found))
                .otherwise(pl.col("number"))
                .alias("number")
            )
    return frame


def _converted(frame: pl.DataFrame, conversions: tuple[Conversion, ...]) -> pl.DataFrame:
    """Values in our units: exactly, since a power of ten is written into the number before it is read."""
    import polars as pl

    for place, conversion in enumerate(conversions):
        own = (pl.col("unit") == place) & pl.col("value").is_not_null()
        chosen = frame.filter(own)
        if chosen.height and conversion.power != 0:
            read = scaled(chosen["english"], conversion)
            frame = pl.concat(
                [
                    frame.filter(~own.fill_null(value=False)),
                    chosen.with_columns(read.alias("value")),
                ]
            )
    return frame.sort("row", "column")


def scaled(english: pl.Series, conversion: Conversion) -> pl.Series:
    """Numbers written in English notation, converted exactly and rounded once."""
    import polars as pl

    if conversion.power is not None:
        quick = (english + f"e{conversion.power}").cast(pl.Float64, strict=False)
        rest = english.filter(quick.is_null() & english.is_not_null())
    else:
        quick, rest = (
            pl.Series(english.name, [None] * len(english), dtype=pl.Float64),
            english.drop_nulls(),
        )
    table = {text: conversion(text) for text in rest.unique()}
    slow = english.replace_strict(table, default=None, return_dtype=pl.Float64) if table else quick
    return quick.fill_null(slow)
