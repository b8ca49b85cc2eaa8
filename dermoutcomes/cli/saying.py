"""What commands say, and how they end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import click

from dermoutcomes.errors import DermOutcomesError, Problem, StudyError

__all__ = ["ending", "problems_as_json", "say_problems"]

STOPPED = 1
SHOWN = 50


@contextmanager
def ending(*, as_json: bool = False) -> Iterator[None]:
    """End with status 1 and words, not a traceback, for every error that is raised on purpose."""
    try:
        yield
    except DermOutcomesError as error:
        problems = error.problems if isinstance(error, StudyError) else (Problem(str(error), code=type(error).__name__),)
        if as_json:
            click.echo(json.dumps({"status": "stopped", "problems": problems_as_json(problems)}, indent=2, ensure_ascii=False))
        else:
            say_problems(problems)
        sys.exit(STOPPED)


def problems_as_json(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """Problems as plain data."""
    return [attrs.asdict(problem) for problem in problems]


def say_problems(problems: tuple[Problem, ...]) -> None:
    """All problems on standard error, or the first of very many and how many more there are."""
    for problem in problems[:SHOWN]:
        click.echo(f"error: {problem}", err=True)
    more = f" ({SHOWN} shown)" if len(problems) > SHOWN else ""
    click.echo(f"\n{len(problems)} problem{'s' if len(problems) != 1 else ''}{more}; nothing was written or replaced", err=True)
