"""The command that looks whether a run is still what was written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from dermoutcomes.cli.record.sign import EXISTING, WITH_SIGNERS
from dermoutcomes.cli.record.signature_lines import (
    AS_MADE,
    EDITED,
    WRITTEN,
    print_signatures,
    signatures_as_json,
)
from dermoutcomes.cli.study import AS_JSON, print_digests
from dermoutcomes.cli.terminal import exit_on_error, print_problems, problems_as_json
from dermoutcomes.errors import StudyError
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.errors import Problem
    from dermoutcomes.runs.record.history import History
    from dermoutcomes.runs.record.verify import Verification
    from dermoutcomes.runs.signatures.checking import SignatureCheck

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
@click.option(
    "--without-inputs", is_flag=True, help="Look at the outputs and signatures of a run alone."
)
@WITH_SIGNERS
@click.option("--revoked", type=EXISTING, help="Keys that are revoked, in the form of OpenSSH.")
@click.option(
    "--tsa-roots", "roots", type=EXISTING, help="Certificates (PEM) that vouch for time stamps."
)
@click.option(
    "--require",
    "meanings",
    multiple=True,
    metavar="MEANING",
    help="Exit status 1 unless an allowed signer signed with this meaning; may be given several "
    "times.",
)
@click.option("--write-page", is_flag=True, help="Write signed.html beside the signatures anew.")
@AS_JSON
def verify(
    *,
    folder: Path,
    inputs: Path | None,
    expect: str | None,
    without_inputs: bool,
    signers: Path | None,
    revoked: Path | None,
    roots: Path | None,
    meanings: tuple[str, ...],
    write_page: bool,
    as_json: bool,
) -> None:
    """Hash the inputs and outputs of a run FOLDER again and name what changed.

    Prints the digests of its manifest and of its record, what the study's history says, and the
    signatures in FOLDER.signatures. Exit status 1 if anything changed, if the history is damaged or
    its chain broken, if a signature is not valid, or if one that is required is not there.
    """
    if signers is None and (meanings or write_page or revoked is not None):
        raise click.UsageError("--require, --revoked and --write-page need --signers FILE.")
    with exit_on_error(as_json=as_json):
        outcome = _outcome(
            folder,
            inputs,
            expect,
            meanings,
            signers=signers,
            revoked=revoked,
            roots=roots,
            without_inputs=without_inputs,
            write_page=write_page,
        )
    if as_json:
        click.echo(json.dumps(_as_json(outcome), indent=2))
    else:
        _print(outcome, without_inputs=without_inputs)
    sys.exit(1 if outcome.changed or outcome.lacking else 0)


@frozen
class _Outcome:
    """All that was looked at, and what came of it.

    `expected` is the digest that somebody asked for; `damage` what is wrong with a history that
    cannot be read; `lacking` the meanings that nobody signed with.
    """

    verification: Verification
    digests: Mapping[str, str]
    expected: str | None
    history: History | None
    damage: tuple[Problem, ...]
    signed: SignatureCheck
    page: str | None
    lacking: tuple[str, ...]
    recorded: bool

    @property
    def unexpected(self) -> str | None:
        known = self.digests.values()
        is_known = self.expected is None or self.expected.strip().lower() in known
        return None if is_known else self.expected

    @property
    def changed(self) -> bool:
        broken = self.history is not None and self.history.broken_at is not None
        return (
            bool(self.verification.changes or self.damage)
            or self.unexpected is not None
            or broken
            or not self.signed.sound
            or self.page == EDITED
        )

    @property
    def status(self) -> str:
        return "changed" if self.changed else "unchanged"


def _outcome(
    folder: Path,
    inputs: Path | None,
    expect: str | None,
    meanings: tuple[str, ...],
    *,
    signers: Path | None,
    revoked: Path | None,
    roots: Path | None,
    without_inputs: bool,
    write_page: bool,
) -> _Outcome:
    """Look at all of a run, and leave a line in the history beside its inputs."""
    from dermoutcomes.runs.finished_run import run_digests
    from dermoutcomes.runs.record.history import record
    from dermoutcomes.runs.record.verify import verify_run
    from dermoutcomes.runs.signatures.checking import check_signatures
    from dermoutcomes.runs.signatures.ssh_keys import allowed_signers

    allowed = allowed_signers(signers, revoked)
    verification = verify_run(folder, inputs, outputs_alone=without_inputs)
    digests = run_digests(folder)
    history, damage = _history(verification.inputs)
    signed = check_signatures(
        folder, signers=allowed, roots=roots, history=history, study_folder=verification.inputs
    )
    page = _page(folder, signed, write=write_page) if allowed is not None else None
    lacking = tuple(meaning for meaning in meanings if not signed.signed(meaning))
    outcome = _Outcome(
        verification, digests, expect, history, damage, signed, page, lacking, recorded=False
    )
    # To a damaged history no line is added: it is to be put back as it was.
    if verification.inputs is None or damage:
        return outcome
    name = folder.resolve().name
    recorded = record(verification.inputs, "verify", name, status=outcome.status, **digests)
    return evolve(outcome, recorded=recorded)


def _history(study_folder: Path | None) -> tuple[History | None, tuple[Problem, ...]]:
    """The history beside the inputs, or what is wrong with it; neither where no inputs are."""
    from dermoutcomes.runs.record.history import read_history

    if study_folder is None:
        return None, ()
    try:
        return read_history(study_folder), ()
    except StudyError as error:
        return None, error.problems


def _page(folder: Path, signed: SignatureCheck, *, write: bool) -> str | None:
    """Write the page of the signatures, or say whether it is as they make it."""
    from dermoutcomes.runs.signatures.signature_page import PAGE, signed_page
    from dermoutcomes.runs.signatures.statement import signatures_folder

    path, text = signatures_folder(folder) / PAGE, signed_page(folder, signed)
    if write and signed.signatures:
        path.write_text(text, encoding="utf-8", newline="\n")
        return WRITTEN
    if not path.is_file():
        return None
    return AS_MADE if path.read_bytes() == text.encode() else EDITED


def _as_json(outcome: _Outcome) -> dict[str, object]:
    verification, history = outcome.verification, outcome.history
    return {
        "status": outcome.status,
        **outcome.digests,
        "expected": None if outcome.expected is None else outcome.unexpected is None,
        "inputs": verification.n_inputs,
        "outputs": verification.n_outputs,
        "runs": None if history is None else history.runs,
        "runs_with_outcomes": None if history is None else history.runs_with_outcomes,
        "history_broken_at": None if history is None else history.broken_at,
        "history_problems": problems_as_json(outcome.damage),
        "changes": [change.row() for change in verification.changes],
        **signatures_as_json(outcome.signed, outcome.page, outcome.lacking),
    }


def _print(outcome: _Outcome, *, without_inputs: bool) -> None:
    _print_verification(outcome.verification, outcome.unexpected, without_inputs=without_inputs)
    print_digests(outcome.digests)
    _print_history(outcome.history, outcome.signed, recorded=outcome.recorded)
    print_signatures(outcome.signed, outcome.page, outcome.lacking)
    if outcome.damage:
        print_problems(
            outcome.damage, "all else was looked at; this verification left no line in it"
        )


def _print_verification(
    found: Verification, unexpected: str | None, *, without_inputs: bool
) -> None:
    for change in found.changes:
        click.echo(change.words)
    if unexpected is not None:
        click.echo(f"changed: the digest is not {unexpected}")
    if found.inputs is None and not without_inputs:
        click.echo(f"no folder beside the run has {found.study_file}: name it with --inputs FOLDER")
    hashed = (
        f"{count_words(found.n_inputs, 'input')} and {count_words(found.n_outputs, 'output')} "
        "hashed"
    )
    if found.changes or unexpected is not None:
        count = len(found.changes) + (unexpected is not None)
        click.echo(f"{count_words(count, 'change')}; {hashed}")
    elif without_inputs:
        click.echo(f"unchanged: every output is as it was written; {hashed}; inputs not looked at")
    else:
        click.echo(f"unchanged: every input and output is as it was written; {hashed}")


def _print_history(history: History | None, signed: SignatureCheck, *, recorded: bool) -> None:
    from dermoutcomes.runs.record.history import HISTORY, no_line
    from dermoutcomes.runs.record.history_words import change_lines, line_words

    if history is not None and history.lines:
        click.echo(f"{HISTORY}: {history.words}")
        for line in history.changed_locks:
            click.echo(f"locked again: {line_words(line)}")
            for words in change_lines(line):
                click.echo(f"  {words}")
        on_record = {line.get("statement") for line in history.lines}
        for signature in signed.signatures:
            if signature.name not in on_record:
                click.echo(
                    f"{HISTORY} has no line of the signature {signature.name}: it was not written "
                    "when the run was signed, or was taken out since"
                )
    if history is not None and not recorded:
        click.echo(no_line("verification"))
