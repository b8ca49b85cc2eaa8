"""Medications: what was taken before and beside the treatment, and which of both each row is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import lone_nearest
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.dates import elapsed_days, latest_day
from dermoutcomes.sources.cells.recoding import lookup
from dermoutcomes.sources.framework.doubtful_rows import (
    ENDS_BEFORE_START,
    tell_ends_before_starts,
)
from dermoutcomes.sources.framework.treatments import with_day
from dermoutcomes.tables.findings import listed

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext
    from dermoutcomes.sources.visits.calendar import Calendar

__all__ = ["read_medications", "with_kinds", "with_open_dates"]

PRIOR, CONCOMITANT, RESCUE = "prior", "concomitant", "rescue"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        PRIOR: PRIOR,
        "previous": PRIOR,
        CONCOMITANT: CONCOMITANT,
        "concurrent": CONCOMITANT,
        RESCUE: RESCUE,
        "rescue medication": RESCUE,
    }
)
# Any of these says something of when it was taken.
TIMES = ("start_date", "start_latest", "end_date", "end_latest", "start_day", "end_day", "ongoing")


def with_open_dates(typed: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Medications with `start_latest` and `end_latest`: the last day that a date can mean.

    They are of dates without their day or month, which are left open otherwise.
    """
    return typed.with_columns(
        texts.select(latest_day(pl.col(date)).alias(latest)).to_series()
        if date in texts.columns
        else pl.lit(None, pl.Date).alias(latest)
        for date, latest in (("start_date", "start_latest"), ("end_date", "end_latest"))
    )


def with_kinds(context: ReadingContext, typed: pl.DataFrame) -> pl.DataFrame:
    """Medications with their kinds in our words; each other word is a finding, and unknown."""
    if "kind" not in typed.columns:
        return typed
    kind = lookup(pl.col("kind"), KINDS)
    strange = typed.filter(pl.col("kind").is_not_null() & kind.is_null())
    hints = {
        word: f"; is {near!r} meant?" if (near := lone_nearest(word, KINDS)) else ""
        for word in strange["kind"].unique()
    }
    word = pl.col("kind")
    context.add_finding(
        strange.select("subject", "row", "kind"),
        "unknown_kind",
        "warning",
        message=pl.format("{} is no kind of medication; it counts as unknown", word)
        + word.replace_strict(hints, default="", return_dtype=pl.String),
        found=word,
        expected='prior, concomitant or rescue, or values.kind = { "their word" = "prior" }; '
        "without a column of kinds the dates tell",
    )
    # A word that nobody understands is not overruled by a date.
    return typed.with_columns(kind.alias("kind"), unread=kind.is_null() & word.is_not_null())


def read_medications(
    medications: pl.DataFrame, contexts: Mapping[int, ReadingContext], calendar: Calendar
) -> pl.DataFrame:
    """Medications with study days, and kinds by their dates where the file has none.

    One that ended before the first treatment is prior; one with an open or a later end is
    concomitant, as analysis plans take the worst case. Of an end without its day or month the last
    day counts that it can mean.
    """
    medications = with_day(medications, "start_date", "start_day", calendar)
    medications = with_day(medications, "end_date", "end_day", calendar)
    medications = medications.with_columns(_end_latest_day=pl.lit(None, dtype=pl.Int32))
    medications = with_day(medications, "end_latest", "_end_latest_day", calendar)
    first = calendar.origins.select("subject", _first="first treatment")
    medications = medications.join(first, on="subject", how="left", maintain_order="left")
    says_when = pl.any_horizontal(pl.col(name).is_not_null() for name in TIMES)
    for number, context in contexts.items():
        own = medications.filter(pl.col("source") == number)
        _tell_undated(context, own.filter(pl.col("kind").is_null() & ~says_when & ~_is_unread(own)))
        tell_ends_before_starts(
            context,
            own,
            thing="medication",
            name="medication",
            then="neither prior nor concomitant unless the file says which",
        )
    end = elapsed_days(pl.coalesce("end_day", "_end_latest_day"))
    by_date = (
        pl.when(end < pl.col("_first"))
        .then(pl.lit(PRIOR))
        .when(pl.col("_first").is_not_null() & says_when)
        .then(pl.lit(CONCOMITANT))
    )
    of_dates = pl.when(~_is_unread(medications) & ~ENDS_BEFORE_START).then(by_date)
    return medications.with_columns(kind=pl.coalesce("kind", of_dates))


def _is_unread(medications: pl.DataFrame) -> pl.Expr:
    """Whether the file has a word of a kind that nobody understands."""
    if "unread" not in medications.columns:
        return pl.lit(value=False)
    return pl.col("unread").fill_null(value=False)


def _tell_undated(context: ReadingContext, rows: pl.DataFrame) -> None:
    if not rows.height:
        return
    context.add_note(
        "undated_medication",
        "warning",
        row=int(rows["row"].min()),  # type: ignore[arg-type]
        message=f"{count_words(rows.height, 'row')} without a time at which the medication was taken, "
        "neither prior nor concomitant",
        found=_places(rows),
        expected="a date of the start or the end, ongoing, or a kind (columns.kind): prior, "
        "concomitant or rescue",
    )


def _places(rows: pl.DataFrame) -> str:
    cells = rows.sort("row").select("subject", "medication", "row").iter_rows()
    return listed([f"{subject}, {medication} (row {row})" for subject, medication, row in cells])
