"""Statistics as recomputed from raw cells, and their comparison with the results table: none may be
missing, none may differ.

A place is what tells one row of the results from the others: endpoint, analysis, comparison, visit,
arm, term and so on. What was recomputed is put at its place; `differences` then says of every row
of the results table whether its value is the recomputed one, of every recomputed value whether
there is a row, and of every statistic that is left to other tests whether it is there at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import polars as pl

PLACE = (
    "endpoint",
    "analysis",
    "population",
    "handling",
    "comparison",
    "group",
    "reference_group",
    "visit",
    "reference_visit",
    "subgroup",
    "subgroup_level",
    "term",
    "level",
    "at",
    "stat",
)
REL, ABS = 1e-9, 1e-11

Place = tuple[Any, ...]


class Statistics:
    """What was recomputed, by place. `at` narrows the place, `put` writes statistics of a term
    there.
    """

    def __init__(
        self,
        place: Mapping[str, Any] | None = None,
        values: dict[Place, tuple[Any, float]] | None = None,
    ) -> None:
        self.place = dict(place or {})
        self.values: dict[Place, tuple[Any, float]] = {} if values is None else values

    def at(self, **place: Any) -> Statistics:
        """The same statistics, with more of the place."""
        assert set(place) <= set(PLACE), sorted(set(place) - set(PLACE))
        return Statistics({**self.place, **place}, self.values)

    def put(self, term: str | None, *, rel: float = REL, **values: Any) -> None:
        """Write stat = value for a term, to be met within `rel` of it.

        None stands for a row without a number, a text for the code of the error in place of a
        number, a function for a condition that the number must meet (where an equation or a bound
        is known, and no closed form).
        """
        for stat, value in values.items():
            place = _key({**self.place, "term": term, "stat": stat})
            assert place not in self.values, f"recomputed twice: {_sentence(place)}"
            self.values[place] = (value, rel)

    def put_arms(self, term: str, sizes: Iterable[float]) -> None:
        """Write the n of each of the two arms that the place compares."""
        for arm, n in zip((self.place["group"], self.place["reference_group"]), sizes, strict=True):
            self.at(group=arm, reference_group=None).put(term, n=n)

    def where(self, **place: Any) -> Iterator[tuple[dict[str, Any], Any]]:
        """What was recomputed wherever the place is so, each with the whole of its place."""
        for key, (value, _) in self.values.items():
            whole = dict(zip(PLACE, key, strict=True))
            if place.items() <= whole.items():
                yield whole, value


def near(value: float, reach: float) -> Callable[[float], bool]:
    """The condition of lying within `reach` of a value, for what is known up to chance only."""
    return lambda seen: abs(seen - value) <= reach


def differences(
    results: pl.DataFrame,
    recomputed: Statistics,
    elsewhere: Mapping[tuple[str, str | None, str | None], str] | None = None,
) -> list[str]:
    """One sentence for each statistic that differs, has no counterpart, or is not there; empty if
    all agree.

    `elsewhere` names what is not recomputed: (analysis, term, stat), None for any, with the reason
    why not.
    """
    left, used, sentences = dict(recomputed.values), set(), []
    for row in results.iter_rows(named=True):
        place = _key(row)
        excused = {entry for entry in elsewhere or {} if _matches(entry, row)}
        if place in left:
            sentences += _compared(place, row, *left.pop(place))
        elif excused:
            used |= excused
        else:
            sentences.append(
                f"not recomputed: {_sentence(place)} is {row['value']!r} "
                f"{row['error'] or row['text'] or ''}"
            )
    sentences += [
        f"not in the results: {_sentence(place)}, recomputed as {value!r}"
        for place, (value, _) in left.items()
    ]
    return sentences + [
        f"left to other tests, but not in the results: {entry}"
        for entry in elsewhere or {}
        if entry not in used
    ]


def _key(place: Mapping[str, Any]) -> Place:
    at = place.get("at")
    rounded = {**place, "at": None if at is None else round(at, 9) + 0.0}
    return tuple(rounded.get(name) for name in PLACE)


def _matches(entry: tuple[str, str | None, str | None], row: Mapping[str, Any]) -> bool:
    names = ("analysis", "term", "stat")
    return all(wanted in (None, row[name]) for wanted, name in zip(entry, names, strict=True))


def _compared(place: Place, row: Mapping[str, Any], wanted: Any, rel: float) -> Iterator[str]:
    value, error = row["value"], row["error"]
    if not _agrees(value, error, wanted, rel):
        plain = wanted if isinstance(wanted, str | None) or callable(wanted) else float(wanted)
        yield (
            f"differs: {_sentence(place)} is {value!r} ({error or row['warning'] or ''}), "
            f"recomputed as {plain!r}"
        )


def _agrees(value: float | None, error: str | None, wanted: Any, rel: float) -> bool:
    if isinstance(wanted, str):
        return value is None and (error or "").startswith(f"{wanted}:")
    if wanted is None or value is None:
        return value is wanted and error is None
    if callable(wanted):
        return bool(wanted(value))
    return math.isclose(value, wanted, rel_tol=rel, abs_tol=ABS)


def _sentence(place: Place) -> str:
    pairs = zip(PLACE, place, strict=True)
    return " ".join(f"{name}={value}" for name, value in pairs if value is not None)
