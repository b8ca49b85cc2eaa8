"""Beside each statistic: how many subjects and records it rests on, and of what it warns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from .recomputed import PLACE, Place, Statistics

__all__ = ["Counted", "beside"]

NOTHING: tuple[str, ...] = ()


class Counted(Statistics):
    """Statistics `of` so many (subjects, records), `warned` with these codes."""

    def __init__(
        self,
        place: Mapping[str, Any] | None = None,
        values: Any = None,
        rests: dict[Place, tuple[Any, Any]] | None = None,
    ) -> None:
        super().__init__(place, values)
        self.rests: dict[Place, tuple[Any, Any]] = {} if rests is None else rests
        self.of: tuple[float, float | None] | None = None
        self.warned = NOTHING

    def at(
        self,
        *,
        of: tuple[float, float | None] | None = None,
        warned: tuple[str, ...] | None = None,
        **place: Any,
    ) -> Counted:
        """The same, with more of the place said, and what its statistics rest on."""
        inner = Counted(super().at(**place).place, self.values, self.rests)
        inner.of, inner.warned = of or self.of, self.warned if warned is None else warned
        return inner

    def put(self, term: str | None, *, rel: float = 1e-9, **values: Any) -> None:
        """As Statistics.put; what the statistics rest on is kept with them."""
        before = set(self.values)
        super().put(term, rel=rel, **values)
        for place in set(self.values) - before:
            self.rests[place] = self.of, self.warned

    def put_arms(self, term: str, sizes: Iterable[float]) -> None:
        """As Statistics.put_arms; each rests on its subjects, and warns of nothing."""
        for arm, n in zip((self.place["group"], self.place["reference_group"]), sizes, strict=True):
            here = self.at(group=arm, reference_group=None, of=(n, None), warned=NOTHING)
            here.put(term, n=n)

    def put_all(self, terms: Mapping[str, Mapping[str, Any]]) -> None:
        """The statistics of several terms."""
        for term, values in terms.items():
            self.put(term, **values)


def beside(results: pl.DataFrame, counted: Counted) -> list[str]:
    """One sentence for each row whose counts or warnings are not those that were stated."""
    said = []
    for row in results.iter_rows(named=True):
        place = tuple(row[name] for name in PLACE)
        if place not in counted.rests:
            continue
        of, warned = counted.rests[place]
        seen = row["n_subjects"], row["n_records"]
        where = " ".join(str(part) for part in place if part is not None)
        if of is None:
            said.append(f"{where}: the test does not say how many subjects and records it rests on")
        elif seen != of:
            said.append(f"{where}: {seen} subjects and records, {of} are expected")
        words = row["warning"] or ""
        unsaid = [code for code in warned if f"{code}: " not in words]
        if unsaid or bool(words) != bool(warned):
            said.append(f"{where}: warned of {words!r}, {list(warned)} are expected")
    return said
