"""The command that fixes a study before its data are seen."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dermoutcomes.cli.plugin_choice.plugin_options import print_unused_plugins, with_plugin_choice
from dermoutcomes.cli.study import NO_LOCAL, STUDY
from dermoutcomes.cli.terminal import EXIT_STOPPED, exit_on_error, print_problems

__all__ = ["lock"]

ARMS_KNOWN = (
    "outcome data are there and the arms can be known, so that what changed counts as locked after "
    "data; it is locked before unblinding where no file of [[sources.allocations]] is in its place "
    "and no run was made, or where the lock has [study] dummy_codes = true"
)


@click.command(short_help="Fix endpoints, families and claims before the data are seen.")
@STUDY
@NO_LOCAL
@with_plugin_choice
@click.option(
    "--reason",
    default="",
    help="Why it is locked again, which is needed where what the lock holds has changed. With outcome "
    "data there and the arms unknown, what changed is then fixed before unblinding.",
)
@click.option(
    "--timestamp",
    "server",
    metavar="URL",
    help="A server of RFC 3161 that stamps the lock; only its digest is sent.",
)
def lock(
    *,
    study: Path,
    reason: str,
    server: str | None,
    no_local_code: bool,
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
) -> None:
    """Write study.lock beside STUDY: hashes of visits, endpoints, families, claims and bounds.

    How files are read is held as it is written. What is not in the lock is exploratory.
    """
    with exit_on_error():
        from datetime import UTC, datetime

        from dermoutcomes.digests import file_digest
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.runs.opening import open_files
        from dermoutcomes.runs.pipeline import run_place
        from dermoutcomes.runs.record.history import no_line, read_history, record
        from dermoutcomes.runs.record.locked_changes import locked_about
        from dermoutcomes.study.lock.lock import compare, read_lock, write_lock
        from dermoutcomes.study.lock.lock_values import PRESENT

        choice = PluginChoice.from_command_line(without, prefer)
        opened = open_files(study, local_code=not no_local_code, plugins=choice)
        about = (opened.registry, opened.own_plugin_files)
        history, before = read_history(opened.study.folder), read_lock(opened.study)
        path = write_lock(
            opened.study,
            *about,
            today=datetime.now(UTC).date(),
            data_seen=(run_place(opened.study) / "manifest.json").is_file(),
            reason=reason,
        )
        now = read_lock(opened.study)
        assert now is not None
        state = compare(opened.study, now, *about)
        recorded = record(
            opened.study.folder,
            "lock",
            opened.study.id,
            reason=reason,
            sha256=file_digest(path),
            **locked_about(opened, before, now, history),
        )
    arms_known = bool(reason) and state.lock is not None and state.lock.outcome_data == PRESENT
    click.echo(
        f"{opened.study.id}: {state.state}; {len(state.fixed)} endpoints, families, claims and "
        f"hypotheses are fixed before data\nwritten to {path}"
    )
    if arms_known:
        click.echo(ARMS_KNOWN)
    if not recorded:
        click.echo(f"note: {no_line('lock')}", err=True)
    print_unused_plugins(opened.registry)
    if server is not None:
        _stamp(path, server)


def _stamp(path: Path, server: str) -> None:
    """A time stamp of the lock, which stands whether or not the server can be reached."""
    from dermoutcomes.digests import file_digest
    from dermoutcomes.errors import StudyError
    from dermoutcomes.runs.signatures.signing import stamp_lock

    try:
        click.echo(f"time stamp: {stamp_lock(path, file_digest(path), server)}")
    except StudyError as error:
        print_problems(
            error.problems, "the lock is written and has no time stamp; lock again to ask for one"
        )
        sys.exit(EXIT_STOPPED)
