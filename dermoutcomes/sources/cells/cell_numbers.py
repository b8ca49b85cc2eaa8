"""Numbers of exports, parsed once: decimal sign, thousands sign, cells that hold no number.

A cell is never bent into a number: "0.34" in a file with decimal commas is a finding,
not 34.
"""

from __future__ import annotations

import re

import polars as pl
from attrs import frozen

__all__ = [
    "ABSURD",
    "MORE_THAN_SINGLE",
    "PROBLEMS",
    "NumberFormat",
    "from_single_precision",
    "is_untidy",
    "may_be_single",
    "number",
    "possible",
    "problem",
    "reads_otherwise",
    "remedy",
    "surely_of",
    "tidy",
]

# Beyond any reading; a fill value, or a float that overflowed on its way.
ABSURD = 1e12
# What a cell without a usable number is found to be: check, message.
PROBLEMS = {
    "not_finite": "the value is infinite or not a number",
    "absurd_value": f"the value is beyond {ABSURD:g}: a fill value or an overflow, not a reading",
    "decimal_sign": "the number is written with the other decimal sign than the source's",
    "thousands_sign": "the number is written in groups, with a sign that the source does not name",
    "unfinished_number": "no digit follows the decimal sign",
    "not_a_number": "a text stands where a number belongs",
}
SPACES = "\u00a0\u202f\u2009"
INFINITE = r"(?i)^[+-]?(?:inf|infinity|∞|nan|1\.#inf|1\.#ind|1\.#qnan|-1\.#ind)$"
EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
# Signs that stand between groups of three digits, as `tidy` leaves them.
GROUPING = (".", ",", " ", "'")
# A single has at most nine digits that count; what has this many and is one was a single before.
MORE_THAN_SINGLE = 12


@frozen
class NumberFormat:
    """How a source writes numbers."""

    decimal: str = "."
    thousands: str | None = None

    @property
    def pattern(self) -> str:
        """A whole text that is a number of this format."""
        return rf"^{self.number}$"

    @property
    def number(self) -> str:
        """A number of this format.

        Groups of a thousands sign have three digits each, and the first does not begin with a 0:
        "0.341" is no way to write 341. A decimal sign has digits behind it.
        """
        point = re.escape(self.decimal)
        whole = (
            rf"(?:[1-9][0-9]{{0,2}}(?:{re.escape(self._thousands)}[0-9]{{3}})+|[0-9]+)"
            if self._thousands
            else "[0-9]+"
        )
        return rf"[+-]?(?:{whole}(?:{point}[0-9]+)?|{point}[0-9]+){EXPONENT}"

    @property
    def _thousands(self) -> str | None:
        """The sign as it stands after `tidy`, which makes every space a plain one."""
        return " " if self.thousands and self.thousands in SPACES else self.thousands

    @property
    def swapped(self) -> NumberFormat | None:
        """The format with the two signs exchanged; None where no sign of thousands could be one."""
        if self.thousands is None or self.thousands not in ".,":
            return None
        return NumberFormat(self.thousands, self.decimal)

    def english(self, text: pl.Expr) -> pl.Expr:
        """The text in English notation, null where it is no number of this format."""
        plain = text.str.replace_all(self._thousands, "", literal=True) if self._thousands else text
        plain = (
            plain if self.decimal == "." else plain.str.replace_all(self.decimal, ".", literal=True)
        )
        return pl.when(text.str.contains(self.pattern)).then(plain)

    def in_english(self, text: str) -> str:
        """The same of a text that is a number of this format."""
        plain = text.replace(self._thousands, "") if self._thousands else text
        return plain.replace(self.decimal, ".")


def tidy(text: pl.Expr) -> pl.Expr:
    """The cell without blanks around it, with plain spaces, and a hyphen for a minus sign."""
    spaces = text.str.replace_all(f"[{SPACES}]", " ").str.strip_chars()
    return spaces.str.replace("^[\u2212\u2013]([0-9.,])", "-$1")


def is_untidy(text: pl.Expr) -> pl.Expr:
    """Whether `tidy` may change the cell."""
    return text.str.contains(rf"[{SPACES}\u2212\u2013]|^\s|\s$")


def number(english: pl.Expr) -> pl.Expr:
    """The Float64 of a text in English notation, null where it is no possible reading."""
    return possible(english.cast(pl.Float64, strict=False))


def possible(value: pl.Expr) -> pl.Expr:
    """A number, null where it is no possible reading."""
    return pl.when(value.is_finite() & (value.abs() < ABSURD)).then(value)


