"""What commands ask about plugins, and say of those that could not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.registry.registry import Registry

__all__ = ["print_unused_plugins", "unused_plugins", "with_plugin_choice"]

Command = TypeVar("Command", bound="Callable[..., Any]")


def _pairs(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Each NAME=PLUGIN as a name and a plugin."""
    pairs = []
    for value in values:
        name, _, plugin = (part.strip() for part in value.partition("="))
        if not (name and plugin):
            raise click.BadParameter(f"{value!r} is not NAME=PLUGIN", context, option)
        pairs.append((name, plugin))
    return tuple(pairs)


def with_plugin_choice(command: Command) -> Command:
    """Give a command the options `without` and `prefer`, for `PluginChoice.from_command_line`."""
    prefer = click.option(
        "--prefer",
        multiple=True,
        metavar="NAME=PLUGIN",
        callback=_pairs,
        help="Which plugin is meant by a name that several declare, also in $DERMOUTCOMES_PREFER; "
        "may be given several times.",
    )
    without = click.option(
        "--without-plugin",
        "without",
        multiple=True,
        metavar="NAME",
        help="Leave out an installed plugin, which is then not imported; may be given several "
        "times.",
    )
    return without(prefer(command))


def unused_plugins(registry: Registry) -> dict[str, Any]:
    """Plugins that did not load and names that are nobody's, as plain data."""
    return {
        "plugins_not_loaded": [
            {"name": info.name, "error": info.error} for info in registry.not_loaded
        ],
        "names_in_dispute": [str(dispute) for dispute in registry.disputes],
    }


def print_unused_plugins(registry: Registry) -> None:
    """A line for each plugin and name that is not used.

    A plugin that is not there cannot refuse a study or do what is always done.
    """
    for info in registry.not_loaded:
        click.echo(f"plugin not used, and no rule of it asked: {info.error}")
    for dispute in registry.disputes:
        click.echo(f"name not used: {dispute}")
