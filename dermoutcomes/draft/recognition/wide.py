"""Wide headers: which pattern columns as W4_R0_L_1 have, and what stands at its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.draft.recognition.visit_names import whole_visit_name
from dermoutcomes.draft.recognition.words import plain, role_of, words_of

if TYPE_CHECKING:
    from dermoutcomes.draft.files.grids import GridColumn
    from dermoutcomes.draft.recognition.measures import MeasureBook

__all__ = ["WideBlock", "wide_blocks"]

WORD = re.compile(r"[A-Za-zÀ-ÿ]+|\d+")
FIELD_ORDER = ("measure", "visit", "rater_role", "location", "side", "replicate")


@frozen(eq=False)
class WideBlock:
    """Columns of one pattern.

    `pattern` is what `headers` of a source says; `fields` are, column by column, what stands at the
    names; `literal` is the text outside of them.
    """

    pattern: str
    columns: tuple[GridColumn, ...]
    fields: tuple[Mapping[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the pattern."""
        return tuple(re.findall(r"\{(\w+)\}", self.pattern))

    @property
    def literal(self) -> str:
        """The words outside of the names."""
        return " ".join(re.sub(r"\{\w+\}", " ", self.pattern).replace("_", " ").split())

    def words(self, field: str) -> tuple[str, ...]:
        """What stands at a name, each once, in the order of the columns."""
        return tuple(dict.fromkeys(of[field] for of in self.fields if field in of))


def wide_blocks(
    columns: Sequence[GridColumn],
    book: MeasureBook,
    hints: Iterable[str],
    without: Iterable[str] = (),
) -> tuple[WideBlock, ...]:
    """The blocks of two and more columns of numbers whose headers have one pattern.

    `without` are names that have a column of their own: where one says the visit, M1 is no month.
    """
    hints = tuple(hints)
    order = tuple(name for name in FIELD_ORDER if name not in set(without) - {"measure"})
    families: dict[str, dict[int, tuple[GridColumn, dict[str, str]]]] = {}
    for column in columns:
        for pattern, fields in _readings(column.bare, book, hints, order):
            families.setdefault(pattern, {})[column.position] = (column, fields)
    blocks: list[WideBlock] = []
    # R1 in hyd_r1 is no measure of a Cutometer: the pattern that takes most columns is meant.
    while families:
        pattern = max(families, key=lambda name: len(families[name]))
        family = families.pop(pattern)
        combinations = {tuple(sorted(fields.items())) for _, fields in family.values()}
        if len(family) < 2:
            break
        if len(combinations) == len(family) and not _is_measures(family, book, hints):
            of_columns = tuple(column for column, _ in family.values())
            blocks.append(
                WideBlock(pattern, of_columns, tuple(fields for _, fields in family.values()))
            )
            for other in families.values():
                for position in family:
                    other.pop(position, None)
        families = {name: other for name, other in families.items() if other}
    return tuple(map(_with_one_measure, blocks))


def _is_measures(
    family: Mapping[int, tuple[GridColumn, dict[str, str]]],
    book: MeasureBook,
    hints: tuple[str, ...],
) -> bool:
    """Whether the headers of a pattern are measures of one device each, as R0, R2 and R5 are.

    A side that never has its other is none, and so no replicate stands behind it.
    """
    measures = {book.measure(column.bare, hints) for column, _ in family.values()}
    sides = {fields.get("side") for _, fields in family.values()}
    alone = len(sides) == 1 and None not in sides
    return alone and None not in measures and len(measures) == len(family)


def _with_one_measure(block: WideBlock) -> WideBlock:
    """A block of one measure has its word in the pattern: `gais_{rater_role}`."""
    words = block.words("measure")
    if len(words) != 1:
        return block
    pattern = block.pattern.replace("{measure}", words[0])
    return WideBlock(pattern, block.columns, block.fields)


def _readings(
    header: str, book: MeasureBook, hints: tuple[str, ...], names: tuple[str, ...]
) -> Iterable[tuple[str, dict[str, str]]]:
    """The patterns that a header can have, with and without a measure in it, and its fields."""
    patterns: dict[str, dict[str, str]] = {}
    for order in (names, names[1:]):
        pattern, fields = _pattern_and_fields(header, order, book, hints)
        if {"visit", "side", "location", "replicate", "rater_role"} & set(fields):
            patterns.setdefault(pattern, fields)
    yield from patterns.items()


def _pattern_and_fields(
    header: str, order: tuple[str, ...], book: MeasureBook, hints: tuple[str, ...]
) -> tuple[str, dict[str, str]]:
    pieces = _pieces(header)
    fields: dict[str, str] = {}
    marks: dict[int, tuple[int, str]] = {}
    for field in order:
        for start, end, text in _spans(pieces, header):
            if any(start < of_end and begin < end for begin, (of_end, _) in marks.items()):
                continue
            if _is_field(field, text, book, hints, marks):
                marks[start] = (end, field)
                fields[field] = text
                break
    return _pattern(header, marks), fields


def _pieces(header: str) -> list[tuple[int, int]]:
    return [match.span() for match in WORD.finditer(header)]


def _spans(pieces: Sequence[tuple[int, int]], header: str) -> Iterable[tuple[int, int, str]]:
    """Pieces of a header, up to four that stand side by side, the longest first."""
    for length in range(min(4, len(pieces)), 0, -1):
        for first in range(len(pieces) - length + 1):
            start, end = pieces[first][0], pieces[first + length - 1][1]
            yield start, end, header[start:end]


def _is_field(
    field: str,
    text: str,
    book: MeasureBook,
    hints: tuple[str, ...],
    marks: Mapping[int, tuple[int, str]],
) -> bool:
    if field == "measure":
        measure = book.measure(text, hints)
        return measure is not None and len(plain(text)) > 1 and whole_visit_name(text) is None
    if field == "visit":
        name = whole_visit_name(text)
        return name is not None and len(text) > 1 and name.kind != "other"
    if field == "rater_role":
        return len(text) > 2 and role_of(text, "raters") is not None
    if field == "location":
        return len(text) > 2 and role_of(text, "places") is not None
    if field == "side":
        return role_of(text, "sides") is not None
    return text.isdigit() and len(text) <= 2 and bool(marks)


def _pattern(header: str, marks: Mapping[int, tuple[int, str]]) -> str:
    parts, place = [], 0
    for start, (end, field) in sorted(marks.items()):
        parts += [header[place:start], f"{{{field}}}"]
        place = end
    return "".join([*parts, header[place:]])


def place_words(texts: Iterable[str]) -> str | None:
    """The one place of the body that texts name."""
    found = {
        place
        for text in texts
        for place, words in words_of("places").items()
        if {f" {word} " for word in words} & _padded(text)
    }
    return next(iter(found)) if len(found) == 1 else None


def _padded(text: str) -> set[str]:
    words = plain(text).split()
    return {
        f" {' '.join(words[start : start + length])} "
        for length in (1, 2, 3)
        for start in range(len(words) - length + 1)
    }
