"""Numbers with something beside them: the sign of a limit, a mark, a unit.

"<10" is no number that a device read, "45,3*" may be out of calibration, "44,1 AU" is 44.1. What
such a cell stands for is the source's to say; only a unit speaks for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from dermoutcomes.sources.cells.units import Conversion, UnitError, conversion

if TYPE_CHECKING:
    from dermoutcomes.sources.cells.cell_numbers import NumberFormat

__all__ = ["QUALIFIED", "SETTLED", "Qualified", "qualified"]

# What a cell is found to be that the source does not settle: check, message.
QUALIFIED = {
    "limit_sign": "the cell says that the reading lies below or above a limit",
    "marked_number": "a mark stands beside the number",
    "unit_behind_number": "what stands behind the number is no unit of what is measured",
}
# What the source settles, or a unit says by itself: check, message behind 1 and behind more.
SETTLED = {
    "limit_value": (
        "cell at a limit ({}) counts as `limits` states",
        "cells at a limit ({}) count as `limits` states",
    ),
    "limit_as_missing": (
        "cell at a limit ({}) counts as missing",
        "cells at a limit ({}) count as missing",
    ),
    "zero_as_missing": (
        "reading of {} counts as not measured, as `zero` states",
        "readings of {} count as not measured, as `zero` states",
    ),
    "mark_kept": (
        "number with the mark {} counts, as `marks` states",
        "numbers with the mark {} count, as `marks` states",
    ),
    "left_out_by_mark": (
        "number with the mark {} does not count",
        "numbers with the mark {} do not count",
    ),
    "unit_in_cell": (
        "number with the unit {} behind it is read in it",
        "numbers with the unit {} behind them are read in it",
    ),
}
BELOW, ABOVE = "<", ">"
SIGNS = {"<": BELOW, "<=": BELOW, "≤": BELOW, ">": ABOVE, ">=": ABOVE, "≥": ABOVE}
# Words for: below the limit of quantification or detection, or above the highest.
LIMIT_WORDS = re.compile(r"(?i)^(?:[<>≤≥]=?\s*)?(?:[lu]?loq|lod|blq|bql|bdl|bld|alq|uloq)$")
# A letter for a digit: "4O" is no number with a unit.
LIKE_DIGITS = ("O", "o", "l", "I")
LONGEST_WORD = 8
# What a word holds that stands for a limit above; all others are of one below.
UPPER_WORDS = ("uloq", "alq", "above", "over")


@frozen
class Qualified:
    """What a cell with something beside its number stands for.

    `english` is the number in English notation and `conversion` that of its own unit, where it has
    one; without a number `wrong` names what is wrong, or how it was settled. `how` names how a
    number was settled, `beside` what stands beside it, and `censored` of a number that stands for a
    limit whether the reading lies "below" or "above" it.
    """

    english: str | None = None
    conversion: Conversion | None = None
    wrong: str | None = None
    how: str | None = None
    beside: str | None = None
    censored: str | None = None


def qualified(
    text: str,
    number_format: NumberFormat,
    unit: str,
    limits: Mapping[str, Any],
    marks: Mapping[str, str],
) -> Qualified | None:
    """What a cell stands for that is no number by itself; None where nothing of the kind.

    `unit` is that of the measure. `limits` and `marks` are those of the source.
    """
    if text in limits:
        return _at_limit(limits[text], None, text)
    if LIMIT_WORDS.match(text):
        return Qualified(wrong="limit_sign", beside=text)
    parts = re.match(
        rf"^(?P<before>[^\w\s.,+\-]{{0,3}})\s*(?P<number>{number_format.number})"
        r"(?P<behind>\s*[^\s\d.,+\-].*)?$",
        text,
    )
    if parts is None:
        return None
    before, behind = parts["before"], parts["behind"] or ""
    english = number_format.in_english(parts["number"])
    read = _behind(english, behind, unit, marks) if behind and before != "(" else Qualified(english)
    if read is None or read.wrong:
        return read
    if sign := SIGNS.get(before):
        limit = _at_limit(limits[sign], read.english, sign) if sign in limits else None
        unsettled = Qualified(wrong="limit_sign", beside=sign)
        return evolve(limit, conversion=read.conversion) if limit else unsettled
    if before:
        mark = before + behind.strip() if before == "(" else before
        read = _marked(english, mark, marks)
    if read.how == "below_limit":
        return (
            _at_limit(limits[BELOW], read.english, BELOW)
            if BELOW in limits
            else Qualified(wrong="limit_sign", beside=BELOW)
        )
    return read


def _behind(english: str, behind: str, unit: str, marks: Mapping[str, str]) -> Qualified | None:
    """A number with something behind it: a mark that the source states, a unit, or neither."""
    tail = behind.strip()
    if tail in marks:
        return _marked(english, tail, marks)
    # To the parser of units "*" and "-" are plain numbers.
    if not any(sign.isalnum() or sign in "%°" for sign in tail):
        return Qualified(wrong="marked_number", beside=tail)
    try:
        return Qualified(english, conversion(tail, unit), how="unit_in_cell", beside=tail)
    except UnitError:
        pass
    is_word = len(tail) <= LONGEST_WORD and not any(sign.isdigit() for sign in tail)
    if not is_word or behind in LIKE_DIGITS:
        return None
    return Qualified(wrong="unit_behind_number", beside=tail)


def _marked(english: str, mark: str, marks: Mapping[str, str]) -> Qualified:
    if mark not in marks:
        return Qualified(wrong="marked_number", beside=mark)
    if marks[mark] == "leave_out":
        return Qualified(wrong="left_out_by_mark", beside=mark)
    return Qualified(
        english, how="below_limit" if marks[mark] == "below_limit" else "mark_kept", beside=mark
    )


def _at_limit(stated: Any, english: str | None, sign: str) -> Qualified:
    """What the source says that a cell at a limit stands for; a number replaces it."""
    if stated == "missing":
        return Qualified(wrong="limit_as_missing", beside=sign)
    if not isinstance(stated, str):
        return _limit_value(repr(stated), sign)
    assert english is not None
    if stated == "half":
        return _limit_value(repr(float(Fraction(english) / 2)), sign)
    if stated == "limit/sqrt2":
        return _limit_value(repr(float(english) / sqrt(2)), sign)
    return _limit_value(english, sign)


def _limit_value(english: str, sign: str) -> Qualified:
    """A number in the place of a reading beyond a limit; `sign` may be a word, as ULOQ."""
    is_above = SIGNS.get(sign[:1]) == ABOVE or any(word in sign.lower() for word in UPPER_WORDS)
    return Qualified(
        english, how="limit_value", beside=sign, censored="above" if is_above else "below"
    )
