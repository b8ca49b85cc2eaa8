"""Patterns of wide headers and of file names: a name in braces takes what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

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
)
SHAPES = {"replicate": r"\d+", "day": r"[+-]?\d+"}
BRACES = re.compile(r"\{([^{}]*)\}")


def pattern_fields(pattern: str, path: str) -> tuple[str, ...]:
    """The names in braces, in order.

    Raises StudyError for one that is not known or stands twice.
    """
    names = tuple(BRACES.findall(pattern))
    problems = [
        Problem(
            f"unknown name {name!r} in braces",
            path=path,
            found=pattern,
            expected=one_of(FIELDS, 20),
            hint=_did_you_mean(name),
        )
        for name in names
        if name not in FIELDS
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
    known words only.
    """
    frozen = tuple(sorted((name, tuple(sorted(words))) for name, words in known.items()))
    for shape in _shapes(pattern, frozen, tuple(sorted(closed))):
        match = shape.fullmatch(text.strip())
        if match:
            return {name: value.strip() for name, value in match.groupdict().items()}
    return None


@cache
def _shapes(
    pattern: str, known: tuple[tuple[str, tuple[str, ...]], ...], closed: tuple[str, ...]
) -> tuple[re.Pattern[str], ...]:
    """The pattern as expressions: first with known words only, then with any text where allowed."""
    words = dict(known)
    strict = re.compile("".join(_parts(pattern, words, frozenset(words))), re.IGNORECASE)
    loose = re.compile("".join(_parts(pattern, words, frozenset(closed))), re.IGNORECASE)
    return strict, loose


def _parts(
    pattern: str, words: Mapping[str, tuple[str, ...]], closed: frozenset[str]
) -> Iterator[str]:
    for position, part in enumerate(BRACES.split(pattern)):
        if position % 2 == 0:
            yield re.escape(part)
        elif part in closed:
            yield f"(?P<{part}>{_alternatives(words.get(part, ()))})"
        else:
            yield f"(?P<{part}>{SHAPES.get(part, '.+?')})"


def _alternatives(words: Iterable[str]) -> str:
    """The words, longest first, so that W12 is not taken for W1 and a rest."""
    return (
        "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
        or "(?!)"
    )
