"""What commands say, and how they end."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import click

from dermoutcomes.errors import (
    DermOutcomesError,
    PluginError,
    Problem,
    StudyError,
    is_panic,
    what_failed,
)
from dermoutcomes.number_text import count_words
from dermoutcomes.shortages import shortage_of

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "EXIT_STOPPED",
    "exit_on_error",
    "print_findings",
    "print_problems",
    "problems_as_json",
]

EXIT_STOPPED = 1
TRACEBACK_VARIABLE = "DERMOUTCOMES_TRACEBACK"
MOST_PROBLEMS = 50
SEVERITY_ORDER = {"error": 0, "warning": 1, "note": 2}
# Findings of one check that differ in nothing else are said once, with the first places.
EXAMPLES_OF_ONE_KIND = 3


@contextmanager
def exit_on_error(status: int = EXIT_STOPPED, *, as_json: bool = False) -> Iterator[None]:
    """End with `status` and words, not a traceback, for every error.

    With DERMOUTCOMES_TRACEBACK set, the traceback is printed too.
    """
    try:
        yield
    except BaseException as error:
        # Whatever it is, the user gets words; an interrupt and an end have theirs.
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        problems = _problems_of(error)
        if as_json:
            click.echo(
                json.dumps(
                    {"status": "stopped", "problems": problems_as_json(problems)},
                    indent=2,
                    ensure_ascii=False,
                )
            )
        else:
            print_problems(problems)
        if os.environ.get(TRACEBACK_VARIABLE):
            traceback.print_exc()
        sys.exit(status)


def _problems_of(error: BaseException) -> tuple[Problem, ...]:
    """An error as problems; one that nobody foresaw is a fault of the program, not of the files."""
    if (shortage := shortage_of(error)) and not isinstance(error, StudyError):
        return (shortage,)
    if isinstance(error, StudyError) or (isinstance(error, PluginError) and error.problems):
        return error.problems
    if isinstance(error, DermOutcomesError):
        return (Problem(str(error), code=type(error).__name__),)
    if isinstance(error, OSError) and error.filename is not None:
        return (
            Problem(
                f"cannot read or write {error.filename}: {error.strerror or error}", code="file"
            ),
        )
    return (
        Problem(
            f"the program or a plugin has a fault: {what_failed(error)}",
            code="fault",
            hint=f"this is not a fault of your study; set {TRACEBACK_VARIABLE}=1, run again and "
            "report what is printed",
        ),
    )


def problems_as_json(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """Problems as plain data."""
    return [attrs.asdict(problem) for problem in problems]


def print_problems(
    problems: tuple[Problem, ...], closing: str = "nothing was written or replaced"
) -> None:
    """All problems on standard error, or the first of very many and how many more there are."""
    for problem in problems[:MOST_PROBLEMS]:
        click.echo(f"error: {problem}", err=True)
    more = f" ({MOST_PROBLEMS} shown)" if len(problems) > MOST_PROBLEMS else ""
    click.echo(
        f"\n{count_words(len(problems), 'problem')}{more}; {closing}",
        err=True,
    )


def print_findings(findings: pl.DataFrame, at_most: int = 40) -> None:
    """Findings, the gravest first: where, of whom, what is wrong, what stands and what should."""
    rows = sorted(
        findings.iter_rows(named=True),
        key=lambda row: SEVERITY_ORDER.get(row["severity"], len(SEVERITY_ORDER)),
    )
    rows_by_kind: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        rows_by_kind.setdefault(
            tuple(row[name] for name in ("severity", "check", "file", "message", "expected")), []
        ).append(row)
    for rows_of_kind in list(rows_by_kind.values())[:at_most]:
        for row in rows_of_kind[:EXAMPLES_OF_ONE_KIND]:
            click.echo(_finding_line(row))
        if len(rows_of_kind) > EXAMPLES_OF_ONE_KIND:
            click.echo(f"    … and {len(rows_of_kind) - EXAMPLES_OF_ONE_KIND} more like it")
    if len(rows_by_kind) > at_most:
        click.echo(
            f"… and {len(rows_by_kind) - at_most} more kinds; a run writes all findings to "
            "tables/findings.csv and queries.csv"
        )


def _finding_line(row: dict[str, Any]) -> str:
    place = ":".join(str(row[name]) for name in ("file", "row", "column") if row[name] is not None)
    whom = ", ".join(
        str(row[name]) for name in ("subject", "visit", "location", "side") if row[name] is not None
    )
    facts = [
        f"found {row['found']!r}" if row["found"] is not None else "",
        f"expected {row['expected']}" if row["expected"] else "",
    ]
    about = "; ".join(part for part in facts if part)
    beginning = "".join(f"{part}: " for part in (row["severity"], place, whom) if part)
    return f"{beginning}{row['message']}{f' ({about})' if about else ''} [{row['check']}]"
