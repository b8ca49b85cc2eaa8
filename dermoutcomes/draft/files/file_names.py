"""What many files say by their names: a pattern as "{subject}_{visit}.csv"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from attrs import evolve, frozen

from dermoutcomes.draft.recognition.export_words import role_of
from dermoutcomes.draft.recognition.visit_names import whole_visit_name

__all__ = ["NamePattern", "name_pattern", "text_pattern", "visit_in_name"]

TOKEN = re.compile(r"[^_ -]+|[_ -]")
# A visit in a name has so many parts, its separators counted: after_2_weeks.
MOST_PARTS = 5
# A lone letter, and S01: a subject sooner than the first semaine.
IN_A_NAME = re.compile(r".|[sS]\d+")
WITHIN_NAME = frozenset("_ -")
DATE_IN_NAME = "{date}"
DATE_OF_FILE = re.compile(
    r"(?<!\d)20\d{2}(?P<sign>[-_.]?)[01]\d(?P=sign)[0-3]\d"
    r"(?:(?P<before>[-_ T])[0-2]\d(?P<between>[-_.]?)(?P<minute>[0-5]\d)"
    r"(?:(?P=between)(?P<second>[0-5]\d))?)?(?!\d)"
)


@frozen
class NamePattern:
    """The pattern of names of files or sheets, and what stands at each of its names.

    `words` are in the order of `paths`, which are the names themselves. `date_format` is the form
    of the dates in them, none where reading knows it unasked.
    """

    pattern: str
    words: dict[str, tuple[str, ...]]
    paths: tuple[str, ...] = ()
    date_format: str | None = None

    def of_file(self, field: str) -> dict[str, str]:
        """What stands at a name of the pattern: path = word; nothing where the pattern lacks it."""
        return dict(zip(self.paths, self.words.get(field, ()), strict=False))


def name_pattern(paths: Sequence[str]) -> NamePattern | None:
    """The pattern of many paths, without their suffix; see `text_pattern`.

    A date that stands in each of them, with or without a time of day, is the date of the file.
    """
    names = [PurePosixPath(path).with_suffix("").as_posix() for path in paths]
    dates = _dates(names)
    if dates is None:
        pattern = text_pattern(names)
        return evolve(pattern, paths=tuple(paths)) if pattern is not None else None
    days, date_format = dates
    # One word for the dates: in it no sign separates parts of a name.
    rest = [name.replace(day, DATE_IN_NAME) for name, day in zip(names, days, strict=True)]
    pattern = text_pattern(rest) or NamePattern(rest[0], {})
    if len(set(rest)) > 1 and not pattern.words:
        return None
    return NamePattern(pattern.pattern, {**pattern.words, "date": days}, tuple(paths), date_format)


def _dates(names: Sequence[str]) -> tuple[tuple[str, ...], str | None] | None:
    """The date in each name, and their form; None where a name has none or another form."""
    matches = [DATE_OF_FILE.search(name) for name in names]
    if None in matches or len({match.group() for match in matches if match}) == 1:
        return None
    forms = {_date_form(match) for match in matches if match}
    if len(forms) > 1:
        return None
    form = forms.pop()
    days = tuple(match.group() for match in matches if match)
    return days, None if form == "%Y-%m-%d" else form


def _date_form(match: re.Match[str]) -> str:
    """The form of a date in a name, as 2024_03_28_09_07_06, with its own signs between the parts."""
    sign, before, between = match["sign"], match["before"] or "", match["between"] or ""
    parts = [f"%Y{sign}%m{sign}%d"]
    if match["minute"] is not None:
        parts.append(f"{before}%H{between}%M")
    if match["second"] is not None:
        parts.append(f"{between}%S")
    return "".join(parts)


def text_pattern(names: Sequence[str]) -> NamePattern | None:
    """The pattern that many names have; None where they differ in shape or say nothing.

    A part that all have stays as it is; of the others visits and sides are known by their words,
    and the part with most different words is the subject. S01 may be a session or a subject: it is
    the subject where another part with fewer words says the visit.
    """
    names = _without_repeated_folders(names)
    columns = _columns(names)
    if columns is None:
        return None
    fields = [_field(column) for column in columns]
    open_places = [place for place, field in enumerate(fields) if field == "?"]
    if not open_places and fields.count("visit") > 1:
        open_places = [_most_varied_visit(fields, columns)]
    if open_places:
        subject = max(open_places, key=lambda place: len(set(columns[place])))
        fields[subject] = "subject"
        for place in open_places:
            if place != subject and all(word.isdigit() for word in columns[place]):
                fields[place] = "replicate" if "replicate" not in fields else "?"
    if "?" in fields or len(set(filter(None, fields))) != len([*filter(None, fields)]):
        return None
    words = {
        field: tuple(columns[place]) for place, field in enumerate(fields) if field is not None
    }
    if not words:
        return None
    pattern = "".join(
        f"{{{field}}}" if field else column[0]
        for field, column in zip(fields, columns, strict=True)
    )
    return NamePattern(pattern, words, tuple(names))


def _without_repeated_folders(names: Sequence[str]) -> Sequence[str]:
    """Names without the folders around that say nothing else, as S01 around S01/S01_V1."""
    around, rest = zip(*(name.partition("/")[::2] for name in names), strict=True)
    repeats = all(
        folder in TOKEN.findall(below.replace("/", "_"))
        for folder, below in zip(around, rest, strict=True)
    )
    return _without_repeated_folders(rest) if repeats and len(set(around)) > 1 else names


def _columns(names: Sequence[str]) -> list[tuple[str, ...]] | None:
    """What stands at each part of names of one shape, folders apart; None for other shapes.

    Folders or whole names that each say a visit, as Baseline and Week_2, are one part.
    """
    levels = [name.split("/") for name in names]
    if len({len(level) for level in levels}) != 1:
        return None
    columns: list[tuple[str, ...]] = []
    for place, level in enumerate(zip(*levels, strict=True)):
        if place:
            columns.append(("/",) * len(names))
        if all(whole_visit_name(word) for word in level):
            columns.append(level)
            continue
        parts = [TOKEN.findall(word) for word in level]
        if len({len(tokens) for tokens in parts}) != 1:
            return None
        columns += _with_whole_visits(list(zip(*parts, strict=True)))
    return columns


def _with_whole_visits(columns: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The parts of names, with `week`, a blank and `12` as the one part that says a visit."""
    for place in range(len(columns) - 2):
        if not set(columns[place + 1]) <= WITHIN_NAME:
            continue
        joined = tuple(map("".join, zip(*columns[place : place + 3], strict=True)))
        if len(set(joined)) > 1 and all(map(whole_visit_name, joined)):
            return _with_whole_visits([*columns[:place], joined, *columns[place + 3 :]])
    return columns


def visit_in_name(name: str) -> str | None:
    """The words of the name of one file that say a time or the baseline, as Week_4.

    A number of a visit says nothing here: v2 of a file is its version, and S01 a subject.
    """
    tokens = TOKEN.findall(name)
    for length in range(min(MOST_PARTS, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            word = "".join(tokens[start : start + length])
            known = whole_visit_name(word) if not IN_A_NAME.fullmatch(word) else None
            if known is not None and known.kind in ("time", "baseline", "screening"):
                return word
    return None


def _most_varied_visit(fields: Sequence[str | None], columns: Sequence[Sequence[str]]) -> int:
    """The place of those read as visits that has most different words."""
    places = [place for place, field in enumerate(fields) if field == "visit"]
    return max(places, key=lambda place: len(set(columns[place])))


def _field(column: Sequence[str]) -> str | None:
    """What a part of the names is: None where all have the same, "?" where it is not known."""
    words = set(column)
    if len(words) == 1:
        return None
    if all(whole_visit_name(word) for word in words) and len(words) < 30:
        return "visit"
    if all(role_of(word, "sides") for word in words):
        return "side"
    if all(role_of(word, "places") for word in words):
        return "location"
    return "?"
