"""Cells of files that say what their codes mean: labels, and values that are declared missing.

Such a cell is its label as a word, with the code as the number beside it. A measure of numbers
takes the code, all else the word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.sources.typed_values import takes_words
from dermoutcomes.tables.findings import listed

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext

__all__ = [
    "is_declared_missing",
    "tell_declared_missing",
    "tell_labelled_cells",
    "with_labelled_cells",
    "without_missing_cells",
]

# A label that says a number itself: "2", "2 = moderate", "2 - moderate". What goes on with a sign,
# as "10-29 %", is a range or a share.
NUMBER_IN_LABEL = r"^(-?\d+)\s*(?:$|[=:.)–-]?\s*\p{L})"
# Labels by which a code says that there is no value.
ABSENT = (
    r"(?i)^(?:missing|unknown|not (?:done|assessed|applicable|available|recorded|known|answered"
    r"|evaluable|assessable)|no (?:answer|data)|refused|fehlt|fehlend|unbekannt"
    r"|nicht (?:erhoben|durchgeführt|beurteilbar|bekannt|anwendbar)|keine (?:angabe|antwort)"
    r"|manquant|inconnu|non (?:fait|évalué|évaluable|applicable|réalisé))\b"
)
# How many labels a message names.
MOST_LABELS = 5


def without_missing_cells(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The texts without the cells of these columns that the file declares missing.

    They are one note a column. A word that the study declares there, or recodes, is that word.
    """
    declared = context.traits_named("missing")
    if not declared.height:
        return texts
    for ours, column in columns.items():
        words = {*context.recoding(ours), *context.declared_words(ours)}
        cell = pl.col(str(column.position))
        rows = declared.filter(pl.col("column") == column.position)["row"].implode()
        is_missing = pl.col("row").is_in(rows) & ~cell.is_in(sorted(words))
        _tell_missing(context, texts.filter(is_missing).select("row", text=cell), column.position)
        texts = texts.with_columns(pl.when(~is_missing).then(cell))
    return texts


def is_declared_missing(context: MeasurementContext, cells: pl.DataFrame) -> pl.Series:
    """Whether the file declares each cell of values missing; row, column, code and text are given.

    A word of the code's own, or one that the source recodes, is that word.
    """
    declared = context.traits_named("missing").select("row", "column", declared=pl.lit(value=True))
    if not declared.height:
        return pl.repeat(value=False, n=cells.height, eager=True).alias("declared")
    is_missing = pl.col("declared").fill_null(value=False)
    for code, parameter in context.parameters.items():
        words = [*context.recoding(code), *parameter.labels.values(), *(parameter.texts or ())]
        own = pl.col("text").str.to_lowercase().is_in([word.lower() for word in words])
        is_missing &= ~((pl.col("code") == code) & own.fill_null(value=False))
    return (
        cells.join(declared, on=["row", "column"], how="left", maintain_order="left")
        .select(is_missing.alias("declared"))
        .to_series()
    )


def tell_declared_missing(context: MeasurementContext, cells: pl.DataFrame) -> None:
    """One note a column on its values that the file declares missing."""
    if not context.traits_named("missing").height:
        return
    missing = cells.filter(is_declared_missing(context, cells))
    for (column,), of_column in missing.group_by("column", maintain_order=True):
        _tell_missing(context, of_column.sort("row"), int(str(column)))


def _tell_missing(context: ReadingContext, cells: pl.DataFrame, column: int) -> None:
    """A note on the cells (row, text) of a column that the file declares missing."""
    if not cells.height:
        return
    context.add_note(
        "declared_missing",
        "note",
        row=cells["row"][0],
        column=column,
        found=cells["text"][0],
        message=f"the file declares {count_words(cells.height, 'value', 'values')} of "
        f"{_name(context, column)!r} missing: {_counted_words(cells)}",
        expected="no value there, or values with the word as it is meant",
    )


def with_labelled_cells(
    context: MeasurementContext, values: pl.DataFrame, cells: pl.DataFrame
) -> pl.DataFrame:
    """Typed values, `wrong` where label and code of a cell are two numbers: label_against_code.

    `cells` are the same as they were read, with text and number. Which of both is meant nobody can
    say but the study.
    """
    columns = _columns_with(context, "labelled")
    if not columns:
        return values
    means = pl.col("text").str.extract(NUMBER_IN_LABEL).cast(pl.Float64, strict=False)
    for code, parameter in context.parameters.items():
        if parameter.labels and not takes_words(parameter):
            words = {label.lower(): value for value, label in parameter.labels.items()}
            by_word = (
                pl.col("text")
                .str.to_lowercase()
                .replace_strict(words, default=None, return_dtype=pl.Float64)
            )
            means = (
                pl.when(pl.col("code") == code).then(pl.coalesce(by_word, means)).otherwise(means)
            )
    against = cells.filter(pl.col("column").is_in(columns), means != pl.col("number")).select(
        "row",
        "column",
        "variant",
        against=pl.format(
            "{} = {}", pl.col("number").cast(pl.String).str.strip_suffix(".0"), "text"
        ),
    )
    values = values.join(
        against, on=["row", "column", "variant"], how="left", maintain_order="left"
    )
    is_against = pl.col("against").is_not_null()
    return values.with_columns(
        wrong=pl.when(is_against).then(pl.lit("label_against_code")).otherwise("wrong"),
        found=pl.coalesce("against", "found"),
        value=pl.when(~is_against).then("value"),
        text=pl.when(~is_against).then("text"),
    ).drop("against")


