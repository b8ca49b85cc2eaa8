"""Commands that make: a study from an example, a plugin from a template."""

from __future__ import annotations

from pathlib import Path

import click

from dermoutcomes.cli.command_group import CommandGroup
from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.registry.new_plugin import PLUGIN_KINDS

__all__ = ["new"]


class _NewGroup(CommandGroup):
    """The group, with words for who writes `new KIND NAME`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name; a kind of plugin is the argument of one."""
        if args[:1] and args[0] in PLUGIN_KINDS:
            name = args[1] if args[1:2] and not args[1].startswith("-") else "NAME"
            ctx.fail(
                f"{args[0]!r} is a kind of plugin: write dermoutcomes new plugin {args[0]} {name}"
            )
        return super().resolve_command(ctx, args)


def _refuse_model(ctx: click.Context, option: click.Parameter, model: str | None) -> None:
    """Plugins are written from templates alone."""
    if model is not None:
        raise click.BadParameter(
            f"a plugin is not copied from another one ({model!r}): write "
            "dermoutcomes new plugin KIND NAME, and read the bundled plugins as further examples",
            ctx,
            option,
        )


@click.group(cls=_NewGroup, short_help="Begin a study or a plugin that works.")
def new() -> None:
    """Begin a study, a copy of an example, or a plugin, from a template: both work as they are."""


@new.command(short_help="Copy an example study.")
@click.option("--from", "model", default="bcs_trial", show_default=True, help="The example.")
@click.argument("folder", type=click.Path(path_type=Path))
def study(*, model: str, folder: Path) -> None:
    """Copy an example study to FOLDER, with its data and a schema for editors."""
    with exit_on_error():
        from dermoutcomes.study.new_study import new_study

        path = new_study(model, folder)
    click.echo(f"written to {path}\nrun it with: dermoutcomes run {path / 'study.toml'}")


@new.command(short_help="Write a plugin package.")
@click.argument("kind", type=click.Choice(PLUGIN_KINDS))
@click.argument("name")
@click.option(
    "--in",
    "parent",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default=True,
    help="Where to put its folder.",
)
@click.option(
    "--from", "model", hidden=True, expose_value=False, is_eager=True, callback=_refuse_model
)
def plugin(*, kind: str, name: str, parent: Path) -> None:
    """Write the folder NAME: a package with one declaration of that KIND to edit, and its tests."""
    with exit_on_error():
        from dermoutcomes.registry.new_plugin import new_plugin

        path = new_plugin(kind, name, parent)
    click.echo(
        f"written to {path}\ninstall and test it with:\n  pip install -e '{path}[test]'\n  python "
        f"-m pytest {path}"
    )
