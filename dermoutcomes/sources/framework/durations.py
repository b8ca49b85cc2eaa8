"""Durations: how long each subject was observed, and whether that ended with the event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.durations import DAYS
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.recoding import NO, YES, lookup
from dermoutcomes.sources.columns import fold

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["CENSORED", "COMPETING", "EVENT", "checked_durations"]

EVENT, CENSORED, COMPETING = "event", "censored", "competing"
STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(YES, EVENT),
        **dict.fromkeys(NO, CENSORED),
        EVENT: EVENT,
        CENSORED: CENSORED,
        COMPETING: COMPETING,
        "competing event": COMPETING,
    }
)
UNITS: Mapping[str, float] = MappingProxyType(
    {
        "h": DAYS["h"],
        **dict.fromkeys(("d", "day", "days"), 1.0),
        **dict.fromkeys(("w", "wk", "week", "weeks"), DAYS["w"]),
        **dict.fromkeys(("mo", "mon", "month", "months"), DAYS["mo"]),
        **dict.fromkeys(("y", "yr", "year", "years"), 12 * DAYS["mo"]),
    }
)
# Words of other languages and plurals in the name of a column that is not in days, as it seems.
NOT_DAYS = re.compile(
    r"(?i)(?:^|[^a-z])(hours?|weeks?|wks?|months?|mon|mo|years?|yrs?|wochen?|monate?n?|jahre?)"
    r"(?:$|[^a-z])"
)
# CNSR of ADaM is 0 for the event and 1 or more for none: the reverse of a status.
OF_CENSORING = re.compile(r"(?i)cnsr|cens|zens")
NAMED = 3


def checked_durations(
    context: ReadingContext, durations: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The rows with an id, `duration` in days and `status` as event, censored or competing.

    A blank duration or status stays blank: the subject has no end of observation. Adds a problem
    for a duration below 0, for words of the status that are not known, and where the name of a
    column says that its unit or its coding is another than the usual one.
    """
    days = pl.col("duration") * _days_per_unit(context, columns.get("duration"))
    identity = pl.col("source").cast(pl.Int64) * 2**40 + pl.col("row") * 2**14
    read = durations.with_columns(
        id=identity, duration=days, status=lookup(pl.col("status"), STATUS_WORDS)
    )
    _refuse_before_start(context, durations)
    _refuse_unknown_words(context, durations.filter(read["status"].is_null()))
    _refuse_reversed_coding(context, columns.get("status"))
    context.raise_problems()
    return read


def _days_per_unit(context: ReadingContext, column: Column | None) -> float:
    """How many days one of the unit is: as the source states, or the header in brackets."""
    stated = context.spec.units.get("duration")
    of_header = column.unit if column is not None and column.unit in UNITS else None
    unit = stated or of_header or "days"
    if unit not in UNITS:
        context.add_problem(
            "durations have a unit of time",
            "units.duration",
            found=unit,
            expected="days, weeks, months, years or h",
        )
    elif stated is None and of_header is None and column is not None:
        _ask_for_unit(context, column)
    return UNITS.get(unit, 1.0)


def _ask_for_unit(context: ReadingContext, column: Column) -> None:
    if word := NOT_DAYS.search(column.name.replace("_", " ")):
        context.add_problem(
            "durations are taken for days unless the source says their unit, and the name of the "
            "column has another",
            "units.duration",
            line=context.header.line,
            found=f"{column.name} ({word[1]})",
            expected='units = { duration = "weeks" }, or months, years, h or days',
        )


def _refuse_before_start(context: ReadingContext, durations: pl.DataFrame) -> None:
    below = durations.filter(pl.col("duration") < 0)
    if below.height:
        context.add_problem(
            f"{count_words(below.height, 'duration lies', 'durations lie')} below 0: an observation cannot end before its start",
            "columns.duration",
            line=int(below["row"][0]),
            found=_examples(below, "duration"),
            expected="a duration from the start, 0 or above",
        )


def _refuse_unknown_words(context: ReadingContext, rows: pl.DataFrame) -> None:
    words = rows.drop_nulls("status")["status"].unique(maintain_order=True).to_list()
    if not words:
        return
    first = rows.drop_nulls("status")
    stated = ", ".join(f'"{word}" = "censored"' for word in words[:NAMED])
    if words == ["2"] and not context.recoding("status"):
        # Of the codes 1 and 2, as in R's survival package, 1 would be taken for the event.
        stated = '"1" = "censored", "2" = "event"'
    context.add_problem(
        "the status of a duration is the event, censored, or a competing event (after which the "
        "event cannot come)",
        "values.status",
        line=int(first["row"][0]),
        found=_examples(first, "status"),
        expected=f'values.status = {{ {stated} }}, or "event" or "competing", as they are meant; '
        "unless stated 1, yes and true are the event, 0, no and false censored",
    )


def _refuse_reversed_coding(context: ReadingContext, column: Column | None) -> None:
    if column is None or context.recoding("status") or not OF_CENSORING.search(fold(column.name)):
        return
    context.add_problem(
        "the column says who was censored, so that its 1 need not be the event",
        "values.status",
        line=context.header.line,
        found=column.name,
        expected='values.status = { "0" = "event", "1" = "censored" }, or as its codes mean it',
    )


def _examples(rows: pl.DataFrame, name: str) -> str:
    """The first cells with their subjects and rows, and how many more there are."""
    shown = rows.select("subject", name, "row").head(NAMED).iter_rows()
    named = ", ".join(f"{subject}: {cell} (row {row})" for subject, cell, row in shown)
    more = f" and {rows.height - NAMED} more" if rows.height > NAMED else ""
    return f"{named}{more}"
