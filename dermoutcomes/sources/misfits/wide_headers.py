"""Headers of a wide table that nearly fit its pattern, or name a visit, and are not taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.recoding import SIDES
from dermoutcomes.sources.subjects.listed_subjects import numbers_of
from dermoutcomes.sources.visits.other_visits import alias_words
from dermoutcomes.study.patterns import BRACES, match_pattern

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext
    from dermoutcomes.sources.value_layout import Layout, ValueColumn

__all__ = ["tell_unfit_headers"]

# How many headers a message proposes, and how many letters are too few to tell a slip of one.
MOST_HEADERS = 3
SHORT = 3
Fields = tuple[tuple[str, str], ...]


def tell_unfit_headers(context: MeasurementContext, layout: Layout) -> None:
    """A warning for each filled column whose header nearly fits, or names a visit of no plan.

    It nearly fits where it is equal, but for signs between, zeros, case or a letter, to a header
    that the pattern would take and that the file does not have: `W4 R` for `W4_R`.
    """
    pattern = context.spec.headers
    if not pattern:
        return
    expected = {_plain(header): header for header in _absent_headers(context, layout, pattern)}
    for column in _unread_columns(context, layout):
        near = _nearest(column.name, expected)
        if near:
            _tell(
                context,
                column,
                f"the column {column.name!r} does not fit the pattern {pattern!r} and is not "
                f"read; nearest among the headers that are absent: {', '.join(map(repr, near))}",
                f"{near[0]!r} as the header, or a source of its own for it",
            )
        elif word := _visit_word(context, pattern, column):
            _tell(
                context,
                column,
                f"the column {column.name!r} is not read: {word!r} is no visit of the study",
                alias_words(word, context.study),
            )


def _tell(context: MeasurementContext, column: Column, message: str, expected: str) -> None:
    context.add_note(
        "unfit_header",
        "warning",
        row=context.header.line,
        column=column.position,
        found=column.name,
        message=message,
        expected=expected,
    )


def _unread_columns(context: MeasurementContext, layout: Layout) -> Iterator[Column]:
    """The named columns with at least one filled cell that nothing of the source takes."""
    read = {position for column in layout.role_columns for position in column.positions}
    read |= {value.column.position for value in layout.values}
    for column in context.header.columns:
        if column.name and column.position not in read:
            cells = context.rows.text(column)
            if (cells.is_not_null() & (cells != "")).any():
                yield column


def _absent_headers(context: MeasurementContext, layout: Layout, pattern: str) -> Iterator[str]:
    """The headers that the pattern would take and the file does not have.

    Each planned visit, by the words that the study has for it, with all else that the headers of
    the file say.
    """
    names = BRACES.findall(pattern)
    columns = [value for value in layout.values if value.fields or "measure" in names]
    written = [_written(context, pattern, value) for value in columns]
    present = {_meaning(context, fields) for fields in written}
    words = sorted({*context.visit_words}) if "visit" in names else [""]
    for fields in dict.fromkeys(_without_visit(fields) for fields in written):
        for word in words:
            whole = {**dict(fields), **({"visit": word} if word else {})}
            if _meaning(context, whole) not in present and set(names) <= set(whole):
                yield _filled(pattern, whole)
    yield from _other_sides(context, pattern, written, present)


def _filled(pattern: str, fields: Mapping[str, str]) -> str:
    """The header that a pattern makes of words."""
    for name, word in fields.items():
        pattern = pattern.replace(f"{{{name}}}", word)
    return pattern


def _other_sides(
    context: MeasurementContext,
    pattern: str,
    written: list[Mapping[str, str]],
    present: set[Fields],
) -> Iterator[str]:
    """Headers of the other side, where a side has no header at all."""
    words = {**SIDES, **context.recoding("side")}
    for fields in written:
        for word in words if "side" in fields else ():
            whole = {**fields, "side": word}
            alike = len(word) == len(fields["side"]) or len(fields["side"]) > 1 < len(word)
            if alike and _meaning(context, whole) not in present:
                yield _filled(pattern, whole)


def _written(context: MeasurementContext, pattern: str, value: ValueColumn) -> Mapping[str, str]:
    """What a header that fits says, in its own words."""
    fields = dict(value.fields)
    if "{measure}" in pattern:
        fields["measure"] = next(
            (
                word
                for word, code in context.measure_words.items()
                if code == value.code and word.casefold() in value.column.name.casefold()
            ),
            value.code,
        )
    return fields


def _without_visit(fields: Mapping[str, str]) -> Fields:
    return tuple(sorted((name, word) for name, word in fields.items() if name != "visit"))


def _meaning(context: MeasurementContext, fields: Mapping[str, str]) -> Fields:
    """What a header says, in the study's words: two of one meaning are one header."""
    visits = {word.casefold(): name for word, name in context.visit_words.items()}
    sides = {**SIDES, **context.recoding("side")}
    meanings = {
        name: visits.get(word.casefold(), word)
        if name == "visit"
        else sides.get(word, word)
        if name == "side"
        else context.measure_words.get(word, word)
        if name == "measure"
        else numbers_of(word)
        for name, word in fields.items()
    }
    return tuple(sorted(meanings.items()))


def _nearest(header: str, expected: Mapping[str, str]) -> list[str]:
    """The expected headers that a header nearly is, or is but for a number at the end of one."""
    plain = _plain(header)
    if plain in expected:
        return [expected[plain]]
    further = [
        written
        for other, written in expected.items()
        if re.fullmatch(r"\d+", plain.removeprefix(other) if plain.startswith(other) else "")
        or re.fullmatch(r"\d+", other.removeprefix(plain) if other.startswith(plain) else "")
    ]
    # A number that ends both is not the replicate: W1 is not nearly W12.
    if (further and not plain[-1:].isdigit()) or any(
        not _plain(one)[-1:].isdigit() for one in further
    ):
        return further[:MOST_HEADERS]
    digits = re.findall(r"\d+", plain)
    if sum(map(str.isalpha, plain)) <= SHORT:
        return []
    near = [
        written
        for other, written in expected.items()
        if re.findall(r"\d+", other) == digits and _one_letter(plain, other)
    ]
    return near[:MOST_HEADERS]


def _plain(header: str) -> str:
    """A header without the signs between, the zeros before numbers, and its case."""
    return numbers_of(re.sub(r"[\W_]+", " ", header.casefold())).replace(" ", "")


def _one_letter(one: str, other: str) -> bool:
    """Whether two words differ by one letter: another, one more, or two neighbours exchanged."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or one == other:
        return False
    at = next((n for n, sign in enumerate(one) if sign != other[n]), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    exchanged = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return one[at + 1 :] == other[at + 1 :] or exchanged


def _visit_word(context: MeasurementContext, pattern: str, column: Column) -> str | None:
    """The word for a visit in a header that fits but for that: it looks like the study's visits."""
    if "{visit}" not in pattern:
        return None
    known = {"measure": context.measure_words, "side": {**SIDES, **context.recoding("side")}}
    fields = match_pattern(pattern, column.name, known, closed={"measure", "side"})
    word = (fields or {}).get("visit")
    shapes = {_shape(visit) for visit in context.visit_words}
    return word if word and word not in context.visit_words and _shape(word) in shapes else None


def _shape(word: str) -> str:
    """A word with one sign for its numbers: W8 has the shape of W12."""
    return re.sub(r"\d+", "#", " ".join(word.casefold().split()))
