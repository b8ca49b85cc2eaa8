"""Commands that make: a study from an example, a plugin from one of ours."""

from __future__ import annotations

from pathlib import Path

import click

from dermoutcomes.cli.groups import Telling
from dermoutcomes.cli.saying import ending

__all__ = ["new"]

MODEL = "The bundled plugin to copy; the smallest of its kind unless named."


@click.group(cls=Telling, short_help="Begin a study or a plugin from one that works.")
def new() -> None:
    """Begin a study or a plugin: a copy of one that works, under a name of its own."""


@new.command(short_help="Copy an example study.")
@click.option("--from", "model", default="bcs_trial", show_default=True, help="The example.")
@click.argument("folder", type=click.Path(path_type=Path))
def study(*, model: str, folder: Path) -> None:
    """Copy an example study to FOLDER, with its data."""
    with ending():
        from dermoutcomes.scaffold import new_study

        place = new_study(model, folder)
    click.echo(f"written to {place}\nrun it with: dermoutcomes run {place / 'study.toml'}")


@new.command(short_help="Copy an instrument plugin.")
@click.argument("name")
@click.option("--from", "model", help=MODEL)
@click.option("--in", "parent", type=click.Path(path_type=Path), default=Path(), show_default=True, help="Where to put its folder.")
def instrument(*, name: str, model: str | None, parent: Path) -> None:
    """Write the plugin folder NAME for an instrument."""
    _plugin("instrument", name, model, parent)


@new.command(short_help="Copy a scale plugin.")
@click.argument("name")
@click.option("--from", "model", help=MODEL)
@click.option("--in", "parent", type=click.Path(path_type=Path), default=Path(), show_default=True, help="Where to put its folder.")
def scale(*, name: str, model: str | None, parent: Path) -> None:
    """Write the plugin folder NAME for an outcome scale."""
    _plugin("scale", name, model, parent)


@new.command(short_help="Copy an analysis plugin.")
@click.argument("name")
@click.option("--from", "model", help=MODEL)
@click.option("--in", "parent", type=click.Path(path_type=Path), default=Path(), show_default=True, help="Where to put its folder.")
def analysis(*, name: str, model: str | None, parent: Path) -> None:
    """Write the plugin folder NAME for an analysis."""
    _plugin("analysis", name, model, parent)


def _plugin(kind: str, name: str, model: str | None, parent: Path) -> None:
    with ending():
        from dermoutcomes.scaffold import new_plugin

        place = new_plugin(kind, name, parent, model)
    click.echo(f"written to {place}\ninstall and test it with:\n  pip install -e '{place}[test]'\n  python -m pytest {place}")
