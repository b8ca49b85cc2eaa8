"""Cells of framework tables with the types of their columns; each cell that is lost is a finding.

A number may have something beside it, as ">80", "72 kg" or "45*": what such a cell stands for the
source says, as it does of readings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.sources.cell_findings import tell_number_problems, tell_qualified
from dermoutcomes.sources.cells.cell_numbers import (
    ABSURD,
    PROBLEMS,
    from_single_precision,
    number,
    problem,
)
from dermoutcomes.sources.cells.date_findings import (
    tell_partial_dates,
    tell_unreadable_dates,
    tell_zones,
)
from dermoutcomes.sources.cells.dates import PARTIAL, as_datetime
from dermoutcomes.sources.cells.qualified_numbers import QUALIFIED, Qualified, qualified
from dermoutcomes.sources.cells.recoding import YES_NO, lookup
from dermoutcomes.sources.cells.units import UnitError, parse_unit
from dermoutcomes.sources.framework.framework_columns import column_types
from dermoutcomes.vocabulary import BIRTH_DATE

if TYPE_CHECKING:
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["typed_cells"]


def typed_cells(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """`texts`, with row and a column of text each of our names, in the types of the table.

    A column that an open table does not have by itself is one of numbers where its cells are.
    """
    types = column_types(context.file.name)
    typed = texts.select("row")
    for name in (name for name in texts.columns if name != "row"):
        column, kind = columns.get(name), types.get(name)
        position = pl.lit(column.position if column is not None else None, pl.Int32)
        cells = texts.select("subject", "row", column=position, found=name)
        if kind is None:
            values = _further_values(context, cells, name, column)
        elif kind == pl.Boolean:
            values = _booleans(context, cells, name)
        elif kind in (pl.Date, pl.Datetime):
            values = _dates(context, cells, name).cast(kind)
        elif kind.is_numeric():
            values = _numbers(context, cells, name, column, kind)
        else:
            values = cells["found"]
        typed = typed.with_columns(values.alias(name))
    return typed


def _booleans(context: ReadingContext, cells: pl.DataFrame, name: str) -> pl.Series:
    values = cells.select(lookup(pl.col("found"), YES_NO) == "true").to_series()
    context.add_finding(
        _lost(cells, values),
        "not_yes_or_no",
        "error",
        message=f"{name} is neither yes nor no",
        expected=f"yes or no, or words under values.{name}",
    )
    return values


def _dates(context: ReadingContext, cells: pl.DataFrame, name: str) -> pl.Series:
    values = cells.select(as_datetime(pl.col("found"), context.spec.date_format)).to_series()
    tell_zones(context, cells, name)
    lost, partial = _lost(cells, values), pl.col("found").str.contains(PARTIAL)
    tell_partial_dates(context, lost.filter(partial), name)
    tell_unreadable_dates(context, lost.filter(~partial), name)
    return values


def _lost(cells: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    return cells.filter(values.is_null() & cells["found"].is_not_null())


def _numbers(
    context: ReadingContext, cells: pl.DataFrame, name: str, column: Column | None, kind: Any
) -> pl.Series:
    """The numbers of a column of the table."""
    numbers = _read_numbers(context, cells, name, column)
    if not kind.is_integer():
        _tell_cells(context, numbers, name, "error")
        return numbers["value"]
    # A cast to a whole number would make 2.5 a 2.
    is_whole = pl.col("value") == pl.col("value").round()
    context.add_finding(
        numbers.filter(~is_whole).select("subject", "row", "column", "found"),
        "not_a_whole_number",
        "error",
        message=f"{name} is not a whole number; it counts as unknown",
        expected="a whole number",
    )
    whole = numbers.with_columns(value=pl.when(is_whole).then("value"))
    _tell_cells(context, whole, name, "error")
    return whole["value"].cast(kind, strict=False)


def _further_values(
    context: ReadingContext, cells: pl.DataFrame, name: str, column: Column | None
) -> pl.Series:
    """A column that an open table does not have by itself: its numbers, or else its words.

    Numbers they are where every cell is one or has one beside a sign, a mark or a unit, and more
    than half are plain: levels as "<65" and ">65" are words. So are codes, as 007.
    """
    found = cells["found"]
    if name == BIRTH_DATE and context.spec.name == "subjects":
        return _dates(context, cells, name).dt.strftime("%Y-%m-%d")
    if found.str.contains(r"^[+-]?0\d").any():
        return found
    numbers = _read_numbers(context, cells, name, column)
    plain, wrong = pl.col("how").is_null() & pl.col("value").is_not_null(), pl.col("wrong")
    in_unit = pl.col("how") == "unit_in_cell"
    counts = numbers.select(
        filled=found.is_not_null().sum(),
        numbers=(plain | in_unit).sum(),
        words=(wrong.is_not_null() & ~_is_beside_number()).sum(),
    ).row(0, named=True)
    if counts["words"] or 2 * counts["numbers"] <= counts["filled"]:
        return found
    _tell_cells(context, numbers, name, "error" if _is_asked_for(context, name) else "warning")
    return numbers["value"]


def _is_beside_number() -> pl.Expr:
    """Whether a cell without a value is a number with a sign, a mark or a known unit beside it."""
    beside = pl.col("beside")
    known = pl.col("beside_is_unit").fill_null(value=False)
    return (
        pl.when(pl.col("wrong") == "unit_behind_number").then(known).otherwise(beside.is_not_null())
    )


def _is_asked_for(context: ReadingContext, name: str) -> bool:
    """Whether a population, a subgroup or a factor of the study rests on a column of subjects."""
    study = context.study
    return (
        any(subgroup.by == name for subgroup in study.subgroups.values())
        or any(name in population.where.columns for population in study.populations.values())
        or any(name in (factor.source, factor.recorded) for factor in study.factors.values())
    )


def _read_numbers(
    context: ReadingContext, cells: pl.DataFrame, name: str, column: Column | None
) -> pl.DataFrame:
    """The cells with `value`, and of those with something beside the number what it stands for.

    `how` and `beside` say what was done with which cell, `wrong` names what is wrong with it;
    `beside_is_unit` says of what stands behind a number whether it is any unit.
    """
    found, number_format = pl.col("found"), context.number_format
    english = from_single_precision(number_format.english(found))
    plain = cells.with_columns(value=number(english))
    unit = context.spec.units.get(name) or (column.unit if column is not None else None)
    texts = plain.filter(found.is_not_null() & pl.col("value").is_null())["found"].unique().sort()
    rows: list[tuple[str | float | bool | None, ...]] = []
    for text in texts:
        cell = qualified(text, number_format, unit or "", context.spec.limits, context.spec.marks)
        if cell is None:
            continue
        # Of a column without a unit nobody can say whether "%" or "AU" is the unit of the others.
        without = cell.how == "unit_in_cell" and not unit
        fault = "unit_behind_number" if without else cell.wrong
        value, how = (None, None) if fault else (_value(cell), cell.how)
        rows.append((text, value, fault, how, cell.beside, _is_unit(cell.beside)))
    types = {
        "found": pl.String,
        "qualified_value": pl.Float64,
        "qualified_wrong": pl.String,
        "how": pl.String,
        "beside": pl.String,
        "beside_is_unit": pl.Boolean,
    }
    of_texts = pl.DataFrame(rows, orient="row", schema=types)
    joined = plain.join(of_texts, on="found", how="left", maintain_order="left")
    in_all = pl.coalesce("value", "qualified_value")
    is_lost = found.is_not_null() & in_all.is_null()
    return joined.with_columns(
        value=in_all,
        wrong=pl.when(is_lost).then(pl.coalesce("qualified_wrong", problem(found, number_format))),
    )


def _value(cell: Qualified) -> float | None:
    """The number that a cell stands for, in the unit of its column; None where it is beyond any."""
    if cell.english is None:
        return None
    value = float(cell.english) if cell.conversion is None else cell.conversion(cell.english)
    return value if abs(value) < ABSURD else None


def _is_unit(beside: str | None) -> bool:
    try:
        parse_unit(beside or "")
    except UnitError:
        return False
    return bool(beside)


def _tell_cells(
    context: ReadingContext, numbers: pl.DataFrame, name: str, severity: Severity
) -> None:
    """Findings for cells that hold no number, and notes on those that the source settles."""
    told = numbers.with_columns(code=pl.lit(name), measure=pl.lit(None, pl.String))
    wrong = told.filter(pl.col("wrong").is_in([*PROBLEMS, *QUALIFIED]))
    tell_number_problems(context, wrong, severity, about=f"{name}: ")
    tell_qualified(context, told, about=f"{name}: ")
