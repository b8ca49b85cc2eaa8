"""The command line. Commands import what they need when they run, so that help is quick."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

import click

from dermoutcomes import __version__
from dermoutcomes.cli.command_group import CommandGroup

__all__ = ["main"]

# Arrow's own allocator takes a gigabyte of addresses as it starts, more than the rest together: a
# command under a limit of memory would end before it began. It reads this as it is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

# When this process began to import the program.
STARTED = time.time()

COMMANDS = {
    "run": "study",
    "check": "study",
    "lock": "record.lock",
    "verify": "record.verify",
    "sign": "record.sign",
    "history": "record.history",
    "pseudonymise": "record.pseudonymise",
    "cache": "cache",
    "diff": "diff",
    "power": "power",
    "shells": "shells",
    "plugins": "info",
    "explain": "info",
    "score": "score",
    "schema": "info",
    "completion": "info",
    "new": "new",
    "draft": "draft",
    "qualify": "record.qualify",
}
# Those that load data or the libraries for them: what they take is bounded by limits of memory.
OF_DATA = frozenset(
    {"run", "check", "lock", "verify", "diff", "power", "shells", "draft", "qualify"}
)


class _LazyGroup(CommandGroup):
    """A group whose commands are imported when they are looked up."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: Any = getattr(import_module(f"dermoutcomes.cli.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def main(self, args: Sequence[str] | None = None, **settings: Any) -> Any:  # type: ignore[override]
        """The command line of the process itself, or of `args`, as another program calls it.

        In the first case the context's object is when it began: what the process imported then
        stands in the files, and may be kept for the next one.
        """
        if args is not None:
            return super().main(args, **settings)
        settings.setdefault("obj", STARTED)
        if len(sys.argv) < 2 or sys.argv[1] not in OF_DATA:
            return super().main(**settings)
        try:
            from dermoutcomes.cli.process.ending import ends_at_once
            from dermoutcomes.cli.process.signals import ends_as_interrupted
        except KeyboardInterrupt:
            sys.exit("Aborted!")

        with ends_at_once(), ends_as_interrupted():
            from dermoutcomes.cli.process.watch import is_watched, refuse_limits, watched

            refuse_limits()
            if is_watched():
                return sys.exit(watched(partial(super().main, **settings)))
            return super().main(**settings)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="dermoutcomes")
def main() -> None:
    """Dermatology outcomes: from exports of instruments to checked tables, verdicts and a report.

    Exit status: 0 the run folder is written (claims may fail); 1 the study or its data stopped it,
    and nothing was replaced; 2 wrong use; 3 written, but a statistic of a primary, secondary or
    claimed endpoint could not be computed, a result was refused, or an account of the ledger does
    not balance (with `run --strict` 1).
    """
