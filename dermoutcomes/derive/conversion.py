"""Scores by a table of the scale's licence, which is a file of the study and no part of a scale."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.declare import Scale
from dermoutcomes.derive.source_options import owner_options
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from typing import Any

    from dermoutcomes.declare import Instrument, Parameter
    from dermoutcomes.declare.forms.scale_form import Conversion
    from dermoutcomes.study import Study

__all__ = ["SUM_DIGITS", "read_conversion", "table_ends", "with_conversions"]

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
    # Each entry has its own table: conditions are nested entry by entry, null where none has one.
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
                table_ends(conversion, _stated(conversion, options.values[entry])),
                problems,
                "the options of the source",
            )
            total = pl.col(conversion.of).round(SUM_DIGITS)
            score = total.replace_strict(
                table,
                # A sum that the table lacks is NaN, which is told as not computable; a blank sum
                # stays blank.
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


def _names(conversion: Conversion) -> list[str]:
    """The options that say where a table begins and ends."""
    return sorted({*conversion.lowest.meta.root_names(), *conversion.highest.meta.root_names()})


def _stated(conversion: Conversion, options: Any) -> dict[str, float]:
    """Those options of a source, by name."""
    return {name: getattr(options, name) for name in _names(conversion)}


def table_ends(conversion: Conversion, options: Mapping[str, float]) -> tuple[int, int]:
    """The whole values at which the table begins and ends, by these options."""
    # A column of no name gives the frame its row where no option is named.
    frame = pl.DataFrame({"": [0], **{name: [options[name]] for name in _names(conversion)}})
    lowest, highest = frame.select(lowest=conversion.lowest, highest=conversion.highest).row(0)
    return round(lowest), round(highest)


@frozen
class _Row:
    """A row of a table: its line, the texts of its value and its score, and their numbers."""

    line: int
    texts: tuple[str, str]

    @property
    def pair(self) -> tuple[float, float] | None:
        """Value and score; None where one is no number."""
        value, score = map(_number, self.texts)
        return None if value is None or score is None else (value, score)

    def __str__(self) -> str:
        return f"row {self.line}: " + ", ".join(text or "(blank)" for text in self.texts)


@frozen
class _Refusal:
    """What is wrong with a table, in which of its cells, and what it should have."""

    message: str
    found: tuple[str, ...]
    expected: str

    def problem(self, path: Path) -> Problem:
        """As the user is told: a table of a licence is never printed whole."""
        more = len(self.found) - MOST_ROWS
        found = ", ".join(self.found[:MOST_ROWS]) + (f" and {more} more" if more > 0 else "")
        return Problem(
            self.message,
            file=path.name,
            path="conversion",
            found=found or None,
            expected=self.expected,
        )


def read_conversion(
    path: Path,
    parameter: Parameter,
    of: str,
    ends: tuple[int, int],
    problems: list[Problem],
    stated_by: str,
) -> dict[float, float]:
    """Value = score of a CSV file with the columns `of` and the parameter's code.

    `stated_by` says in words what settles the ends. `problems` gets all that cannot be: a column or a value that is not there, a value twice, what
    is no number, a score outside its range, and one that falls where the value rises.
    """
    rows, refusal = _rows(path, of, parameter.code)
    if refusal is not None:
        problems.append(refusal.problem(path))
        return {}
    broken = tuple(str(row) for row in rows if row.pair is None)
    pairs = sorted(row.pair for row in rows if row.pair is not None)
    refusals = [
        _Refusal(
            "a row of the table is no pair of numbers", broken, "numbers with a decimal point"
        ),
        *_refusals_of_values(
            [value for value, _ in pairs], of, ends, stated_by, is_whole=not broken
        ),
        *_refusals_of_scores(pairs, of, parameter),
    ]
    problems += [refusal.problem(path) for refusal in refusals if refusal.found]
    return dict(pairs)


def _rows(path: Path, of: str, code: str) -> tuple[list[_Row], _Refusal | None]:
    """The rows of a table, or why it is none."""
    try:
        lines = [row for row in csv.reader(_lines(path)) if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error):
        return [], _Refusal(
            "the table is no text of CSV in UTF-8", (), f"{of},{code} and a row a value"
        )
    header = [cell.strip() for cell in lines[0]] if lines else []
    if absent := [name for name in (of, code) if header.count(name) != 1]:
        return [], _Refusal(
            f"the table needs one column each of {of} and {code}",
            tuple(cell or "(blank)" for cell in header),
            f"a header {of},{code}; not there or there twice: {', '.join(absent)}",
        )
    places = header.index(of), header.index(code)
    return [
        _Row(number, (_cell(row, places[0]), _cell(row, places[1])))
        for number, row in enumerate(lines[1:], 2)
    ], None


def _refusals_of_values(
    values: list[float], of: str, ends: tuple[int, int], stated_by: str, *, is_whole: bool
) -> Iterator[_Refusal]:
    """Values that stand twice, that the form cannot have, and that are lacking."""
    wanted = [float(value) for value in range(ends[0], ends[1] + 1)]
    expected = f"the whole numbers from {ends[0]} to {ends[1]}, by {stated_by}"
    counts = Counter(values)
    twice = [value for value, times in counts.items() if times > 1]
    yield _Refusal(f"the table has a value of {of} twice", _words(twice), "each value once")
    yield _Refusal(
        f"the table has values of {of} that this form cannot have",
        _words(sorted(counts.keys() - set(wanted))),
        expected,
    )
    # A row that is no pair of numbers may be the one that seems to lack.
    lacking = [value for value in wanted if value not in counts] if is_whole else []
    yield _Refusal(f"the table lacks values of {of}", _words(lacking), expected)


def _refusals_of_scores(
    pairs: list[tuple[float, float]], of: str, parameter: Parameter
) -> Iterator[_Refusal]:
    """Scores outside their range, and those that fall where the value rises."""
    low = -inf if parameter.minimum is None else parameter.minimum
    high = inf if parameter.maximum is None else parameter.maximum
    outside = [score for _, score in pairs if not low <= score <= high]
    yield _Refusal(
        f"the table has values of {parameter.code} outside its range",
        _words(outside),
        f"{low:g} to {high:g}",
    )
    falling = (f"{one[0]:g} and {two[0]:g}" for one, two in pairwise(pairs) if two[1] < one[1])
    yield _Refusal(
        f"{parameter.code} falls where {of} rises",
        tuple(falling),
        "a score that rises with the sum",
    )


def _words(numbers: Iterable[float]) -> tuple[str, ...]:
    return tuple(f"{number:g}" for number in numbers)


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
