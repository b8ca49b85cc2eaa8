"""What adjusts an analysis: what becomes of subjects without a stratum or covariate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "BLANK_RULES",
    "BLANK_SCHEMA",
    "LEAVE_OUT",
    "OF_NUMBERS",
    "OWN_LEVEL",
    "fitting_rules",
    "parse_blank",
]

LEAVE_OUT, OWN_LEVEL = "leave_out", "own_level"
# One number of all arms together: what a blank number may count as.
OF_NUMBERS = ("mean", "median")
BLANK_RULES: tuple[str, ...] = (LEAVE_OUT, OWN_LEVEL, *OF_NUMBERS)
_RULE = {"enum": [*BLANK_RULES]}
BLANK_SCHEMA = {"anyOf": [_RULE, {"type": "object", "additionalProperties": _RULE}]}


def parse_blank(value: Any) -> str | Mapping[str, str]:
    """A rule for all columns, or subject column = its rule."""
    rules = " or ".join(f'"{rule}"' for rule in BLANK_RULES)
    expected = f'{rules}, or one for each column, as {{ site = "own_level", age = "mean" }}'
    if isinstance(value, str) and value in BLANK_RULES:
        return value
    if isinstance(value, Mapping) and all(rule in BLANK_RULES for rule in value.values()):
        return {str(column): str(rule) for column, rule in value.items()}
    raise ValueError(expected)


def fitting_rules(kind: pl.DataType) -> tuple[str, ...]:
    """The rules for blanks of a column of that type: words have no mean, and numbers no level."""
    import polars as pl

    if kind == pl.String:
        return (LEAVE_OUT, OWN_LEVEL)
    return (LEAVE_OUT, *OF_NUMBERS) if kind.is_numeric() else (LEAVE_OUT,)
