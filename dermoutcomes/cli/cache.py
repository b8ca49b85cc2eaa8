"""Commands on the cache of a study: how much it holds, and emptying it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.command_group import CommandGroup
from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import bytes_words

if TYPE_CHECKING:
    from dermoutcomes.runs.cache.cache_folder import CacheFolder, CacheSize

__all__ = ["cache"]

STUDY = click.argument(
    "study", type=click.Path(path_type=Path), default=Path("study.toml"), metavar="STUDY"
)


@click.group(
    cls=CommandGroup,
    short_help="What runs of a study leave for the next one.",
    invoke_without_command=True,
)
@click.pass_context
def cache(context: click.Context) -> None:
    """What runs of a study leave beside it, so that the next one does only what changed.

    It holds data of subjects, and stands in .dermoutcomes/cache beside the study file. Alone, this
    says what the cache of study.toml in this folder holds.
    """
    if context.invoked_subcommand is None:
        _show(Path("study.toml"))


@cache.command(short_help="Say where the cache is and what it holds.")
@STUDY
def show(*, study: Path) -> None:
    """Say where the cache of STUDY (study.toml unless given) is and how much it holds."""
    _show(study)


@cache.command(short_help="Empty the cache.")
@STUDY
def clear(*, study: Path) -> None:
    """Remove all that runs of STUDY (study.toml unless given) left; the next run does everything."""
    with exit_on_error():
        from dermoutcomes.errors import RunFolderError

        folder = _folder(study)
        try:
            held = folder.clear()
        except OSError as error:
            raise RunFolderError(
                f"cannot empty the cache {folder.place}: {error.strerror or error}"
            ) from error
    click.echo(f"{folder.place} is empty; removed: {_size_words(held)}")


def _show(study: Path) -> None:
    with exit_on_error():
        from dermoutcomes.runs.cache.cache_folder import LIMIT

        folder = _folder(study)
    limit = f"at most {bytes_words(LIMIT)}, what was not used for longest goes first"
    click.echo(f"{folder.place}: {_size_words(folder.size())} ({limit})")


def _folder(study: Path) -> CacheFolder:
    """The cache of the study. Raises StudyError where there is no such file."""
    from dermoutcomes.options.toml_document import read_bytes
    from dermoutcomes.runs.cache.cache_folder import CacheFolder
    from dermoutcomes.study.load import study_path

    path = study_path(study)
    read_bytes(path)
    return CacheFolder(path)


def _size_words(size: CacheSize) -> str:
    entries = f"{size.entries} entries" if size.entries != 1 else "1 entry"
    return f"{entries}, {bytes_words(size.bytes)}"
