"""Patterns of wide headers and of file names: a name in braces takes what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError, nearest, one_of

__all__ = ["BRACES", "FIELDS", "match_pattern", "pattern_fields", "pattern_has_words"]

FIELDS = (
    "subject",
    "visit",
    "measure",
    "timepoint",
    "date",
    "time",
    "day",
    "location",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
    "arm",
)
SHAPES = {"replicate": re.compile(r"\d+"), "day": re.compile(r"[+-]?\d+")}
BRACES = re.compile(r"\{([^{}]*)\}")


def pattern_fields(pattern: str, path: str, further: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names in braces, in order; `further` are those that a table has besides.

    Raises StudyError for one that is not known or stands twice.
    """
    known = tuple(dict.fromkeys((*FIELDS, *further)))
    names = tuple(BRACES.findall(pattern))
    problems = [
        Problem(
            f"unknown name {name!r} in braces",
            path=path,
            found=pattern,
            expected=one_of(known, 30),
            hint=_did_you_mean(name),
        )
        for name in names
        if name not in known
    ]
    if not names:
        problems.append(
            Problem(
                "the pattern has no name in braces",
                path=path,
                found=pattern,
                expected='a pattern as "{visit}_{measure}"',
            )
        )
    problems += [
        Problem(f"{name!r} stands twice in the pattern", path=path, found=pattern)
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    if problems:
        raise StudyError(problems)
    return names


def pattern_has_words(pattern: str) -> bool:
    """Whether a pattern has letters or digits outside its braces."""
    return any(sign.isalnum() for sign in BRACES.sub("", pattern))


def _did_you_mean(name: str) -> str | None:
    near = nearest(name, FIELDS)
    return f"did you mean {{{near}}}?" if near else None


def match_pattern(
    pattern: str, text: str, known: Mapping[str, Iterable[str]], closed: Iterable[str] = ()
) -> dict[str, str] | None:
    """What stands in `text` at the names of `pattern`, or None where it does not fit.

    Words that are `known` for a name are tried before any other text; a name in `closed` takes
    known words only. The time grows with the square of the length of `text`, whatever the pattern.
    """
    frozen_words = tuple(sorted((name, tuple(sorted(words))) for name, words in known.items()))
    for shape in _shapes(pattern, frozen_words, tuple(sorted(closed))):
        values = _matched(shape, text.strip())
        if values is not None:
            return {name: value.strip() for name, value in values.items()}
    return None


@frozen(eq=False)
class _Piece:
    """A piece of a pattern: text that stands there as it is, or a name.

    A name takes one of `words` where it is held to them, else what has its `shape`, or any text.
    """

    text: str = ""
    name: str | None = None
    words: tuple[str, ...] | None = None
    shape: re.Pattern[str] | None = None

    def ends(self, text: str, start: int) -> Iterator[int]:
        """Where the piece can end, that begins at `start`, the preferred end first."""
        if self.name is None:
            if text[start : start + len(self.text)].casefold() == self.text.casefold():
                yield start + len(self.text)
        elif self.words is not None:
            for word in self.words:
                if text[start : start + len(word)].casefold() == word.casefold():
                    yield start + len(word)
        elif self.shape is not None:
            match = self.shape.match(text, start)
            yield from range(match.end(), start, -1) if match else ()
        else:
            yield from range(start + 1, len(text) + 1)


def _matched(pieces: tuple[_Piece, ...], text: str) -> dict[str, str] | None:
    """The text at each name, the shortest that lets the rest fit; a dead end is tried once."""
    dead: set[tuple[int, int]] = set()
    ends: list[int] = []

    def fits(piece: int, start: int) -> bool:
        if piece == len(pieces):
            return start == len(text)
        if (piece, start) in dead:
            return False
        for end in pieces[piece].ends(text, start):
            ends.append(end)
            if fits(piece + 1, end):
                return True
            ends.pop()
        # What can follow from here does not depend on how this place was reached.
        dead.add((piece, start))
        return False

    if not fits(0, 0):
        return None
    starts = [0, *ends[:-1]]
    return {
        piece.name: text[start:end]
        for piece, start, end in zip(pieces, starts, ends, strict=True)
        if piece.name is not None
    }


@cache
def _shapes(
    pattern: str, known: tuple[tuple[str, tuple[str, ...]], ...], closed: tuple[str, ...]
) -> tuple[tuple[_Piece, ...], ...]:
    """The pattern in pieces: first with known words only, then with any text where allowed."""
    words = dict(known)
    return (
        tuple(_pieces(pattern, words, frozenset(words))),
        tuple(_pieces(pattern, words, frozenset(closed))),
    )


def _pieces(
    pattern: str, words: Mapping[str, tuple[str, ...]], closed: frozenset[str]
) -> Iterator[_Piece]:
    for position, part in enumerate(BRACES.split(pattern)):
        if position % 2 == 0:
            yield _Piece(text=part)
        elif part in closed:
            # The longest first, so that W12 is not taken for W1 and a rest.
            ordered = sorted(words.get(part, ()), key=lambda word: (-len(word), word))
            yield _Piece(name=part, words=tuple(ordered))
        else:
            yield _Piece(name=part, shape=SHAPES.get(part))
