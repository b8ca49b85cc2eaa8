"""What a lay summary says that no data hold: options of a study."""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import option

__all__ = ["LayWords"]


@frozen
class LayWords:
    """`[outputs.options.lay-summary]`: sentences for participants, printed as they are stated."""

    why: str | None = option(None, "Why the study was done, in plain words.")
    who: str | None = option(None, "Who could take part, in plain words.")
    treatment: str | None = option(None, "What the participants were given, in plain words.")
    next_steps: str | None = option(None, "Whether further studies are planned.")
    contact: str | None = option(None, "Where to find out more.")
