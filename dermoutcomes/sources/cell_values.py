"""Cells of values, from wide and long tables into one frame: a row a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, field, frozen

from dermoutcomes.errors import one_of
from dermoutcomes.sources.accounts.cell_accounts import count_unknown_words
from dermoutcomes.sources.cells.labelled_cells import is_declared_missing
from dermoutcomes.sources.cells.recoding import lookup
from dermoutcomes.sources.cells.stated_units import UnitBook
from dermoutcomes.sources.cells.units import Conversion
from dermoutcomes.sources.together.rows_of_files import file_of
from dermoutcomes.tables.table_rows import compact

if TYPE_CHECKING:
    from dermoutcomes.sources.data_rows import DataRows
    from dermoutcomes.sources.reading_context import MeasurementContext
    from dermoutcomes.sources.value_layout import Layout

__all__ = ["CellValues", "cell_values", "filled_cells"]

# The last part of an id has room for so many columns; what has no column of its own is above.
WIDEST = 4095
COLUMNS = ("row", "column", "variant", "code", "text", "number", "unit")


@frozen(eq=False)
class CellValues:
    """The cells of values of one file.

    `frame` has row, column, variant, code, text, number (stored as such, or null) and unit (an
    index into `conversions`, or null). A variant is what headers say of their values, as
    {"visit": "W4", "side": "left"}; its number is an index into `variants`.
    """

    frame: pl.DataFrame
    variants: tuple[Mapping[str, str], ...]
    conversions: tuple[Conversion, ...] = field(default=())


def cell_values(context: MeasurementContext, rows: DataRows, layout: Layout) -> CellValues:
    """All cells of values in `rows`.

    Raises StudyError for units that do not fit, and for too many columns.
    """
    units = UnitBook(context)
    variants = list(dict.fromkeys(value.fields for value in layout.values)) or [()]
    cells = _wide_cells(context, rows, layout, variants, units)
    if layout.long:
        cells = pl.concat([cells, _long_cells(context, rows, layout, units)])
    if len(context.header.columns) > WIDEST:
        context.add_problem(
            f"the file has {len(context.header.columns)} columns",
            expected=f"at most {WIDEST}",
            hint='split it, or read raw curves with holds = "curves"',
        )
    context.raise_problems()
    return CellValues(
        compact(cells.sort("row", "column", maintain_order=True)),
        tuple(dict(fields) for fields in variants),
        tuple(units.conversions),
    )


def filled_cells(context: MeasurementContext, cells: CellValues) -> CellValues:
    """The cells that were filled, each recoded as the source states for its code.

    An answer that a scale has itself, and a word that the source recodes, is no missing value.
    """
    frame, text, number = cells.frame, pl.col("text"), pl.col("number")
    is_answer = pl.lit(value=False)
    for code, answers in _answers(context).items():
        is_answer |= (pl.col("code") == code) & text.str.to_lowercase().is_in(answers)
    missing = text.is_null() | (text.is_in(context.missing_marks) & ~is_answer)
    missing |= pl.lit(is_declared_missing(context, frame))
    frame = frame.filter(~missing & (number.is_null() | number.is_not_nan()))
    for code in context.codes:
        if words := context.recoding(code):
            own = pl.col("code") == code
            recoded = text.replace(list(words), list(words.values()))
            frame = frame.with_columns(
                pl.when(own).then(recoded).otherwise(text).alias("text"),
                # A stored number that a word replaces must not stand beside the word.
                pl.when(~(own & text.is_in(list(words)))).then(number).alias("number"),
            )
    # A word may be recoded to one that means: not measured.
    return evolve(cells, frame=frame.filter(~text.is_in(context.missing_marks) | is_answer))


def _answers(context: MeasurementContext) -> dict[str, list[str]]:
    """Code → its own answers and the words that the source recodes, in small letters."""
    answers = {}
    for code, parameter in context.parameters.items():
        words = (
            *context.recoding(code),
            *parameter.labels.values(),
            *(parameter.texts or ()),
            *(f"{value:g}" for value in parameter.values or ()),
        )
        if own := {word.lower() for word in words}.intersection(
            mark.lower() for mark in context.missing_marks
        ):
            answers[code] = sorted(own)
    return answers


def _wide_cells(
    context: MeasurementContext,
    rows: DataRows,
    layout: Layout,
    variants: list[tuple[tuple[str, str], ...]],
    units: UnitBook,
) -> pl.DataFrame:
    """The cells of columns that hold values of one code."""
    names = [str(value.column.position) for value in layout.values]
    texts = rows.texts.select("row", *names).unpivot(
        names, index="row", variable_name="name", value_name="text"
    )
    stored = [rows.stored_number(value.column) for value in layout.values]
    numbers = pl.concat([pl.Series(dtype=pl.Float64), *stored])
    columns = pl.DataFrame(
        [
            (
                str(value.column.position),
                value.column.position,
                value.code,
                variants.index(value.fields),
                units.of_column(context.parameters[value.code], value.column),
            )
            for value in layout.values
        ],
        orient="row",
        schema={
            "name": pl.String,
            "column": pl.Int32,
            "code": pl.String,
            "variant": pl.Int32,
            "unit": pl.Int32,
        },
    )
    cells = texts.with_columns(pl.col("text").cast(pl.String), numbers.alias("number"))
    return cells.join(columns, on="name", how="left", maintain_order="left").select(COLUMNS)


def _long_cells(
    context: MeasurementContext, rows: DataRows, layout: Layout, units: UnitBook
) -> pl.DataFrame:
    """The cells of a table in which each row holds one value and names its code."""
    value = layout.long["value"]
    unit = (
        rows.text(layout.long["unit"])
        if "unit" in layout.long
        else pl.Series([value.unit] * rows.height, dtype=pl.String)
    )
    cells = pl.DataFrame(
        {
            "row": rows.texts["row"],
            "word": rows.text(layout.long["measure"]),
            "text": _value_or_text(context, rows, layout),
            "number": rows.stored_number(value),
            "their_unit": unit,
        }
    ).with_columns(
        pl.lit(value.position, dtype=pl.Int32).alias("column"),
        pl.lit(0, dtype=pl.Int32).alias("variant"),
        lookup(pl.col("word"), context.measure_words).alias("code"),
    )
    known = cells.filter(pl.col("code").is_not_null())
    count_unknown_words(context, cells.filter(pl.col("code").is_null()))
    _tell_unknown_words(context, layout, cells)
    conversions = _conversions(context, known, units)
    return known.join(
        conversions,
        on=["code", "their_unit"],
        how="left",
        maintain_order="left",
        nulls_equal=True,
    ).select(COLUMNS)


def _value_or_text(context: MeasurementContext, rows: DataRows, layout: Layout) -> pl.Series:
    """Values of a long table; where one is missing, what stands in its column of texts."""
    value = rows.text(layout.long["value"])
    if "text" not in layout.long:
        return value
    given = value.is_not_null() & ~value.is_in(context.missing_marks)
    return value.zip_with(given, rows.text(layout.long["text"]))


def _conversions(context: MeasurementContext, cells: pl.DataFrame, units: UnitBook) -> pl.DataFrame:
    """The conversion of each code and unit that cells have."""
    pairs = cells.group_by("code", "their_unit").agg(pl.col("row").min()).sort("code", "their_unit")
    return pl.DataFrame(
        [
            (code, theirs, units.of_value(context.parameters[code], theirs, row))
            for code, theirs, row in pairs.iter_rows()
        ],
        orient="row",
        schema={"code": pl.String, "their_unit": pl.String, "unit": pl.Int32},
    )


def _tell_unknown_words(context: MeasurementContext, layout: Layout, cells: pl.DataFrame) -> None:
    """A note for each word of the measure column that is no code of the owner.

    Its rows are left out. Raises StudyError where no row of a file is a value of the owner.
    """
    owner = context.owner
    of_others = cells.filter(pl.col("code").is_null().all().over(file_of()))
    if of_others.height:
        words = list(filter(None, of_others["word"].unique(maintain_order=True).head(12)))
        raise context.error(
            f"no row is a value of {owner.name}",
            "values.measure",
            line=context.header.line,
            found=f"in the column {layout.long['measure'].name!r}: {', '.join(words)}",
            expected=one_of(context.codes, 20),
            hint=_example(words, context.codes),
            code="no_mapping",
        )
    unknown = pl.col("code").is_null() & pl.col("word").is_not_null() & (pl.col("word") != "")
    context.add_finding(
        cells.filter(unknown)
        .group_by(file_of().alias("in_file"), "word")
        .agg(pl.col("row").min(), pl.len().alias("times"))
        .sort("row"),
        "unknown_measure",
        "note",
        message=pl.format(
            "{} is no value of {}; its rows ({}) are left out",
            pl.col("word"),
            pl.lit(owner.name),
            pl.col("times"),
        ),
        found=pl.col("word"),
        expected=one_of(context.codes, 20),
    )


def _example(words: Iterable[str], codes: list[str]) -> str | None:
    word = next(iter(words), None)
    return None if word is None else f'values.measure = {{ "{word}" = "{codes[0]}" }}'
