"""How many subjects the comparisons of two arms need."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt

from attrs import evolve, frozen

from dermoutcomes import PlannedTest, Power, Reference, option

__all__ = [
    "EQUIVALENCE_POWER",
    "MANN_WHITNEY_POWER",
    "NONINFERIORITY_POWER",
    "POOLED_T_POWER",
    "WELCH_T_POWER",
    "Ranks",
    "TwoMeansAssumed",
    "UnequalMeans",
    "WithinMargin",
    "equivalence_power",
    "mann_whitney_power",
    "noninferiority_power",
    "pooled_t_power",
    "t_power",
    "welch_t_power",
]


@frozen
class TwoMeansAssumed:
    """What is assumed of the two means."""

    effect: float = option(
        help="The difference of the means that is to be found, in the unit of the endpoint."
    )
    sd: float = option(
        help="Standard deviation of what is analysed, in an arm: of the change, where changes are."
    )

    def __attrs_post_init__(self) -> None:
        _some(self.effect)
        _positive(sd=self.sd)


@frozen
class UnequalMeans(TwoMeansAssumed):
    """What is assumed of two means whose spread may differ."""

    sd_second: float | None = option(
        None, "The same in the second arm of the comparison, where it differs."
    )

    def __attrs_post_init__(self) -> None:
        _some(self.effect)
        _positive(sd=self.sd, sd_second=1 if self.sd_second is None else self.sd_second)


@frozen
class Ranks:
    """What is assumed of two distributions.

    How often the first is above the second, or normal ones that are shifted.
    """

    superiority: float | None = option(
        None, "P(first above second) + P(equal) / 2: 0.5 is no effect.", at_least=0, at_most=1
    )
    effect: float | None = option(None, "A shift between normal distributions, in place of it.")
    sd: float | None = option(None, "Standard deviation of these.")

    def __attrs_post_init__(self) -> None:
        if (self.superiority is None) != (self.effect is not None and self.sd is not None) or (
            self.effect is None
        ) != (self.sd is None):
            raise ValueError("the effect is stated once: superiority, or effect with sd")
        if self.superiority == 0.5:
            raise ValueError(
                "superiority = 0.5 is what the test refutes: no number of subjects shows it"
            )
        if self.effect is not None:
            _some(self.effect)
            _positive(sd=self.sd or 0)

    @property
    def above(self) -> float:
        """As stated, or Φ(effect / (√2 sd))."""
        from scipy.special import ndtr

        return (
            self.superiority
            if self.superiority is not None
            else float(ndtr((self.effect or 0) / (sqrt(2) * (self.sd or 1))))
        )


@frozen
class WithinMargin:
    """What is assumed of two means that do not differ by much."""

    sd: float = option(
        help="Standard deviation of what is analysed, in an arm; of the differences within a "
        "subject, where arms are inside one."
    )
    effect: float = option(0.0, "The true difference: above 0 where the first arm is better.")

    def __attrs_post_init__(self) -> None:
        _positive(sd=self.sd)


def _some(effect: float) -> None:
    if effect == 0:
        raise ValueError("effect = 0 is what the test refutes: no number of subjects shows it")


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0")


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
    lower = float(nct.cdf(-critical, df, shift)) if two_sided else 0.0
    return float(nct.sf(critical, df, shift)) + (lower if isfinite(lower) else 0.0)


def pooled_t_power(n: Sequence[float], assumed: TwoMeansAssumed, test: PlannedTest) -> float:
    """Power of Student's t-test with n subjects in each arm; exact."""
    return t_power(
        test.tail,
        sum(n) - 2,
        assumed.effect / (assumed.sd * sqrt(1 / n[0] + 1 / n[1])),
        two_sided=test.sided == 2,
    )


def welch_t_power(n: Sequence[float], assumed: UnequalMeans, test: PlannedTest) -> float:
    """Power of Welch's t-test.

    A noncentral t with Satterthwaite's degrees of freedom at the assumed variances.
    """
    first_share, second_share = (
        assumed.sd**2 / n[0],
        (assumed.sd if assumed.sd_second is None else assumed.sd_second) ** 2 / n[1],
    )
    df = (first_share + second_share) ** 2 / (
        first_share**2 / (n[0] - 1) + second_share**2 / (n[1] - 1)
    )
    return t_power(
        test.tail, df, assumed.effect / sqrt(first_share + second_share), two_sided=test.sided == 2
    )


def mann_whitney_power(n: Sequence[float], assumed: Ranks, test: PlannedTest) -> float:
    """Noether's power.

    Φ(√(12 c (1 - c) N) |P - 1/2| - z) with the share c of N subjects in the first arm.
    """
    from scipy.special import ndtr, ndtri

    share = n[0] / sum(n)
    return float(
        ndtr(sqrt(12 * share * (1 - share) * sum(n)) * abs(assumed.above - 0.5) + ndtri(test.tail))
    )


def _error(n: Sequence[float], sd: float) -> tuple[float, float]:
    """Standard error and degrees of freedom of a difference of two arms.

    Within subjects they are those of the mean difference.
    """
    return (
        (sd / sqrt(n[0]), n[0] - 1) if len(n) == 1 else (sd * sqrt(1 / n[0] + 1 / n[1]), sum(n) - 2)
    )


