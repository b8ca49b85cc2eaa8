"""The blinding indices of Bang and of James, of counts of guesses in two arms."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from attrs import frozen

__all__ = ["Index", "bang", "james"]

# James gives a wrong guess half the weight of an answer "I do not know", and a right one none.
WRONG = 0.5


@frozen
class Index:
    """An index with its large-sample standard error, and the ends of what it can be."""

    estimate: float
    std_error: float
    lowest: float
    highest: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """Normal limits, which end where the index does.

        Raises ValueError where nothing varies: limits at the estimate itself would say that it is
        known without error.
        """
        if self.std_error == 0:
            raise ValueError(
                "everybody gave the same kind of answer, so that no error can be estimated"
            )
        reach = NormalDist().inv_cdf(0.5 + confidence / 2) * self.std_error
        return (
            max(self.lowest, self.estimate - reach),
            min(self.highest, self.estimate + reach),
        )


def bang(right: int, wrong: int, unsure: int) -> Index:
    """Bang's index of one arm: the share of right guesses less that of wrong ones.

    1 is that all guess right, 0 what chance gives, -1 that all guess wrong. Raises ValueError
    without an answer.
    """
    n = right + wrong + unsure
    if n == 0:
        raise ValueError("nobody answered")
    of_right, of_wrong = right / n, wrong / n
    variance = (of_right * (1 - of_right) + of_wrong * (1 - of_wrong) + 2 * of_right * of_wrong) / n
    return Index(of_right - of_wrong, sqrt(max(0.0, variance)), -1.0, 1.0)


def james(guesses: Sequence[Sequence[int]], unsure: Sequence[int]) -> Index:
    """James's index of both arms together: 1 is that nobody knows, 0 that all guess right.

    `guesses[i][j]` counts guesses of arm i in arm j, `unsure[j]` those in arm j who do not know.
    With s the share of those who guess, A the weighted share of disagreement among all, and B that
    of the margins, it is 1 - s + A s² / (2 B); its error is that of the delta method for a
    multinomial. Raises ValueError where nobody guesses, or where all guess the arm that all are in.
    """
    n = sum(map(sum, guesses)) + sum(unsure)
    shares = [[count / n for count in row] for row in guesses] if n else []
    of_guess = [sum(row) for row in shares]
    of_arm: list[float] = [sum(column) for column in zip(*shares, strict=True)]
    s = sum(of_guess)
    a = WRONG * _wrong(shares)
    b = WRONG * _wrong([[guess * arm for arm in of_arm] for guess in of_guess])
    if b == 0:
        raise ValueError("without guesses that could differ from the arms it has no value")

    def slope(i: int, j: int) -> float:
        """How the index moves with the share of guesses of arm i in arm j."""
        of_a = WRONG * (i != j)
        of_b = WRONG * (_others(of_arm, i) + _others(of_guess, j))
        return (of_a * s * s + 2 * a * s) / (2 * b) - a * s * s * of_b / (2 * b * b) - 1

    # Shares of those who do not know move it through s alone, which the others carry.
    moves = [(share, slope(i, j)) for i, row in enumerate(shares) for j, share in enumerate(row)]
    mean = sum(share * move for share, move in moves)
    variance = (sum(share * move * move for share, move in moves) - mean * mean) / n
    return Index(1 - s + a * s * s / (2 * b), sqrt(max(0.0, variance)), 0.0, 1.0)


def _wrong(shares: Sequence[Sequence[float]]) -> float:
    """Of the shares of guess and arm those in which the two differ, together."""
    return sum(share for i, row in enumerate(shares) for j, share in enumerate(row) if i != j)


def _others(shares: Sequence[float], arm: int) -> float:
    """The shares of all arms but one, together."""
    return sum(share for number, share in enumerate(shares) if number != arm)
