"""The imputations that a study can name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes import Draws, Imputation, Reference, option
from dermoutcomes_multiple_imputation.record_matrix import Layout, filled_frame, layout, shifted

if TYPE_CHECKING:
    import polars as pl

__all__ = ["IMPUTATIONS", "ChainedOptions", "MonotoneOptions", "ReferenceOptions"]

M = 50
M_HELP = (
    "How many times missing values are filled. As many as the percentage of subjects with missing "
    "values is a good rule; 50 does for half of them."
)
BETWEEN_HELP = (
    "Steps of the Markov chain between two imputations, after 200 from the maximum of the "
    "likelihood: only where somebody misses a visit before another."
)
BY_ARM_HELP = (
    "Whether each arm has a model of its own; else one model has the arm among its predictors."
)
DELTA_HELP = (
    "Added to every imputed value, in its unit: how much worse or better than the model says those "
    "are who left."
)
DELTA_ARMS_HELP = "Arms whose imputed values are shifted; all but the reference arm unless stated."
RUBIN_1987 = Reference(
    "Rubin DB. Multiple Imputation for Nonresponse in Surveys. New York: Wiley; 1987.",
    "10.1002/9780470316696",
)
SCHAFER = Reference(
    "Schafer JL. Analysis of Incomplete Multivariate Data. London: Chapman & Hall; 1997.",
    "10.1201/9780367803025",
)
WHITE = Reference(
    "White IR, Royston P, Wood AM. Multiple imputation using chained equations: issues and "
    "guidance for practice. Stat Med 2011;30:377-399.",
    "10.1002/sim.4067",
)
BUUREN = Reference(
    "van Buuren S, Brand JPL, Groothuis-Oudshoorn CGM, Rubin DB. Fully conditional specification "
    "in multivariate imputation. J Stat Comput Simul 2006;76:1049-1064.",
    "10.1080/10629360600810434",
)
CARPENTER = Reference(
    "Carpenter JR, Roger JH, Kenward MG. Analysis of longitudinal trials with protocol deviation: "
    "a framework for relevant, accessible assumptions, and inference via multiple imputation. J "
    "Biopharm Stat 2013;23:1352-1371.",
    "10.1080/10543406.2013.834911",
)
AT_RANDOM = (
    "Values are missing at random: given the baseline, covariates, arm and other visits, whether a "
    "value is missing does not depend on it. Subjects who leave are taken to go on as those of "
    "their arm who stayed."
)


@frozen
class MonotoneOptions:
    """Options of `mi_monotone`."""

    m: int = option(M, M_HELP, at_least=2)
    by_arm: bool = option(True, BY_ARM_HELP)
    method: str = option(
        "normal",
        "How a value is drawn: from the normal distribution, or as that of an observed subject "
        "with a near prediction (predictive mean matching).",
        choices=("normal", "matching"),
    )
    between: int = option(20, BETWEEN_HELP, at_least=1)
    delta: float = option(0.0, DELTA_HELP)
    delta_arms: tuple[str, ...] | None = option(None, DELTA_ARMS_HELP)


@frozen
class ChainedOptions:
    """Options of `mi_chained`."""

    m: int = option(M, M_HELP, at_least=2)
    by_arm: bool = option(True, BY_ARM_HELP)
    method: str = option(
        "normal",
        "How a value is drawn: from the normal distribution, as that of an observed subject with "
        "a near prediction (predictive mean matching), or as 0 or 1 by logistic regression.",
        choices=("normal", "matching", "logistic"),
    )
    cycles: int = option(
        10,
        "How often every incomplete visit is gone over before an imputation is taken.",
        at_least=1,
    )
    delta: float = option(0.0, DELTA_HELP)
    delta_arms: tuple[str, ...] | None = option(None, DELTA_ARMS_HELP)


@frozen
class ReferenceOptions:
    """Options of the reference-based imputations."""

    m: int = option(M, M_HELP, at_least=2)
    between: int = option(20, BETWEEN_HELP, at_least=1)
    delta: float = option(0.0, DELTA_HELP)
    delta_arms: tuple[str, ...] | None = option(None, DELTA_ARMS_HELP)


def _completed(
    records: pl.DataFrame,
    expected: pl.DataFrame,
    options: Any,
    draws: Draws,
    copies: Callable[[Layout], list[Any]],
) -> pl.DataFrame:
    """What was filled, shifted as the options say."""
    table = layout(records, expected, draws)
    filled = filled_frame(table, copies(table))
    arms = (
        options.delta_arms
        if options.delta_arms is not None
        else tuple(arm for arm in draws.arms if arm != draws.reference_arm)
    )
    return shifted(filled, options.delta, arms)


def monotone(
    records: pl.DataFrame, expected: pl.DataFrame, options: MonotoneOptions, draws: Draws
) -> pl.DataFrame:
    """What sequential regressions fill."""
    from dermoutcomes_multiple_imputation.model_groups import by_group
    from dermoutcomes_multiple_imputation.monotone import sequential

    def one(values: Any, design: Any, rng: Any) -> list[Any]:
        return sequential(
            values, design, draws.m, options.between, rng, matching=options.method == "matching"
        )

    return _completed(
        records,
        expected,
        options,
        draws,
        lambda made: by_group(made, draws, one, by_arm=options.by_arm),
    )


def chained(
    records: pl.DataFrame, expected: pl.DataFrame, options: ChainedOptions, draws: Draws
) -> pl.DataFrame:
    """What regressions of each visit on all others fill."""
    from dermoutcomes_multiple_imputation.chained import chained as chains
    from dermoutcomes_multiple_imputation.model_groups import by_group

    def one(values: Any, design: Any, rng: Any) -> list[Any]:
        return chains(values, design, draws.m, options.cycles, rng, options.method)

    return _completed(
        records,
        expected,
        options,
        draws,
        lambda made: by_group(made, draws, one, by_arm=options.by_arm),
    )


def from_reference(
    records: pl.DataFrame,
    expected: pl.DataFrame,
    options: ReferenceOptions,
    draws: Draws,
    *,
    rule: str,
) -> pl.DataFrame:
    """What the reference arm's model fills after a subject left."""
    from dermoutcomes_multiple_imputation.reference_based import reference_based

    return _completed(
        records,
        expected,
        options,
        draws,
        lambda made: reference_based(made, draws, rule, options.between),
    )


