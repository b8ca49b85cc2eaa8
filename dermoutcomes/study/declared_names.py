"""Problems about names that plugins declare.

What is unknown may be of a plugin that did not load, or of several at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.options.key_path import element
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry

__all__ = ["undeclared_name", "undeclared_or_repeated"]

DISPUTED = "disputed-name"


def undeclared_name(
    registry: Registry,
    kinds: Collection[str],
    noun: str,
    name: str,
    known: Iterable[str],
    path: str,
    hint: str | None = None,
) -> Problem:
    """That no plugin declares a `noun` of that name, of one of these `kinds` of the registry.

    Where several declare it, which they are and how that is settled; else the hint says too which
    plugins did not load, and why.
    """
    dispute = registry.dispute(kinds, name)
    if dispute is not None:
        return problem_at(dispute.words, path, found=name, expected=dispute.remedy, code=DISPUTED)
    problem = unknown_name(noun, name, known, path, hint)
    hints = [words for words in (problem.hint, registry.absence()) if words]
    return evolve(problem, hint="; ".join(hints) or None)


def undeclared_or_repeated(
    registry: Registry,
    kinds: Collection[str],
    noun: str,
    names: Iterable[str],
    known: Collection[str],
    path: str,
) -> Iterator[Problem]:
    """A problem for each element of the list at `path` that no plugin declares, or that repeats."""
    names = tuple(names)
    for number, name in enumerate(names, start=1):
        if name not in known:
            yield undeclared_name(registry, kinds, noun, name, known, element(path, number))
    yield from (
        problem
        for problem in unknown_or_repeated(noun, names, known, path)
        if problem.code != "unknown-name"
    )
