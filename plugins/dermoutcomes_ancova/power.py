"""How many subjects an analysis of covariance needs."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt

from attrs import frozen

from dermoutcomes import PlannedTest, Power, Reference, option

__all__ = ["ANCOVA_POWER", "AdjustedMeans", "ancova_power"]


@frozen
class AdjustedMeans:
    """What is assumed of two means adjusted for baseline."""

    effect: float = option(
        help="The adjusted difference of the means that is to be found, in the unit of the "
        "endpoint."
    )
    sd: float = option(
        help="Standard deviation at the visit, in an arm: of the value, also where changes are "
        "analysed."
    )
    correlation: float = option(
        help="Correlation of that value with the baseline and other covariates together.",
        at_least=-0.999,
        at_most=0.999,
    )
    covariates: int = option(
        1,
        "Number of covariates (and levels of strata less one), each of which takes a degree of "
        "freedom.",
        at_least=0,
    )

    def __attrs_post_init__(self) -> None:
        if self.effect == 0:
            raise ValueError("effect = 0 is what the test refutes: no number of subjects shows it")
        if not self.sd > 0:
            raise ValueError("sd must be above 0")


def ancova_power(n: Sequence[float], assumed: AdjustedMeans, test: PlannedTest) -> float:
    """Power of the adjusted difference.

    The t-test's, with the variance times 1 - r² and a degree of freedom less for each covariate.
    """
    from scipy.stats import nct, t

    df = sum(n) - 2 - assumed.covariates
    if df < 1:
        return 0.0
    residual = assumed.sd * sqrt(1 - assumed.correlation**2)
    critical, shift = (
        float(t.isf(test.tail, df)),
        abs(assumed.effect) / (residual * sqrt(1 / n[0] + 1 / n[1])),
    )
    if (
        shift > 37
    ):  # beyond the reach of the noncentral t; the chance differs from 1 by less than 1e-15 unless t is as large
        return 1.0 if critical < 25 else 0.0
    lower = float(nct.cdf(-critical, df, shift)) if test.sided == 2 else 0.0
    return float(nct.sf(critical, df, shift)) + (lower if isfinite(lower) else 0.0)


ANCOVA_POWER = Power(
    ancova_power,
    AdjustedMeans,
    "Power = P(|T| > t) for T noncentral t on n1 + n2 - 2 - {covariates} degrees of freedom with "
    "noncentrality effect / (sd √(1 - r²) √(1/n1 + 1/n2)), effect {effect}, sd {sd}, r "
    "{correlation}: the t-test's number of subjects times 1 - r². Further arms of the model would "
    "add to the degrees of freedom and are not counted.",
    (
        Reference(
            "Borm GF, Fransen J, Lemmens WAJG. A simple sample size formula for analysis of "
            "covariance in randomized clinical trials. J Clin Epidemiol 2007;60:1234-1238.",
            "10.1016/j.jclinepi.2007.02.006",
        ),
    ),
    example={"effect": 0.5, "sd": 1.0, "correlation": 0.5},
)
