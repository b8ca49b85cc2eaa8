"""What several tables of the study file hold alike."""

from __future__ import annotations

from typing import Any

from dermoutcomes.conditions import CONDITIONS_SCHEMA, Conditions, parse_conditions
from dermoutcomes.declare import option

__all__ = ["Names", "conditions"]

Names = tuple[str, ...]


def conditions(help: str) -> Any:  # noqa: A002 - as `option` has it
    """A table of conditions, empty unless stated."""
    return option(Conditions(), help, parse=parse_conditions, schema=CONDITIONS_SCHEMA)