def tell_labelled_cells(
    context: MeasurementContext, wrong: pl.DataFrame, cells: pl.DataFrame
) -> None:
    """Findings on labels: against their codes, of several codes, and beside numbers that count.

    `wrong` has the values that `with_labelled_cells` took for none, `cells` all that are filled.
    """
    if not (_columns_with(context, "labelled") or _columns_with(context, "same_label")):
        return
    against = wrong.filter(pl.col("wrong") == "label_against_code")
    _tell_against(context, against)
    for position in _columns_with(context, "same_label"):
        of_column = cells.filter(pl.col("column") == position)
        if of_column.height:
            context.add_note(
                "same_label",
                "warning",
                row=of_column.sort("row")["row"][0],
                column=position,
                found=_name(context, position),
                message=f"the file has one label for several codes of {_name(context, position)!r}: "
                "the codes are read, and no label",
                expected="a label for each code, or values with each code as it is meant",
            )
    _tell_numbers_of_labels(context, cells.join(against, on=["row", "column"], how="anti"))


def _tell_against(context: MeasurementContext, wrong: pl.DataFrame) -> None:
    """One error a column whose labels say other numbers than their codes."""
    for (column, code), of_column in wrong.group_by("column", "code", maintain_order=True):
        pairs = of_column["found"].unique(maintain_order=True).to_list()
        first = pairs[0].partition(" = ")
        context.add_finding(
            of_column.sort("row").head(1).select("row", "column", "subject", "measure"),
            "label_against_code",
            "error",
            message=f"label and code of {_name(context, int(str(column)))!r} are two numbers in "
            f"{count_words(of_column.height, 'cell', 'cells')}: {listed(pairs[:MOST_LABELS])}; "
            "none of both is read",
            found=pairs[0],
            expected=f'options = {{ labels = "codes" }} in the source, or values.{code} with the '
            f'number of each label, as {{ "{first[2]}" = {first[0]} }}',
        )


def _tell_numbers_of_labels(context: MeasurementContext, cells: pl.DataFrame) -> None:
    """One finding a column of numbers in which some have a label and others none.

    It may be the end of a scale, or a code for no value: 9 for "not done". A label that says so is
    an error until the study says what it is.
    """
    numbers = [code for code, each in context.parameters.items() if not takes_words(each)]
    labelled = cells.filter(
        pl.col("column").is_in(_columns_with(context, "labelled")),
        pl.col("code").is_in(numbers),
        pl.col("number").is_not_null(),
    ).with_columns(is_word=pl.col("text").cast(pl.Float64, strict=False).is_null())
    for (column, code), of_column in labelled.group_by("column", "code", maintain_order=True):
        words = of_column.filter("is_word").sort("row")
        absent = words.filter(pl.col("text").str.contains(ABSENT))
        told = absent if absent.height else words
        if not told.height or not (absent.height or words.height < of_column.height):
            continue
        pairs = told.select(
            pl.format("{} = {}", pl.col("number").cast(pl.String).str.strip_suffix(".0"), "text")
        )
        shown = pairs.to_series().unique(maintain_order=True).to_list()[:MOST_LABELS]
        name, n = _name(context, int(str(column))), count_words(told.height, "value", "values")
        context.add_finding(
            told.head(1).select("row", "column", measure=pl.lit(f"{context.owner.name}.{code}")),
            "labelled_number",
            "error" if absent.height else "note",
            message=f"{n} of {name!r} have a label that says there is none, and count as numbers: "
            f"{listed(shown)}"
            if absent.height
            else f"{n} of {name!r} have a label beside the number, and count as the number: "
            f"{listed(shown)}",
            found=told["text"][0],
            expected=f'missing = ["{told["text"][0]}"] in the source, if nothing was measured',
        )


def _counted_words(cells: pl.DataFrame) -> str:
    words = cells.group_by("text", maintain_order=True).len().rows()
    shown = [f"{word} ({n})" for word, n in words[:MOST_LABELS]]
    more = f" and {len(words) - MOST_LABELS} more" if len(words) > MOST_LABELS else ""
    return ", ".join(shown) + more


def _columns_with(context: ReadingContext, trait: str) -> list[int]:
    """The positions of whole columns that have a trait."""
    columns = context.traits_named(trait).filter(pl.col("row").is_null())["column"]
    return sorted(columns.drop_nulls())


def _name(context: ReadingContext, position: int) -> str:
    names: Iterable[str] = (
        column.name for column in context.header.columns if column.position == position
    )
    return next(iter(names), "")
