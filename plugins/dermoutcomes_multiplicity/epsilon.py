"""Numbers near zero without end.

Series in an arbitrarily small epsilon, for edges of a graph that carry almost nothing.

An edge of weight epsilon passes a level on only when every larger edge of its node leads to
rejected hypotheses. What a graph does then is the limit for epsilon towards 0, and that limit is
taken exactly here, with fractions, rather than with some small number.
"""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import frozen

__all__ = ["Series", "parse_edge"]

EDGE = re.compile(
    r"(?:(?P<constant>\d+(?:\.\d+)?(?:/\d+)?)\s*(?P<sign>[+-])\s*)?(?P<times>\d+(?:\.\d+)?)?\s*\*?\s*epsilon"
)


@frozen
class Series:
    """`terms[k]` times epsilon to the power `low + k`, as many terms as are known.

    The first one is not zero, unless all are.
    """

    low: int
    terms: tuple[Fraction, ...]

    @staticmethod
    def of(constant: Fraction, times: Fraction, n_terms: int) -> Series:
        """The series constant + times · epsilon, to `n_terms` terms."""
        return _trimmed(0, (constant, times, *[Fraction(0)] * (n_terms - 2)))

    @property
    def zero(self) -> bool:
        """Whether it vanishes as far as it is known."""
        return not any(self.terms)

    @property
    def limit(self) -> Fraction:
        """The value for epsilon towards 0. ValueError for one that grows beyond every bound."""
        if self.zero or self.low > 0:
            return Fraction(0)
        if self.low < 0:
            raise ValueError("a transition of the graph grows beyond every bound")
        return self.terms[0]

    def __add__(self, other: Series) -> Series:
        low = min(self.low, other.low)
        end = min(self.low + len(self.terms), other.low + len(other.terms))
        return _trimmed(low, tuple(self._at(power) + other._at(power) for power in range(low, end)))

    def __sub__(self, other: Series) -> Series:
        return self + Series(other.low, tuple(-term for term in other.terms))

    def __mul__(self, other: Series) -> Series:
        size = min(len(self.terms), len(other.terms))
        product = [Fraction(0)] * size
        for i, term in _some(self.terms):
            for k, two in _some(other.terms[: max(0, size - i)]):
                product[i + k] += term * two
        return _trimmed(self.low + other.low, tuple(product))

    def __truediv__(self, other: Series) -> Series:
        """Long division; the divisor is not zero."""
        size = min(len(self.terms), len(other.terms))
        behind = [(index, term) for index, term in _some(other.terms) if index]
        quotient: list[Fraction] = []
        for k in range(size):
            rest = self.terms[k] - sum(
                (quotient[k - index] * term for index, term in behind if index <= k), Fraction(0)
            )
            quotient.append(rest / other.terms[0])
        return _trimmed(self.low - other.low, tuple(quotient))

    def _at(self, power: int) -> Fraction:
        index = power - self.low
        return self.terms[index] if 0 <= index < len(self.terms) else Fraction(0)


def _some(terms: tuple[Fraction, ...]) -> list[tuple[int, Fraction]]:
    """The terms that are not zero, with their places: of most series there are few."""
    return [(index, term) for index, term in enumerate(terms) if term]


def _trimmed(low: int, terms: tuple[Fraction, ...]) -> Series:
    first = next((index for index, term in enumerate(terms) if term), 0)
    return Series(low + first, terms[first:])


def parse_edge(value: object) -> tuple[Fraction, Fraction]:
    """A transition as (constant, times epsilon).

    0.5, "epsilon", "2 epsilon", "1 - epsilon", "0.5 + 2 epsilon", "1/3 - epsilon".

    Numbers are read as they are written, so that 0.1 is a tenth. Raises ValueError or TypeError
    with what was expected.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(EXPECTED)
    text = str(value).strip()
    try:
        return Fraction(text), Fraction(0)
    except (ValueError, ZeroDivisionError):
        pass
    match = EDGE.fullmatch(text)
    if not match:
        raise ValueError(EXPECTED)
    times = Fraction(match["times"] or 1)
    return Fraction(match["constant"] or 0), -times if match["sign"] == "-" else times


EXPECTED = 'a number from 0 to 1, a fraction as "1/3", "epsilon", or both as "1 - epsilon"'
