"""The command that looks whether a run is still what was written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.study import AS_JSON, print_digests
from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.runs.record.history import History
    from dermoutcomes.runs.record.verify import Verification

__all__ = ["verify"]


@click.command(short_help="Hash inputs and outputs of a run folder again.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of the study file; unless given, looked for beside the run folder.",
)
@click.option(
    "--expect",
    metavar="SHA256",
    help="The digest of the manifest, or of the record, that a run printed or a page shows.",
)
@AS_JSON
def verify(*, folder: Path, inputs: Path | None, expect: str | None, as_json: bool) -> None:
    """Hash the inputs and outputs of a run FOLDER again and name what changed.

    Prints the digests of its manifest and of its record, and what the study's history says. Exit
    status 1 if anything changed.
    """
    with exit_on_error(as_json=as_json):
        from dermoutcomes.runs.finished_run import run_digests
        from dermoutcomes.runs.record.history import read_history, record
        from dermoutcomes.runs.record.verify import verify_run

        found, digests = verify_run(folder, inputs), run_digests(folder)
        unexpected = expect is not None and expect.strip().lower() not in digests.values()
        changed = bool(found.changes) or unexpected
        status = "changed" if changed else "unchanged"
        history = None if found.inputs is None else read_history(found.inputs)
        recorded = found.inputs is not None and record(
            found.inputs, "verify", folder.resolve().name, status=status, **digests
        )
    if as_json:
        content = {
            "status": status,
            **digests,
            "expected": None if expect is None else not unexpected,
            "inputs": found.n_inputs,
            "outputs": found.n_outputs,
            "runs": None if history is None else history.runs,
            "runs_with_outcomes": None if history is None else history.runs_with_outcomes,
            "history_broken_at": None if history is None else history.broken_at,
            "changes": [change.row() for change in found.changes],
        }
        click.echo(json.dumps(content, indent=2))
    else:
        _print_verification(found, expect if unexpected else None)
        print_digests(digests)
        _print_history(history, recorded=recorded)
    sys.exit(1 if changed else 0)


def _print_verification(found: Verification, unexpected: str | None) -> None:
    for change in found.changes:
        click.echo(f"{change.state}: {change.what} {change.name}")
    if unexpected is not None:
        click.echo(f"changed: the digest is not {unexpected}")
    if found.inputs is None:
        click.echo(f"no folder beside the run has {found.study_file}: name it with --inputs FOLDER")
    hashed = (
        f"{count_words(found.n_inputs, 'input')} and {count_words(found.n_outputs, 'output')} "
        "hashed"
    )
    if found.changes or unexpected is not None:
        count = len(found.changes) + (unexpected is not None)
        click.echo(f"{count_words(count, 'change')}; {hashed}")
    else:
        click.echo(f"unchanged: every input and output is as it was written; {hashed}")


def _print_history(history: History | None, *, recorded: bool) -> None:
    from dermoutcomes.runs.record.history import HISTORY, no_line
    from dermoutcomes.runs.record.history_words import change_lines, line_words

    if history is not None and history.lines:
        click.echo(f"{HISTORY}: {history.words}")
        for line in history.changed_locks:
            click.echo(f"locked again: {line_words(line)}")
            for words in change_lines(line):
                click.echo(f"  {words}")
    if history is not None and not recorded:
        click.echo(no_line("verification"))
