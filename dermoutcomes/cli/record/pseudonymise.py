"""The command that writes a study with other ids of its subjects."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import count_words

__all__ = ["pseudonymise"]

EXIT_TO_LOOK_AT = 3


@click.command(short_help="Copy a study and its exports with other ids of the subjects.")
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The table of ids and pseudonyms, which stays with the site; written, or used again.",
)
@click.option(
    "--keep-order",
    is_flag=True,
    help="Draw pseudonyms in the order of the ids: every number stays the same to the last digit.",
)
def pseudonymise(*, study: Path, out: Path, key: Path, keep_order: bool) -> None:
    """Copy STUDY and every file that it reads to the folder OUT, with other ids of the subjects.

    Ids are replaced in columns, names of files and of sheets, and in the study file. Dates, sites
    and what people typed are left; ids inside longer texts are told, with exit status 3.
    """
    with exit_on_error():
        from dermoutcomes.runs.opening import open_files
        from dermoutcomes.sources.pseudonyms.copy_of_study import pseudonymise as write_copy

        opened = open_files(study)
        copy = write_copy(opened.study, opened.registry, out, key, keep_order=keep_order)
    click.echo(
        f"{opened.study.id}: {count_words(copy.subjects, 'subject')}, "
        f"{count_words(copy.cells, 'cell')} in {count_words(copy.files, 'file')}\n"
        f"written to {copy.study_file}\n"
        f"table of ids: {key} (keep it here; whoever has it can name everybody)"
    )
    for sentence in copy.told:
        click.echo(f"look at this before it is sent: {sentence}", err=True)
    sys.exit(EXIT_TO_LOOK_AT if copy.told else 0)
