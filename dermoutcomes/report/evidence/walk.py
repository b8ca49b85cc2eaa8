"""The walk from a result back to the rows of the files that it rests on."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.report.evidence.row_positions import Positions, RecordRows
from dermoutcomes.report.tables.event_counts import DEATHS, UNKNOWN

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["RowsBehind", "Walk"]

# What the walk asks of the records, readings and events of a task; a task may have all of a table.
ASKED = ("position", "subject", "visit", "arm", "event", "measure", "source", "row")


@frozen
class RowsBehind:
    """Rows of a table of the run, by their positions in it; `words` say what they are.

    `records` are the positions in `endpoints` of the records that lead to them, if any do.
    """

    words: str
    table: str
    rows: Positions
    records: Positions = Positions()


class Walk:
    """From results to rows, with each table read once.

    A result leads to its task; the task to records and from these to readings, to events, to
    readings that it reads itself, or to its subjects.
    """

    def __init__(self, material: Material) -> None:
        self.material = material
        self._frames: dict[str, pl.DataFrame] = {}
        self._behind: dict[Hashable, tuple[RowsBehind, ...]] = {}
        self._sets: dict[Hashable, frozenset[int]] = {}
        self._rank: dict[str, list[int]] = {}
        self._record_rows: dict[str, RecordRows] = {}
        # What is said of rows of files, by table and position: pages show many of the same.
        self.lines: dict[tuple[str, int], tuple[Any, ...]] = {}
        # Number of a source = the names of its file's columns.
        self.column_names: dict[int, tuple[str, ...]] = {}

    def frame(self, table: str) -> pl.DataFrame:
        """A table of the run with the position of each row as `position`."""
        if table not in self._frames:
            self._frames[table] = self.material.frame(table).with_row_index("position")
        return self._frames[table]

    @cached_property
    def tasks(self) -> Mapping[str, Result]:
        """Tasks by their key.

        The ids that a task rests on stay columns: a list of numbers of Python takes five times as
        much, and a task may rest on every reading.
        """
        frame = self.frame("tasks")
        lists = [name for name, kind in frame.schema.items() if kind == pl.List]
        return {
            row["task"]: {**row, **{name: frame[name][place] for name in lists}}
            for place, row in enumerate(frame.drop(lists).iter_rows(named=True))
        }

    def behind(self, result: Result) -> tuple[RowsBehind, ...]:
        """The rows behind a result, in the order of the files."""
        task = self.tasks[result["task"]]
        group, level = result["group"], result["level"]
        key: tuple[str | None, ...]
        if _is_listed(task["records"]):
            key = (task["task"], result["visit"], group, result["reference_group"])
            make = self._behind_records
        elif _is_listed(task["events"]):
            key = (task["task"], result["term"], group, level)
            make = self._behind_events
        elif _is_listed(task["observations"]):
            key = (task["task"], level)
            make = self._behind_observations
        else:
            key = (task["task"], group)
            make = self._behind_subjects
        if key not in self._behind:
            self._behind[key] = tuple(make(result, task))
        return self._behind[key]

    def _behind_records(self, result: Result, task: Result) -> Iterator[RowsBehind]:
        records = self._rows_of_ids("endpoints", task["task"], task["records"])
        here = [pl.col("visit") == result["visit"]] if result["visit"] else []
        if result["group"]:
            arms = [arm for arm in (result["group"], result["reference_group"]) if arm]
            here.append(pl.col("arm").is_in(arms))
        records = records.filter(*here)
        table, rows = self._readings_of(task, records)
        words = "readings" if table == "observations" else table
        yield RowsBehind(words, table, rows, Positions(records["position"]))

    def _readings_of(self, task: Result, records: pl.DataFrame) -> tuple[str, Positions]:
        """The readings behind records, or of times to an event the rows of the table of the event."""
        endpoint = self.material.study.endpoints.get(next(iter(task["endpoints"]), ""))
        rule = endpoint.event if endpoint else None
        if rule is not None and rule.table == "milestones":
            # Milestones have no id: they are those of the subjects with the event.
            happened = pl.col("subject").is_in(records.filter("event")["subject"].implode())
            rows = self.frame("milestones").filter(happened, rule.where.expr())
            return "milestones", _in_order(rows)
        table = rule.table if rule is not None else "observations"
        return table, self.record_rows(table).behind(records["position"])

    def record_rows(self, table: str) -> RecordRows:
        """Which rows of a table stand behind which record."""
        if table not in self._record_rows:
            self._record_rows[table] = RecordRows.of(self.frame("endpoints"), self.frame(table))
        return self._record_rows[table]

    def _behind_observations(self, result: Result, task: Result) -> Iterator[RowsBehind]:
        rows = self._rows_of_ids("observations", task["task"], task["observations"])
        in_level = rows.filter(pl.col("measure").str.ends_with(f".{result['level']}"))
        yield RowsBehind("readings", "observations", _in_order(in_level if len(in_level) else rows))

    def _behind_subjects(self, result: Result, task: Result) -> Iterator[RowsBehind]:
        own = self._of_subjects("subjects", result, task)
        yield RowsBehind("subjects", "subjects", self._ordered("subjects", own))

    def _behind_events(self, result: Result, task: Result) -> Iterator[RowsBehind]:
        """The events of a level and kind; of deaths the fatal ones, and the milestones of a death."""
        of_arm = self._of_subjects("events", result, task)
        events = of_arm & self._set(
            ("events of", task["task"]),
            lambda: self._rows_of_ids("events", task["task"], task["events"]),
        )
        analysis = self.material.analysis(result["analysis"])
        term = analysis.term(result["term"]) if analysis else None
        if term is not None and term.place == DEATHS:
            yield self._events("fatal events", events & self._flagged("events", "fatal"))
            dead = self._of_subjects("milestones", result, task)
            dead &= self._flagged("milestones", "death")
            yield RowsBehind(
                "milestones of a death", "milestones", self._ordered("milestones", dead)
            )
            return
        level = result["level"] or ""
        flag, is_flag, _ = level.partition("=")
        kind = flag if is_flag else (term.of or term.name if term else "")
        if self.frame("events").schema.get(kind) != pl.Boolean:
            yield self._events("events", events & self._of_level(level))
            return
        of_level = events if is_flag else events & self._of_level(level)
        not_known = of_level & self._unknown(kind)
        if term is None or term.place != UNKNOWN:
            yield self._events(f"events ({kind})", of_level & self._flagged("events", kind))
        if not_known:
            yield self._events(f"events of which it is not known ({kind})", not_known)

    def _events(self, words: str, positions: frozenset[int]) -> RowsBehind:
        return RowsBehind(words, "events", self._ordered("events", positions))

    def _of_level(self, level: str) -> frozenset[int]:
        """What a level names: a body system, or a term within it; all for another level."""

        def rows() -> pl.DataFrame:
            events = self.frame("events")
            system, _, term = level.partition("|")
            conditions = []
            if (events["body_system"] == system).any():
                conditions.append(pl.col("body_system") == system)
            if term:
                conditions.append(pl.coalesce("preferred_term", "term") == term)
            return events.filter(*conditions)

        return self._set(("level", level), rows)

    def _flagged(self, table: str, column: str) -> frozenset[int]:
        return self._set((table, column), lambda: self.frame(table).filter(column))

    def _unknown(self, column: str) -> frozenset[int]:
        return self._set(
            ("unknown", column), lambda: self.frame("events").filter(pl.col(column).is_null())
        )

    def _of_subjects(self, table: str, result: Result, task: Result) -> frozenset[int]:
        """Rows of the task's subjects; of a result of one arm, of those given or allocated to it."""

        def rows() -> pl.DataFrame:
            subjects = _subjects_of_arm(self.frame("allocations"), result["group"], task)
            return self.frame(table).filter(pl.col("subject").is_in(subjects))

        return self._set((table, task["task"], result["group"]), rows)

    def _set(self, key: Hashable, rows: Any) -> frozenset[int]:
        """The positions of rows, found once."""
        if key not in self._sets:
            self._sets[key] = frozenset(rows()["position"])
        return self._sets[key]

    def _rows_of_ids(self, table: str, task: str, ids: pl.Series) -> pl.DataFrame:
        """The rows of a table that a task rests on."""
        key = f"{table} of {task}"
        if key not in self._frames:
            rows = self.frame(table).filter(pl.col("id").is_in(ids.implode()))
            self._frames[key] = rows.select(name for name in ASKED if name in rows.columns)
        return self._frames[key]

    def _ordered(self, table: str, positions: frozenset[int]) -> Positions:
        """Positions in the order of the files."""
        return Positions(sorted(positions, key=self._ranks(table).__getitem__))

    def _ranks(self, table: str) -> list[int]:
        """Of each row of a table, its place in the order of the files."""
        if table not in self._rank:
            order = self.frame(table).sort("source", "row", maintain_order=True)["position"]
            self._rank[table] = order.arg_sort().to_list()
        return self._rank[table]


def _is_listed(ids: pl.Series | None) -> bool:
    return ids is not None and not ids.is_empty()


def _in_order(rows: pl.DataFrame) -> Positions:
    return Positions(rows.sort("source", "row", maintain_order=True)["position"])


def _subjects_of_arm(allocations: pl.DataFrame, group: str | None, task: Result) -> list[str]:
    """The task's subjects, of a result of one arm those that were given or allocated to it."""
    if group is None or not allocations.height:
        return list(task["subjects"])
    own = set(allocations.filter(pl.coalesce("arm_actual", "arm") == group)["subject"])
    return [subject for subject in task["subjects"] if subject in own]
