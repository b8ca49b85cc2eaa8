"""How many subjects McNemar's test needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes import PlannedTest, Power, Reference, option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["MCNEMAR_POWER", "Discordant", "mcnemar_power"]


@frozen
class Discordant:
    """What is assumed of those who respond to one of the two and not to the other."""

    first_only: float = option(
        help="Share of subjects who respond to the first only.", at_least=0, at_most=1
    )
    second_only: float = option(
        help="Share of subjects who respond to the second only.", at_least=0, at_most=1
    )

    def __attrs_post_init__(self) -> None:
        if self.first_only == self.second_only:
            raise ValueError(
                "equal shares are what the test refutes: no number of subjects shows a difference"
            )
        if self.first_only + self.second_only > 1:
            raise ValueError(
                f"the two shares add up to {self.first_only + self.second_only:g}, which is more "
                "than everybody"
            )


def mcnemar_power(n: Sequence[float], assumed: Discordant, test: PlannedTest) -> float:
    """Over the binomial number m of discordant subjects, the binomial chance that the test rejects.

    Exact for each of the tests.
    """
    import numpy as np
    from scipy.stats import binom

    size, discordant = int(n[0]), assumed.first_only + assumed.second_only
    m = np.arange(size + 1)
    share = max(assumed.first_only, assumed.second_only) / discordant
    least = _least(m, test)
    chance = binom.sf(least - 1, m, share) + (
        binom.cdf(m - least, m, share) if test.sided == 2 else 0.0
    )
    return float(np.sum(binom.pmf(m, size, discordant) * np.where(m > 0, chance, 0.0)))


def _least(m: Array, test: PlannedTest) -> Array:
    """The smallest number of m discordant subjects on one side that the test rejects.

    Above m where none is.
    """
    import numpy as np
    from scipy.special import ndtri
    from scipy.stats import binom

    kind = getattr(test.options, "test", "exact")
    if kind in {"asymptotic", "continuity"}:  # |2b - m| - (1, if corrected) >= z √m
        boundary = -ndtri(test.tail) * np.sqrt(m) + (1 if kind == "continuity" else 0)
        return np.asarray(np.ceil((m + boundary) / 2 - 1e-12))
    exact = binom.isf(test.tail, m, 0.5) + 1
    if kind == "exact":
        return np.asarray(exact)
    nearer = exact - 1  # the mid-p counts half of the observed one
    return np.asarray(
        np.where(
            binom.sf(nearer, m, 0.5) + binom.pmf(nearer, m, 0.5) / 2 <= test.tail, nearer, exact
        )
    )


MCNEMAR_POWER = Power(
    mcnemar_power,
    Discordant,
    "Exact: over the binomial number of discordant subjects ({first_only} respond to the first "
    "only, {second_only} to the second only), the binomial chance that the test rejects.",
    (
        Reference(
            "Duffy SW. Asymptotic and exact power for the McNemar test and its analogue with R "
            "controls per case. Biometrics 1984;40:1005-1015.",
            "10.2307/2531151",
        ),
        Reference(
            "Miettinen OS. The matched pairs design in the case of all-or-none responses. "
            "Biometrics 1968;24:339-352.",
            "10.2307/2528039",
        ),
    ),
    stepwise=True,
    least=1,
    example={"first_only": 0.3, "second_only": 0.1},
    opposite=lambda assumed, _test: Discordant(assumed.second_only, assumed.first_only),
)
