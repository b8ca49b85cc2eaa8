"""Scores by a table of the scale's licence, which is a file of the study and no part of a scale."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.declare import Scale
from dermoutcomes.derive.source_options import owner_options
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from typing import Any

    from dermoutcomes.declare import Instrument, Parameter
    from dermoutcomes.declare.forms.scale_form import Conversion
    from dermoutcomes.study import Study

__all__ = ["read_conversion", "with_conversions"]

# How many rows a message names: a table of a licence is never printed whole.
MOST_ROWS = 3
# A sum with answers that a rule filled may be 25.000000001 for 25.
SUM_DIGITS = 9


def with_conversions(
    owner: Instrument | Scale, study: Study, entries: Mapping[int, int]
) -> Instrument | Scale:
    """The scale with an expression for each score that its sources have a table for.

    A value that a table does not have becomes NaN, so that it is told. Without a table the score
    is what the export holds, or nothing. StudyError with all that is wrong with the tables.
    """
    conversions = owner.form.conversions if isinstance(owner, Scale) and owner.form else {}
    specs = study.sources.get(owner.name, ())
    if not conversions or not any(spec.conversion for spec in specs):
        return owner
    options, problems = owner_options(study, owner, entries), list[Problem]()
    expressions = {code: pl.lit(None, pl.Float64) for code in conversions}
    for entry, spec in enumerate(specs):
        if spec.conversion is None:
            continue
        of_entry = pl.lit(value=True)
        if entries:
            entry_of = pl.col("source").replace_strict(dict(entries), default=0)
            of_entry = entry_of.cast(pl.Int64) == entry
        for code, conversion in conversions.items():
            parameter = owner.parameter(code)
            assert parameter is not None
            table = read_conversion(
                study.folder / spec.conversion,
                parameter,
                conversion.of,
                _ends(conversion, options.values[entry]),
                problems,
            )
            total = pl.col(conversion.of).round(SUM_DIGITS)
            score = total.replace_strict(
                table,
                default=pl.when(total.is_not_null()).then(float("nan")),
                return_dtype=pl.Float64,
            )
            expressions[code] = pl.when(of_entry).then(score).otherwise(expressions[code])
    if problems:
        raise StudyError(problems)
    parameters = tuple(
        evolve(parameter, expr=expressions[parameter.code])
        if parameter.code in expressions
        else parameter
        for parameter in owner.parameters
    )
    return evolve(owner, parameters=parameters)


def _ends(conversion: Conversion, options: Any) -> tuple[int, int]:
    """The whole values at which the table begins and ends, by the options of the source."""
    names = {*conversion.lowest.meta.root_names(), *conversion.highest.meta.root_names()}
    frame = pl.DataFrame({"": [0], **{name: [getattr(options, name)] for name in sorted(names)}})
    lowest, highest = frame.select(lowest=conversion.lowest, highest=conversion.highest).row(0)
    return round(lowest), round(highest)


def read_conversion(
    path: Path, parameter: Parameter, of: str, ends: tuple[int, int], problems: list[Problem]
) -> dict[float, float]:
    """Value = score of a CSV file with the columns `of` and the parameter's code.

    `problems` gets all that cannot be: a column or a value that is not there, a value twice, what
    is no number, a score outside its range, and one that falls where the value rises.
    """

    def refuse(message: str, found: Iterable[str], expected: str) -> None:
        cells = [*found]
        more = f" and {len(cells) - MOST_ROWS} more" if len(cells) > MOST_ROWS else ""
        problems.append(
            Problem(
                message,
                file=path.name,
                path="conversion",
                found=", ".join(cells[:MOST_ROWS]) + more or None,
                expected=expected,
            )
        )

    code = parameter.code
    try:
        rows = [row for row in csv.reader(_lines(path)) if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error):
        refuse("the table is no text of CSV in UTF-8", (), f"{of},{code} and a row a value")
        return {}
    header = [cell.strip() for cell in rows[0]] if rows else []
    if absent := [name for name in (of, code) if header.count(name) != 1]:
        refuse(
            f"the table needs one column each of {of} and {code}",
            [cell or "(blank)" for cell in header],
            f"a header {of},{code}; not there or there twice: {', '.join(absent)}",
        )
        return {}
    at_value, at_score = header.index(of), header.index(code)
    pairs = [
        (number, _cell(row, at_value), _cell(row, at_score))
        for number, row in enumerate(rows[1:], 2)
    ]
    numbers = [(_number(value), _number(score)) for _, value, score in pairs]
    if broken := [
        f"row {number}: {value or '(blank)'}, {score or '(blank)'}"
        for (number, value, score), read in zip(pairs, numbers, strict=True)
        if None in read
    ]:
        refuse("a row of the table is no pair of numbers", broken, "numbers with a decimal point")
    known = [(value, score) for value, score in numbers if value is not None and score is not None]
    values = [value for value, _ in known]
    if twice := [f"{value:g}" for value in dict.fromkeys(values) if values.count(value) > 1]:
        refuse(f"the table has a value of {of} twice", twice, "each value once")
    wanted = [float(value) for value in range(ends[0], ends[1] + 1)]
    if other := sorted(set(values) - set(wanted)):
        refuse(
            f"the table has values of {of} that this form cannot have",
            [f"{value:g}" for value in other],
            f"the whole numbers from {ends[0]} to {ends[1]}, by the options of the source",
        )
    if not broken and (lacking := [f"{value:g}" for value in wanted if value not in values]):
        refuse(
            f"the table lacks values of {of}",
            lacking,
            f"the whole numbers from {ends[0]} to {ends[1]}, by the options of the source",
        )
    low, high = parameter.minimum or 0.0, parameter.maximum
    if outside := [
        f"{score:g}" for _, score in known if score < low or (high is not None and score > high)
    ]:
        refuse(f"the table has values of {code} outside its range", outside, f"{low:g} to {high:g}")
    known.sort()
    if falling := [f"{one[0]:g} and {two[0]:g}" for one, two in pairwise(known) if two[1] < one[1]]:
        refuse(f"{code} falls where {of} rises", falling, "a score that rises with the sum")
    return dict(known)


def _lines(path: Path) -> Iterator[str]:
    yield from path.read_text(encoding="utf-8-sig").splitlines()


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
