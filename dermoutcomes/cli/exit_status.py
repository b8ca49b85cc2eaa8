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

from dermoutcomes.errors import DermOutcomesError, Problem, StudyError, what_failed

if TYPE_CHECKING:
    import polars as pl

__all__ = ["STOPPED", "ending", "number", "problems_as_json", "say_findings", "say_problems"]

STOPPED = 1
TRACEBACK = "DERMOUTCOMES_TRACEBACK"
SHOWN = 50
ORDER = {"error": 0, "warning": 1, "note": 2}
# Findings of one check that differ in nothing else are said once, with the first places.
ALIKE = 3


@contextmanager
def ending(*, as_json: bool = False) -> Iterator[None]:
    """End with status 1 and words, not a traceback, for every error; with DERMOUTCOMES_TRACEBACK set, with both."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets words
        problems = _problems(error)
        if as_json:
            click.echo(
                json.dumps(
                    {"status": "stopped", "problems": problems_as_json(problems)},
                    indent=2,
                    ensure_ascii=False,
                )
            )
        else:
            say_problems(problems)
        if os.environ.get(TRACEBACK):
            traceback.print_exc()
        sys.exit(STOPPED)


def _problems(error: Exception) -> tuple[Problem, ...]:
    """An error as problems; one that nobody foresaw is said to be a fault of the program, not of the user's files."""
    if isinstance(error, StudyError):
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
            hint=f"this is not a fault of your study; set {TRACEBACK}=1, run again and report what is printed",
        ),
    )


def problems_as_json(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """Problems as plain data."""
    return [attrs.asdict(problem) for problem in problems]


def say_problems(problems: tuple[Problem, ...]) -> None:
    """All problems on standard error, or the first of very many and how many more there are."""
    for problem in problems[:SHOWN]:
        click.echo(f"error: {problem}", err=True)
    more = f" ({SHOWN} shown)" if len(problems) > SHOWN else ""
    click.echo(
        f"\n{number(len(problems), 'problem')}{more}; nothing was written or replaced", err=True
    )


def say_findings(findings: pl.DataFrame, at_most: int = 40) -> None:
    """Findings, the gravest first: place, subject and visit, what is wrong, what stands there and what should."""
    rows = sorted(
        findings.iter_rows(named=True), key=lambda row: ORDER.get(row["severity"], len(ORDER))
    )
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault(
            tuple(row[name] for name in ("severity", "check", "file", "message", "expected")), []
        ).append(row)
    for same in list(alike.values())[:at_most]:
        for row in same[:ALIKE]:
            click.echo(_finding(row))
        if len(same) > ALIKE:
            click.echo(f"    … and {len(same) - ALIKE} more like it")
    if len(alike) > at_most:
        click.echo(
            f"… and {len(alike) - at_most} more kinds; a run writes all findings to tables/findings.csv and queries.csv"
        )


def _finding(row: dict[str, Any]) -> str:
    place = ":".join(str(row[name]) for name in ("file", "row", "column") if row[name] is not None)
    who = ", ".join(
        str(row[name]) for name in ("subject", "visit", "location", "side") if row[name] is not None
    )
    said = [
        f"found {row['found']!r}" if row["found"] is not None else "",
        f"expected {row['expected']}" if row["expected"] else "",
    ]
    about = "; ".join(part for part in said if part)
    return f"{row['severity']}: {place + ': ' if place else ''}{who + ': ' if who else ''}{row['message']}{' (' + about + ')' if about else ''} [{row['check']}]"


def number(count: int, what: str) -> str:
    """A count with its noun: 1 problem, 2 problems."""
    return f"{count} {what}{'s' if count != 1 else ''}"
