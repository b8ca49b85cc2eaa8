"""Dates and clock times of exports, and study days without a day 0."""

from __future__ import annotations

import polars as pl

__all__ = [
    "PARTIAL",
    "ZONE",
    "as_datetime",
    "clock",
    "elapsed",
    "elapsed_days",
    "expected_date",
    "latest_day",
    "study_day",
]

ISO_FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
)
# A year of two digits first: "%Y" would take 21 for the year 21.
OTHER_FORMS = (
    "%d.%m.%y",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d",
    "%Y_%m_%d",
    "%d-%b-%Y",
    "%d%b%Y",
    "%d %b %Y",
)
CLOCKS = ("%H:%M:%S%.f", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
# A year, or a year and a month: kept as words, never completed.
PARTIAL = r"^\d{4}(?:-(?:\d{2}|--|UN|UNK))?(?:-(?:--|UN|UNK))?$"
# A date or a time of ISO 8601 with its zone behind it: Z, +01, +01:00 or -0500.
ZONE = (
    r"^(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?) ?(?:Z|[+-]\d{2}(?::?\d{2})?)$"
)
SERIAL = r"^[234567]\d{4}(?:\.\d+)?$"


def as_datetime(text: pl.Expr, date_format: str | None = None) -> pl.Expr:
    """Date and time, null where the text is none or lies before 1900; midnight for a date alone.

    Read as `date_format` or ISO 8601; without a format also as dd.mm.yyyy, 03-Mar-2021, and the
    serial days of a workbook (day 0 is 1899-12-30, since Excel takes 1900 for a leap year). Of a
    time with a zone the day and the hour count that are written: those of the clock on the wall.
    """
    text = text.str.replace(ZONE, "$1")
    forms = (date_format, *ISO_FORMS) if date_format else (*ISO_FORMS, *OTHER_FORMS)
    candidates = [_datetime(text, form) for form in forms]
    if not date_format:
        candidates.append(_from_serial(text))
    datetime = pl.coalesce(candidates)
    return pl.when(datetime.dt.year() >= 1900).then(datetime)


def expected_date(date_format: str | None) -> str:
    """What a cell that is no date should have been, and the key that says how it is written."""
    if date_format is not None:
        return f"a date as {date_format}, the date_format of the source"
    return (
        "a date as 2021-03-01 or 01.03.2021, or date_format in the source: "
        '"%d/%m/%Y" where the day comes first, "%m/%d/%Y" where the month does, '
        "%y for a year of two digits"
    )


def _datetime(text: pl.Expr, form: str) -> pl.Expr:
    if _has_time(form):
        return text.str.to_datetime(form, strict=False, time_unit="us")
    return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def _has_time(form: str) -> bool:
    return any(sign in form for sign in ("%H", "%I", "%T", "%R", "%X", "%c"))


def latest_day(text: pl.Expr) -> pl.Expr:
    """The last day that a year, or a year and a month, can mean; null for any other text."""
    partial = pl.when(text.str.contains(PARTIAL)).then(text)
    year = partial.str.slice(0, 4)
    month = partial.str.extract(r"^\d{4}-(\d{2})")
    first = pl.concat_str(year, month.fill_null("12"), pl.lit("01"), separator="-")
    return first.str.to_date("%Y-%m-%d", strict=False).dt.month_end()


def _from_serial(text: pl.Expr) -> pl.Expr:
    days = pl.when(text.str.contains(SERIAL)).then(text).cast(pl.Float64, strict=False)
    # A time of day is stored as a fraction, 8:00 as 0.333…: only whole seconds are meant.
    whole = (days * 86400).round(0).cast(pl.Int64) * 1_000_000
    return pl.lit("1899-12-30").str.to_datetime("%Y-%m-%d", time_unit="us") + whole.cast(
        pl.Duration("us")
    )


def clock(text: pl.Expr) -> pl.Expr:
    """The time of day, as a duration since midnight; null where the text is none.

    Of a time with a zone, that of the clock on the wall.
    """
    text = text.str.replace(r"^(\d{1,2}:[\d:.]+)(?:Z|[+-]\d{2}(?::?\d{2})?)$", "$1")
    return pl.coalesce([text.str.to_time(form, strict=False) for form in CLOCKS]).cast(
        pl.Duration("us")
    )


def elapsed(date: pl.Expr, origin: pl.Expr) -> pl.Expr:
    """Whole days from `origin` to `date`: 0 on the day itself."""
    return (date.cast(pl.Date) - origin.cast(pl.Date)).dt.total_days().cast(pl.Int32)


def study_day(days: pl.Expr) -> pl.Expr:
    """The study day of an elapsed time.

    Day 1 is the origin, the day before it is day -1, and there is no day 0 (CDISC).
    """
    return pl.when(days >= 0).then(days + 1).otherwise(days)


def elapsed_days(day: pl.Expr) -> pl.Expr:
    """The elapsed days of a study day."""
    return pl.when(day > 0).then(day - 1).otherwise(day)
