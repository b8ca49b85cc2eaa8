"""What a command asks of the plugins: of the installed ones alone, what an earlier one found out."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import define

from dermoutcomes.registry.installation.kept_values import KeptValues

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["PluginQuestion"]


@define(slots=False)
class PluginQuestion:
    """The plugins that a command is asked about: installed ones, and local `files`.

    An answer is kept for the next command that asks the same of the same installation, where only
    installed plugins are meant and nothing is said of names that several declare.
    """

    files: tuple[Path, ...]
    without: tuple[str, ...]
    prefer: tuple[tuple[str, str], ...]

    @cached_property
    def registry(self) -> Registry:
        """The registry of these plugins. Raises PluginError as `load_registry`."""
        from dermoutcomes.registry.loading import load_registry
        from dermoutcomes.registry.plugin_choice import PluginChoice

        return load_registry(self.files, PluginChoice.from_command_line(self.without, self.prefer))

    def answer(self, name: str, make: Callable[[Registry], Any]) -> Any:
        """What `make` makes of the registry, plain as JSON has it, or made of it earlier."""
        answer = self.kept(name)
        if answer is None:
            answer = make(self.registry)
            self.keep(name, lambda _: answer)
        return answer

    def kept(self, name: str) -> Any:
        """The answer that was kept; None where there is none for these plugins as they are now."""
        return None if self._kept_values is None else self._kept_values.read(name)

    def keep(self, name: str, make: Callable[[Registry], Any]) -> None:
        """Keep what `make` makes of the registry, where all installed plugins can be used.

        The file of one that cannot be imported is not known, so that its mending would not be seen.
        """
        if self._kept_values is not None and not self.registry.not_loaded:
            from dermoutcomes.registry.entry_points import installed_modules

            self._kept_values.write(name, make(self.registry), installed_modules())

    @cached_property
    def _kept_values(self) -> KeptValues | None:
        """Those of installed plugins alone, in a process that is the program itself."""
        from dermoutcomes.registry.plugin_choice import ENVIRONMENT

        chosen = self.files or self.without or self.prefer or os.environ.get(ENVIRONMENT[1:])
        context = click.get_current_context()
        return None if chosen else KeptValues.of_program(context.obj)
