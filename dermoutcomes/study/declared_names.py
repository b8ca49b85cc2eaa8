"""Problems about names that plugins declare: what is unknown may be of a plugin that did not load, or of several at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.options.key_path import element
from dermoutcomes.study.names import each_known, refused, unknown

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry

__all__ = ["each_declared", "undeclared"]

DISPUTED = "disputed-name"


def undeclared(
    registry: Registry,
    kinds: Collection[str],
    what: str,
    name: str,
    known: Iterable[str],
    path: str,
    hint: str | None = None,
) -> Problem:
    """That no plugin declares a `what` of that name, of one of these `kinds` of the registry.

    Where several declare it, which they are and how that is settled; else the hint says too which plugins did not load, and why.
    """
    dispute = registry.dispute(kinds, name)
    if dispute is not None:
        return refused(dispute.words, path, found=name, expected=dispute.remedy, code=DISPUTED)
    problem = unknown(what, name, known, path, hint)
    said = [words for words in (problem.hint, registry.absence()) if words]
    return evolve(problem, hint="; ".join(said) or None)


def each_declared(
    registry: Registry,
    kinds: Collection[str],
    what: str,
    names: Iterable[str],
    known: Collection[str],
    path: str,
) -> Iterator[Problem]:
    """A problem for each element of the list at `path` that no plugin declares, and for each that is listed twice."""
    names = tuple(names)
    for number, name in enumerate(names, start=1):
        if name not in known:
            yield undeclared(registry, kinds, what, name, known, element(path, number))
    yield from (
        problem
        for problem in each_known(what, names, known, path)
        if problem.code != "unknown-name"
    )
