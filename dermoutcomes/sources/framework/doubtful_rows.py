"""Rows of the framework's tables that may be wrong: twice, without a name, impossible doses, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.tables.findings import listed

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = [
    "ENDS_BEFORE_START",
    "tell_blank_flags",
    "tell_doubtful_rows",
    "tell_ends_before_starts",
]

# Study days leave out 0, and so compare as dates do.
ENDS_BEFORE_START = (pl.col("end_day") < pl.col("start_day")).fill_null(value=False) | (
    pl.col("end_date") < pl.col("start_date")
).fill_null(value=False)

# Tables in which each row is counted, and what one is.
COUNTED = {
    "events": "event",
    "exposures": "treatment",
    "medications": "medication",
    "deviations": "deviation",
}


# What a row is of, in the first of these columns that is filled.
NAMED_BY = {
    "events": ("term", "preferred_term"),
    "milestones": ("milestone",),
    "medications": ("medication",),
    "deviations": ("deviation",),
}


# What claims and tables of safety ask of each event; in a column that is blank in more than this
# part of the rows, a blank is how its study says no or not asked.
ASKED_OF_EVENTS = ("severity", "grade", "serious", "related_product", "related_procedure")
FEW = 0.2


def tell_blank_flags(context: ReadingContext, texts: pl.DataFrame) -> None:
    """Events of which it is blank how severe, whether serious or related; one finding a column."""
    texts = texts.sort("row")
    for name in (name for name in ASKED_OF_EVENTS if name in texts.columns):
        blank = texts.filter(pl.col(name).is_null())
        if not 0 < blank.height <= max(1, FEW * texts.height) or blank.height == texts.height:
            continue
        places = blank.select(pl.col("subject").fill_null("?"), "row").iter_rows()
        context.add_note(
            "blank_flag",
            "warning",
            row=int(blank["row"][0]),
            message=f"{blank.height} of {texts.height} events without {name}, which the others have: "
            "counted as unknown",
            found=listed([f"{subject} (row {row})" for subject, row in places]),
            expected=f"{name} of each event; values.{name} in the source for a word that says it",
        )


def tell_doubtful_rows(context: ReadingContext, typed: pl.DataFrame) -> None:
    """Rows that stand twice, that do not say what they are of, and doses below zero."""
    _tell_repeated_rows(context, typed)
    _tell_nameless_rows(context, typed)
    _tell_negative_doses(context, typed)


def _tell_nameless_rows(context: ReadingContext, typed: pl.DataFrame) -> None:
    """Rows with a subject and no name; one finding a file. Of events they are counted all the same."""
    names = [name for name in NAMED_BY.get(context.file.name, ()) if name in typed.columns]
    if not names or "subject" not in typed.columns:
        return
    blank = typed.filter(
        pl.col("subject").is_not_null(), pl.all_horizontal(pl.col(names).is_null())
    ).sort("row")
    if not blank.height:
        return
    thing = context.file.name.removesuffix("s")
    then = "counted without a name" if context.file.name in COUNTED else "of no use"
    context.add_note(
        "nameless_row",
        "warning" if context.file.name == "events" else "note",
        row=int(blank["row"][0]),
        message=f"{count_words(blank.height, 'row')} that {'says' if blank.height == 1 else 'say'} "
        f"nothing of which {thing} it is, {then}",
        found=listed(
            [f"{who} (row {row})" for who, row in blank.select("subject", "row").iter_rows()]
        ),
        expected=f"a name of the {thing} in each row",
    )


def _tell_negative_doses(context: ReadingContext, typed: pl.DataFrame) -> None:
    """Doses below zero, which nobody was given; one finding a file."""
    if context.file.name != "exposures" or "dose" not in typed.columns:
        return
    wrong = typed.filter(pl.col("dose") < 0).sort("row")
    if not wrong.height:
        return
    places = wrong.select("subject", "dose", "row").iter_rows()
    context.add_note(
        "impossible_dose",
        "warning",
        row=int(wrong["row"][0]),
        message=f"{count_words(wrong.height, 'treatment')} with a dose below zero, which the tables "
        "of exposure have as it is",
        found=listed([f"{subject}, {dose:g} (row {row})" for subject, dose, row in places]),
        expected="a dose of 0 or more",
    )


def _tell_repeated_rows(context: ReadingContext, typed: pl.DataFrame) -> None:
    """Rows of a subject that are the same as an earlier one in every column; one finding a file.

    Columns that the study does not use tell rows apart too: a number of the event, a side. Of
    events it is a warning, since claims and tables of safety count them.
    """
    thing = COUNTED.get(context.file.name)
    if thing is None or "subject" not in typed.columns:
        return
    rows = context.rows.texts.join(typed.select("row", "subject"), on="row", how="inner")
    cells = [name for name in rows.columns if name not in ("row", "subject")]
    rows = rows.filter(pl.col("subject").is_not_null()).sort("row")
    rows = rows.with_columns(first=pl.col("row").first().over("subject", *cells))
    again = rows.filter(pl.col("row") > pl.col("first"))
    if not again.height:
        return
    places = again.select("subject", "row", "first").iter_rows()
    context.add_note(
        "repeated_row",
        "warning" if context.file.name == "events" else "note",
        row=int(again["row"][0]),
        message=f"{count_words(again.height, 'row')} equal to an earlier one in every column, and "
        f"counted as {count_words(again.height, f'further {thing}')}: look whether it happened "
        "twice or was entered twice",
        found=listed([f"{subject} (row {row} as row {first})" for subject, row, first in places]),
        expected=f"a row for each {thing}, or a column that tells two of them apart",
    )


def tell_ends_before_starts(
    context: ReadingContext, rows: pl.DataFrame, *, thing: str, name: str, then: str
) -> None:
    """Rows that ended before they began; one finding a file.

    A row is a `thing`, which the column `name` names; `then` says what becomes of it.
    """
    wrong = rows.filter(ENDS_BEFORE_START).sort("row")
    if not wrong.height:
        return
    places = wrong.select("subject", name, "row").iter_rows()
    context.add_note(
        "end_before_start",
        "warning",
        row=int(wrong["row"][0]),
        message=f"{count_words(wrong.height, thing)} with an end before the start, {then}",
        found=listed([f"{subject}, {what} (row {row})" for subject, what, row in places]),
        expected="an end on or after the start",
    )
