"""How many subjects the paired tests need."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt

from attrs import evolve, frozen

from dermoutcomes import PlannedTest, Power, Reference, option

__all__ = [
    "PAIRED_T_POWER",
    "SIGNED_RANK_POWER",
    "SIGN_TEST_POWER",
    "PairedMean",
    "ShiftedPairs",
    "Signs",
    "paired_t_power",
    "sign_test_power",
    "signed_rank_power",
    "t_power",
]

# Asymptotic efficiency of Wilcoxon's test against Student's, by the shape of the differences
# (Lehmann 1975).
EFFICIENCY = {
    "normal": 3 / 3.141592653589793,
    "logistic": 3.141592653589793**2 / 9,
    "uniform": 1.0,
    "laplace": 1.5,
}


@frozen
class PairedMean:
    """What is assumed of the mean difference."""

    effect: float = option(
        help="The mean difference that is to be found, in the unit of the endpoint."
    )
    sd_change: float | None = option(None, "Standard deviation of the differences between the two.")
    sd: float | None = option(
        None,
        "Standard deviation at either of the two, with `correlation`, where that of the "
        "differences is not known.",
    )
    correlation: float | None = option(
        None, "Correlation between the two.", at_least=-0.99, at_most=0.999
    )

    def __attrs_post_init__(self) -> None:
        _stated(self.effect, self.sd_change, self.sd, self.correlation)

    @property
    def spread(self) -> float:
        """Standard deviation of the differences: as stated, or √(2 (1 - r)) sd."""
        return (
            self.sd_change
            if self.sd_change is not None
            else sqrt(2 * (1 - (self.correlation or 0.0))) * (self.sd or 0.0)
        )


@frozen
class ShiftedPairs(PairedMean):
    """What is assumed of the differences and of their shape."""

    shape: str = option(
        "normal",
        "Shape of the differences, which decides how efficient ranks are.",
        choices=tuple(EFFICIENCY),
    )


@frozen
class Signs:
    """What is assumed of those who improve."""

    improved: float = option(
        help="The share of those who change that improves.", at_least=0, at_most=1
    )
    unchanged: float = option(
        0.0, "The share that does not change, and so does not count.", at_least=0, at_most=0.99
    )

    def __attrs_post_init__(self) -> None:
        if self.improved == 0.5:
            raise ValueError(
                "improved = 0.5 is what the test refutes: no number of subjects shows it"
            )


def _stated(
    effect: float, sd_change: float | None, sd: float | None, correlation: float | None
) -> None:
    """Raises ValueError for no effect, no spread, or a spread that is stated twice or by half."""
    if effect == 0:
        raise ValueError("effect = 0 is what the test refutes: no number of subjects shows it")
    if (sd_change is None) == (sd is None):
        raise ValueError("the spread is stated once: sd_change, or sd with correlation")
    if (sd is None) != (correlation is None):
        raise ValueError(
            "sd and correlation go together: the differences have √(2 (1 - correlation)) times sd"
        )
    if not (sd_change if sd_change is not None else sd or 0) > 0:
        raise ValueError(f"{'sd_change' if sd_change is not None else 'sd'} must be above 0")


def t_power(tail: float, df: float, noncentrality: float, *, two_sided: bool) -> float:
    """P(T >= t_(1 - tail)) for a noncentral T.

    With `two_sided`, the chance of the opposite tail is added.
    """
    from scipy.stats import nct, t

    critical, shift = float(t.isf(tail, df)), abs(noncentrality)
    if (
        shift > 37
    ):  # beyond the reach of the noncentral t; the chance differs from 1 by less than 1e-15 unless t is as large
        return 1.0 if critical < 25 else 0.0
    upper = float(nct.sf(critical, df, shift))
    lower = float(nct.cdf(-critical, df, shift)) if two_sided else 0.0
    return upper + (lower if isfinite(lower) else 0.0)


def paired_t_power(n: Sequence[float], assumed: PairedMean, test: PlannedTest) -> float:
    """Power of Student's paired t-test with n pairs.

    Exact, both tails counted for a two-sided test.
    """
    return t_power(
        test.tail, n[0] - 1, sqrt(n[0]) * assumed.effect / assumed.spread, two_sided=test.sided == 2
    )


def signed_rank_power(n: Sequence[float], assumed: ShiftedPairs, test: PlannedTest) -> float:
    """Power of Wilcoxon's test with n pairs.

    That of the t-test with n times the efficiency of ranks.
    """
    effective = n[0] * EFFICIENCY[assumed.shape]
    return (
        t_power(
            test.tail,
            effective - 1,
            sqrt(effective) * assumed.effect / assumed.spread,
            two_sided=test.sided == 2,
        )
        if effective > 1
        else 0.0
    )


def sign_test_power(n: Sequence[float], assumed: Signs, test: PlannedTest) -> float:
    """Power of the exact sign test with n subjects, over the binomial number who change."""
    import numpy as np
    from scipy.stats import binom

    size = int(n[0])
    changed = np.arange(size + 1)
    # The smallest number of improved that is rejected: P(X >= least) <= tail.
    least = binom.isf(test.tail, changed, 0.5) + 1
    wins = binom.sf(least - 1, changed, assumed.improved)
    loses = (
        binom.cdf(changed - least, changed, assumed.improved)
        if test.sided == 2
        else np.zeros(size + 1)
    )
    return float(np.sum(binom.pmf(changed, size, 1 - assumed.unchanged) * (wins + loses)))


def _as_many_worse(assumed: Signs, test: PlannedTest) -> Signs | None:
    """One-sided, the test looks for those who improve."""
    return evolve(assumed, improved=1 - assumed.improved) if test.sided == 2 else None


NONCENTRAL = Reference(
    "Johnson NL, Welch BL. Applications of the non-central t-distribution. Biometrika "
    "1940;31:362-389.",
    "10.1093/biomet/31.3-4.362",
)
SPREAD = "(sd of the differences: {sd_change}; or √(2 (1 - r)) sd with sd {sd}, r {correlation})"

PAIRED_T_POWER = Power(
    paired_t_power,
    PairedMean,
    "Power = P(|T| > t) for T noncentral t on n - 1 degrees of freedom with noncentrality √n · "
    f"effect / sd, effect {{effect}} {SPREAD}; exact for normal differences.",
    (NONCENTRAL,),
    example={"effect": 0.5, "sd_change": 1.0},
)
SIGNED_RANK_POWER = Power(
    signed_rank_power,
    ShiftedPairs,
    f"Power of the paired t-test, effect {{effect}} {SPREAD}, with n times the asymptotic efficiency of the signed ranks for differences of "
    "{shape} shape (normal 3/π, logistic π²/9, uniform 1, laplace 3/2).",
    (
        NONCENTRAL,
        Reference(
            "Lehmann EL. Nonparametrics: statistical methods based on ranks. Holden-Day, 1975."
        ),
    ),
    least=3,
    example={"effect": 0.5, "sd": 1.0, "correlation": 0.5},
)
SIGN_TEST_POWER = Power(
    sign_test_power,
    Signs,
    "Exact: over the binomial number of those who change ({unchanged} do not), the binomial "
    "chance that the sign test rejects where {improved} of them improve.",
    (
        Reference(
            "Dixon WJ. Power functions of the sign test and power efficiency for normal "
            "alternatives. Ann Math Stat 1953;24:467-473.",
            "10.1214/aoms/1177728986",
        ),
    ),
    stepwise=True,
    least=1,
    example={"improved": 0.7, "unchanged": 0.1},
    opposite=_as_many_worse,
)
