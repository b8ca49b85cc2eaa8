"""Problems about names that plugins declare.

What is unknown may be of a plugin that did not load, or of several at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.errors import did_you_mean, nearest
from dermoutcomes.options.key_path import element
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry

__all__ = ["analysis_hint", "undeclared_name", "undeclared_or_repeated"]

DISPUTED = "disputed-name"
MOST_NAMES = 4
SHORTEST_WORD = 4


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
    hint: Callable[[str], str | None] | None = None,
) -> Iterator[Problem]:
    """A problem for each element of the list at `path` that no plugin declares, or that repeats.

    `hint` says of a name what may be meant by it, before likeness of letters is asked.
    """
    names = tuple(names)
    for number, name in enumerate(names, start=1):
        if name not in known:
            problem = undeclared_name(registry, kinds, noun, name, known, element(path, number))
            said = hint(name) if hint is not None and problem.code == "unknown-name" else None
            likeness = did_you_mean(name, known)
            yield (
                evolve(problem, hint="; ".join(filter(None, (said, registry.absence()))))
                if said and said != likeness
                else problem
            )
    yield from (
        problem
        for problem in unknown_or_repeated(noun, names, known, path)
        if problem.code != "unknown-name"
    )


def analysis_hint(registry: Registry, design: str, name: str) -> str | None:
    """The analyses of a design whose name or label has the word in it: a t-test for "ttest"."""
    word = _letters(name)
    fitting = [one for one in registry.analyses.values() if design in one.designs]
    likely = nearest(name, registry.analyses)
    for bare in dict.fromkeys((word, word.removesuffix("test"))):
        if len(bare) < SHORTEST_WORD:
            continue
        for part in ("name", "label"):
            names = [one.name for one in fitting if bare in _letters(getattr(one, part))]
            if likely in names:
                return f"did you mean {likely!r}?"
            if 0 < len(names) <= MOST_NAMES:
                return f"did you mean {' or '.join(map(repr, names))}?"
    return None


def _letters(words: str) -> str:
    return re.sub(r"[^a-z0-9]", "", words.casefold())
