"""A result of a run, walked back to the rows of the files that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    import polars as pl

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
    # Whoever explains a measure asks nothing of a report, which takes half a second to import.
    from dermoutcomes.report import Material
    from dermoutcomes.report.evidence.walk import Walk

    walk = Walk(Material(run.study, run.registry, run.table, run.manifest))
    task = walk.tasks[result["task"]]
    yield f"method: {result['method']}"
    yield f"task {task['task']}: {len(task['subjects'])} subjects"
    for behind in walk.behind(result):
        yield f"{len(behind.rows)} {behind.words}"
        yield from _places(run, walk.frame(behind.table)[list(behind.rows)])


def _said(result: dict[str, Any]) -> str:
    number = "no number" if result["value"] is None else f"{result['value']:.10g}"
    return f"{number} ({result['text']})" if result["text"] else number


def _places(run: Run, rows: pl.DataFrame) -> Iterator[str]:
    """File and row of each, and the column of a reading."""
    files = dict(run.table("sources").select("source", "path").iter_rows())
    shown = rows.head(MOST_ROWS)
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
