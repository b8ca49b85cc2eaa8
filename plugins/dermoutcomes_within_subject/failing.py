"""Statistics that could not be computed, all for one reason."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from dermoutcomes import Stat

__all__ = ["failing", "warned"]


def failing(
    here: Stat, term: str, stats: tuple[str, ...], code: str, sentence: str
) -> Iterator[Stat]:
    """The stats of a term as errors with that code and sentence."""
    for row in here.rows(term, **dict.fromkeys(stats)):
        yield row.failed(code, sentence)


def warned(here: Stat, warning: str) -> Stat:
    """The row with a further warning."""
    return evolve(here, warning=f"{here.warning} {warning}" if here.warning else warning)
