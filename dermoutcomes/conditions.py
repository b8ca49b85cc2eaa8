"""The one condition language: column = value, [a, b], "< 5" or "not blank"; all must hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl
from attrs import frozen

__all__ = [
    "CONDITIONS_SCHEMA",
    "NOT_BLANK",
    "Condition",
    "Conditions",
    "exact",
    "parse_condition",
    "parse_conditions",
]

# What a condition says of a cell that must hold something, whatever it is.
NOT_BLANK = "not blank"
OPERATORS = ("<=", ">=", "!=", "<", ">", "=")
PATTERN = re.compile(r"^\s*(<=|>=|!=|<|>|=)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*$")
_SCALAR = {"type": ["string", "number", "boolean"]}
CONDITIONS_SCHEMA = {
    "type": "object",
    "additionalProperties": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
}


def exact(value: float | str) -> Fraction:
    """The decimal number that a reader sees: 0.3 is three tenths, no binary fraction near it."""
    return Fraction(repr(value) if isinstance(value, float) else str(value))


@frozen
class Condition:
    """`column` compared by `operator` (<, <=, >, >=, !=, =, in, not blank) with `value`."""

    column: str
    operator: str
    value: Any

    def expr(self) -> pl.Expr:
        """The same as a Polars expression; null stays null, so a missing value never satisfies it."""
        column = pl.col(self.column)
        if self.operator == NOT_BLANK:
            return column.is_not_null()
        if self.operator == "in":
            return pl.any_horizontal(
                [column.eq(pl.lit(value)) for value in self.value] or [pl.lit(value=False)]
            )
        compare = {
            "<": column.lt,
            "<=": column.le,
            ">": column.gt,
            ">=": column.ge,
            "!=": column.ne,
            "=": column.eq,
        }
        return compare[self.operator](pl.lit(self.value))

    def holds(self, value: Fraction) -> bool:
        """Whether an exact number satisfies it."""
        if self.operator == NOT_BLANK:
            return True
        limit = exact(self.value)
        return {
            "<": value < limit,
            "<=": value <= limit,
            ">": value > limit,
            ">=": value >= limit,
            "!=": value != limit,
            "=": value == limit,
        }[self.operator]

    def __str__(self) -> str:
        if self.operator == NOT_BLANK:
            return f"{self.column} {NOT_BLANK}"
        if self.operator == "in":
            return f"{self.column} = {' or '.join(map(_as_written, self.value))}"
        return f"{self.column} {self.operator} {_as_written(self.value)}"


def _as_written(value: Any) -> str:
    """A value as a study file has it: true, 41."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@frozen
class Conditions:
    """Conditions that must all hold; none of them means everything."""

    parts: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __iter__(self) -> Any:
        return iter(self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are asked about."""
        return tuple(part.column for part in self.parts)

    def expr(self) -> pl.Expr:
        """All of them as one Polars expression."""
        return (
            pl.all_horizontal([part.expr() for part in self.parts])
            if self.parts
            else pl.lit(value=True)
        )

    def __str__(self) -> str:
        return " and ".join(str(part) for part in self.parts) or "all"


def parse_condition(column: str, value: Any) -> Condition:
    """One condition from its TOML value; ValueError says what was expected."""
    if isinstance(value, (list, tuple)):
        return Condition(column, "in", tuple(value))
    if isinstance(value, str) and " ".join(value.split()).casefold() == NOT_BLANK:
        return Condition(column, NOT_BLANK, None)
    if isinstance(value, str) and value.lstrip()[:1] in ("<", ">", "=", "!"):
        match = PATTERN.match(value)
        if match is None:
            raise ValueError(
                f'a comparison with a number, as "<= 3" (the signs are {", ".join(OPERATORS)})'
            )
        return Condition(column, match[1], float(match[2]))
    if isinstance(value, (str, int, float, bool)):
        return Condition(column, "=", value)
    raise ValueError('a value, a list of values, a comparison as "< 5", or "not blank"')


def parse_conditions(value: Any) -> Conditions:
    """A TOML table as conditions."""
    if not isinstance(value, Mapping):
        raise ValueError('a table of conditions, as { severity = "severe" }')  # noqa: TRY004 - its words are what was expected
    return Conditions(tuple(parse_condition(column, part) for column, part in value.items()))