def may_be_single(value: pl.Expr) -> pl.Expr:
    """Whether a number may be one of single precision that `from_single_precision` writes shorter."""
    return (value.cast(pl.Float32).cast(pl.Float64) == value) & (value != value.floor())


def from_single_precision(english: pl.Expr) -> pl.Expr:
    """Numbers in English notation, those of single precision by their shortest decimal.

    A device that computes in single precision has 0.1, and its export 0.10000000149011612: more
    digits than a single has, and yet exactly a single.
    """
    value = english.cast(pl.Float64, strict=False)
    single = value.cast(pl.Float32)
    # Most cells are too short for so many digits, and are not searched for them.
    long = pl.when(english.str.len_bytes() >= MORE_THAN_SINGLE).then(english)
    digits = long.str.replace("[eE].*$", "").str.replace_all("[^0-9]", "")
    longer = digits.str.strip_chars_start("0").str.len_chars() >= MORE_THAN_SINGLE
    is_single = (
        longer & english.str.contains(".", literal=True) & (single.cast(pl.Float64) == value)
    )
    return pl.when(is_single).then(single.cast(pl.String)).otherwise(english)


def problem(text: pl.Expr, layout: NumberFormat) -> pl.Expr:
    """The name of what is wrong with a tidy cell of which `number` is null; one of PROBLEMS."""
    grouped = pl.any_horizontal(text.str.contains(form.pattern) for form in _grouped(layout))
    point = re.escape(layout.decimal)
    return (
        pl.when(text.str.contains(INFINITE))
        .then(pl.lit("not_finite"))
        .when(layout.english(text).cast(pl.Float64, strict=False).is_infinite())
        .then(pl.lit("not_finite"))
        .when(text.str.contains(layout.pattern))
        .then(pl.lit("absurd_value"))
        .when(text.str.contains(_other(layout).pattern))
        .then(pl.lit("decimal_sign"))
        .when(grouped)
        .then(pl.lit("thousands_sign"))
        .when(text.str.contains(rf"^[+-]?[0-9]+{point}$"))
        .then(pl.lit("unfinished_number"))
        .otherwise(pl.lit("not_a_number"))
    )


def remedy(text: pl.Expr, layout: NumberFormat) -> pl.Expr:
    """What to write into the source where a cell with a problem is right; null where nothing."""
    other = _other(layout)
    decimal = f'decimal = "{other.decimal}"'
    if layout.thousands == other.decimal:
        decimal += " without `thousands`"
    thousands = f'thousands = "{other.decimal}"'
    forms = [
        pl.when(text.str.contains(form.pattern)).then(pl.lit(f'thousands = "{form.thousands}"'))
        for form in _grouped(layout)
    ]
    as_decimal, as_group = text.str.contains(other.pattern), pl.coalesce(forms)
    has_both = as_decimal & text.str.contains(layout.decimal, literal=True)
    return (
        pl.when(text.str.contains(layout.pattern) | text.str.contains(INFINITE))
        .then(None)
        .when(as_decimal & (as_group == thousands))
        .then(pl.lit(f"{decimal} or {thousands}"))
        .when(has_both)
        .then(pl.lit(f'{decimal} and thousands = "{layout.decimal}"'))
        .when(as_decimal)
        .then(pl.lit(decimal))
        .otherwise(as_group)
    )


def reads_otherwise(text: pl.Expr, layout: NumberFormat) -> pl.Expr:
    """The number that a text is with the two signs exchanged; null where it is the same or none."""
    if layout.swapped is None:
        return pl.lit(None, dtype=pl.Float64)
    other = number(layout.swapped.english(text))
    return pl.when(other != number(layout.english(text))).then(other)


def surely_of(text: pl.Expr, layout: NumberFormat) -> pl.Expr:
    """Whether a number of this format is none with the two signs exchanged."""
    if layout.swapped is None:
        return text.str.contains(layout.pattern)
    return text.str.contains(layout.pattern) & ~text.str.contains(layout.swapped.pattern)


def _other(layout: NumberFormat) -> NumberFormat:
    """The format with the other decimal sign, and this one's for thousands."""
    return NumberFormat("," if layout.decimal == "." else ".", layout.decimal)


def _grouped(layout: NumberFormat) -> list[NumberFormat]:
    """The same decimal sign with each sign of thousands that the source does not name."""
    return [
        NumberFormat(layout.decimal, sign)
        for sign in GROUPING
        if sign not in (layout.decimal, layout.thousands)
    ]
