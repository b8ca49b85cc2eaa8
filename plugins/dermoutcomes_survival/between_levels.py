"""Whether the hazard ratio of arms differs between the levels of a subgroup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import empty_cell, failed_rows
from dermoutcomes_survival.cox_fit import Fit, fit
from dermoutcomes_survival.hazards import Ties
from dermoutcomes_survival.robust import robust_covariance
from dermoutcomes_survival.survival_times import Sample, compared, happened, sample, unitless

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare
    from dermoutcomes_survival.cox import CoxOptions

    Numbers = NDArray[np.float64]

__all__ = [
    "SUBGROUP_INTERACTION",
    "LevelModel",
    "level_model",
    "levels_differ",
    "run_between_levels",
]

SUBGROUP_INTERACTION, LEVEL = "subgroup_interaction", "subgroup_level"
TEST = ("statistic", "df", "p_value")


@frozen(eq=False)
class LevelModel:
    """A fit with levels and arm by level, which are its last columns.

    `arms` has the reference first; arm by level has a column for each other arm (the slowest) and
    each level but the first. `covariance` is that of the model, or the robust one.
    """

    x: Numbers
    frame: pl.DataFrame
    fit: Fit
    covariance: Numbers
    arms: tuple[str, ...]
    n_levels: int


def run_between_levels(task: Task, options: CoxOptions) -> Iterator[Stat]:
    """The test of each comparison; of all arms too, where there are more than two."""
    cohort = sample(task)
    try:
        model = _model(task, options, cohort)
    except ValueError as error:
        for pair in compared(task, cohort):
            yield from failed_rows(
                unitless(pair.template), SUBGROUP_INTERACTION, TEST, *str(error).split(": ", 1)
            )
        return
    robust = options.variance == "robust"
    for pair in compared(task, cohort):
        template = unitless(pair.template)
        if pair.empty:
            sentence = f"Nobody in {pair.empty!r} has a time."
            yield from failed_rows(template, SUBGROUP_INTERACTION, TEST, "one_arm_empty", sentence)
            continue
        yield from _rows_of(template, model, (pair.group, pair.reference_group), robust=robust)
    if len(model.arms) > 2:
        template = Stat(
            "n",
            unit="",
            n_subjects=model.frame["subject"].n_unique(),
            n_records=model.frame.height,
        )
        yield from _rows_of(template, model, (), robust=robust)


def _model(task: Task, options: CoxOptions, cohort: Sample) -> LevelModel:
    from dermoutcomes.stats import complete_cases

    arms = [arm for arm in cohort.arms if arm is not None and cohort.of(arm).height]
    frame = complete_cases(cohort.frame.filter(pl.col("arm").is_in(arms)), task.covariates)
    if len(arms) < 2:
        raise ValueError("one_arm_empty: Fewer than two arms have anybody with a time.")
    if problem := empty_cell(frame, arms, task.subgroup or ""):
        raise ValueError(": ".join(problem))
    if task.reference_arm in arms:
        arms.sort(key=lambda arm: arm != task.reference_arm)
    ties: Ties = options.ties  # type: ignore[assignment]
    return level_model(frame, arms, task.covariates, ties=ties, robust=options.variance == "robust")


def level_model(
    frame: pl.DataFrame,
    arms: Sequence[str],
    covariates: tuple[str, ...],
    *,
    ties: Ties = "efron",
    robust: bool = False,
) -> LevelModel:
    """The fit to arms, covariates, levels and arm by level; the first of the arms is the reference.

    `frame` has subject, arm, _time, event, _stratum, subgroup_level and the covariates. Levels that
    the strata say already have no columns of their own. Raises ValueError where there is no event
    or no likeliest model.
    """
    import numpy as np

    from dermoutcomes.stats import independent_columns, indicators, model_columns

    columns = model_columns(frame, tuple(arms), arms[0], covariates).x
    names = sorted(set(frame[LEVEL].to_list()))
    levels = indicators(frame[LEVEL].to_list(), names)
    strata = frame["_stratum"].to_list()
    # The hazard of a stratum takes what is constant within it, as an intercept does.
    of_strata = np.column_stack(
        [np.ones(frame.height), indicators(strata, sorted(set(strata))), columns]
    )
    kept = independent_columns(np.hstack([of_strata, levels]))
    own = [place - of_strata.shape[1] for place in kept if place >= of_strata.shape[1]]
    products = [arm * level for arm in columns.T[: len(arms) - 1] for level in levels.T]
    x = np.column_stack([columns, levels[:, own], *products])
    fitted = fit(frame["_time"].to_list(), frame["event"].to_list(), x, strata, ties)
    covariance = (
        robust_covariance(fitted, frame["subject"].to_list()) if robust else fitted.covariance
    )
    return LevelModel(x, frame, fitted, covariance, tuple(arms), len(names))


def _rows_of(
    template: Stat, model: LevelModel, pair: Sequence[str], *, robust: bool
) -> Iterator[Stat]:
    try:
        test = levels_differ(model, pair, robust=robust)
    except ValueError as error:
        yield from failed_rows(template, SUBGROUP_INTERACTION, TEST, *str(error).split(": ", 1))
        return
    yield from template.rows(
        SUBGROUP_INTERACTION,
        n=model.frame.height,
        n_events=happened(model.frame),
        **test._asdict(),
    )


def levels_differ(
    model: LevelModel, pair: Sequence[str] = (), *, robust: bool = False
) -> ChiSquare:
    """The test that the hazard ratio of two arms (of all, without a pair) is the same at every level.

    The ratio of the likelihoods without and with that restriction; Wald's with a robust variance.
    Raises ValueError where the restricted model has no likeliest coefficients.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test, restricted_columns

    contrasts = _contrasts(model, pair)
    if robust:
        value = contrasts @ model.fit.beta
        spread = contrasts @ model.covariance @ contrasts.T
        return chi_square_test(float(value @ np.linalg.solve(spread, value)), len(contrasts))
    restricted = fit(
        model.frame["_time"].to_list(),
        model.frame["event"].to_list(),
        restricted_columns(model.x, contrasts),
        model.frame["_stratum"].to_list(),
        model.fit.ties,
    )
    lost = 2 * (model.fit.log_likelihood - restricted.log_likelihood)
    return chi_square_test(max(0.0, lost), len(contrasts))


def _contrasts(model: LevelModel, pair: Sequence[str]) -> Numbers:
    """Rows of weights of the coefficients that are 0 where the ratio is the same at every level."""
    import numpy as np

    others, steps = len(model.arms) - 1, model.n_levels - 1
    of_products = np.eye(model.x.shape[1])[-others * steps :]
    if not pair:
        return of_products
    by_arm = of_products.reshape(others, steps, -1)
    of_arm = dict(zip(model.arms[1:], by_arm, strict=True))
    of_arm[model.arms[0]] = np.zeros_like(by_arm[0])
    return np.asarray(of_arm[pair[0]] - of_arm[pair[1]])
