"""A result of a run, walked back to the rows of the files that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.report.tables.event_counts import DEATHS, UNKNOWN

if TYPE_CHECKING:
    from dermoutcomes.runs.finished_run import Run

__all__ = ["explain_result", "is_result_id", "only_run"]

MOST_ROWS = 20
KEY = ("endpoint", "analysis", "comparison", "population", "handling", "group", "visit", "term")
RESULT_ID = r"^[0-9a-f]{16}$"


def is_result_id(name: str) -> bool:
    """Whether a name can be the id of a result: sixteen hexadecimal digits."""
    return re.match(RESULT_ID, name) is not None


def only_run(folder: Path) -> Path:
    """The one run folder in `results` of `folder`; raises StudyError where there is another number."""
    runs = sorted(path.parent for path in folder.glob("results/*/manifest.json"))
    runs = [path for path in runs if path.suffix != ".previous"]
    if len(runs) == 1:
        return runs[0]
    raise StudyError(
        Problem(
            "which run the result is of is not said",
            path="--run",
            found=", ".join(path.name for path in runs) or "no run in results/ of this folder",
            expected="--run FOLDER, as results/BCS-2021",
        )
    )


def explain_result(run: Run, result_id: str) -> str:
    """A result, its task, and the rows behind it: file and row, 20 of them at most.

    Raises StudyError for an id that the run does not have.
    """
    results = run.table("results").filter(id=result_id)
    if not results.height:
        raise StudyError(
            Problem(
                "the run has no result of this id",
                found=repr(result_id),
                expected=f"an id of {run.folder / 'tables' / 'results.csv'}",
            )
        )
    return "\n".join(_lines(run, results.row(0, named=True)))


def _lines(run: Run, result: dict[str, Any]) -> Iterator[str]:
    named = ", ".join(f"{name} {result[name]}" for name in KEY if result[name] is not None)
    level = f", level {result['level']}" if result["level"] is not None else ""
    yield f"{result['id']}: {named}{level}"
    yield f"{result['stat']} = {_said(result)}"
    for name in ("warning", "error"):
        if result[name]:
            yield f"{name}: {result[name]}"
    task = run.table("tasks").row(by_predicate=pl.col("task") == result["task"], named=True)
    yield f"method: {result['method']}"
    yield f"task {task['task']}: {len(task['subjects'])} subjects"
    for words, rows in _rows_behind(run, result, task):
        yield f"{rows.height} {words}"
        yield from _places(run, rows)


def _said(result: dict[str, Any]) -> str:
    number = "no number" if result["value"] is None else f"{result['value']:.10g}"
    return f"{number} ({result['text']})" if result["text"] else number


def _rows_behind(
    run: Run, result: dict[str, Any], task: dict[str, Any]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Words, and the rows of the tables of the run that have a place in a file."""
    of_arm = _subjects_of_arm(run, result, task)
    if task["records"]:
        records = run.table("endpoints").filter(pl.col("id").is_in(task["records"]))
        here = [pl.col("visit") == result["visit"]] if result["visit"] else []
        if result["group"]:
            arms = [arm for arm in (result["group"], result["reference_group"]) if arm]
            here.append(pl.col("arm").is_in(arms))
        yield _readings_behind(run, task, records.filter(*here))
    elif task["events"]:
        yield from _events_behind(run, result, task["events"], of_arm)
    elif task["observations"]:
        rows = run.table("observations").filter(pl.col("id").is_in(task["observations"]))
        in_level = rows.filter(pl.col("measure").str.ends_with(f".{result['level']}"))
        yield "readings", in_level if in_level.height else rows
    else:
        yield "subjects", run.table("subjects").filter(pl.col("subject").is_in(of_arm))


def _readings_behind(
    run: Run, task: dict[str, Any], records: pl.DataFrame
) -> tuple[str, pl.DataFrame]:
    """The readings behind records, or of times to an event the rows of the table of the event."""
    endpoint = run.study.endpoints.get(next(iter(task["endpoints"]), ""))
    rule = endpoint.event if endpoint else None
    if rule is not None and rule.table == "milestones":
        # Milestones have no id: they are those of the subjects with the event.
        happened = pl.col("subject").is_in(records.filter("event")["subject"].implode())
        return "milestones", run.table("milestones").filter(happened, rule.where.expr())
    ids = records["observations"].explode().drop_nulls().unique()
    table = rule.table if rule is not None else "observations"
    words = "readings" if table == "observations" else table
    return words, run.table(table).filter(pl.col("id").is_in(ids.implode()))


def _subjects_of_arm(run: Run, result: dict[str, Any], task: dict[str, Any]) -> list[str]:
    """The task's subjects, of a result of one arm those that were given or allocated to it."""
    allocations = run.table("allocations")
    if result["group"] is None or not allocations.height:
        return list(task["subjects"])
    arm = pl.coalesce("arm_actual", "arm")
    own = set(allocations.filter(arm == result["group"])["subject"])
    return [subject for subject in task["subjects"] if subject in own]


def _events_behind(
    run: Run, result: dict[str, Any], ids: list[int], subjects: list[str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The events of a level and kind; of deaths the fatal ones, and the milestones of a death."""
    spec = run.study.analyses.get(result["analysis"])
    analysis = run.registry.analyses.get(spec.use if spec else result["analysis"])
    term = analysis.term(result["term"]) if analysis else None
    is_own = pl.col("subject").is_in(subjects)
    events = run.table("events").filter(pl.col("id").is_in(ids), is_own)
    if term is not None and term.place == DEATHS:
        yield "fatal events", events.filter("fatal")
        yield "milestones of a death", run.table("milestones").filter("death", is_own)
        return
    flag, is_flag, _ = (result["level"] or "").partition("=")
    kind = flag if is_flag else (term.of or term.name if term else "")
    if events.schema.get(kind) != pl.Boolean:
        yield "events", events.filter(*_of_level(events, result["level"] or ""))
        return
    of_level = events.filter(*([] if is_flag else _of_level(events, result["level"] or "")))
    not_known = of_level.filter(pl.col(kind).is_null())
    if term is None or term.place != UNKNOWN:
        yield f"events ({kind})", of_level.filter(kind)
    if not_known.height:
        yield f"events of which it is not known ({kind})", not_known


def _of_level(events: pl.DataFrame, level: str) -> list[pl.Expr]:
    """What a level names: a body system, or a term within it."""
    system, _, term = level.partition("|")
    conditions = []
    if (events["body_system"] == system).any():
        conditions.append(pl.col("body_system") == system)
    if term:
        conditions.append(pl.coalesce("preferred_term", "term") == term)
    return conditions


def _places(run: Run, rows: pl.DataFrame) -> Iterator[str]:
    """File and row of each, and the column of a reading."""
    files = dict(run.table("sources").select("source", "path").iter_rows())
    shown = rows.sort("source", "row").head(MOST_ROWS)
    for row in shown.iter_rows(named=True):
        column = f", column {row['column']}" if row.get("column") else ""
        what = row.get("preferred_term") or row.get("term") or row.get("measure") or ""
        number = f" {row['value']:g}" if row.get("value") is not None else ""
        yield (
            f"    {files.get(row['source'], '?')} row {row['row']}{column}: {row['subject']}"
            f"{f', {what}' if what else ''}{number}"
        )
    if rows.height > MOST_ROWS:
        yield f"    and {rows.height - MOST_ROWS} more"
