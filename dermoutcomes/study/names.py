"""Problems about names: what is meant does not exist, and what it was probably meant to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from dermoutcomes.errors import Problem, nearest, one_of
from dermoutcomes.options.fields import toml_text
from dermoutcomes.options.key_path import element

__all__ = ["problem_at", "unknown_name", "unknown_or_repeated"]


def unknown_name(
    noun: str, name: str, known: Iterable[str], path: str, hint: str | None = None
) -> Problem:
    """That there is no `noun` of that name. The hint is the nearest name, or else `hint`."""
    known = tuple(known)
    near = nearest(name, known)
    return Problem(
        f"there is no {noun} {name!r}",
        path=path,
        expected=one_of(known),
        hint=f"did you mean {near!r}?" if near else hint,
        code="unknown-name",
    )


def unknown_or_repeated(
    noun: str, names: Iterable[str], known: Collection[str], path: str, hint: str | None = None
) -> Iterator[Problem]:
    """A problem for each element of the list at `path` that is not known, or that repeats."""
    names = tuple(names)
    for number, name in enumerate(names, start=1):
        if name not in known:
            yield unknown_name(noun, name, known, element(path, number), hint)
        elif name in names[: number - 1]:
            yield problem_at(
                f"{noun} {name!r} is listed twice", element(path, number), expected="each once"
            )


def problem_at(
    message: str,
    path: str,
    *,
    found: object = None,
    expected: str | None = None,
    hint: str | None = None,
    code: str = "refused",
) -> Problem:
    """Something at the key `path` that is well formed but cannot be meant."""
    return Problem(
        message,
        path=path,
        found=None if found is None else toml_text(found),
        expected=expected,
        hint=hint,
        code=code,
    )
