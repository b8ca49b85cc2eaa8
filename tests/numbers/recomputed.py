"""Statistics as recomputed from raw cells, and their comparison with the results table: none may be missing, none may differ.

A place is what tells one row of the results from the others: endpoint, analysis, comparison, visit, arm, term and so on. What was
recomputed is put at its place; `differences` then says of every row of the results table whether its value is the recomputed one,
of every recomputed value whether there is a row, and of every statistic that is left to other tests whether it still exists.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

PLACE = ("endpoint", "analysis", "population", "handling", "comparison", "group", "reference_group", "visit", "reference_visit",
         "subgroup", "subgroup_level", "term", "level", "at", "stat")
REL, ABS = 1e-9, 1e-11

Place = tuple[Any, ...]


class Statistics:
    """What was recomputed, by place. `at` narrows the place, `put` writes statistics of a term there."""

    def __init__(self, place: Mapping[str, Any] | None = None, values: dict[Place, tuple[Any, float]] | None = None) -> None:
        self.place = dict(place or {})
        self.values: dict[Place, tuple[Any, float]] = {} if values is None else values

    def at(self, **place: Any) -> Statistics:
        """The same statistics, with more of the place said."""
        assert set(place) <= set(PLACE), sorted(set(place) - set(PLACE))
        return Statistics({**self.place, **place}, self.values)

    def put(self, term: str | None, *, rel: float = REL, **values: Any) -> None:
        """Write stat = value for a term. A text is the code of the error that must stand in place of a number."""
        for stat, value in values.items():
            place = {**self.place, "term": term, "stat": stat}
            key = tuple(place.get(name) for name in PLACE)
            assert key not in self.values, f"recomputed twice: {_said(key)}"
            self.values[key] = (value, rel)


def differences(results: pl.DataFrame, recomputed: Statistics, elsewhere: Mapping[tuple[str, str | None, str | None], str]) -> list[str]:
    """One sentence for each statistic that differs, has no counterpart, or is not there; empty if all agree.

    `elsewhere` names what is not recomputed: (analysis, term, stat), None for any, with the reason why not.
    """
    left, used = dict(recomputed.values), set()
    said: list[str] = []
    for row in results.iter_rows(named=True):
        key = tuple(row[name] for name in PLACE)
        excused = {entry for entry in elsewhere if _matches(entry, row)}
        used |= excused
        if key in left:
            said += _compared(key, row, *left.pop(key))
        elif not excused:
            said.append(f"not recomputed: {_said(key)} is {row['value']!r} {row['error'] or row['text'] or ''}")
    said += [f"not in the results: {_said(key)}, recomputed as {value!r}" for key, (value, _) in left.items()]
    return said + [f"left to other tests, but not in the results: {entry}" for entry in elsewhere if entry not in used]


def _matches(entry: tuple[str, str | None, str | None], row: Mapping[str, Any]) -> bool:
    return all(wanted in (None, row[name]) for wanted, name in zip(entry, ("analysis", "term", "stat"), strict=True))


def _compared(key: Place, row: Mapping[str, Any], wanted: Any, rel: float) -> Iterator[str]:
    value, error = row["value"], row["error"]
    if isinstance(wanted, str):
        if value is not None or not (error or "").startswith(f"{wanted}:"):
            yield f"differs: {_said(key)} is {value!r} ({error}), recomputed as the error {wanted!r}"
    elif wanted is None or value is None:
        if wanted is not value:
            yield f"differs: {_said(key)} is {value!r} ({error}), recomputed as {wanted!r}"
    elif not math.isclose(value, wanted, rel_tol=rel, abs_tol=ABS):
        yield f"differs: {_said(key)} is {value!r}, recomputed as {float(wanted)!r}"


def _said(key: Place) -> str:
    return " ".join(f"{name}={value}" for name, value in zip(PLACE, key, strict=True) if value is not None)
