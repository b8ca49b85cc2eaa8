"""Wide headers: which pattern columns as W4_R0_L_1 have, and what stands at its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.draft.recognition.export_words import is_treatment, plain, role_of, words_of
from dermoutcomes.draft.recognition.visit_names import whole_visit_name

if TYPE_CHECKING:
    from dermoutcomes.draft.files.sheet_grids import GridColumn
    from dermoutcomes.draft.recognition.header_measures import Measure, MeasureBook

__all__ = ["WideBlock", "wide_blocks"]

WORD = re.compile(r"[A-Za-zÀ-ÿ]+|\d+")
FIELD_ORDER = (
    *("measure", "visit", "rater_role", "location", "side", "arm", "rater", "replicate"),
)
# One of these makes columns a block: a number alone may be that of an item.
TELLING = frozenset(FIELD_ORDER) - {"measure"}


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


@frozen(eq=False)
class _Known:
    """What names in headers are looked up in: measures, devices that are named, arms elsewhere."""

    book: MeasureBook
    hints: tuple[str, ...]
    arms: frozenset[str]

    def measure(self, text: str) -> Measure | None:
        return self.book.measure(text, self.hints)


def wide_blocks(
    columns: Sequence[GridColumn],
    book: MeasureBook,
    hints: Iterable[str],
    without: Iterable[str] = (),
    arms: Iterable[str] = (),
) -> tuple[WideBlock, ...]:
    """The blocks of two and more columns of numbers whose headers have one pattern.

    `without` are names that have a column of their own: where one says the visit, M1 is no month.
    `arms` are what other tables call the arms.
    """
    known = _Known(book, tuple(hints), frozenset(map(plain, arms)))
    order = tuple(name for name in FIELD_ORDER if name not in set(without) - {"measure"})
    families: dict[str, dict[int, tuple[GridColumn, dict[str, str]]]] = {}
    for column in columns:
        for pattern, fields in _readings(column.bare, order, known):
            families.setdefault(pattern, {})[column.position] = (column, fields)
    blocks: list[WideBlock] = []
    # R1 in hyd_r1 is no measure of a Cutometer: the pattern that takes most columns is meant.
    while families:
        pattern = max(families, key=lambda name: len(families[name]))
        family = families.pop(pattern)
        combinations = {tuple(sorted(fields.items())) for _, fields in family.values()}
        if len(family) < 2:
            break
        if len(combinations) == len(family) and not _is_measures(family, known):
            of_columns = tuple(column for column, _ in family.values())
            blocks.append(
                WideBlock(pattern, of_columns, tuple(fields for _, fields in family.values()))
            )
            for other in families.values():
                for position in family:
                    other.pop(position, None)
        families = {name: other for name, other in families.items() if other}
    return tuple(_without_lone_words(block) for block in blocks if _says_something(block))


def _says_something(block: WideBlock) -> bool:
    """Whether headers differ in more than one name of a treatment, which may be anything."""
    return set(block.names) != {"arm"} or len(block.words("arm")) > 1


def _is_measures(family: Mapping[int, tuple[GridColumn, dict[str, str]]], known: _Known) -> bool:
    """Whether the headers of a pattern are measures of one device each, as R0, R2 and R5 are.

    A side that never has its other is none, and so no replicate stands behind it.
    """
    measures = {known.measure(column.bare) for column, _ in family.values()}
    sides = {fields.get("side") for _, fields in family.values()}
    alone = len(sides) == 1 and None not in sides
    return alone and None not in measures and len(measures) == len(family)


def _without_lone_words(block: WideBlock) -> WideBlock:
    """A block of one measure has its word in the pattern: `gais_{rater_role}`; as has one of an arm."""
    for name in ("measure", "arm"):
        words = block.words(name)
        if len(words) == 1:
            pattern = block.pattern.replace(f"{{{name}}}", words[0])
            block = WideBlock(pattern, block.columns, block.fields)
    return block


def _readings(
    header: str, names: tuple[str, ...], known: _Known
) -> Iterable[tuple[str, dict[str, str]]]:
    """The patterns that a header can have, with and without a measure in it, and its fields."""
    patterns: dict[str, dict[str, str]] = {}
    for order in (names, names[1:]):
        pattern, fields = _pattern_and_fields(header, order, known)
        if TELLING & set(fields):
            patterns.setdefault(pattern, fields)
    yield from patterns.items()


def _pattern_and_fields(
    header: str, order: tuple[str, ...], known: _Known
) -> tuple[str, dict[str, str]]:
    pieces = _pieces(header)
    fields: dict[str, str] = {}
    marks: dict[int, tuple[int, str]] = {}
    for field in order:
        for start, end, text in _spans(pieces, header):
            if any(start < of_end and begin < end for begin, (of_end, _) in marks.items()):
                continue
            if _is_field(field, text, known) and _stands_well(field, header[:start], marks):
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


def _is_field(field: str, text: str, known: _Known) -> bool:
    if field == "measure":
        measure = known.measure(text)
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
    if field == "arm":
        return plain(text) in known.arms or is_treatment(text)
    if field == "rater":
        return len(text) <= 2 and text.isalnum()
    return text.isdigit() and len(text) <= 2


def _stands_well(field: str, before: str, marks: Mapping[int, object]) -> bool:
    """Whether a number or letter may be what it could be, behind what stands before it."""
    if field == "rater":
        words = re.findall(r"[^\W\d_]+", before)
        return bool(words) and role_of(words[-1], "roles", ("rater",)) is not None
    return field != "replicate" or bool(marks) or _counts_readings(before)


def _counts_readings(before: str) -> bool:
    """Whether a number behind these words is that of a reading: M1, Messung 2, reading 3."""
    return plain(before) == "m" or role_of(before, "roles", ("replicate",)) is not None


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
