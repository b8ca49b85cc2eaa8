"""What many files say by their names: a pattern as "{subject}_{visit}.csv"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from attrs import frozen

from dermoutcomes.draft.recognition.visit_names import whole_visit_name
from dermoutcomes.draft.recognition.words import role_of

__all__ = ["NamePattern", "name_pattern"]

TOKEN = re.compile(r"[^_/ -]+|[_/ -]")
SEPARATORS = "_/ -"


@frozen
class NamePattern:
    """The pattern of file names, and what stands at each of its names, file by file of `paths`."""

    pattern: str
    words: dict[str, tuple[str, ...]]
    paths: tuple[str, ...] = ()

    def of_file(self, field: str) -> dict[str, str]:
        """What stands at a name in each file: path = word; nothing where the pattern lacks it."""
        return dict(zip(self.paths, self.words.get(field, ()), strict=False))


def name_pattern(paths: Sequence[str]) -> NamePattern | None:
    """The pattern that many paths have; None where they differ in shape or say nothing.

    A part that all have stays as it is; of the others visits and sides are known by their words,
    and the part with most different words is the subject. S01 may be a session or a subject: it is
    the subject where another part with fewer words says the visit.
    """
    parts = [TOKEN.findall(PurePosixPath(path).with_suffix("").as_posix()) for path in paths]
    if len({len(tokens) for tokens in parts}) != 1:
        return None
    columns = list(zip(*parts, strict=True))
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
    names = {
        field: tuple(columns[place]) for place, field in enumerate(fields) if field is not None
    }
    if not names:
        return None
    pattern = "".join(
        f"{{{field}}}" if field else column[0]
        for field, column in zip(fields, columns, strict=True)
    )
    return NamePattern(pattern, names, tuple(paths))


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
