"""Dates and times of SAS, SPSS and Stata: numbers that a format of their column makes into days.

The numbers are converted here, since a date in a format that a library does not know would come
as a number of days, and could be taken for another date.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType

__all__ = ["SAS", "SPSS", "STATA", "date_text", "kind_of_format"]

# SPSS counts seconds from the first day of the Gregorian calendar, SAS and Stata from 1960.
GREGORIAN, SIXTIES = datetime(1582, 10, 14), datetime(1960, 1, 1)  # noqa: DTZ001 - clock on the wall

SPSS = MappingProxyType(
    {
        r"(?:A|E|J|S)?DATE\d*": "seconds_date",
        r"(?:DATETIME|YMDHMS)[\d.]*": "seconds_datetime",
        r"(?:D?TIME|MTIME)[\d.]*": "seconds_time",
        r"MOYR\d*": "seconds_month",
        r"(?:QYR|WKYR)\d*": "seconds_date",
    }
)
SAS = MappingProxyType(
    {
        r"(?:DATETIME|DATEAMPM|MDYAMPM|[A-Z]+8601D[TNZ]|[A-Z]+8601LX|NLDATM\w*)[\d.]*": "sas_datetime",
        r"DTDATE[\d.]*": "sas_datetime_date",
        r"(?:TIME|TIMEAMPM|HHMM|TOD|[A-Z]+8601T\w|NLTIME?\w*)[\d.]*": "seconds_time",
        r"(?:MONYY|YYMM[A-Z]?|MMYY[A-Z]?)[\d.]*": "days_month",
        r"(?:(?:DD|MM|YY)(?:DD|MM|YY)(?:DD|MM|YY)[BCDNPS]?|DATE|WEEKDAT[EX]|WORDDAT[EX]|JULIAN"
        r"|[A-Z]+8601DA|NLDATE\w*|EUR(?:DFDD|DFDE|DFDMY|DFWDX)\w*)[\d.]*": "days_date",
    }
)
STATA = MappingProxyType(
    {
        r"%-?t?[cC](?=.*(?:HH|hh))(?!.*(?:YY|CC)).+": "milliseconds_time",
        r"%-?t?[cC].*": "milliseconds_datetime",
        r"%-?t?d.*": "days_date",
        r"%-?tm.*": "months",
        r"%-?tw.*": "weeks",
        r"%-?tq.*": "quarters",
        r"%-?th.*": "halves",
    }
)


def kind_of_format(name: str | None, formats: MappingProxyType[str, str]) -> str | None:
    """Which of the conversions a format asks for; None where its numbers are numbers."""
    text = name or ""
    return next((kind for form, kind in formats.items() if re.fullmatch(form, text)), None)


def date_text(value: float, kind: str) -> str:
    """A stored number as ISO 8601, or as the program shows a week, a quarter or a half year.

    A number beyond any date is written with words, so that it is no other date.
    """
    try:
        return CONVERSIONS[kind](value)
    except (OverflowError, ValueError):
        return f"{value!r} is beyond the dates"


def _date(value: datetime) -> str:
    return value.date().isoformat()


def _date_and_time(value: datetime) -> str:
    # The day alone where the clock stands at midnight, as a date without a time is stored.
    return value.isoformat(timespec="seconds" if not value.microsecond else "microseconds")


def _time(seconds: float) -> str:
    if not 0 <= seconds < 86400:
        raise ValueError("no time of a day")
    return (SIXTIES + timedelta(seconds=round(seconds, 3))).time().isoformat()


def _period(number: float, of_year: int, letter: str) -> str:
    """The nth week, quarter or half year from 1960 on; Stata's years have 52 weeks."""
    year, part = divmod(int(number), of_year)
    return f"{1960 + year}{letter}{part + 1}"


def _month(value: datetime) -> str:
    return f"{value:%Y-%m}"


def _months(number: float) -> str:
    year, month = divmod(int(number), 12)
    return f"{1960 + year:04d}-{month + 1:02d}"


CONVERSIONS: MappingProxyType[str, Callable[[float], str]] = MappingProxyType(
    {
        "seconds_date": lambda value: _date(GREGORIAN + timedelta(seconds=value)),
        "seconds_datetime": lambda value: _date_and_time(GREGORIAN + timedelta(seconds=value)),
        "seconds_month": lambda value: _month(GREGORIAN + timedelta(seconds=value)),
        "seconds_time": _time,
        "sas_datetime": lambda value: _date_and_time(SIXTIES + timedelta(seconds=value)),
        "sas_datetime_date": lambda value: _date(SIXTIES + timedelta(seconds=value)),
        "days_date": lambda value: _date(SIXTIES + timedelta(days=value)),
        "days_month": lambda value: _month(SIXTIES + timedelta(days=value)),
        "milliseconds_datetime": lambda value: _date_and_time(
            SIXTIES + timedelta(milliseconds=value)
        ),
        "milliseconds_time": lambda value: _time(value / 1000),
        "months": _months,
        "weeks": lambda value: _period(value, 52, "w"),
        "quarters": lambda value: _period(value, 4, "q"),
        "halves": lambda value: _period(value, 2, "h"),
    }
)