def noninferiority_power(n: Sequence[float], assumed: WithinMargin, test: PlannedTest) -> float:
    """Power of the one-sided test against the margin.

    Its distance from the truth is margin + effect; exact for one variance.
    """
    error, df = _error(n, assumed.sd)
    distance = (test.margin or 0) + assumed.effect
    return t_power(test.tail, df, distance / error, two_sided=False) if distance > 0 else 0.0


def equivalence_power(n: Sequence[float], assumed: WithinMargin, test: PlannedTest) -> float:
    """Power of two one-sided tests at alpha.

    Over the distribution of the standard deviation, the chance that both reject; exact.
    """
    import numpy as np
    from scipy.special import ndtr
    from scipy.stats import chi, t

    error, df = _error(n, assumed.sd)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    low, high = float(chi.ppf(1e-14, df)), float(chi.isf(1e-14, df))
    root = (high - low) / 2 * nodes + (high + low) / 2
    half_width = t.isf(test.alpha, df) * root / np.sqrt(df)
    margin = test.margin or 0.0
    inside = ndtr((margin - assumed.effect) / error - half_width) - ndtr(
        (-margin - assumed.effect) / error + half_width
    )
    return float((high - low) / 2 * np.sum(weights * chi.pdf(root, df) * np.maximum(inside, 0.0)))


def _other_way(assumed: Ranks, _test: PlannedTest) -> Ranks:
    return evolve(
        assumed,
        superiority=None if assumed.superiority is None else 1 - assumed.superiority,
        effect=None if assumed.effect is None else -assumed.effect,
    )


def _other_side(assumed: WithinMargin, _test: PlannedTest) -> WithinMargin:
    return evolve(assumed, effect=-assumed.effect)


def _no_margin(assumed: WithinMargin, test: PlannedTest) -> list[str]:
    if test.margin is None:
        return ["the comparison states no margin"]
    return (
        []
        if test.margin + assumed.effect > 0
        else [
            (
                f"an effect of {assumed.effect:g} lies beyond the margin of {test.margin:g}: no "
                "number of subjects shows it"
            )
        ]
    )


def _beyond(assumed: WithinMargin, test: PlannedTest) -> list[str]:
    if test.margin is None:
        return ["the comparison states no margin"]
    return (
        []
        if abs(assumed.effect) < test.margin
        else [
            (
                f"an effect of {assumed.effect:g} lies beyond the margin of {test.margin:g}: no "
                "number of subjects shows it"
            )
        ]
    )


NONCENTRAL = Reference(
    "Johnson NL, Welch BL. Applications of the non-central t-distribution. Biometrika "
    "1940;31:362-389.",
    "10.1093/biomet/31.3-4.362",
)
JULIOUS = Reference(
    "Julious SA. Sample sizes for clinical trials with normal data. Stat Med 2004;23:1921-1986.",
    "10.1002/sim.1783",
)

POOLED_T_POWER = Power(
    pooled_t_power,
    TwoMeansAssumed,
    "Power = P(|T| > t) for T noncentral t on n1 + n2 - 2 degrees of freedom with noncentrality "
    "effect / (sd √(1/n1 + 1/n2)), effect {effect}, sd {sd}; exact for normal data.",
    (NONCENTRAL,),
    example={"effect": 0.5, "sd": 1.0},
)
WELCH_T_POWER = Power(
    welch_t_power,
    UnequalMeans,
    "Power = P(|T| > t) for T noncentral t with noncentrality effect / √(sd1²/n1 + sd2²/n2) and "
    "Satterthwaite's degrees of freedom at these variances, effect {effect}, sd {sd} (second arm: "
    "{sd_second}, as the first where not stated).",
    (NONCENTRAL, JULIOUS),
    example={"effect": 0.5, "sd": 1.0, "sd_second": 1.25},
)
MANN_WHITNEY_POWER = Power(
    mann_whitney_power,
    Ranks,
    "Noether's formula: power = Φ(√(12 c (1 - c) N) |P - 1/2| - z) with the share c of N subjects "
    "in the first arm and P = {superiority}, the chance that one of the first arm is above one of "
    "the second (for normal distributions Φ(effect / (√2 sd)), effect {effect}, sd {sd}).",
    (
        Reference(
            "Noether GE. Sample size determination for some common nonparametric tests. J Am Stat "
            "Assoc 1987;82:645-647.",
            "10.1080/01621459.1987.10478478",
        ),
    ),
    example={"superiority": 0.65},
    opposite=_other_way,
)
NONINFERIORITY_POWER = Power(
    noninferiority_power,
    WithinMargin,
    "Power = P(T > t) for T noncentral t with noncentrality (margin + effect) / standard error, "
    "one-sided at half of a two-sided alpha, true effect {effect}, sd {sd}; exact for normal data "
    "of equal variances.",
    (JULIOUS,),
    refuse=_no_margin,
    example={"sd": 1.0},
)
EQUIVALENCE_POWER = Power(
    equivalence_power,
    WithinMargin,
    "Chance that both one-sided t-tests at alpha reject, integrated over the distribution of the "
    "standard deviation (Owen's Q), true effect {effect}, sd {sd}; exact for normal data of equal "
    "variances.",
    (
        JULIOUS,
        Reference(
            "Phillips KF. Power of the two one-sided tests procedure in bioequivalence. J "
            "Pharmacokinet Biopharm 1990;18:137-144.",
            "10.1007/BF01063556",
        ),
    ),
    refuse=_beyond,
    example={"effect": 0.1, "sd": 0.5},
    opposite=_other_side,
)
