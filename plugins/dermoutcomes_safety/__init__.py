"""Safety: adverse events by body system and term."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, hookimpl
from dermoutcomes_safety.adverse_events import ADVERSE_EVENTS

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The table of adverse events."""
    return (ADVERSE_EVENTS,)
