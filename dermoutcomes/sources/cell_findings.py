"""Findings about cells of values: those that hold none, and those that are read with a doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.cell_numbers import (
    PROBLEMS,
    number,
    reads_otherwise,
    remedy,
    surely_of,
)
from dermoutcomes.sources.cells.qualified_numbers import QUALIFIED, SETTLED
from dermoutcomes.sources.cells.shared_signs import SIGN_PROBLEMS
from dermoutcomes.sources.cells.spreadsheet_cells import tell_spreadsheet_cells
from dermoutcomes.sources.together.rows_of_files import file_of
from dermoutcomes.sources.typed_values import device_readings
from dermoutcomes.tables.findings import listed
from dermoutcomes.vocabulary import FRAMEWORK, SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext

__all__ = [
    "tell_either_sign",
    "tell_invalid_readings",
    "tell_missing_words",
    "tell_number_problems",
    "tell_plus_signs",
    "tell_qualified",
    "tell_wrong_cells",
    "tell_zeros",
]

# So many cells of a column with one fault are a finding each; more are one finding, since the
# cause is one.
SINGLY = 20
# The share of readings of a device that are exactly 0 above which they are asked about, and how
# many there are at least.
ZEROS_ASKED, FEWEST_ZEROS = 0.05, 2
# The rest of a key of the source, for a sign before a number, for a whole cell, and for a mark.
SIGN = '"limit" } in the source, "half", "limit/sqrt2", "missing" or a number'
CELL = '"missing" } in the source, or a number'
MARK = '"keep" } in the source, "leave_out" or "below_limit"'


def tell_wrong_cells(context: MeasurementContext, values: pl.DataFrame) -> None:
    """A finding for each cell that holds no number where one belongs.

    A measurement that failed as a whole is one finding.
    """
    # Without id: a cell that is no value is no observation that a finding could point to.
    wrong = values.filter(pl.col("wrong").is_not_null()).drop("id", "value", "text")
    for one, of_file in context.each_file(wrong.sort("row", "column")):
        _tell_wrong_cells_of_file(one, of_file)


def _tell_wrong_cells_of_file(context: ReadingContext, wrong: pl.DataFrame) -> None:
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
    tell_spreadsheet_cells(context, wrong)
    wrong = _without_one_cause(context, wrong)
    # A verdict rests on no circumstance; but what is checked about it is not checked.
    is_setting = pl.col("kind").is_in(SETTING_KINDS)
    tell_number_problems(context, wrong.filter(~is_setting), "error")
    tell_number_problems(context, wrong.filter(is_setting), "warning")


def _without_one_cause(context: ReadingContext, wrong: pl.DataFrame) -> pl.DataFrame:
    """`wrong` without numbers in the signs of another source, told here where columns have many.

    One key of the source settles all of them, so that the columns are named in one finding.
    """
    for check in SIGN_PROBLEMS:
        cells = wrong.filter(pl.col("wrong") == check)
        columns = cells["column"].unique(maintain_order=True).to_list()
        if cells.height <= SINGLY or len(columns) < 2:
            continue
        names = {column.position: column.name for column in context.header.columns}
        headers = [names[column] for column in columns]
        example = pl.format("{} in row {}", "found", "row")
        is_value = ~pl.col("kind").is_in(SETTING_KINDS)
        context.add_finding(
            cells.sort("row").head(1).select("row", "found", "wrong", "beside", "code"),
            check,
            "error" if cells.filter(is_value).height else "warning",
            message=f"{PROBLEMS[check]}: {cells.height} cells of {len(columns)} columns "
            f"({listed(headers)}), as {cells.head(1).select(example).item()}",
            found=pl.col("found"),
            expected=_expected(context),
        )
        wrong = wrong.filter(pl.col("wrong") != check)
    return wrong


def tell_number_problems(
    context: ReadingContext, wrong: pl.DataFrame, severity: Severity, *, about: str = ""
) -> None:
    """A finding for each cell that holds no number, or for each column of more than 20 of a kind.

    Numbers in another source's signs have one cause in a column, so that two of them are one finding.
    `wrong` has row, column, measure, found, `code` (our name of the column), `wrong` (one of PROBLEMS
    or QUALIFIED) and `beside`. The messages begin with `about`.
    """
    if not wrong.height:
        return
    wrong = wrong.with_columns(pl.len().over("wrong", "measure", "column").alias("times"))
    for check, words in {**PROBLEMS, **QUALIFIED}.items():
        message, cells = f"{about}{words}", wrong.filter(pl.col("wrong") == check)
        alone = 1 if check in SIGN_PROBLEMS else SINGLY
        context.add_finding(
            cells.filter(pl.col("times") <= alone),
            check,
            severity,
            message=message,
            found=pl.col("found"),
            expected=_expected(context),
        )
        several = cells.filter(pl.col("times").is_between(alone + 1, SINGLY))
        context.add_finding(
            _cells_of_a_column(several.with_columns(expected=_expected(context))),
            check,
            severity,
            message=pl.format("{} ({} cells)", pl.lit(message), "times"),
            found=pl.col("found"),
            expected=pl.col("expected"),
        )
        context.add_finding(
            _once_a_column(cells.filter(pl.col("times") > SINGLY)),
            check,
            severity,
            message=pl.format("{} ({} cells, as {})", pl.lit(message), "times", "examples"),
            found=pl.col("found"),
            expected=_expected(context),
        )


def _expected(context: ReadingContext) -> pl.Expr:
    """What a cell of numbers should hold, and what to write into the source where it is right."""
    found = pl.col("found")
    a_number = f"a number with a decimal {'comma' if context.spec.decimal == ',' else 'point'}"
    # The unit of a measure is known, and that of a column of the framework is the study's to say.
    unit = (
        pl.format('; units.{} = "{}" in the source if all are in it, marks = {{ ', "code", "beside")
        if context.file.name in FRAMEWORK
        else pl.lit("; marks = { ")
    )
    limit = pl.col("beside").replace_strict({"<": SIGN, ">": SIGN}, default=CELL)
    beside = (
        pl.when(pl.col("wrong") == "limit_sign")
        .then(pl.lit("; limits = { ") + _quoted("beside") + " = " + limit)
        .when(pl.col("wrong") == "marked_number")
        .then(pl.lit("; marks = { ") + _quoted("beside") + " = " + MARK)
        .when(pl.col("wrong") == "unit_behind_number")
        .then(unit + _quoted("beside") + ' = "keep" } in the source if it says nothing')
    )
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
    settled = pl.when(is_word).then(word).otherwise(pl.coalesce(beside, signs))
    return pl.lit(a_number) + settled.fill_null("")


def _quoted(column: str) -> pl.Expr:
    return pl.lit('"') + pl.col(column) + pl.lit('"')


def tell_qualified(context: ReadingContext, values: pl.DataFrame, *, about: str = "") -> None:
    """A note for each column and sign, mark or unit that the source settles or that says it all.

    The messages begin with `about`.
    """
    kind = pl.coalesce(
        pl.when(pl.col("wrong").is_in(list(SETTLED))).then("wrong"),
        pl.when(pl.col("wrong").is_null() & pl.col("value").is_not_null()).then("how"),
    )
    by = ["settled", "column", "measure", "beside"]
    settled = values.with_columns(settled=kind).filter(pl.col("settled").is_not_null())
    for one, cells in context.each_file(settled):
        _tell_qualified_of_file(one, cells, by, about)


def _tell_qualified_of_file(
    context: ReadingContext, cells: pl.DataFrame, by: list[str], about: str
) -> None:
    notes = (
        cells.sort("row")
        .with_columns(pl.len().over(by).alias("times"))
        .unique(by, keep="first", maintain_order=True)
        .select("row", "found", "times", *by)
    )
    for check, (one, many) in SETTLED.items():
        context.add_finding(
            notes.filter(pl.col("settled") == check),
            check,
            "note",
            message=pl.when(pl.col("times") == 1)
            .then(pl.format(f"{about}{{}} {one}", "times", "beside"))
            .otherwise(pl.format(f"{about}{{}} {many}", "times", "beside")),
            found=pl.col("found"),
        )


def tell_zeros(context: MeasurementContext, readings: pl.DataFrame) -> None:
    """A warning for each measure of a device of which more than 5 % are exactly 0.

    Some devices write 0 where nothing was measured. Two at least: what is wrong with one alone is
    seen beside the subject's others.
    """
    is_zero = pl.col("value") == 0
    if context.spec.zero is not None or readings.select(is_zero.sum()).item() < FEWEST_ZEROS:
        return
    rows = readings.filter(
        pl.col("code").is_in(device_readings(context)), pl.col("value").is_not_null()
    )
    counts = (
        rows.sort("row")
        .group_by(file_of().alias("in_file"), "column", "measure", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            is_zero.sum().alias("zeros"),
            pl.col("row", "found").filter(is_zero).first(),
        )
        .filter(pl.col("zeros") >= FEWEST_ZEROS, pl.col("zeros") > ZEROS_ASKED * pl.col("n"))
    )
    context.add_finding(
        counts.select("row", "column", "measure", "found", "zeros", "n"),
        "zeros",
        "warning",
        message=pl.format(
            "{} of {} readings are exactly 0: was nothing measured there?", "zeros", "n"
        ),
        found=pl.col("found"),
        expected='zero = "measured" in the source, or zero = "not_measured"',
    )


def tell_invalid_readings(context: MeasurementContext, values: pl.DataFrame) -> None:
    """A note of how many measurements the operator marked as none, by visit; a warning of none.

    A condition that no row meets may be misspelt: then all of them would count.
    """
    if not context.spec.invalid:
        return
    rows = values.filter("invalid").unique(["row", "variant"], maintain_order=True)
    asked = " or ".join(map(str, context.spec.invalid))
    if not rows.height:
        context.add_note(
            "invalid_reading",
            "warning",
            row=context.header.line,
            found=asked,
            message="no row with a value meets a condition of `invalid`: all readings count",
            expected="a condition that rows meet, or one that is taken out of `invalid`",
        )
        return
    by_visit = rows.group_by(pl.col("visit").fill_null("no visit"), maintain_order=True).len()
    places = ", ".join(f"{visit}: {n}" for visit, n in by_visit.iter_rows())
    context.add_note(
        "invalid_reading",
        "note",
        row=int(rows["row"].sort()[0]),
        found=asked,
        message="no endpoint counts what the operator marked as no reading: "
        f"{count_words(rows.height, 'measurement')} ({places})",
    )


def tell_plus_signs(context: MeasurementContext, values: pl.DataFrame) -> None:
    """Findings for numbers with a plus sign, where fewer than half of their code have it.

    Such a sign tells that the number may come from another coding.
    """
    # Most files have no sign at all, and are not counted for it.
    if not values.select(pl.col("found").str.contains("+", literal=True).any()).item():
        return
    positive = values.filter(pl.col("value") > 0)
    positive = positive.with_columns(signed=pl.col("found").str.contains(r"^\s*\+")).with_columns(
        n=pl.len().over(file_of(), "code"),
        n_signed=pl.col("signed").sum().over(file_of(), "code"),
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


def _once_a_column(cells: pl.DataFrame) -> pl.DataFrame:
    """The first of the cells of each column and measure, with three of them as `examples`."""
    example = pl.format("{} in row {}", "found", "row")
    shared = ("column", "measure", "code", "wrong", "beside", "times", "found", "row")
    return (
        cells.sort("row")
        .with_columns(example.head(3).str.join(", ").over("measure", "column").alias("examples"))
        .unique(["measure", "column"], keep="first", maintain_order=True)
        .select(*shared, "examples")
    )


def _cells_of_a_column(cells: pl.DataFrame) -> pl.DataFrame:
    """A row for each column and measure, with all its cells in `found` and whose they are."""
    subject = pl.col("subject").fill_null("?") if "subject" in cells.columns else pl.lit("cell")
    places = pl.format("{}: {} (row {})", subject, "found", "row")
    return (
        cells.sort("row")
        .group_by("column", "measure", maintain_order=True)
        .agg(
            pl.col("row", "times", "expected").first(),
            found=places.str.join("; "),
        )
    )


def tell_either_sign(context: MeasurementContext, values: pl.DataFrame) -> None:
    """A finding for each column whose numbers can be read with either sign as the decimal one.

    "1.234" is 1234, or 1.234 where the two signs of the source are exchanged. Told where no cell of
    the column tells which, and the measure can have the other number too, unless the source says
    that its signs are as stated.
    """
    swapped = context.number_format.swapped
    if swapped is None or context.spec.either_sign == "stated":
        return
    own, other, by = pl.col("value"), pl.col("other"), ["in_file", "column", "code"]
    cells = values.filter(own.is_not_null()).with_columns(
        file_of().alias("in_file"),
        reads_otherwise(pl.col("found"), context.number_format).alias("other"),
        surely_of(pl.col("found"), context.number_format).alias("sure"),
    )
    # In our unit, as `value` is.
    in_export = number(context.number_format.english(pl.col("found")))
    cells = cells.with_columns(other * own / in_export)
    either = cells.filter(
        ~pl.col("sure").any().over(by), other.is_not_null() & _can_be(context, other)
    )
    context.add_finding(
        either.with_columns(pl.len().over(by).alias("times"))
        .sort("row")
        .unique(by, keep="first", maintain_order=True)
        .select("row", "column", "measure", "found", "value", "times", "other"),
        "either_sign",
        "error",
        message=pl.format(
            "the number can be read as {} or as {}, and no cell of the column tells which "
            "({} such)",
            own,
            other,
            "times",
        ),
        found=pl.col("found"),
        expected=f'decimal = "{swapped.decimal}" without `thousands` in the source if it is the '
        'latter, either_sign = "stated" there if it is the former',
    )


def _can_be(context: MeasurementContext, value: pl.Expr) -> pl.Expr:
    """Whether a value lies in all bounds that its code has."""
    within = pl.lit(value=True)
    for code, parameter in context.parameters.items():
        for bound in (parameter.low, parameter.minimum):
            if bound is not None:
                within &= (pl.col("code") != code) | (value >= bound)
        for bound in (parameter.high, parameter.maximum):
            if bound is not None:
                within &= (pl.col("code") != code) | (value <= bound)
    return within


def tell_missing_words(context: ReadingContext, columns: Mapping[str, pl.DataFrame]) -> None:
    """A note on words that mean: not measured, with their count, for columns with the same words.

    `columns` has the row and the `text` of each cell of our columns of words, by their names.
    """
    missing = [
        cells.filter(pl.col("text").is_in(_missing_words(context, name))).select(
            "row", "text", name=pl.lit(name)
        )
        for name, cells in columns.items()
    ]
    if any(cells.height for cells in missing):
        for one, cells in context.each_file(pl.concat(missing).sort("row", maintain_order=True)):
            _tell_missing_words_of_file(one, cells)


def _missing_words(context: ReadingContext, name: str) -> list[str]:
    return [word for word in context.missing_in(name) if word.upper() != word.lower()]


def _tell_missing_words_of_file(context: ReadingContext, cells: pl.DataFrame) -> None:
    words = pl.col("text").unique(maintain_order=True)
    of_columns = cells.group_by("name", maintain_order=True).agg("row", "text", words=words.sort())
    for _, alike in of_columns.group_by("words", maintain_order=True):
        names = alike["name"].to_list()
        rows = alike.explode("row", "text").sort("row", maintain_order=True)
        word, n = rows["text"][0], rows.height
        several = f"{n} cells of {listed(names)} say" if n > 1 else f"a cell of {names[0]} says"
        said = " or ".join(rows["text"].unique(maintain_order=True))
        context.add_note(
            "missing_word",
            "note",
            row=rows["row"][0],
            found=word,
            expected=f'a word, or values.{names[0]} = {{ "{word}" = "{word}" }} in the source if it '
            "is one",
            message=f"{several} {said}, which counts as missing",
        )
