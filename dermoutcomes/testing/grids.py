"""Wide views to try expressions on: plain, extreme and missing values of codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice, product
from random import Random
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Parameter, Scale

__all__ = ["ABOUT", "TEXT", "codes_in", "combinations", "grid", "missing", "row"]

# What a measurement is, besides its values: the columns that the wide view has for every owner.
ABOUT = (
    "measurement",
    "subject",
    "visit",
    "timepoint",
    "day",
    "taken_at",
    "location",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
    "source",
    "row",
)
TEXT = "__text"
MOST = 3_000


def codes_in(expr: pl.Expr) -> set[str]:
    """The codes that an expression is made of; a code's texts count as the code."""
    return {name.removesuffix(TEXT) for name in expr.meta.root_names()} - set(ABOUT)


def row(owner: Instrument | Scale, values: Mapping[str, float | None]) -> pl.DataFrame:
    """One measurement with these values; every other code is missing."""
    return missing(owner).with_columns(
        pl.lit(value, dtype=pl.Float64).alias(code) for code, value in values.items()
    )


def missing(owner: Instrument | Scale, height: int = 1) -> pl.DataFrame:
    """Measurements in which every code is missing."""
    schema = empty("observations").schema
    about = {name: pl.Series([None] * height, dtype=schema[name]) for name in ABOUT}
    codes = [parameter.code for parameter in owner.parameters]
    values = {code: pl.Series([None] * height, dtype=pl.Float64) for code in codes}
    texts = {code + TEXT: pl.Series([None] * height, dtype=pl.String) for code in codes}
    return pl.DataFrame({**about, **values, **texts})


def grid(owner: Instrument | Scale, codes: Iterable[str]) -> pl.DataFrame:
    """Measurements with many combinations of values of `codes`, always the same ones.

    Values are missing, zero, bounds, the middle and those that are allowed.
    """
    chosen = [parameter for parameter in owner.parameters if parameter.code in set(codes)]
    columns = {parameter.code: _values(parameter) for parameter in chosen}
    rows = combinations(list(columns.values()))
    frame = missing(owner, len(rows))
    series = [
        pl.Series(code, [combined[place] for combined in rows], dtype=pl.Float64)
        for place, code in enumerate(columns)
    ]
    return frame.with_columns(series)


def combinations(columns: list[list[float | None]]) -> list[tuple[float | None, ...]]:
    """Every combination, or a fixed draw of them where they are too many.

    Each value then stands everywhere at once, too.
    """
    rows = list(islice(product(*columns), MOST + 1))
    if len(rows) <= MOST:
        return rows
    draw = Random(0)  # noqa: S311 - the same grid in every run
    alike = [
        tuple(column[min(place, len(column) - 1)] for column in columns)
        for place in range(max(map(len, columns)))
    ]
    return alike + [tuple(draw.choice(column) for column in columns) for _ in range(MOST)]


def _values(parameter: Parameter) -> list[float | None]:
    low, high = parameter.low, parameter.high
    middle = (low + high) / 2 if low is not None and high is not None else 1.0
    bounds = (parameter.minimum, low, middle, high, parameter.maximum)
    plain = {0.0, *(value for value in bounds if value is not None), *(parameter.values or ())}
    return [None, *sorted(plain)]
