"""Cells of values, gathered from wide and long tables into one frame: a row a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError, one_of
from dermoutcomes.sources.cells.recoding import lookup
from dermoutcomes.sources.cells.stated_units import UnitBook
from dermoutcomes.sources.findings import remarks
from dermoutcomes.sources.typed_values import Cells

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.sources.data_rows import Sheet
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.value_layout import Layout

__all__ = ["WIDEST", "Gathered", "gather"]

# Places beyond it are taken by values that have no column of their own.
WIDEST = 4095


@frozen(eq=False)
class Gathered:
    """The cells, the variants (what headers say of their values) and findings."""

    cells: Cells
    variants: tuple[Mapping[str, str], ...]
    findings: tuple[pl.DataFrame, ...]


def gather(
    file: SourceFile,
    sheet: Sheet,
    layout: Layout,
    owner: Instrument | Scale,
    words: Mapping[str, str],
) -> Gathered:
    """All cells of values. Raises StudyError for units that do not fit, and for a file with too many columns."""
    import polars as pl

    book = UnitBook(file, owner.name)
    variants = list(dict.fromkeys(value.says for value in layout.values)) or [()]
    wide = _wide(sheet, layout, owner, variants, book)
    long, found = (
        _long(file, sheet, layout, owner, words, book)
        if layout.long
        else (wide.clear(), wide.clear())
    )
    _refuse(file, sheet, book)
    frame = pl.concat([wide, long]).sort("row", "column", maintain_order=True)
    return Gathered(
        Cells(frame, tuple(book.conversions)),
        tuple(dict(says) for says in variants),
        (*book.findings, found) if layout.long else tuple(book.findings),
    )


def _refuse(file: SourceFile, sheet: Sheet, book: UnitBook) -> None:
    if len(sheet.header.columns) > WIDEST:
        book.problems.append(
            Problem(
                f"the file has {len(sheet.header.columns)} columns",
                file=file.relative,
                path=file.setting,
                expected=f"at most {WIDEST}",
                hint='split it, or read raw curves with holds = "curves"',
            )
        )
    if book.problems:
        raise StudyError(book.problems)


def _wide(
    sheet: Sheet,
    layout: Layout,
    owner: Instrument | Scale,
    variants: list[tuple[tuple[str, str], ...]],
    book: UnitBook,
) -> pl.DataFrame:
    import polars as pl

    places = [str(value.column.position) for value in layout.values]
    texts = sheet.texts.select("row", *places).unpivot(
        places, index="row", variable_name="place", value_name="text"
    )
    numbers = pl.concat([pl.Series(dtype=pl.Float64), *(_stored(sheet, place) for place in places)])
    line = sheet.header.rows[-1] if sheet.header.rows else None
    by_code = {parameter.code: parameter for parameter in owner.parameters}
    about = pl.DataFrame(
        [
            (
                place,
                value.column.position,
                value.code,
                variants.index(value.says),
                book.of_column(by_code[value.code], value.column, line),
            )
            for place, value in zip(places, layout.values, strict=True)
        ],
        orient="row",
        schema={
            "place": pl.String,
            "column": pl.Int32,
            "code": pl.String,
            "variant": pl.Int32,
            "unit": pl.Int32,
        },
    )
    cells = texts.with_columns(pl.col("text").cast(pl.String), numbers.alias("number")).join(
        about, on="place", how="left", maintain_order="left"
    )
    return cells.select("row", "column", "variant", "code", "text", "number", "unit")


def _stored(sheet: Sheet, place: str) -> pl.Series:
    """The numbers that the file stored in a column, null where it stored none."""
    import polars as pl

    return (
        sheet.numbers[place]
        if place in sheet.numbers.columns
        else pl.Series([None], dtype=pl.Float64).new_from_index(0, sheet.texts.height)
    )


def _long(
    file: SourceFile,
    sheet: Sheet,
    layout: Layout,
    owner: Instrument | Scale,
    words: Mapping[str, str],
    book: UnitBook,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    value = layout.long["value"]
    place = str(value.position)
    unit = (
        sheet.text(layout.long["unit"].position)
        if "unit" in layout.long
        else pl.Series([value.unit] * sheet.texts.height, dtype=pl.String)
    )
    rows = pl.DataFrame(
        {
            "row": sheet.texts["row"],
            "word": sheet.text(layout.long["measure"].position),
            "text": _text(file, sheet, layout),
            "number": _stored(sheet, place),
            "theirs": unit,
        }
    ).with_columns(
        pl.lit(value.position, dtype=pl.Int32).alias("column"),
        pl.lit(0, dtype=pl.Int32).alias("variant"),
    )
    rows = rows.with_columns(lookup(pl.col("word"), words).alias("code"))
    known = rows.filter(pl.col("code").is_not_null())
    if rows.height and not known.height:
        raise StudyError(_no_measure(file, sheet, layout, owner, rows))
    found = _foreign(file, rows, owner)
    known = known.join(
        _units(known, owner, book),
        on=["code", "theirs"],
        how="left",
        maintain_order="left",
        nulls_equal=True,
    )
    return known.select("row", "column", "variant", "code", "text", "number", "unit"), found


def _text(file: SourceFile, sheet: Sheet, layout: Layout) -> pl.Series:
    """The value of each row of a long table, or what stands in its column of texts where the value is missing."""
    text = sheet.text(layout.long["value"].position)
    if "text" not in layout.long:
        return text
    given = text.is_not_null() & ~text.is_in(list(file.spec.missing))
    return text.zip_with(given, sheet.text(layout.long["text"].position))


def _units(rows: pl.DataFrame, owner: Instrument | Scale, book: UnitBook) -> pl.DataFrame:
    """The conversion of each code and unit that rows have."""
    import polars as pl

    by_code = {parameter.code: parameter for parameter in owner.parameters}
    pairs = rows.group_by("code", "theirs").agg(pl.col("row").min()).sort("code", "theirs")
    return pl.DataFrame(
        [
            (
                code,
                theirs,
                book.add(
                    by_code[code], book.stated(by_code[code]) or theirs, row, None, str(theirs)
                ),
            )
            for code, theirs, row in pairs.iter_rows()
        ],
        orient="row",
        schema={"code": pl.String, "theirs": pl.String, "unit": pl.Int32},
    )


def _foreign(file: SourceFile, rows: pl.DataFrame, owner: Instrument | Scale) -> pl.DataFrame:
    """A note for each word of the measure column that is no code of the owner: its rows are left out."""
    import polars as pl

    words = (
        rows.filter(
            pl.col("code").is_null() & pl.col("word").is_not_null() & (pl.col("word") != "")
        )
        .group_by("word")
        .agg(pl.col("row").min(), pl.len().alias("times"))
        .sort("row")
    )
    message = pl.format(
        "{} is no value of {}; its rows ({}) are left out",
        pl.col("word"),
        pl.lit(owner.name),
        pl.col("times"),
    )
    return remarks(
        words,
        "unknown_measure",
        "note",
        file,
        message=message,
        found=pl.col("word"),
        expected=one_of([parameter.code for parameter in owner.parameters], 20),
    )


def _no_measure(
    file: SourceFile, sheet: Sheet, layout: Layout, owner: Instrument | Scale, rows: pl.DataFrame
) -> Problem:
    found = [word for word in rows["word"].unique(maintain_order=True).head(12) if word]
    return Problem(
        f"no row is a value of {owner.name}",
        file=file.relative,
        line=sheet.header.rows[-1] if sheet.header.rows else None,
        path=f"{file.setting}.values.measure",
        found=f"in the column {layout.long['measure'].name!r}: {', '.join(found)}",
        expected=one_of([parameter.code for parameter in owner.parameters], 20),
        hint=f'values.measure = {{ "{found[0]}" = "{owner.parameters[0].code}" }}'
        if found
        else None,
        code="no_mapping",
    )
