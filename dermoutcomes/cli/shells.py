"""`dermoutcomes shells`: the tables of a study before there are data."""

from __future__ import annotations

from pathlib import Path

import click

from dermoutcomes.cli.plugin_choice.plugin_options import print_unused_plugins, with_plugin_choice
from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import count_words

__all__ = ["shells"]

FOLDER = "shells"


@click.command(short_help="Write the study's tables empty, from its plan alone.")
@click.argument(
    "study", type=click.Path(path_type=Path), default=Path("study.toml"), metavar="STUDY"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write to this folder; shells/ beside the study file unless given.",
)
@click.option(
    "--no-local-code", is_flag=True, help="Refuse plugin files (.py) that the study names."
)
@with_plugin_choice
def shells(
    *,
    study: Path,
    out: Path | None,
    no_local_code: bool,
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
) -> None:
    """Write each table that STUDY (study.toml unless given) plans, with xx.x where numbers will be.

    A file a table in RTF and PDF, numbered as a clinical study report has them, and an index. No data
    are needed, and none are read.
    """
    with exit_on_error():
        from dermoutcomes import __version__
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.runs.documents.shell_files import write_shells
        from dermoutcomes.runs.opening import open_files

        choice = PluginChoice.from_command_line(without, prefer)
        opened = open_files(study, local_code=not no_local_code, plugins=choice)
        folder = out or opened.study.folder / FOLDER
        written = write_shells(opened, folder, f"dermoutcomes {__version__}")
    tables = len({path.stem for path in written}) - 1
    click.echo(f"{opened.study.id}: shells of {count_words(tables, 'table')}")
    click.echo(f"written to {folder}")
    print_unused_plugins(opened.registry)
