"""The command that signs a run."""

from __future__ import annotations

from pathlib import Path

import click

from dermoutcomes.cli.terminal import exit_on_error

__all__ = ["WITH_SIGNERS", "sign"]

EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)
WITH_SIGNERS = click.option(
    "--signers",
    type=EXISTING,
    envvar="DERMOUTCOMES_SIGNERS",
    help="The allowed signers, in the form of OpenSSH, from your own records and not from the folder "
    "that is verified; also in $DERMOUTCOMES_SIGNERS.",
)


@click.command(short_help="Sign a run with an ssh key, a meaning and the date.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--meaning", required=True, help="What the signature says, as reviewed or approved.")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    envvar="DERMOUTCOMES_SIGNING_KEY",
    required=True,
    show_envvar=True,
    help="The key that signs; its public half where ssh-agent or a token holds it.",
)
@WITH_SIGNERS
@click.option(
    "--timestamp",
    "server",
    metavar="URL",
    help="A server of RFC 3161 that stamps the signature; only its digest is sent.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of the study file; unless given, looked for beside the run folder.",
)
@click.option(
    "--without-inputs", is_flag=True, help="Sign the outputs alone, and say so in the statement."
)
def sign(
    *,
    folder: Path,
    meaning: str,
    key: Path,
    signers: Path | None,
    server: str | None,
    inputs: Path | None,
    without_inputs: bool,
) -> None:
    """Sign the run in FOLDER: its digests, what the signature means, and the date.

    The run is verified first. The signature stands in FOLDER.signatures, with signed.html where
    allowed signers are named. The history of the study gets a line.
    """
    with exit_on_error():
        from dermoutcomes.runs.record.history import no_line, record
        from dermoutcomes.runs.record.history_words import plain
        from dermoutcomes.runs.record.verify import verify_run
        from dermoutcomes.runs.signatures.checking import check_signatures
        from dermoutcomes.runs.signatures.signature_page import PAGE, signed_page
        from dermoutcomes.runs.signatures.signing import sign_run
        from dermoutcomes.runs.signatures.ssh_keys import allowed_signers

        allowed = allowed_signers(signers, None)
        found = verify_run(folder, inputs, outputs_alone=without_inputs)
        signed = sign_run(folder, found, meaning=meaning, key=key, server=server)
        statement = signed.statement
        checked = check_signatures(folder, signers=allowed, study_folder=found.inputs)
        if allowed is not None:
            page = signed.path.with_name(PAGE)
            page.write_text(signed_page(folder, checked), encoding="utf-8", newline="\n")
        about = {
            "meaning": statement.meaning,
            "key": statement.key,
            "manifest_sha256": statement.manifest_sha256,
            "statement": signed.path.name,
        }
        recorded = found.inputs is not None and record(
            found.inputs, "sign", statement.study, **about
        )
    click.echo(
        plain(f"{statement.study}: signed as {statement.meaning!r} with the key {statement.key}")
    )
    click.echo(f"written to {signed.path}")
    made = next(one for one in checked.signatures if one.name == signed.path.name)
    if made.signer is not None:
        click.echo(plain(f"signer: {made.signer}"))
        click.echo(f"page:   {page}")
    elif allowed is not None:
        click.echo(plain(f"note: {made.why}"), err=True)
    else:
        click.echo(
            f"note: no allowed signers were named (--signers): no {PAGE} is written", err=True
        )
    if not recorded:
        click.echo(f"note: {no_line('signature')}", err=True)
