"""`dermoutcomes diff`: what moved between two runs, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.runs.record.differences import Difference, RunDifferences

__all__ = ["diff"]

EXIT_DIFFERS, EXIT_CANNOT = 1, 2
SHOWN = 20
TITLES = (
    ("causes", "What is different"),
    ("verdicts", "Verdicts"),
    ("numbers", "Numbers"),
    ("findings", "Findings"),
)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(short_help="Show what moved between two runs of a study, and why.")
@click.argument("before", type=FOLDER, metavar="RUN1")
@click.argument("after", type=FOLDER, metavar="RUN2")
@click.option("--all", "show_all", is_flag=True, help=f"Every difference, not the first {SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def diff(*, before: Path, after: Path, show_all: bool, as_json: bool) -> None:
    """What differs between the run folders RUN1 and RUN2 of one study.

    What was read, asked and used comes first, then verdicts, numbers and findings that moved, each
    with the causes that its step rests on. Numbers are compared exactly.

    Exit status: 0 nothing differs; 1 something does; 2 the folders cannot be compared.
    """
    from dermoutcomes.runs.record.differences import compare_runs

    with exit_on_error(EXIT_CANNOT, as_json=as_json):
        differences = compare_runs(before, after)
    if as_json:
        parts = {part: [item.row() for item in getattr(differences, part)] for part, _ in TITLES}
        click.echo(json.dumps({"differs": differences.any, **parts}, indent=1, ensure_ascii=False))
    else:
        _print(differences, None if show_all else SHOWN)
    raise SystemExit(EXIT_DIFFERS if differences.any else 0)


def _print(run_differences: RunDifferences, most: int | None) -> None:
    if not run_differences.any:
        click.echo("nothing differs: inputs, verdicts, numbers and findings are the same")
        return
    for part, title in TITLES:
        differences: tuple[Difference, ...] = getattr(run_differences, part)
        if differences:
            click.echo(f"{title}: {count_words(len(differences), 'difference')}")
            _print_differences(differences[:most])
            if most is not None and len(differences) > most:
                click.echo(f"  … and {len(differences) - most} more (--all shows them)")
            click.echo()


def _print_differences(differences: Iterable[Difference]) -> None:
    """Each difference; below neighbours with the same causes these once."""
    for because, group in groupby(differences, key=lambda difference: difference.because):
        _print_group(group)
        if because:
            click.echo(f"    because of {', '.join(because)}")


def _print_group(differences: Iterable[Difference]) -> None:
    for difference in differences:
        mark = "* " if difference.deciding and difference.what == "number" else "  "
        name = f"{difference.what} {difference.name}" if not difference.because else difference.name
        before, after = _words(difference.before), _words(difference.after)
        if before == after:
            before, after = repr(difference.before), repr(difference.after)
        click.echo(f"{mark}{name}: {before} -> {after}")


def _words(value: str | float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
