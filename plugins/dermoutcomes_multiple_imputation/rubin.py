"""Rubin's rules.

One estimate of many imputations, with the degrees of freedom of Barnard and Rubin.
"""

from __future__ import annotations

import math

from attrs import frozen

from dermoutcomes import Estimate, Pooled, Pooling, Reference, option

__all__ = ["RUBIN", "Between", "RubinOptions", "rubins_rules", "variances"]

BARNARD_RUBIN, RUBIN_1987 = "Barnard-Rubin", "Rubin 1987"
# A variance between imputations this small beside that within them is a rounding error.
NOTHING = 1e-26


@frozen
class RubinOptions:
    """Options of `rubin`."""

    df: str = option(
        BARNARD_RUBIN,
        "Degrees of freedom: of Barnard and Rubin, which never exceed those of complete data, or "
        "of Rubin (1987), which take the data for infinite.",
        choices=(BARNARD_RUBIN, RUBIN_1987),
    )


@frozen
class Between:
    """Variances over imputations.

    `within` the mean of squared standard errors, `between` that of the estimates, `total` of the
    mean.
    """

    mean: float
    within: float
    between: float
    total: float
    m: int

    @property
    def riv(self) -> float | None:
        """Relative increase in variance through missing values.

        None where nothing varies within imputations.
        """
        return self.added / self.within if self.within > 0 else None

    @property
    def lambda_(self) -> float:
        """Share of the total variance that is due to missing values."""
        return self.added / self.total if self.total > 0 else 0.0

    @property
    def added(self) -> float:
        """What the imputations add to the variance: (1 + 1/m) times that between them."""
        return (1 + 1 / self.m) * self.between


def variances(estimates: tuple[Estimate, ...]) -> Between:
    """The variances of two or more estimates.

    Sums are exact, so that their order does not matter.
    """
    m = len(estimates)
    mean = math.fsum(estimate.estimate for estimate in estimates) / m
    within = math.fsum(estimate.std_error**2 for estimate in estimates) / m
    between = math.fsum((estimate.estimate - mean) ** 2 for estimate in estimates) / (m - 1)
    between = 0.0 if between <= NOTHING * max(within, mean**2) else between
    return Between(mean, within, between, within + (1 + 1 / m) * between, m)


def df_1987(parts: Between) -> float:
    """Rubin's degrees of freedom, (m - 1) / lambda²; infinite where imputations do not differ."""
    return (parts.m - 1) / parts.lambda_**2 if parts.lambda_ > 0 else math.inf


def df_barnard_rubin(parts: Between, complete: float) -> float:
    """The same, held to those that the complete data would have.

    Where all variance is due to missing values, these say nothing.
    """
    rubin_1987 = df_1987(parts)
    if math.isinf(complete) or parts.within == 0:
        return rubin_1987
    observed = (complete + 1) / (complete + 3) * complete * (1 - parts.lambda_)
    return observed if math.isinf(rubin_1987) else rubin_1987 * observed / (rubin_1987 + observed)


def fraction_missing(parts: Between, df: float) -> float | None:
    """Fraction of information that is missing, (riv + 2 / (df + 3)) / (riv + 1)."""
    return (
        None
        if parts.riv is None
        else (parts.riv + (0.0 if math.isinf(df) else 2 / (df + 3))) / (parts.riv + 1)
    )


def rubins_rules(estimates: tuple[Estimate, ...], options: RubinOptions) -> Pooled:
    """The mean estimate with its total standard error.

    Complete-data degrees of freedom are the mean of those given, or infinite.
    """
    parts = variances(estimates)
    dfs = [estimate.df for estimate in estimates if estimate.df is not None]
    complete = math.fsum(dfs) / len(dfs) if len(dfs) == len(estimates) else math.inf
    df = df_1987(parts) if options.df == RUBIN_1987 else df_barnard_rubin(parts, complete)
    measures = {"riv": parts.riv, "lambda": parts.lambda_, "fmi": fraction_missing(parts, df)}
    return Pooled(parts.mean, math.sqrt(parts.total), None if math.isinf(df) else df, measures)


RUBIN = Pooling(
    "rubin",
    "Rubin's rules",
    pool=rubins_rules,
    options=RubinOptions,
    measures=("riv", "lambda", "fmi"),
    method="The analysis was repeated on {m} imputations and pooled by Rubin's rules (degrees of "
    "freedom: {df}).",
    references=(
        Reference(
            "Rubin DB. Multiple Imputation for Nonresponse in Surveys. New York: Wiley; 1987.",
            "10.1002/9780470316696",
        ),
        Reference(
            "Barnard J, Rubin DB. Small-sample degrees of freedom with multiple imputation. "
            "Biometrika 1999;86:948-955.",
            "10.1093/biomet/86.4.948",
        ),
    ),
)
