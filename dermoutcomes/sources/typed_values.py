"""Cells of values → numbers or texts in our units, or the name of what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.cell_numbers import (
    MORE_THAN_SINGLE,
    NumberFormat,
    from_single_precision,
    may_be_single,
    number,
    possible,
    problem,
    reads_otherwise,
    surely_of,
)
from dermoutcomes.sources.cells.distinct_texts import of_each_text
from dermoutcomes.sources.cells.qualified_numbers import qualified
from dermoutcomes.sources.together.rows_of_files import file_of

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.sources.cell_values import CellValues
    from dermoutcomes.sources.cells.units import Conversion
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["device_readings", "scaled", "takes_words", "typed_values"]

# What a cell has where something stands beside its number.
BESIDE = ("wrong_beside", "how", "beside", "censored")


def typed_values(context: MeasurementContext, cells: CellValues) -> pl.DataFrame:
    """The cells with `value` in our unit, or `text` where their code takes words, or `wrong`.

    `wrong` names what is wrong with the cell; `found` is its text as it stands in the file.
    """
    number_format = context.number_format
    words = [code for code, parameter in context.parameters.items() if takes_words(parameter)]
    settings = [
        code
        for code, parameter in context.parameters.items()
        if parameter.kind == "setting" or (parameter.kind == "circumstance" and not parameter.unit)
    ]
    numbers = _as_numbers(_with_values_of_labels(cells.frame, context.parameters), number_format)
    numbers, conversions = _with_qualified(context, numbers, cells.conversions, {*words, *settings})

    value, text = pl.col("value"), pl.col("text")
    # A text that is a number is not searched for what could be wrong with it.
    unread = numbers.select(unread=pl.when(value.is_null()).then(text))
    fault = problem(pl.col("unread"), number_format).alias("fault")
    numbers = numbers.with_columns(of_each_text(unread, "unread", fault))
    # A setting may be a number or a word: a probe is "2 mm" in one export and 2 in the next. What
    # is a number but for its sign is no word, and a circumstance with a unit never is.
    wordy = (
        pl.col("code").is_in(settings)
        & value.is_null()
        & ~pl.col("fault").is_in(["decimal_sign", "thousands_sign"])
    )
    is_word = pl.col("code").is_in(words) | wordy
    wrong = (
        pl.when(text.is_in(_marks_of_errors(context)))
        .then(pl.lit("failed_reading"))
        .when(~is_word & value.is_null())
        .then(pl.coalesce("wrong_beside", _fault_of_size(), "fault"))
    )
    judged = numbers.with_columns(wrong.alias("wrong"))
    judged = judged.with_columns(_beside_the_other_sign(number_format).alias("wrong"))
    judged = _without_zeros(context, judged)
    is_right = pl.col("wrong").is_null()
    typed = judged.with_columns(
        pl.when(is_right & ~pl.col("code").is_in(words)).then(value).alias("value"),
        text.alias("found"),
        pl.when(is_word & is_right).then(text).alias("text"),
    )
    return _in_our_units(typed, conversions).drop("english", "number", "wrong_beside", "fault")


def _without_zeros(context: MeasurementContext, cells: pl.DataFrame) -> pl.DataFrame:
    """The cells, 0 as wrong where the source says that its device writes it for: not measured."""
    if context.spec.zero != "not_measured":
        return cells
    is_zero = pl.col("code").is_in(device_readings(context)) & (pl.col("value") == 0)
    unmeasured = is_zero & pl.col("wrong").is_null()
    return cells.with_columns(
        pl.when(unmeasured).then(pl.lit("zero_as_missing")).otherwise("wrong").alias("wrong"),
        pl.when(unmeasured).then(pl.lit("0")).otherwise("beside").alias("beside"),
    )


def device_readings(context: MeasurementContext) -> list[str]:
    """The codes that a device reads in a unit; 0 of a count or of a share is as good as any."""
    if context.file.name not in context.registry.instruments:
        return []
    return [
        code
        for code, parameter in context.parameters.items()
        if parameter.kind == "value"
        and parameter.scale_type == "ratio"
        and parameter.unit not in ("", "1", "%")
    ]


def _marks_of_errors(context: MeasurementContext) -> list[str]:
    """What a device writes instead of a reading, as the source states; cells are tidy texts."""
    return [mark.strip() for mark in context.spec.errors]


def _as_numbers(cells: pl.DataFrame, number_format: NumberFormat) -> pl.DataFrame:
    """The cells with `value`, null where they are no number, and `english`, its text.

    A number that was stored has no `english`: it is no text on its way to a value, but for the one
    that may be of single precision, whose digits say whether it is.
    """
    stored = cells["number"]
    of_stored = _of_stored(stored)
    if not stored.null_count():
        return cells.with_columns(of_stored)
    english = from_single_precision(number_format.english(pl.col("text")))
    of_text = of_each_text(cells, "text", english.alias("english"), number(english).alias("value"))
    is_stored = stored.is_not_null()
    if not is_stored.any():
        return cells.with_columns(of_text)
    return cells.with_columns(
        of_stored[name].zip_with(is_stored, of_text[name]) for name in of_text.columns
    )


def _of_stored(numbers: pl.Series) -> pl.DataFrame:
    """`english` and `value` of numbers that a file stored."""
    number_frame, stored = numbers.to_frame(), pl.col(numbers.name)
    single = may_be_single(stored)
    digits = number_frame.filter(single).select(stored.cast(pl.String))
    # What is short is itself in both precisions.
    if not digits.select((stored.str.len_bytes() >= MORE_THAN_SINGLE).any()).item():
        none = pl.lit(None, dtype=pl.String).alias("english")
        return number_frame.with_columns(none, possible(stored).alias("value")).drop(numbers.name)
    english = from_single_precision(pl.when(single).then(stored).cast(pl.String))
    return number_frame.select(english.alias("english"), stored).select(
        "english", value=pl.coalesce(number(pl.col("english")), possible(stored))
    )


def _with_qualified(
    context: MeasurementContext,
    numbers: pl.DataFrame,
    conversions: tuple[Conversion, ...],
    words: Collection[str],
) -> tuple[pl.DataFrame, list[Conversion]]:
    """Numbers with something beside them as the source states, and the conversions that they need.

    `how` and `beside` say what was done with which cell, `censored` which limit it lies beyond;
    `wrong_beside` names what is not settled.
    """
    is_no_number = pl.col("value").is_null() & pl.col("number").is_null()
    cells = numbers.filter(
        is_no_number
        & ~pl.col("text").is_in(_marks_of_errors(context))
        & ~pl.col("code").is_in(list(words))
    )
    of_texts, conversions_needed = _qualified_texts(context, cells, conversions)
    if not of_texts.height:
        of_none = ((name, of_texts.schema[name]) for name in BESIDE)
        columns = [pl.lit(None, dtype=kind).alias(name) for name, kind in of_none]
        return numbers.with_columns(columns), conversions_needed
    joined = numbers.join(of_texts, on=["code", "text"], how="left", maintain_order="left")
    # The same text may be a number elsewhere in the column, where the file stored one: that stays.
    english = pl.when(is_no_number).then(pl.coalesce("english", "qualified_english"))
    has_unit = is_no_number & (pl.col("how") == "unit_in_cell")
    unit = pl.when(has_unit | pl.col("qualified_unit").is_not_null()).then("qualified_unit")
    with_numbers = joined.with_columns(
        english.otherwise("english").alias("english"), unit.otherwise("unit").alias("unit")
    ).with_columns(pl.coalesce("value", number(pl.col("english"))).alias("value"))
    return with_numbers.drop("qualified_english", "qualified_unit"), conversions_needed


def _qualified_texts(
    context: MeasurementContext, cells: pl.DataFrame, conversions: Sequence[Conversion]
) -> tuple[pl.DataFrame, list[Conversion]]:
    """What each text of a code stands for, once; and the conversions, with those of own units.

    `qualified_unit` is the position of its conversion, as `unit` is that of its column.
    """
    spec, needed = context.spec, list(conversions)
    rows = []
    for code, text in cells.select("code", "text").unique().sort("code", "text").iter_rows():
        unit = context.parameters[code].unit
        cell = qualified(text, context.number_format, unit, spec.limits, spec.marks)
        if cell is None:
            continue
        conversion, position = cell.conversion, None
        if conversion is not None and conversion.power != 0:
            if conversion not in needed:
                needed.append(conversion)
            position = needed.index(conversion)
        rows.append(
            (code, text, cell.english, cell.wrong, cell.how, cell.beside, cell.censored, position)
        )
    schema = {
        "code": pl.String,
        "text": pl.String,
        "qualified_english": pl.String,
        "wrong_beside": pl.String,
        "how": pl.String,
        "beside": pl.String,
        "censored": pl.String,
        "qualified_unit": pl.Int32,
    }
    return pl.DataFrame(rows, orient="row", schema=schema), needed


def takes_words(parameter: Parameter) -> bool:
    """Whether the values of a code are words."""
    return parameter.texts is not None or parameter.scale_type == "nominal"


def _with_values_of_labels(
    cells: pl.DataFrame, parameters: Mapping[str, Parameter]
) -> pl.DataFrame:
    """Words that a code has for its values, as the values: "much improved" as 2."""
    codes = set(cells["code"].unique())
    for code, parameter in parameters.items():
        if code in codes and parameter.labels and not takes_words(parameter):
            values = {label.lower(): value for value, label in parameter.labels.items()}
            value = (
                pl.col("text")
                .str.to_lowercase()
                .replace_strict(values, default=None, return_dtype=pl.Float64)
            )
            cells = cells.with_columns(
                pl.when(pl.col("code") == code)
                .then(pl.coalesce("number", value))
                .otherwise(pl.col("number"))
                .alias("number")
            )
    return cells


def _beside_the_other_sign(number_format: NumberFormat) -> pl.Expr:
    """`wrong`, and "decimal_sign" for what may have that too, where more cells surely have it.

    Beside "0.618" and "0.773" the cell "1.234" is hardly 1234.
    """
    text, wrong = pl.col("text"), pl.col("wrong")
    if number_format.swapped is None:
        return wrong
    by = [file_of(), "column", "code"]
    otherwise = (wrong == "decimal_sign").sum().over(by)
    sure = (surely_of(text, number_format) & pl.col("number").is_null()).sum().over(by)
    either = reads_otherwise(text, number_format).is_not_null() & pl.col("number").is_null()
    return (
        pl.when(wrong.is_null() & either & (otherwise > sure))
        .then(pl.lit("decimal_sign"))
        .otherwise(wrong)
    )


def _fault_of_size() -> pl.Expr:
    """What is wrong with a number that was stored and is no value: only its size can be."""
    stored = pl.col("number")
    is_infinite = stored.is_infinite()
    size = pl.when(is_infinite).then(pl.lit("not_finite")).otherwise(pl.lit("absurd_value"))
    return pl.when(stored.is_not_null()).then(size)


def _in_our_units(frame: pl.DataFrame, conversions: Iterable[Conversion]) -> pl.DataFrame:
    """Values in our units, exactly.

    A power of ten is written into the number before it is read: 0.29 × 100 is 28.999999999999996,
    but "0.29e2" is read as 29.
    """
    in_order = True
    for index, conversion in enumerate(conversions):
        own = (pl.col("unit") == index) & pl.col("value").is_not_null()
        cells = frame.filter(own)
        if cells.height and conversion.power != 0:
            english = cells["english"].fill_null(cells["value"].cast(pl.String))
            converted = cells.with_columns(scaled(english, conversion).alias("value"))
            frame = pl.concat([frame.filter(~own.fill_null(value=False)), converted])
            in_order = False
    return frame if in_order else frame.sort("row", "column")


def scaled(english: pl.Series, conversion: Conversion) -> pl.Series:
    """Numbers written in English notation, converted exactly and rounded once."""
    if conversion.power is None:
        by_power = pl.Series(english.name, [None], dtype=pl.Float64).new_from_index(0, len(english))
    else:
        by_power = (english + f"e{conversion.power}").cast(pl.Float64, strict=False)
    # What a power of ten cannot do, or what is written with an exponent already.
    rest = english.filter(by_power.is_null() & english.is_not_null())
    table = {text: conversion(text) for text in rest.unique()}
    if not table:
        return by_power
    exact = english.replace_strict(table, default=None, return_dtype=pl.Float64)
    return by_power.fill_null(exact)
