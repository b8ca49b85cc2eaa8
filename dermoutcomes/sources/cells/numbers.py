"""Numbers of exports, parsed once: decimal sign, thousands sign, cells that hold no number.

A cell is never bent into a number: "0.34" in a file with decimal commas is a finding,
not 34.
"""

from __future__ import annotations

import re

import polars as pl
from attrs import frozen

__all__ = ["ABSURD", "PROBLEMS", "NumberFormat", "number", "problem", "tidy"]

# Beyond any reading; a fill value, or a float that overflowed on its way.
ABSURD = 1e12
# What a cell without a usable number is found to be: check, message.
PROBLEMS = {
    "not_finite": "the value is infinite or not a number",
    "absurd_value": f"the value is beyond {ABSURD:g}: a fill value or an overflow, not a reading",
    "decimal_sign": "the number is written with the other decimal sign than the source's",
    "not_a_number": "a text stands where a number belongs",
}
SPACES = "\u00a0\u202f\u2009"
INFINITE = r"(?i)^[+-]?(?:inf|infinity|∞|nan|1\.#inf|1\.#ind|1\.#qnan|-1\.#ind)$"
EXPONENT = r"(?:[eE][+-]?[0-9]+)?"


@frozen
class NumberFormat:
    """How a source writes numbers."""

    decimal: str = "."
    thousands: str | None = None

    @property
    def pattern(self) -> str:
        """A whole number of this format; the groups of a thousands sign have three digits each."""
        point = re.escape(self.decimal)
        whole = (
            rf"(?:[0-9]{{1,3}}(?:{re.escape(self._thousands)}[0-9]{{3}})+|[0-9]+)"
            if self._thousands
            else "[0-9]+"
        )
        return rf"^[+-]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+){EXPONENT}$"

    @property
    def _thousands(self) -> str | None:
        """The sign as it stands after `tidy`, which makes every space a plain one."""
        return " " if self.thousands and self.thousands in SPACES else self.thousands

    def english(self, text: pl.Expr) -> pl.Expr:
        """The text in English notation, null where it is no number of this format."""
        plain = text.str.replace_all(self._thousands, "", literal=True) if self._thousands else text
        plain = (
            plain if self.decimal == "." else plain.str.replace_all(self.decimal, ".", literal=True)
        )
        return pl.when(text.str.contains(self.pattern)).then(plain)


def tidy(text: pl.Expr) -> pl.Expr:
    """The cell without blanks around it, with plain spaces, and a hyphen for a minus sign."""
    spaces = text.str.replace_all(f"[{SPACES}]", " ").str.strip_chars()
    return spaces.str.replace("^[\u2212\u2013]([0-9.,])", "-$1")


def number(english: pl.Expr) -> pl.Expr:
    """The Float64 of a text in English notation, null where it is no possible reading."""
    value = english.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite() & (value.abs() < ABSURD)).then(value)


def problem(text: pl.Expr, layout: NumberFormat) -> pl.Expr:
    """The name of what is wrong with a tidy cell of which `number` is null; one of PROBLEMS."""
    other = NumberFormat("," if layout.decimal == "." else ".", layout.decimal)
    return (
        pl.when(text.str.contains(INFINITE))
        .then(pl.lit("not_finite"))
        .when(layout.english(text).cast(pl.Float64, strict=False).is_infinite())
        .then(pl.lit("not_finite"))
        .when(text.str.contains(layout.pattern))
        .then(pl.lit("absurd_value"))
        .when(text.str.contains(other.pattern))
        .then(pl.lit("decimal_sign"))
        .otherwise(pl.lit("not_a_number"))
    )
