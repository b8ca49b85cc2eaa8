"""What the cells of a column look like: numbers with a decimal sign and a unit, dates, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache

from attrs import frozen

from dermoutcomes.draft.recognition.words import role_of
from dermoutcomes.number_text import count_words

__all__ = ["ColumnLook", "as_day", "as_number", "is_blank", "is_date", "is_number", "look_of"]

NUMBER = re.compile(
    r"(?P<sign>[<>≤≥]?)\s*(?P<number>[-+\u2212]?\d{1,12}(?:[.,]\d+)?(?:[eE][-+]?\d+)?)"
    r"\s*(?P<unit>%|[A-Za-zµ°²³/·]{1,12}[²³]?)?(?P<mark>[*#]?)"
)
# Blank to every reader, and the words of statistics programs and eCRFs.
BLANKS = frozenset({"", ".", ".nd", ".unk", ".hidden", "na", "n/a", "nd", "nan"})
# A date by its shape, and the form that a study file names; None where the program reads it unasked.
DATE_SHAPES: tuple[tuple[re.Pattern[str], tuple[str | None, ...]], ...] = (
    (re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?"), (None,)),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}( \d{1,2}:\d{2}.*)?"), ("%d.%m.%Y",)),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}"), ("%d.%m.%y",)),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), ("%d/%m/%Y", "%m/%d/%Y")),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{2}"), ("%d/%m/%y", "%m/%d/%y")),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), ("%d-%m-%Y", "%m-%d-%Y")),
    (re.compile(r"\d{4}/\d{2}/\d{2}"), ("%Y/%m/%d",)),
    (re.compile(r"\d{1,2}-[A-Za-z]{3}-\d{4}"), ("%d-%b-%Y",)),
    (re.compile(r"\d{1,2}[A-Za-z]{3}\d{4}"), ("%d%b%Y",)),
    (re.compile(r"\d{1,2} [A-Za-z]{3} \d{4}"), ("%d %b %Y",)),
)
# Forms that are read without being named.
READ_UNASKED = ("%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%d-%b-%Y", "%d%b%Y", "%d %b %Y")
MOST = 0.8


@frozen
class ColumnLook:
    """What the filled cells of a column are.

    `kind` is number, date or word (what most are), none where all are blank. `decimal` is the sign
    that its texts have, none where none has one. `date_formats` are the forms that fit every date:
    several where no day is above 12, and one that is None where the form needs no naming.
    `units` are texts behind numbers, `words` those of a column of numbers or dates that are neither.
    """

    kind: str
    filled: int
    distinct: int
    decimal: str | None = None
    date_formats: tuple[str | None, ...] = ()
    units: tuple[str, ...] = ()
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
    return any(shape.fullmatch(cell.strip()) for shape, _ in DATE_SHAPES)


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
    units = Counter(match["unit"] for match in matches if match["unit"])
    return ColumnLook(
        "number",
        len(filled),
        distinct,
        "," if commas else ("." if any("." in text for text in texts) else None),
        units=tuple(units),
        words=_words(cell for cell in filled if NUMBER.fullmatch(cell) is None),
        whole=all(number.is_integer() for number in numbers),
        low=min(numbers),
        high=max(numbers),
    )


def _words(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word, _ in Counter(cells).most_common(12))


def _date_formats(dates: Sequence[str]) -> tuple[str | None, ...]:
    """The forms by which all of the dates are dates."""
    fitting: list[str | None] = []
    for shape, forms in DATE_SHAPES:
        if not all(shape.fullmatch(cell) for cell in dates):
            continue
        for form in forms:
            if form is None or form in READ_UNASKED:
                fitting.append(None)
            elif all(_day(cell, form) for cell in dates):
                fitting.append(form)
    return tuple(fitting)


@cache
def _day(cell: str, form: str) -> date | None:
    try:
        return datetime.strptime(cell, form).date()  # noqa: DTZ007
    except ValueError:
        return None


def as_day(cell: str, date_format: str | None) -> date | None:
    """The day of a cell, by the form that its column has; None where it is none."""
    text = cell.strip()
    if date_format is not None:
        return _day(text, date_format)
    forms = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%d-%b-%Y", "%d%b%Y", "%d %b %Y")
    head = text.split(" ")[0].split("T")[0] if text[:4].isdigit() else text
    head = head.split(" ")[0] if re.fullmatch(r"\d+\.\d+\.\d+ .*", head) else head
    return next((day for form in forms if (day := _day(head, form))), None)
