"""Whether the effect of arms differs between the levels of a subgroup: arm by level in the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes import Stat, Task
from dermoutcomes.stats import empty_cell, failed_rows
from dermoutcomes_ancova.fit_records import View, terms_of, views
from dermoutcomes_ancova.least_squares import FTest, f_test
from dermoutcomes_ancova.marginal_means import Model
from dermoutcomes_ancova.model_terms import Term, dependent, factor, product
from dermoutcomes_ancova.prepared import Problem, arms_problem, fitted_model

if TYPE_CHECKING:
    from dermoutcomes_ancova.ancova import AncovaOptions

__all__ = [
    "LEVEL",
    "SUBGROUP_INTERACTION",
    "level_interactions",
    "levels_differ",
    "run_between_levels",
]

SUBGROUP_INTERACTION, LEVEL = "subgroup_interaction", "subgroup_level"
F_TEST = ("statistic", "df_num", "df_den", "p_value")


def run_between_levels(task: Task, options: AncovaOptions) -> Iterator[Stat]:
    """Of each visit, the test of each comparison; of all arms too, where there are more than two.

    The model of the visit with the levels and with arm by level.
    """
    for view in views(task, baseline=options.baseline):
        fitted = _with_levels(task, view, options)
        if isinstance(fitted, Model):
            yield from _test_rows(view, fitted)
        else:
            for name, first, second in view.comparisons:
                template = evolve(
                    view.template, comparison=name, group=first, reference_group=second
                )
                yield from failed_rows(template, SUBGROUP_INTERACTION, F_TEST, *fitted)


def _with_levels(task: Task, view: View, options: AncovaOptions) -> Model | Problem:
    """The model of a view with the levels and arm by level; a code and a sentence without one."""
    if problem := arms_problem(view) or empty_cell(view.frame, view.arms, task.subgroup or ""):
        return problem
    try:
        terms = terms_of(view, interacting=options.interaction)
    except ValueError as error:
        return "unfit_covariate", f"{str(error)[0].upper()}{str(error)[1:]}."
    formula = f"{view.formula} + {task.subgroup} + arm:{task.subgroup}"
    return fitted_model(
        view,
        level_interactions(terms, view.frame[LEVEL].to_list()),
        formula,
        robust=options.std_error == "hc3",
    )


def level_interactions(terms: tuple[Term, ...], levels: list[str]) -> tuple[Term, ...]:
    """The terms, the first of them the arms, with the levels and with arm by level.

    Levels that a stratum says already have no columns of their own.
    """
    level = factor(LEVEL, levels, sorted(set(levels)))
    own = (level,) if LEVEL not in dependent((*terms, level)) else ()
    return (*terms, *own, product(terms[0], level))


def _test_rows(view: View, fitted: Model) -> Iterator[Stat]:
    for name, first, second in view.comparisons:
        template = evolve(view.template, comparison=name, group=first, reference_group=second)
        if {first, second} <= set(fitted.arms):
            yield from _rows_of(template, view, levels_differ(fitted, first, second))
        else:
            empty = next(arm for arm in (first, second) if arm not in fitted.arms)
            yield from failed_rows(
                template,
                SUBGROUP_INTERACTION,
                F_TEST,
                "one_arm_empty",
                f"The arm {empty!r} has no record at this visit.",
            )
    if len(fitted.arms) > 2:
        yield from _rows_of(view.template, view, levels_differ(fitted))


def _rows_of(template: Stat, view: View, test: FTest) -> Iterator[Stat]:
    yield from template.rows(
        SUBGROUP_INTERACTION,
        n=view.frame.height,
        statistic=test.statistic,
        df_num=test.df_num,
        df_den=test.df_den,
        p_value=test.p_value,
    )


def levels_differ(fitted: Model, first: str = "", second: str = "") -> FTest:
    """The F test that the difference of two arms is the same at every level; of all without them.

    The rows of the hypothesis are differences of the arms' coefficients of arm by level; the
    reference arm has none, so that they are 0.
    """
    import numpy as np

    name = f"{fitted.terms[0].name}:{LEVEL}"
    of_term = np.eye(len(fitted.fit.coefficients))[fitted.fit.columns[name]]
    if not (first and second):
        return f_test(fitted.fit, of_term)
    by_arm = of_term.reshape(len(fitted.arms) - 1, -1, of_term.shape[1])
    of_arm = {arm: by_arm[number] for number, arm in enumerate(fitted.arms[1:])}
    of_arm[fitted.arms[0]] = np.zeros_like(by_arm[0])
    return f_test(fitted.fit, of_arm[first] - of_arm[second])
