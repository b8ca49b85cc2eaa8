"""Units of exports: read from text, compared by dimension, converted by exact fractions.

An own table rather than a library: exports write a few dozen units in many spellings (g/m²h, a.u.,
[C°]), conversion must be exact in decimals, and a general library costs a second at every start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from attrs import frozen

__all__ = ["Conversion", "Unit", "UnitError", "conversion", "parse_unit"]

PREFIXES = {"n": -9, "µ": -6, "u": -6, "m": -3, "c": -2, "d": -1, "h": 2, "k": 3, "M": 6, "G": 9}
# name: (factor to the coherent unit, dimensions)
ATOMS: dict[str, tuple[Fraction, dict[str, int]]] = {
    "m": (Fraction(1), {"length": 1}),
    "in": (Fraction(254, 10000), {"length": 1}),
    "g": (Fraction(1), {"mass": 1}),
    "s": (Fraction(1), {"time": 1}),
    "sec": (Fraction(1), {"time": 1}),
    "min": (Fraction(60), {"time": 1}),
    "h": (Fraction(3600), {"time": 1}),
    "hr": (Fraction(3600), {"time": 1}),
    "d": (Fraction(86400), {"time": 1}),
    "day": (Fraction(86400), {"time": 1}),
    "days": (Fraction(86400), {"time": 1}),
    "l": (Fraction(1, 1000), {"length": 3}),
    "L": (Fraction(1, 1000), {"length": 3}),
    "Pa": (Fraction(1000), {"mass": 1, "length": -1, "time": -2}),
    "bar": (Fraction(100_000_000), {"mass": 1, "length": -1, "time": -2}),
    "mmHg": (Fraction("133322.387415"), {"mass": 1, "length": -1, "time": -2}),
    "N": (Fraction(1000), {"mass": 1, "length": 1, "time": -2}),
    "J": (Fraction(1000), {"mass": 1, "length": 2, "time": -2}),
    "W": (Fraction(1000), {"mass": 1, "length": 2, "time": -3}),
    "Hz": (Fraction(1), {"time": -1}),
    "V": (Fraction(1), {"voltage": 1}),
    "S": (Fraction(1), {"conductance": 1}),
    "K": (Fraction(1), {"temperature": 1}),
    "°C": (Fraction(1), {"temperature": 1}),
    "°F": (Fraction(5, 9), {"temperature": 1}),
    "°": (Fraction(1), {"angle": 1}),
    "deg": (Fraction(1), {"angle": 1}),
    "%": (Fraction(1, 100), {}),
    "1": (Fraction(1), {}),
    "-": (Fraction(1), {}),
    "ratio": (Fraction(1), {}),
    "AU": (Fraction(1), {"arbitrary": 1}),
    "PU": (Fraction(1), {"perfusion": 1}),
    "pH": (Fraction(1), {"pH": 1}),
    "points": (Fraction(1), {"points": 1}),
    "hairs": (Fraction(1), {}),
    "hair": (Fraction(1), {}),
    "px": (Fraction(1), {"pixel": 1}),
}
ARBITRARY = (("arbitrary", 1),)
OFFSETS = {"°C": Fraction("273.15"), "°F": Fraction("459.67") * Fraction(5, 9)}
NO_PREFIX = frozenset(
    {
        "in",
        "sec",
        "min",
        "h",
        "hr",
        "d",
        "day",
        "days",
        "mmHg",
        "°",
        "deg",
        "%",
        "1",
        "-",
        "ratio",
        "AU",
        "PU",
        "pH",
        "points",
        "hairs",
        "hair",
        "px",
        "°C",
        "°F",
    }
)
SPELLINGS = {
    "a.u.": "AU",
    "au": "AU",
    "a.u": "AU",
    "arb.units": "AU",
    "arb.u.": "AU",
    "arbitraryunits": "AU",
    "units": "AU",
    "c°": "°C",
    "f°": "°F",
    "degc": "°C",
    "degf": "°F",
    "percent": "%",
    "point": "points",
    "ph": "pH",
    "pu": "PU",
}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOKEN = re.compile(
    r"\s*(?:(?P<sign>[/*()])|(?P<name>[^\W\d_]+|[°º][CFcf]?|%)(?:\^?(?P<power>[+-]?\d+))?|(?P<one>1))\s*"
)

# Signs of a power: no unit has one of hundreds.
LONGEST_POWER = 3


class UnitError(ValueError):
    """A unit that is not known, or two that measure different things.

    The words are for the user.
    """


@frozen
class Unit:
    """A unit: `value × factor + offset` is the same amount in coherent units of its dimensions."""

    text: str
    factor: Fraction
    offset: Fraction
    dimensions: tuple[tuple[str, int], ...]


@frozen
class Conversion:
    """`value × scale + shift`.

    `power` is k where that is a plain 10**k, which can be written into the number itself.
    """

    scale: Fraction
    shift: Fraction

    @property
    def power(self) -> int | None:
        """The power k where the conversion is × 10**k, None otherwise."""
        return None if self.shift else _power_of_ten(self.scale)

    def __call__(self, value: str) -> float:
        """A number as it is written, converted exactly and rounded once."""
        return float(Fraction(value) * self.scale + self.shift)


def conversion(theirs: str, ours: str) -> Conversion:
    """How numbers in `theirs` become numbers in `ours`. Raises UnitError where they cannot."""
    if theirs.strip() == ours.strip():
        return Conversion(Fraction(1), Fraction(0))
    source, target = parse_unit(theirs), parse_unit(ours)
    if source.dimensions != target.dimensions and not _both_bare(source, target):
        raise UnitError(f"{theirs!r} cannot be converted to {ours or '1 (no unit)'!r}")
    return Conversion(
        source.factor / target.factor, (source.offset - target.offset) / target.factor
    )


def _both_bare(first: Unit, second: Unit) -> bool:
    """Arbitrary units of a device against no unit at all: the same plain numbers.

    A percentage is not such a number.
    """
    return all(unit.dimensions in ((), ARBITRARY) and unit.factor == 1 for unit in (first, second))


@cache
def parse_unit(text: str) -> Unit:
    """The unit that `text` names, in any usual spelling; "" is a plain number.

    Raises UnitError for an unknown one.
    """
    plain = (
        text.strip()
        .replace("μ", "µ")
        .replace("º", "°")
        .translate(SUPERSCRIPTS)
        .replace("·", " ")
        .replace("⋅", " ")
    )
    plain = SPELLINGS.get(plain.replace(" ", "").lower(), plain)
    if plain in OFFSETS:
        return Unit(text, ATOMS[plain][0], OFFSETS[plain], (("temperature", 1),))
    factor, dimensions = Fraction(1), dict[str, int]()
    for name, power in _factors(plain, text):
        size, parts = _atom(name, text)
        factor *= size**power
        for part, times in parts.items():
            dimensions[part] = dimensions.get(part, 0) + times * power
    return Unit(
        text,
        factor,
        Fraction(0),
        tuple(sorted((part, times) for part, times in dimensions.items() if times)),
    )


def _factors(plain: str, text: str) -> Iterator[tuple[str, int]]:
    """(name, power) of each factor.

    A slash divides all that follows it up to the next slash, as in g/m²h.
    """
    if plain in ("", "-"):
        return
    direction, position = 1, 0
    while position < len(plain):
        match = TOKEN.match(plain, position)
        if match is None:
            raise UnitError(f"{text!r} is not a known unit")
        position = match.end()
        if match["sign"] == "/":
            direction = -1
        elif match["name"]:
            power = match["power"] or "1"
            if len(power) > LONGEST_POWER:
                raise UnitError(f"{text!r} is not a known unit")
            yield match["name"], direction * int(power)


def _atom(name: str, text: str) -> tuple[Fraction, dict[str, int]]:
    for spelled in (name, SPELLINGS.get(name.lower(), name)):
        if spelled in ATOMS:
            return ATOMS[spelled]
        prefix, rest = spelled[:1], spelled[1:]
        if prefix in PREFIXES and rest in ATOMS and rest not in NO_PREFIX:
            factor, dimensions = ATOMS[rest]
            return factor * Fraction(10) ** PREFIXES[prefix], dimensions
    raise UnitError(f"{text!r} is not a known unit")


def _power_of_ten(scale: Fraction) -> int | None:
    number, sign = (scale.numerator, 1) if scale.denominator == 1 else (scale.denominator, -1)
    if scale.numerator != 1 and scale.denominator != 1:
        return None
    digits = str(number)
    return (
        sign * (len(digits) - 1)
        if digits[0] == "1" and not digits.strip("10") and digits.count("1") == 1
        else None
    )