MI_MONOTONE = Imputation(
    "mi_monotone",
    "Multiple imputation by sequential regression",
    impute=monotone,
    multiple=True,
    pooling="rubin",
    valid="mar",
    options=MonotoneOptions,
    references=(RUBIN_1987, SCHAFER),
    assumption=AT_RANDOM,
)
MI_CHAINED = Imputation(
    "mi_chained",
    "Multiple imputation by chained equations",
    impute=chained,
    multiple=True,
    pooling="rubin",
    valid="mar",
    options=ChainedOptions,
    references=(BUUREN, WHITE),
    assumption=AT_RANDOM,
)
JUMP_TO_REFERENCE = Imputation(
    "jump_to_reference",
    "Multiple imputation, jump to reference",
    impute=partial(from_reference, rule="jump"),
    multiple=True,
    pooling="rubin",
    valid="mnar",
    needs_reference=True,
    options=ReferenceOptions,
    references=(CARPENTER,),
    assumption="From the visit after which a subject of another arm left, its mean is that of the "
    "reference arm: the effect is lost at once. Values between others, and those of "
    "the reference arm, are missing at random.",
)
COPY_REFERENCE = Imputation(
    "copy_reference",
    "Multiple imputation, copy reference",
    impute=partial(from_reference, rule="copy"),
    multiple=True,
    pooling="rubin",
    valid="mnar",
    needs_reference=True,
    options=ReferenceOptions,
    references=(CARPENTER,),
    assumption="A subject of another arm who left is taken to have been of the reference arm "
    "throughout: what it had gained fades with the correlation of visits. Values "
    "between others, and those of the reference arm, are missing at random.",
)
COPY_INCREMENTS = Imputation(
    "copy_increments_from_reference",
    "Multiple imputation, copy increments from reference",
    impute=partial(from_reference, rule="increments"),
    multiple=True,
    pooling="rubin",
    valid="mnar",
    needs_reference=True,
    options=ReferenceOptions,
    references=(CARPENTER,),
    assumption="After a subject of another arm left, its mean changes as that of the reference "
    "arm does: it keeps what it had gained, and gains no more. Values between others, "
    "and those of the reference arm, are missing at random.",
)
IMPUTATIONS = (MI_MONOTONE, MI_CHAINED, JUMP_TO_REFERENCE, COPY_REFERENCE, COPY_INCREMENTS)
