"""What many files say by their names: a pattern as "{subject}_{visit}.csv"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from attrs import evolve, frozen

from dermoutcomes.draft.recognition.visit_names import whole_visit_name
from dermoutcomes.draft.recognition.words import role_of

__all__ = ["NamePattern", "name_pattern", "text_pattern"]

TOKEN = re.compile(r"[^_/ -]+|[_/ -]")
SEPARATORS = "_/ -"


@frozen
class NamePattern:
    """The pattern of names of files or sheets, and what stands at each of its names.

    `words` are in the order of `paths`, which are the names themselves.
    """

    pattern: str
    words: dict[str, tuple[str, ...]]
    paths: tuple[str, ...] = ()

    def of_file(self, field: str) -> dict[str, str]:
        """What stands at a name of the pattern: path = word; nothing where the pattern lacks it."""
        return dict(zip(self.paths, self.words.get(field, ()), strict=False))


def name_pattern(paths: Sequence[str]) -> NamePattern | None:
    """The pattern of many paths, without their suffix; see `text_pattern`."""
    pattern = text_pattern([PurePosixPath(path).with_suffix("").as_posix() for path in paths])
    return evolve(pattern, paths=tuple(paths)) if pattern is not None else None


def text_pattern(names: Sequence[str]) -> NamePattern | None:
    """The pattern that many names have; None where they differ in shape or say nothing.

    A part that all have stays as it is; of the others visits and sides are known by their words,
    and the part with most different words is the subject. S01 may be a session or a subject: it is
    the subject where another part with fewer words says the visit.
    """
    parts = [TOKEN.findall(name) for name in names]
    if len({len(tokens) for tokens in parts}) != 1:
        return None
    columns = _with_whole_visits(list(zip(*parts, strict=True)))
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


def _with_whole_visits(columns: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The parts of names, with `week`, a blank and `12` as the one part that says a visit."""
    for place in range(len(columns) - 2):
        joined = tuple(map("".join, zip(*columns[place : place + 3], strict=True)))
        if len(set(joined)) > 1 and all(map(whole_visit_name, joined)):
            return _with_whole_visits([*columns[:place], joined, *columns[place + 3 :]])
    return columns


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
