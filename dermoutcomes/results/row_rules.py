"""What holds for every row of `results`.

A row that breaks a rule becomes an error, and decides nothing. The rules are kept here, where
rows enter, and not in the analyses: a plugin of whomever it may be cannot have a p-value of -0.1
decide a claim.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.tables import RESULT_KEY, STATS

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.declare.tasks.task import Task

__all__ = ["RowRules"]

# What an interval is of, where a term has several: the first that it has.
CENTRES = ("estimate", "proportion", "mean", "median")
LIMITS = ("conf_low", "conf_high")
# The most that a share can be; the least is 0.
SHARES = {"proportion": 1.0, "conf_level": 1.0, "percent": 100.0, "lambda": 1.0, "fmi": 1.0}
PROBABILITIES = ("p_value", "p_adjusted")
EVENTS = ("n_with_event", "denominator")
COMPARED = frozenset((*CENTRES, *LIMITS, *EVENTS))
QUANTITY_OF = itemgetter(*(name for name in RESULT_KEY if name != "stat"))
VOCABULARY = frozenset(STATS)
# How far rounding may take a number over a bound, relative to the largest of those compared.
SLACK = 1e-9

Row = dict[str, Any]
Quantity = Mapping[str, Row]
Fault = tuple[str, str]


@frozen(eq=False)
class RowRules:
    """The rules for the rows of one task: what its analysis declares, and how much data it got.

    `declared` has every (term, stat) that may be returned; "*" stands for every term. `records` and
    `subjects` are the most that can be counted.
    """

    name: str
    declared: frozenset[tuple[str, str]]
    interval_beside: frozenset[str]
    records: int
    subjects: int

    @classmethod
    def of(cls, analysis: Analysis, task: Task, added: Iterable[str] = ()) -> RowRules:
        """The rules for an analysis on its data.

        `added` are stats that pooling may give any term.
        """
        return cls(
            analysis.name,
            frozenset({*analysis.statistics, *(("*", stat) for stat in added)}),
            frozenset(analysis.interval_beside),
            _most_records(task),
            task.subjects.height,
        )

    def kept(self, rows: Iterable[Row]) -> list[Row]:
        """The rows in their order, those that break a rule as errors; one row for each key."""
        # Keys first: two rows of one key have one id, by which the others are refused below.
        single = self._with_single_keys(rows)
        refused = {row["id"]: fault for row in single if (fault := self._fault_of(row))}
        for quantity in _quantities(single):
            for row, fault in self._faults_among(quantity):
                # What is wrong with a row by itself is said rather than what does not fit beside.
                refused.setdefault(row["id"], fault)
        if not refused:
            return single
        return [
            self._refused(row, *refused[row["id"]]) if row["id"] in refused else row
            for row in single
        ]

    def _with_single_keys(self, rows: Iterable[Row]) -> list[Row]:
        by_key: dict[str, list[Row]] = {}
        for row in rows:
            by_key.setdefault(row["id"], []).append(row)
        return [
            same[0]
            if len(same) == 1
            else self._refused(
                same[0],
                "duplicate_key",
                f"it returned {len(same)} statistics with this key: {_listed(same)}.",
            )
            for same in by_key.values()
        ]

    def _fault_of(self, row: Row) -> Fault | None:
        """The gravest rule that a row breaks by itself."""
        return self._undeclared(row) or self._too_many(row) or _impossible(row)

    def _faults_among(self, quantity: Quantity) -> Iterator[tuple[Row, Fault]]:
        """The rows that cannot be true beside the others of their quantity."""
        yield from _more_events_than_subjects(quantity)
        term = next(iter(quantity.values()))["term"]
        if term not in self.interval_beside:
            yield from _interval_beside(quantity)

    def _undeclared(self, row: Row) -> Fault | None:
        term, stat = row["term"] or "", row["stat"]
        if (term, stat) not in self.declared and ("*", stat) not in self.declared:
            return "not_declared", f"its `statistics` do not have ({term!r}, {stat!r})."
        if stat not in VOCABULARY and not stat.startswith(self.name):
            sentence = (
                f"the stat {stat!r} is neither one of the closed list nor begins with "
                f"{self.name!r}."
            )
            return "not_declared", sentence
        return None

    def _too_many(self, row: Row) -> Fault | None:
        records, subjects = row["n_records"], row["n_subjects"]
        if records is not None and records > self.records:
            return _above("n_records", records, self.records, "records")
        if subjects is not None and subjects > self.subjects:
            return _above("n_subjects", subjects, self.subjects, "subjects")
        if row["stat"] == "n" and row["value"] is not None and row["value"] > self.records:
            return _above("n", row["value"], self.records, "records")
        return None

    def _refused(self, row: Row, code: str, sentence: str) -> Row:
        """The row as an error: without its value, and without counts that cannot be."""
        dropped: Row = {"value": None, "text": None}
        if row["at"] is not None and not math.isfinite(row["at"]):
            dropped["at"] = None
        for name, most in (("n_records", self.records), ("n_subjects", self.subjects)):
            if row[name] is not None and row[name] > most:
                dropped[name] = None
        return {
            **row,
            **dropped,
            "error": f"{code}: The analysis {self.name!r} is at fault: {sentence}",
        }


def _quantities(rows: list[Row]) -> Iterator[Quantity]:
    """Rows that differ in nothing but their stat, by stat: those that are compared."""
    grouped: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        if row["stat"] in COMPARED:
            grouped.setdefault(QUANTITY_OF(row), {})[row["stat"]] = row
    yield from grouped.values()


def _above(name: str, number: float, most: int, noun: str) -> Fault:
    return "n_above_records", f"{name} is {number:g}, of {most} {noun} that it was given."


def _impossible(row: Row) -> Fault | None:
    """Why the number of a row cannot be."""
    stat, value = row["stat"], row["value"]
    for name, number in ((stat, value), ("at", row["at"])):
        if number is not None and not math.isfinite(number):
            return "not_finite", f"{name} is {number}."
    if value is None:
        return None
    # Nothing below 0, however near: it would be significant at every level.
    if stat in PROBABILITIES and not 0 <= value <= 1 + SLACK:
        return "p_out_of_range", f"{stat} is {value:g}."
    most = SHARES.get(stat)
    if most is not None and not -SLACK <= value <= most * (1 + SLACK):
        return "share_out_of_range", f"{stat} is {value:g}; it lies between 0 and {most:g}."
    return None


def _more_events_than_subjects(quantity: Quantity) -> Iterator[tuple[Row, Fault]]:
    events, denominator = (_value(quantity, name) for name in EVENTS)
    if events is not None and denominator is not None and events > denominator:
        fault = (
            "share_out_of_range",
            f"n_with_event is {events:g}, of a denominator of {denominator:g}.",
        )
        for name in EVENTS:
            yield quantity[name], fault


def _interval_beside(quantity: Quantity) -> Iterator[tuple[Row, Fault]]:
    """Estimate and ends of an interval that does not hold it.

    Which of them is wrong is not known.
    """
    low, high = (_value(quantity, name) for name in LIMITS)
    centre = next((name for name in CENTRES if name in quantity), None)
    value = None if centre is None else _value(quantity, centre)
    sizes = [abs(end) for end in (low, value, high) if end is not None]
    slack = SLACK * max(sizes, default=0.0)
    if any(_beyond(*pair, slack) for pair in ((low, high), (low, value), (value, high))):
        ends = f"from {_end(low)} to {_end(high)}"
        fault = (
            "interval_beside_estimate",
            f"{centre or 'the interval'} is {_end(value)}, its interval {ends}.",
        )
        # All of them are refused, since nothing says which of them is wrong.
        for name in (*LIMITS, *filter(None, [centre])):
            if name in quantity:
                yield quantity[name], fault


def _value(quantity: Quantity, stat: str) -> float | None:
    """The value of a stat; None where there is none, or it is no number."""
    value = quantity[stat]["value"] if stat in quantity else None
    return None if value is None or not math.isfinite(value) else value


def _beyond(first: float | None, second: float | None, slack: float) -> bool:
    return first is not None and second is not None and first - second > slack


def _end(value: float | None) -> str:
    return "open" if value is None else f"{value:g}"


def _listed(rows: list[Row]) -> str:
    return ", ".join("none" if row["value"] is None else f"{row['value']:g}" for row in rows)


def _most_records(task: Task) -> int:
    """Records of one imputation, with those that are missing: an analysis may count these too.

    Of an analysis that reads further tables, as many as the longest has rows.
    """
    heights = [frame.height for frame in task.tables.values()]
    if not task.endpoints:
        heights.append(task.subjects.height)
    return max(_records_of_one_imputation(task.records) + _n_missing(task), *heights, 0)


def _n_missing(task: Task) -> int:
    return 0 if task.unused is None else task.lost.height


def _records_of_one_imputation(records: pl.DataFrame) -> int:
    if not records.height:
        return 0
    numbers = records["imputation"]
    if numbers.max() == numbers.min() and numbers.null_count() in (0, records.height):
        return records.height
    return int(numbers.fill_null(1).value_counts()["count"].max() or 0)  # type: ignore[arg-type]
