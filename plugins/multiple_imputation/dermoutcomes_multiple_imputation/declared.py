"""The imputations that a study can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes import Draws, Imputation, Reference, option
from dermoutcomes_multiple_imputation.layout import filled_frame, layout

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MI_MONOTONE", "MonotoneOptions"]

M_HELP = ("How many times missing values are filled. White, Royston and Wood (2011) ask for as many as the percentage of subjects with "
          "missing values; 50 does for half of them.")
BETWEEN_HELP = "Steps of the Markov chain between two imputations, after 200 steps from the maximum of the likelihood."
RUBIN_1987 = Reference("Rubin DB. Multiple Imputation for Nonresponse in Surveys. New York: Wiley; 1987.", "10.1002/9780470316696")
WHITE = Reference("White IR, Royston P, Wood AM. Multiple imputation using chained equations: issues and guidance for practice. Stat Med "
                  "2011;30:377-399.", "10.1002/sim.4067")


@frozen
class MonotoneOptions:
    """Options of `mi_monotone`."""

    m: int = option(50, M_HELP, at_least=2)
    by_arm: bool = option(True, "Whether each arm has a model of its own; else one model has the arm among its predictors.")
    method: str = option("normal", "How a value is drawn: from the normal distribution, or as that of an observed subject with a near "
                                   "prediction (predictive mean matching).", choices=("normal", "matching"))
    between: int = option(20, BETWEEN_HELP, at_least=1)


def monotone(records: pl.DataFrame, expected: pl.DataFrame, options: MonotoneOptions, draws: Draws) -> pl.DataFrame:
    """What sequential regressions fill."""
    from dermoutcomes_multiple_imputation.groups import by_group
    from dermoutcomes_multiple_imputation.monotone import sequential

    def one(values: Any, design: Any, rng: Any) -> list[Any]:
        return sequential(values, design, draws.m, options.between, rng, matching=options.method == "matching")

    made = layout(records, expected, draws)
    return filled_frame(made, by_group(made, draws, one, apart=options.by_arm))


MI_MONOTONE = Imputation(
    "mi_monotone", "Multiple imputation by sequential regression", impute=monotone, multiple=True, valid="mar", options=MonotoneOptions,
    references=(RUBIN_1987, WHITE),
    assumption="Values are missing at random: given the baseline, covariates, arm and earlier values, whether a value is missing does not "
               "depend on it. Subjects who leave are taken to go on as those of their arm who stayed.")
