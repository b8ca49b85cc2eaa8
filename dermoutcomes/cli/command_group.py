"""A group of commands that says which there are."""

from __future__ import annotations

import click

__all__ = ["CommandGroup"]


class CommandGroup(click.Group):
    """A group that lists its commands, and the nearest, for one that it does not have."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name, or words on which there are."""
        from dermoutcomes.errors import nearest

        name, known = args[0] if args else "", self.list_commands(ctx)
        if name and not name.startswith("-") and name not in known:
            near = nearest(name, known)
            ctx.fail(
                f"No such command {name!r}; the commands are {', '.join(known)}."
                + (f" Did you mean {near!r}?" if near else "")
            )
        return super().resolve_command(ctx, args)
