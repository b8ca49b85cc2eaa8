"""Whether the odds ratio of arms differs between the levels of a subgroup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes import Stat, Task
from dermoutcomes.stats import empty_cell, failed_rows
from dermoutcomes_binary_models.designs import arm_of, design
from dermoutcomes_binary_models.logistic_model import Model, fit_model, model_columns, responders_of
from dermoutcomes_binary_models.maximum_likelihood import SeparationError, fit
from dermoutcomes_binary_models.selection import arms_in_order, compared_visits

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from dermoutcomes.stats import ChiSquare
    from dermoutcomes_binary_models.logistic import LogisticOptions

    Array = np.ndarray

__all__ = ["SUBGROUP_INTERACTION", "level_columns", "levels_differ", "run_between_levels"]

SUBGROUP_INTERACTION, LEVEL = "subgroup_interaction", "subgroup_level"
TEST = ("statistic", "df", "p_value")


def run_between_levels(task: Task, options: LogisticOptions) -> Iterator[Stat]:
    """Of each visit, the test of each comparison; of all arms too, where there are more than two.

    The model of the visit with the levels and with arm by level.
    """
    for visit in compared_visits(task):
        records, _, template = responders_of(task, visit)
        model = _with_levels(task, records)
        levels = sorted(set(records[LEVEL].to_list()))[1:]
        for name in visit.comparisons:
            first, second = task.comparisons[name].arm or ("", "")
            row = evolve(template, comparison=name, group=first, reference_group=second)
            if isinstance(model, tuple):
                yield from failed_rows(row, SUBGROUP_INTERACTION, TEST, *model)
            elif empty := [arm for arm in (first, second) if arm not in model.arms]:
                sentence = f"No record of arm {empty[0]!r} can be used."
                yield from failed_rows(row, SUBGROUP_INTERACTION, TEST, "one_arm_empty", sentence)
            else:
                yield from _rows_of(row, model, levels, {first: 1.0, second: -1.0}, options)
        if isinstance(model, Model) and len(model.arms) > 2:
            yield from _rows_of(template, model, levels, None, options)


def _with_levels(task: Task, records: pl.DataFrame) -> Model | tuple[str, str]:
    """The model with the levels and arm by level; a code and a sentence where there is none."""
    arms = arms_in_order(task, records)
    if len(arms) < 2:
        return "one_arm_empty", "Fewer than two arms have records."
    if problem := empty_cell(records, arms, task.subgroup or ""):
        return problem
    columns = model_columns(task, records, arms)
    built = design(records.height, columns | level_columns(columns, arms, records[LEVEL].to_list()))
    if lost := [name for name in built.aliased if name.startswith("arm ")]:
        return "aliased", f"Other columns of the model already say what {lost[0]} says."
    try:
        return fit_model(records, built, arms)
    except ValueError as error:
        code = "separation" if isinstance(error, SeparationError) else "not_estimable"
        return code, f"{str(error).capitalize()}."


def level_columns(
    columns: Mapping[str, Array], arms: list[str], levels: list[str]
) -> dict[str, Array]:
    """The columns of every level but the first, and of each arm at these levels, by name."""
    from dermoutcomes.stats import indicators

    names = sorted(set(levels))
    own = dict(zip(names[1:], indicators(levels, names).T, strict=True))
    return {f"{LEVEL} {level}": column for level, column in own.items()} | {
        _arm_at(arm, level): columns[arm_of(arm)] * column
        for arm in arms[1:]
        for level, column in own.items()
    }


def _arm_at(arm: str, level: str) -> str:
    return f"{arm_of(arm)}, {LEVEL} {level}"


def _rows_of(
    template: Stat,
    model: Model,
    levels: Sequence[str],
    weights: Mapping[str, float] | None,
    options: LogisticOptions,
) -> Iterator[Stat]:
    try:
        test = levels_differ(model, levels, weights, likelihood=options.based_on == "likelihood")
    except ValueError as error:
        yield from failed_rows(
            template, SUBGROUP_INTERACTION, TEST, "not_estimable", f"{str(error).capitalize()}."
        )
        return
    yield from template.rows(SUBGROUP_INTERACTION, n=len(model.y), **test._asdict())


def levels_differ(
    model: Model,
    levels: Sequence[str],
    weights: Mapping[str, float] | None,
    *,
    likelihood: bool,
) -> ChiSquare:
    """The test that a combination of arms (all arms, without weights) is the same at every level.

    `levels` are those that have columns: all but the first. Wald's, or the ratio of the likelihoods without and with the restriction. Raises ValueError
    where the restricted model has no likeliest coefficients.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test, restricted_columns

    of_arms = [weights] if weights else [{arm: 1.0} for arm in model.arms[1:]]
    contrasts = np.array(
        [
            model.design.contrast({_arm_at(arm, level): weight for arm, weight in one.items()})
            for one in of_arms
            for level in levels
        ]
    )
    if likelihood:
        restricted = fit(model.y, restricted_columns(model.design.x, contrasts))
        lost = 2 * (model.fit.log_likelihood - restricted.log_likelihood)
        return chi_square_test(max(0.0, lost), len(contrasts))
    value = contrasts @ model.fit.beta
    spread = contrasts @ model.fit.covariance @ contrasts.T
    return chi_square_test(float(value @ np.linalg.solve(spread, value)), len(contrasts))
