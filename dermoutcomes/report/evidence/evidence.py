"""What the results of a page rest on, as compact data: records, readings, rows and cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.evidence.evidence_rows import FileRows
from dermoutcomes.report.evidence.walk import RowsBehind, Walk
from dermoutcomes.report.material import by
from dermoutcomes.report.text_forms import printable

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes.report.material import Material, Result

__all__ = ["Evidence"]

# A page holds so many rows of files, and so many mentions of them, whatever the size of the study.
MOST_ROWS = 20_000
MOST_MENTIONS = 120_000
LIMITS = (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 1)
SHORTEST_ID = 6
# What tells a quantity from others: its statistics share what they rest on.
QUANTITY = (
    "task",
    "term",
    "level",
    "at",
    "comparison",
    "group",
    "reference_group",
    "visit",
    "reference_visit",
)

# What has the evidence of earlier runs: given the results of a page, and how it is found if need
# be.
Kept = Callable[[str, Callable[[], bytes]], bytes]


def found_anew(results: str, find: Callable[[], bytes]) -> bytes:  # noqa: ARG001 - as who keeps it
    """The evidence, whatever was found before."""
    return find()


class Words:
    """Strings, each once; everything else names them by their index."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {"": 0}

    def __call__(self, text: str | None) -> int:
        return self.index.setdefault(text or "", len(self.index))

    @property
    def list(self) -> list[str]:
        """The strings in the order of their index."""
        return [printable(text) for text in self.index]


