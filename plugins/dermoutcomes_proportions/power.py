"""How many subjects the tests of proportions need."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, sqrt
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from dermoutcomes import PlannedTest, Power, Reference, option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = [
    "ONE_PROPORTION_POWER",
    "TWO_PROPORTIONS_POWER",
    "OneShare",
    "TwoShares",
    "arcsine_power",
    "exact_power",
    "normal_power",
    "one_proportion_power",
    "two_proportions_power",
]

# Tests whose power no formula for the uncorrected chi-square gives.
CORRECTED = ("chi_square_yates", "fisher_exact")
LEAST_CHANCE = 1e-17


@frozen
class TwoShares:
    """What is assumed of the two proportions."""

    first: float = option(
        help="Proportion of responders in the first arm of the comparison.", at_least=0, at_most=1
    )
    second: float = option(help="The same in the second arm.", at_least=0, at_most=1)
    computation: str = option(
        "normal",
        "The formula for the chi-square test (normal), its arcsine form, or the exact chance that "
        "the test rejects, over all tables; tests with Yates' correction and Fisher's are always "
        "exact.",
        choices=("normal", "arcsine", "exact"),
    )

    def __attrs_post_init__(self) -> None:
        if self.first == self.second:
            raise ValueError(
                "equal proportions are what the test refutes: no number of subjects shows a "
                "difference"
            )


@frozen
class OneShare:
    """What is assumed of the proportion."""

    proportion: float = option(
        help="Proportion of responders, where the test is against `null` of the analysis.",
        at_least=0,
        at_most=1,
    )


def _enumerated(assumed: TwoShares, test: PlannedTest) -> bool:
    return assumed.computation == "exact" or getattr(test.options, "test", "") in CORRECTED


def two_proportions_power(n: Sequence[float], assumed: TwoShares, test: PlannedTest) -> float:
    """Power of the test of two proportions, by the formula that is asked for or by counting."""
    if _enumerated(assumed, test):
        return exact_power((int(n[0]), int(n[1])), assumed, test)
    return (arcsine_power if assumed.computation == "arcsine" else normal_power)(
        n, assumed, test.tail, two_sided=test.sided == 2
    )


def normal_power(n: Sequence[float], assumed: TwoShares, tail: float, *, two_sided: bool) -> float:
    """Φ((|p1 - p2| - z s0) / s1), s0 with the pooled proportion and s1 with each arm's own.

    `two_sided` adds the opposite tail.
    """
    from scipy.special import ndtr, ndtri

    pooled = (n[0] * assumed.first + n[1] * assumed.second) / sum(n)
    under = -ndtri(tail) * sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    unpooled = sqrt(
        assumed.first * (1 - assumed.first) / n[0] + assumed.second * (1 - assumed.second) / n[1]
    )
    difference = abs(assumed.first - assumed.second)
    if not unpooled:
        return float(difference > under)
    return float(
        ndtr((difference - under) / unpooled)
        + (ndtr((-difference - under) / unpooled) if two_sided else 0.0)
    )


def arcsine_power(n: Sequence[float], assumed: TwoShares, tail: float, *, two_sided: bool) -> float:
    """Φ(h √(n1 n2 / (n1 + n2)) - z) with h = 2 asin √p1 - 2 asin √p2 (Cohen)."""
    from scipy.special import ndtr, ndtri

    shift = abs(2 * asin(sqrt(assumed.first)) - 2 * asin(sqrt(assumed.second))) * sqrt(
        n[0] * n[1] / (n[0] + n[1])
    )
    z = -ndtri(tail)
    return float(ndtr(shift - z) + (ndtr(-shift - z) if two_sided else 0.0))


def exact_power(n: tuple[int, int], assumed: TwoShares, test: PlannedTest) -> float:
    """The chance, over all tables of two binomial counts, that the analysis's own test rejects.

    Counts that come up less often than once in 10^17 are left out. A one-sided test asks whether
    the first arm responds more often: the larger share stands there.
    """
    import numpy as np
    from scipy.stats import binom

    shares = (
        (max(assumed.first, assumed.second), min(assumed.first, assumed.second))
        if test.sided == 1
        else (assumed.first, assumed.second)
    )
    probabilities = [
        binom.pmf(np.arange(size + 1), size, share) for size, share in zip(n, shares, strict=True)
    ]
    x, y = (np.flatnonzero(chance > LEAST_CHANCE) for chance in probabilities)
    kind = getattr(test.options, "test", "chi_square")
    rejected = _fisher(n, x, y, test) if kind == "fisher_exact" else _by_z(n, x, y, kind, test)
    return float(probabilities[0][x] @ rejected @ probabilities[1][y])


def _by_z(n: tuple[int, int], x: Array, y: Array, kind: str, test: PlannedTest) -> Array:
    """1 for each table that is rejected by the chi-square.

    With the correction or factor that its name says.
    """
    import numpy as np
    from scipy.special import ndtri

    pooled = (x[:, None] + y[None, :]) / sum(n)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    difference = x[:, None] / n[0] - y[None, :] / n[1]
    if kind == "chi_square_yates":
        difference = np.sign(difference) * np.maximum(
            0.0, np.abs(difference) - (1 / n[0] + 1 / n[1]) / 2
        )
    if kind == "miettinen_nurminen":
        difference = difference * sqrt((sum(n) - 1) / sum(n))
    # Where nothing varies the test has a p-value of 1.
    z = np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0)
    return np.asarray((z if test.sided == 1 else np.abs(z)) >= -ndtri(test.tail), dtype=float)


def _fisher(n: tuple[int, int], x: Array, y: Array, test: PlannedTest) -> Array:
    """1 for each table that Fisher's test rejects.

    Two-sided, tables no likelier than the observed one count.
    """
    import numpy as np
    from scipy.special import gammaln

    log_factorials = gammaln(np.arange(sum(n) + 1) + 1.0)  # logarithms of factorials
    rejected = np.zeros((len(x), len(y)))
    # Given how many respond in all, the tables have hypergeometric probabilities, whatever the
    # rate: each total is judged by itself, and its verdicts hold for every planned rate.
    for total in range(int(x[0] + y[0]), int(x[-1] + y[-1]) + 1):
        first = np.arange(max(0, total - n[1]), min(n[0], total) + 1)
        second = total - first
        probabilities = np.exp(
            log_factorials[n[0]]
            - log_factorials[first]
            - log_factorials[n[0] - first]
            + log_factorials[n[1]]
            - log_factorials[second]
            - log_factorials[n[1] - second]
            - log_factorials[sum(n)]
            + log_factorials[total]
            + log_factorials[sum(n) - total]
        )
        p = np.cumsum(probabilities[::-1])[::-1] if test.sided == 1 else _no_likelier(probabilities)
        possible = np.flatnonzero((x >= total - y[-1]) & (x <= total - y[0]))
        rejected[possible, total - x[possible] - y[0]] = p[x[possible] - first[0]] <= test.alpha
    return rejected


def _no_likelier(probabilities: Array) -> Array:
    """For each outcome, the chance of all outcomes that are no likelier than it, up to rounding."""
    import numpy as np

    order = np.argsort(probabilities)
    up_to = np.cumsum(probabilities[order])
    last = np.searchsorted(probabilities[order], probabilities * (1 + 1e-10), side="right") - 1
    return np.asarray(up_to[last])


def one_proportion_power(n: Sequence[float], assumed: OneShare, test: PlannedTest) -> float:
    """The chance, over the binomial count, that the analysis's own test of its `null` rejects."""
    import numpy as np
    from scipy.special import ndtri
    from scipy.stats import binom

    size, null = int(n[0]), test.options.null
    x = np.arange(size + 1)
    if test.options.test == "score":
        z = (x / size - null) / sqrt(null * (1 - null) / size)
        rejected = (z if test.sided == 1 else np.abs(z)) >= -ndtri(test.tail)
    else:
        rejected = (
            binom.sf(x - 1, size, null)
            if test.sided == 1
            else _no_likelier(binom.pmf(x, size, null))
        ) <= test.alpha
    return float(np.sum(binom.pmf(x, size, assumed.proportion) * rejected))


