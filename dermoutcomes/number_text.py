"""Numbers as text: rounded for display, counts with their noun, and p-values, by one function each.

What a verdict, a report and a plugin print of one number is so the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cached_property

from attrs import frozen

__all__ = [
    "AMA",
    "AWAY_FROM_ZERO",
    "HALVES",
    "MINUS",
    "STYLES",
    "TO_EVEN",
    "Style",
    "bytes_words",
    "count_words",
    "decimals_of_value",
    "numbers_in",
    "p_value",
    "power_of_ten",
    "rounded",
]

MINUS = "\u2212"
# A number in a sentence: no part of a word, a version or a list of sections.
IN_SENTENCE = re.compile(r"(?<![\w.])(?P<minus>[-\u2212]?)(?P<number>\d+(?:\.\d+)?)(?![.]?\w)")

BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")

# How a number is rounded that lies in the middle between two.
HALVES = AWAY_FROM_ZERO, TO_EVEN = "away from zero", "to even"
SMALLEST_P = {
    "journal": (0.001, "<.001"),
    "three decimals": (0.001, "<0.001"),
    "four decimals": (0.0001, "<0.0001"),
}
LARGEST_P = {
    "journal": (0.99, ">.99"),
    "three decimals": (0.999, ">0.999"),
    "four decimals": (0.9999, ">0.9999"),
}
# A p-value is told from alpha with as many decimals as it takes, up to these.
MOST_DECIMALS = 8
MODES = {AWAY_FROM_ZERO: ROUND_HALF_UP, TO_EVEN: ROUND_HALF_EVEN}
# As many digits as the largest number has before its point, and some after it.
EXACT = Context(prec=400)
# A number with more digits than a float is sure to keep was computed; it is what it is to fewer.
SURE_DIGITS = 15
COMPUTED = Context(prec=12)
HALF = Decimal("0.5")


@frozen
class Style:
    """How a kind of reader has numbers: p-values, decimals, the minus and the decimal sign.

    `p_style` is a style of `p_value`. `mean` and `spread` are decimals of means and limits, and of
    SD and SE, beyond those of the data; None for as many as the measure has, and one at least.
    Percentages of fewer than `whole_percents` subjects have no decimals, and a count of none has
    no percentage where `bare_none` says so. `level` stands between the level of an interval and
    its limits, `between` between the limits.
    """

    p_style: str
    mean: int | None = None
    spread: int | None = None
    whole_percents: float = 0
    bare_none: bool = False
    minus: str = MINUS
    decimal: str = "."
    thousands: str = ","
    level: str = " CI "
    between: str = " to "

    def decimals(self, data: int, *, spread: bool = False) -> int:
        """Decimals of a statistic of data that have `data` of them."""
        further = self.spread if spread else self.mean
        return max(data, 1) if further is None else data + further

    def percent_decimals(self, n: float | None) -> int:
        """Decimals of a percentage of `n` subjects; of an unknown number, as of many."""
        return 0 if n is not None and n < self.whole_percents else 1

    def written(self, text: str) -> str:
        """A number as text in the signs of this style, from one with a point and a real minus."""
        return text.translate(self._signs)

    @cached_property
    def _signs(self) -> Mapping[int, str]:
        return str.maketrans({MINUS: self.minus, ".": self.decimal, ",": self.thousands})

    def in_words(self, sentence: str) -> str:
        """A sentence of the program with its numbers in the signs of this style.

        A percent sign stands at its number, as in tables.
        """
        written = IN_SENTENCE.sub(
            lambda found: self.written(found["minus"].replace("-", MINUS) + found["number"]),
            sentence,
        )
        return BEFORE_PERCENT.sub("", written)


# `[outputs] style`: what journals of the AMA ask for, JDD and JAAD among them; tables of a clinical
# study report (ICH E3), which programs read again; and a page of a country with a decimal comma.
AMA = Style("journal", mean=1, spread=1, whole_percents=100, level=" CI, ")
STYLES: Mapping[str, Style] = {
    "AMA": AMA,
    "JDD": AMA,
    "ICH": Style("four decimals", mean=1, spread=2, bare_none=True, minus="-", between=", "),
    "european": Style("three decimals", decimal=",", thousands="\u202f"),
}


def rounded(value: float, decimals: int, *, halves: str = AWAY_FROM_ZERO, power: int = 0) -> str:
    """`value` times ten to the `power` with that many decimals.

    What is rounded is the shortest decimal that reads as the value: 0.285 is 0.29, although the
    binary number nearest to it is a little less. A computed number that agrees with a half to 12
    digits is that half: a mean of 0.1705 is 0.171, although adding up gave 0.17049999999999998.
    A value that rounds to zero has no sign.
    """
    number = Decimal(repr(float(value))).scaleb(power, EXACT)
    if len(number.as_tuple().digits) > SURE_DIGITS:
        near = COMPUTED.plus(number)
        if EXACT.remainder(abs(near.scaleb(decimals, EXACT)), Decimal(1)) == HALF:
            number = near
    text = f"{number.quantize(Decimal(1).scaleb(-decimals), MODES[halves], EXACT):f}"
    return text if text.strip("-0.") else text.removeprefix("-")


def numbers_in(text: str) -> list[Decimal]:
    """The whole numbers in a text: 2 and 4 of `W02, day 4`.

    Whatever their length: Python makes no int of more than 4,300 digits.
    """
    return [Decimal(digits) for digits in re.findall(r"\d+", text)]


def count_words(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 problem, 2 problems; `many` where that is not `one` and an s.

    A verb may stand with the noun: count_words(n, "subject has", "subjects have").
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def bytes_words(count: int) -> str:
    """Bytes in words, to three digits at most: 950 MB, 2.15 GB; a GB is 1000 MB."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            value = count / size
            return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return count_words(count, "byte")