class Evidence:
    """What results rest on, down to the cells of the files, as data for a page.

    `kept` has what was found before, by the results of a page. It is much of the work on a page,
    and the same where nothing but the words of claims changed.
    """

    def __init__(self, material: Material, kept: Kept = found_anew) -> None:
        self.material, self.kept = material, kept

    @cached_property
    def _walk(self) -> Walk:
        """The tables that the way leads through."""
        return Walk(self.material)

    @property
    def hypotheses(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each hypothesis in words, with the ids of the results that it rests on."""
        return [
            (self.material.hypothesis_name(row["hypothesis"]), tuple(row["evidence"] or ()))
            for row in self.material.hypotheses
        ]

    def of(self, results: Iterable[str]) -> dict[str, Any]:
        """The evidence of results, by id, as lists and numbers that JSON can hold.

        - `words`: every string; where a text stands below, it is an index of this list. 0 is empty.
        - `id_length`: with so many letters of their ids the results are told apart.
        - `stats`: lists of names of statistics.
        - `quantities`: [title, about, method, index in `behind`, ids joined by a blank, index in
          `stats`]; the ids and the statistics go with each other.
        - `behind`: a list of [words, how many rows there are, rows, how many records, records].
        - `records`: [subject, about, value, base, change, rows].
        - `files`: [name, names of its columns].
        - `rows`: [index in `files`, row, subject, about, value as it was read, cells, places in
          `rows` that it was computed from, places in `curves`]; cells are a column (from 1), then
          its text and those of the columns after it; the value is empty where the cell has the same
          text. What is empty at the end is left out.
        - `curves`: [unit, unit of x, first x, last x, samples].
        - `limit`: how many records or rows are shown of each quantity; null where all are.

        Rows and records are runs: how many to skip, how many to take, and so on. Ids that the run
        does not have are left out. A file that is no longer the one that was read shows no cells.
        """
        asked = [result for result in dict.fromkeys(results) if result in self.material.by_id]
        data: dict[str, Any] = json.loads(
            self.kept(json.dumps(asked), lambda: json.dumps(self._found(asked)).encode())
        )
        return data

    def _found(self, results: Iterable[str]) -> dict[str, Any]:
        rows = [self.material.by_id[result] for result in results]
        known = self._walk.tasks
        groups = by((row for row in rows if row["task"] in known), *QUANTITY)
        quantities = [group for _, group in sorted(groups.items(), key=_in_key_order)]
        behind = dict.fromkeys(self._walk.behind(group[0]) for group in quantities)
        limit = _limit([part for parts in behind for part in parts])
        while True:
            shown = _Shown(self._walk, behind, limit)
            if limit == 1 or len(shown.file_rows) <= MOST_ROWS:
                break
            limit = next(size for size in LIMITS if limit is None or size < limit)
        return self._data(quantities, [*behind], shown)

    def _data(
        self,
        quantities: Sequence[list[Result]],
        behind: Sequence[tuple[RowsBehind, ...]],
        shown: _Shown,
    ) -> dict[str, Any]:
        words = Words()
        length = _length_of_ids([row["id"] for group in quantities for row in group])
        places = {parts: place for place, parts in enumerate(behind)}
        stats: dict[tuple[int, ...], int] = {}
        listed = []
        for group in quantities:
            first = group[0]
            names = tuple(words(self.material.stat_name(row)) for row in group)
            listed.append(
                [
                    words(self._title(first)),
                    words(self._about(first)),
                    words(first["method"]),
                    places[self._walk.behind(first)],
                    " ".join(row["id"][:length] for row in group),
                    stats.setdefault(names, len(stats)),
                ]
            )
        return {
            "id_length": length,
            "limit": shown.limit,
            "stats": [list(names) for names in stats],
            "quantities": listed,
            "behind": [[shown.part(part, words) for part in parts] for parts in behind],
            "records": [self._record(*record, words) for record in shown.record_rows()],
            **shown.file_rows.data(words),
            "words": words.list,
        }

    def _title(self, row: Result) -> str:
        parts = (self.material.term_name(row), self.material.level_name(row["level"]))
        at = f"at {row['at']:g}" if row["at"] is not None else ""
        return ", ".join(filter(None, (*parts, at)))

    def _about(self, row: Result) -> str:
        """Endpoint, analysis, comparison, arms, visit and population of a result."""
        of = self.material
        arms = " v ".join(of.arm_name(row[arm]) for arm in ("group", "reference_group") if row[arm])
        visits = " v ".join(
            of.visit_name(row[visit]) for visit in ("visit", "reference_visit") if row[visit]
        )
        subgroup = " ".join(filter(None, (row["subgroup"], row["subgroup_level"])))
        population = of.population_name(row["population"])
        handling = of.handling_name(row["handling"]) if row["endpoint"] else ""
        parts = (
            of.endpoint_name(row["endpoint"]),
            of.analysis_name(row["analysis"]),
            of.comparison_name(row["comparison"]),
            arms,
            visits,
            subgroup,
            f"population {population}" if population else "",
            handling,
        )
        return "; ".join(dict.fromkeys(filter(None, parts)))

    def _record(self, record: Result, rows: list[int], words: Words) -> list[Any]:
        about = (
            self.material.visit_name(record["visit"]),
            record["timepoint"],
            self.material.arm_name(record["arm"]),
            record["location"],
            record["side"],
            record["period"],
            record["rater"],
            record["derivation"],
        )
        return [
            words(record["subject"]),
            words(", ".join(filter(None, about))),
            *(words(_number(record[name])) for name in ("value", "base", "change")),
            runs(rows),
        ]


class _Shown:
    """The records and rows of files that are shown of what stands behind quantities."""

    def __init__(
        self, walk: Walk, behind: Iterable[tuple[RowsBehind, ...]], limit: int | None
    ) -> None:
        self.walk, self.limit = walk, limit
        parts = [part for group in behind for part in group]
        chosen = sorted({record for part in parts for record in part.records[:limit]})
        self.place_of_record = {record: place for place, record in enumerate(chosen)}
        self.table_of_record: dict[int, str] = {}
        for part in parts:
            if part.table != "milestones":
                for record in part.records[:limit]:
                    self.table_of_record.setdefault(record, part.table)
        self.rows = {part: self._rows(part) for part in parts}
        self.file_rows = FileRows(walk, ((part.table, rows) for part, rows in self.rows.items()))

    def _rows(self, part: RowsBehind) -> np.ndarray[Any, Any]:
        """The positions of the rows of a part that are shown, in any order."""
        if not part.records or part.table == "milestones" or self.limit is None:
            return part.rows[: self.limit].numbers
        return self.walk.record_rows(part.table).of_each(part.records[: self.limit].numbers)

    def part(self, part: RowsBehind, words: Words) -> list[Any]:
        """Words and how many rows and records there are, with those that are shown."""
        records = [self.place_of_record[record] for record in part.records[: self.limit]]
        return [
            words(part.words),
            len(part.rows),
            runs(self.file_rows.places(part.table, self.rows[part])),
            len(part.records),
            runs(records),
        ]

    def record_rows(self) -> Iterator[tuple[Mapping[str, Any], list[int]]]:
        """Each shown record with the places of its rows."""
        frame = self.walk.frame("endpoints")[list(self.place_of_record)]
        for record in frame.iter_rows(named=True):
            table = self.table_of_record.get(record["position"])
            if table is None:
                yield record, []
            else:
                rows = self.walk.record_rows(table).of_each([record["position"]])
                yield record, self.file_rows.places(table, rows)


def runs(places: Iterable[int]) -> list[int]:
    """Places as runs: how many to skip, how many to take, and so on."""
    lengths: list[int] = []
    end = 0
    for place in sorted(set(places)):
        if lengths and place == end:
            lengths[-1] += 1
        else:
            lengths += [place - end, 1]
        end = place + 1
    return lengths


def _limit(parts: Sequence[RowsBehind]) -> int | None:
    """How many of each are shown, so that a page stays a page; None for all."""
    sizes = [max(len(part.rows), len(part.records)) for part in parts]
    for limit in (None, *LIMITS):
        if sum(size if limit is None else min(size, limit) for size in sizes) <= MOST_MENTIONS:
            return limit
    return LIMITS[-1]


def _in_key_order(quantity: tuple[tuple[Any, ...], list[Result]]) -> list[tuple[bool, Any]]:
    """The key of a quantity for sorting: what it does not have comes first."""
    return [(False, "") if value is None else (True, value) for value in quantity[0]]


def _length_of_ids(ids: Sequence[str]) -> int:
    """How many first letters tell ids apart."""
    whole = max(map(len, ids), default=SHORTEST_ID)
    lengths = range(SHORTEST_ID, whole)
    return next((size for size in lengths if len({name[:size] for name in ids}) == len(ids)), whole)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
