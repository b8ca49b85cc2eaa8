"""The command that shows what was done with a study."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from dermoutcomes.cli.study import AS_JSON, STUDY
from dermoutcomes.cli.terminal import EXIT_STOPPED, exit_on_error

__all__ = ["history"]


@click.command(short_help="Show what was done with a study: locks, runs, signatures, by whom.")
@STUDY
@AS_JSON
def history(*, study: Path, as_json: bool) -> None:
    """Show the history of STUDY: each lock, run, qualification, verification and signature.

    Of a lock that changed an earlier one it shows the reason, and each key with its old and its
    new value. Exit status 1 where a line was altered, moved or taken out. The lines say user and
    host unless DERMOUTCOMES_HISTORY=anonymous was set.
    """
    with exit_on_error(as_json=as_json):
        from dermoutcomes.runs.record.history import HISTORY, read_history
        from dermoutcomes.runs.record.history_words import change_lines, line_words

        folder = study if study.is_dir() else study.parent
        record = read_history(folder)
    if as_json:
        content = {"broken_at": record.broken_at, "lines": list(record.lines)}
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        for number, line in enumerate(record.lines, 1):
            click.echo(f"{number:>4}  {line_words(line)}")
            for words in change_lines(line):
                click.echo(f"      {words}")
        where = folder / HISTORY
        click.echo(f"{where}: {record.words}" if record.lines else f"{where}: no line yet")
    sys.exit(EXIT_STOPPED if record.broken_at else 0)