def decimals_of_value(value: float) -> int:
    """How many decimals the shortest decimal that reads as the value has."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def power_of_ten(value: float, decimals: int, *, halves: str = AWAY_FROM_ZERO) -> tuple[str, int]:
    """`value` as a number from 1 to 10 with that many decimals, and the power of ten."""
    power = Decimal(repr(float(value))).adjusted() if value else 0
    digits = rounded(value, decimals, halves=halves, power=-power)
    if abs(float(digits)) < 10:
        return digits, power
    return rounded(value, decimals, halves=halves, power=-power - 1), power + 1


def p_value(
    p: float, style: str = "journal", alpha: float = 0.05, *, halves: str = AWAY_FROM_ZERO
) -> str:
    """A p-value without its letter: "journal", "three decimals", "four decimals", "four digits".

    Rounding never carries it over `alpha`, nor to it: 0.0496 is .0496, not .05.
    """
    zero = style != "journal"
    if style == "four digits":
        return _four_digits(p, alpha, halves)
    smallest, text = SMALLEST_P[style]
    if p < smallest:
        return text
    largest, text = LARGEST_P[style]
    if p > largest:
        return text
    decimals = 4 if style == "four decimals" else 3 if zero or p < 0.01 else 2
    text = _beside_alpha(p, decimals, alpha, halves)
    return text if zero else text.replace("0.", ".", 1)


def _four_digits(p: float, alpha: float, halves: str) -> str:
    if not p:
        return "0"
    digits, power = power_of_ten(p, 3, halves=halves)
    if power < -4:
        return f"{digits.rstrip('0').rstrip('.')}e{power:03d}"
    text = _beside_alpha(p, 3 - power, alpha, halves)
    return text.rstrip("0").rstrip(".") if text[0] not in "<>" else text


def _beside_alpha(p: float, decimals: int, alpha: float, halves: str) -> str:
    """With as many decimals as it takes to stand on the right side of alpha."""
    for places in range(decimals, MOST_DECIMALS + 1):
        text = rounded(p, places, halves=halves)
        if p == alpha or ((float(text) < alpha) == (p < alpha) and float(text) != alpha):
            return text
    return f"{'<' if p < alpha else '>'}{rounded(alpha, MOST_DECIMALS).rstrip('0')}"
