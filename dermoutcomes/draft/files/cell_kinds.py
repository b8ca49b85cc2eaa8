"""What the cells of a column look like: numbers with a decimal sign and a unit, dates, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl
from attrs import frozen

from dermoutcomes.draft.recognition.export_words import role_of
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.dates import as_datetime
from dermoutcomes.study.sections.source import MISSING_SIGNS, MISSING_WORDS

__all__ = ["ColumnLook", "as_number", "days_of", "is_blank", "is_date", "is_number", "look_of"]

NUMBER = re.compile(
    r"(?P<sign>[<>≤≥]?)\s*(?P<number>[-+\u2212]?\d{1,12}(?:[.,]\d+)?(?:[eE][-+]?\d+)?)"
    r"\s*(?P<unit>%|[A-Za-zµ°²³/·]{1,12}[²³]?)?(?P<mark>[*#]?)"
)
# What every reader takes for a blank, whatever its case.
BLANKS = frozenset(word.casefold() for word in (*MISSING_SIGNS, *MISSING_WORDS))
DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?|\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})( \d{1,2}:\d{2}.*)?|"
    r"\d{1,2}/\d{1,2}/(\d{2}|\d{4})|\d{1,2}-\d{1,2}-\d{4}|\d{4}[/_]\d{2}[/_]\d{2}|"
    r"\d{1,2}[- ]?[A-Za-z]{3}[- ]?\d{4}"
)
# Forms that a source has to state, since the order of day and month is not known.
STATED_FORMS = ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y")
# Whole numbers that reading takes for days of a spreadsheet, from 1954 to 2119.
SERIAL_DAYS = range(20_000, 80_000)
MOST = 0.8


@frozen
class ColumnLook:
    """What the filled cells of a column are.

    `kind` is number, date or word (what most are), none where all are blank. `decimal` is the sign
    that its texts have, none where none has one. `date_formats` are the forms that fit every date:
    several where no day is above 12, and one that is None where the form needs no naming.
    Numbers that could all be serial days of a spreadsheet have the form None too. `words` are those
    of a column of numbers or dates that are neither.
    """

    kind: str
    filled: int
    distinct: int
    decimal: str | None = None
    date_formats: tuple[str | None, ...] = ()
    words: tuple[str, ...] = ()
    whole: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def counts(self) -> str:
        """How many cells are filled, and how many of them differ, as words."""
        return f"{count_words(self.filled, 'value')}, {self.distinct} distinct"


def is_blank(cell: str) -> bool:
    """Whether a cell counts as not filled in."""
    return cell.strip().casefold() in BLANKS


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a unit or a mark behind it or not."""
    return NUMBER.fullmatch(cell.strip()) is not None


def as_number(cell: str) -> float | None:
    """The number in a cell, whatever its decimal sign; None where there is none."""
    match = NUMBER.fullmatch(cell.strip())
    if match is None:
        return None
    return float(match["number"].replace(",", ".").replace("\u2212", "-"))


def is_date(cell: str) -> bool:
    """Whether a cell has the shape of a date."""
    return DATE.fullmatch(cell.strip()) is not None


def look_of(cells: Iterable[str]) -> ColumnLook:
    """What the cells of a column look like.

    Answers of questionnaires that are no number, as `not relevant`, make numbers no words.
    """
    filled = [cell.strip() for cell in cells if not is_blank(cell)]
    distinct = len(set(filled))
    if not filled:
        return ColumnLook("none", 0, 0)
    dates = [cell for cell in filled if is_date(cell)]
    if len(dates) >= MOST * len(filled):
        words = _words(cell for cell in filled if not is_date(cell))
        return ColumnLook("date", len(filled), distinct, None, _date_formats(dates), words=words)
    matches = [match for cell in filled if (match := NUMBER.fullmatch(cell))]
    answers = [cell for cell in filled if role_of(cell, "answers") is not None]
    if matches and len(matches) >= MOST * (len(filled) - len(answers)):
        return _number_look(filled, distinct, matches)
    return ColumnLook("word", len(filled), distinct)


def _number_look(filled: list[str], distinct: int, matches: list[re.Match[str]]) -> ColumnLook:
    texts = [match["number"] for match in matches]
    commas = sum("," in text for text in texts)
    numbers = [float(text.replace(",", ".").replace("\u2212", "-")) for text in texts]
    return ColumnLook(
        "number",
        len(filled),
        distinct,
        "," if commas else ("." if any("." in text for text in texts) else None),
        (None,) if all(number in SERIAL_DAYS for number in numbers) else (),
        words=_words(cell for cell in filled if NUMBER.fullmatch(cell) is None),
        whole=all(number.is_integer() for number in numbers),
        low=min(numbers),
        high=max(numbers),
    )


def _words(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word, _ in Counter(cells).most_common(12))


def _date_formats(dates: Sequence[str]) -> tuple[str | None, ...]:
    """The forms by which all of the dates are dates, None where reading knows them unasked."""
    return next(filter(None, (_fitting(dates, forms) for forms in ((None,), STATED_FORMS))), ())


def _fitting(dates: Sequence[str], forms: Iterable[str | None]) -> tuple[str | None, ...]:
    return tuple(form for form in forms if None not in days_of(dates, form))


def days_of(cells: Sequence[str], date_format: str | None) -> list[date | None]:
    """The day of each cell, as a source with this form of dates reads it; None where it is none."""
    texts = pl.DataFrame({"text": cells}, {"text": pl.String}).select(
        as_datetime(pl.col("text").str.strip_chars(), date_format).dt.date()
    )
    return texts["text"].to_list()