def _nothing_to_exceed(assumed: OneShare, test: PlannedTest) -> list[str]:
    null = test.options.null
    if null is None:
        return [
            (
                "the analysis tests against no proportion; state one, as [analyses.…] use = "
                '"one_proportion", options.null = 0.5'
            )
        ]
    if assumed.proportion == null or (test.sided == 1 and assumed.proportion < null):
        return [
            (
                f"a proportion of {assumed.proportion:g} is what a test against {null:g} does not "
                "refute: no number of subjects shows it"
            )
        ]
    return (
        ["a test against 0 or 1 by the score has no variance; the exact test can be had"]
        if test.options.test == "score" and null in {0, 1}
        else []
    )


def _not_responding(assumed: TwoShares, _test: PlannedTest) -> TwoShares:
    """The shares of those who do not respond, whose difference is the negative."""
    return evolve(assumed, first=1 - assumed.first, second=1 - assumed.second)


def _as_far_below(assumed: OneShare, test: PlannedTest) -> OneShare | None:
    """One-sided, the test looks above `null`; two-sided, only that of one half is symmetrical."""
    return (
        evolve(assumed, proportion=1 - assumed.proportion)
        if test.sided == 2 and test.options.null == 0.5
        else None
    )


FLEISS = Reference(
    "Fleiss JL, Levin B, Paik MC. Statistical methods for rates and proportions. 3rd ed. Wiley, "
    "2003.",
    "10.1002/0471445428",
)
COHEN = Reference(
    "Cohen J. Statistical power analysis for the behavioral sciences. 2nd ed. Erlbaum, 1988."
)

TWO_PROPORTIONS_POWER = Power(
    two_proportions_power,
    TwoShares,
    "Proportions {first} and {second}, computation {computation}. Normal: power = Φ((|p1 - p2| - "
    "z √(p q (1/n1 + 1/n2))) / √(p1 q1/n1 + p2 q2/n2)) with the pooled p; arcsine: Φ(h √(n1 n2 / "
    "(n1 + n2)) - z) with h = 2 asin √p1 - 2 asin √p2; exact: the binomial chance of all tables "
    "that the analysis's test rejects.",
    (FLEISS, COHEN),
    stepwise=_enumerated,
    example={"first": 0.5, "second": 0.3},
    opposite=_not_responding,
)
ONE_PROPORTION_POWER = Power(
    one_proportion_power,
    OneShare,
    "Exact: the binomial chance, at a proportion of {proportion}, of all counts that the test "
    "against {null} rejects.",
    (FLEISS,),
    stepwise=True,
    least=1,
    refuse=_nothing_to_exceed,
    example={"proportion": 0.7},
    opposite=_as_far_below,
)
