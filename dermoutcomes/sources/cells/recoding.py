"""Words of exports: sides, yes and no, and the recoding that a source states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.study import Source, Study

__all__ = [
    "SEVERITIES",
    "SIDES",
    "YES_NO",
    "arm_words",
    "level_words",
    "lookup",
    "recoded",
    "recoding",
]

SIDES = MappingProxyType(
    {
        "L": "left",
        "R": "right",
        "left": "left",
        "right": "right",
        "Left": "left",
        "Right": "right",
        "LEFT": "left",
        "RIGHT": "right",
    }
)
YES = ("yes", "y", "true", "t", "1", "ja", "j", "oui", "o", "si", "sí", "sì", "s")
NO = ("no", "n", "false", "f", "0", "nein", "non")
YES_NO = MappingProxyType({**dict.fromkeys(YES, "true"), **dict.fromkeys(NO, "false")})
SEVERITIES = ("mild", "moderate", "severe", "life-threatening", "fatal")


def recoding(source: Source, name: str) -> Mapping[str, str]:
    """The recoding that the source states for one of our names, all as text.

    Empty where there is none.
    """
    words = source.values.get(name, {})
    if not isinstance(words, Mapping):
        return {}
    return {str(theirs).strip(): _word(ours) for theirs, ours in words.items()}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def arm_words(study: Study) -> dict[str, str]:
    """Word → arm id: ids before aliases before labels."""
    words = {name: name for name in study.arms}
    for name, arm in study.arms.items():
        for word in (*arm.aliases, *filter(None, [arm.label])):
            words.setdefault(word.strip(), name)
    return words


def level_words(study: Study, column: str) -> Iterator[str]:
    """The words of a column of the subjects that subgroups, populations and factors ask for."""
    levels = [
        value
        for subgroup in study.subgroups.values()
        if subgroup.by == column
        for value in subgroup.levels.values()
    ]
    asked = [
        condition.value
        for population in study.populations.values()
        for condition in population.where
        if condition.column == column
    ]
    pooled = [
        names
        for factor in study.factors.values()
        if column in (factor.source, factor.recorded)
        for names in factor.pool.values()
    ]
    for value in (*levels, *asked, *pooled):
        several = value if isinstance(value, (list, tuple)) else (value,)
        yield from (word for word in several if isinstance(word, str))


def recoded(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """The text with each of `words` replaced, exactly; what is not among them stays."""
    return text.replace(list(words), list(words.values())) if words else text


def lookup(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """The meaning of each text: of the same word, or else whatever its case.

    Null where there is none.
    """
    folded = dict[str, str]()
    for word, meaning in words.items():
        folded.setdefault(word.lower(), meaning)
    exact = text.replace_strict(
        list(words), list(words.values()), default=None, return_dtype=pl.String
    )
    loose = text.str.to_lowercase().replace_strict(
        list(folded), list(folded.values()), default=None, return_dtype=pl.String
    )
    return pl.coalesce(exact, loose)
