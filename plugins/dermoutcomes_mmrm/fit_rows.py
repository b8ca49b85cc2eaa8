"""A fitted model as result rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import isfinite

import numpy as np
from attrs import evolve

from dermoutcomes import Stat, Task
from dermoutcomes.stats import NO_DIRECTION, residual_rows, tail_of
from dermoutcomes_mmrm.attempts import Attempted
from dermoutcomes_mmrm.comparison_contrasts import ComparisonContrast
from dermoutcomes_mmrm.contrasts import Contrasts, Estimates
from dermoutcomes_mmrm.fit import Fit, record_residuals
from dermoutcomes_mmrm.marginal_means import margins, type3
from dermoutcomes_mmrm.model import name_of
from dermoutcomes_mmrm.record_roles import ARM, VISIT, Setting

__all__ = [
    "comparison_rows",
    "correlation_rows",
    "description_rows",
    "failed_comparison",
    "finite",
    "record_rows",
    "residuals_of_fit",
]

DIFFERENCE, MEAN, EACH, TYPE_3 = "ls_mean_difference", "ls_mean", "visit_difference", "type_3"
COVARIANCE, COEFFICIENT, MODEL = "covariance", "coefficient", "model"
RESIDUALS = "residuals"
FULL = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)


def comparison_rows(
    task: Task,
    contrasts: Contrasts,
    comparisons: Sequence[ComparisonContrast],
    warning: str | None = None,
) -> Iterator[Stat]:
    """The decisive rows of every comparison."""
    for comparison in comparisons:
        if comparison.row is None:
            yield from failed_comparison(comparison.template, comparison.reason or "")
            continue
        n = _n_compared(contrasts.fit, comparison.template)
        template = evolve(comparison.template, n_subjects=n, warning=warning)
        yield from template.rows(DIFFERENCE, n=n)
        yield from _size_rows(contrasts.fit, comparison.template)
        yield from _estimate_rows(
            task,
            template,
            DIFFERENCE,
            contrasts.estimates(comparison.row),
            comparison.offset,
            sided=True,
        )


def failed_comparison(template: Stat, reason: str) -> Iterator[Stat]:
    """All rows of a comparison that has no answer."""
    code, _, sentence = reason.partition(": ")
    for row in template.rows(DIFFERENCE, n=None, **dict.fromkeys(FULL)):
        yield row.failed(code, sentence)


def correlation_rows(
    contrasts: Contrasts, comparisons: Sequence[ComparisonContrast]
) -> Iterator[Stat]:
    """How each two comparisons' estimates go together, which single-step procedures need."""
    estimable = [comparison for comparison in comparisons if comparison.row is not None]
    if len(estimable) < 2:
        return
    rows = np.array([comparison.row for comparison in estimable])
    products = rows @ contrasts.covariance @ rows.T
    sd = np.sqrt(np.diag(products))
    for i, first in enumerate(estimable):
        for j, second in enumerate(estimable):
            if i != j:
                value = float(np.clip(products[i, j] / (sd[i] * sd[j]), -1, 1))
                yield evolve(
                    first.template,
                    stat="correlation",
                    value=value,
                    term=DIFFERENCE,
                    level=second.template.comparison,
                    unit="",
                )


def description_rows(
    task: Task, setting: Setting, attempt: Attempted, contrasts: Contrasts, type3_covariates: str
) -> Iterator[Stat]:
    """Everything that does not belong to one comparison."""
    template = Stat(
        "n", unit=task.unit, n_subjects=attempt.fit.n_subjects, n_records=attempt.fit.n_obs
    )
    yield from _model_rows(task, template, setting, attempt)
    yield from _mean_rows(task, template, contrasts)
    yield from _pair_rows(task, template, contrasts)
    yield from _test_rows(template, contrasts, type3_covariates)
    yield from _covariance_rows(template, contrasts.fit)
    yield from _coefficient_rows(template, contrasts)


def finite(stats: Iterable[Stat]) -> Iterator[Stat]:
    """The rows, with those whose number is not one as failures."""
    for stat in stats:
        lost = stat.value is not None and not isfinite(stat.value)
        yield (
            stat.failed("not_determined", "The data determine this so poorly that it is no number.")
            if lost
            else stat
        )


def _model_rows(task: Task, template: Stat, setting: Setting, attempt: Attempted) -> Iterator[Stat]:
    fit = attempt.fit
    incomplete = (
        f"incomplete: {setting.incomplete} records lack a covariate or stratum and were left out."
        if setting.incomplete
        else None
    )
    template = evolve(template, unit="")
    yield evolve(
        template,
        stat="mmrm_covariance",
        term=MODEL,
        text=fit.structure.name,
        warning=attempt.warning,
    )
    constant = (
        f"constant: {', '.join(setting.constant)} did not vary and was left out of the model."
        if setting.constant
        else None
    )
    yield evolve(
        template,
        stat="mmrm_formula",
        term=MODEL,
        text=" + ".join(name_of(term) for term in fit.terms),
        warning=constant,
    )
    yield from evolve(template, warning=incomplete).rows(
        MODEL, n=fit.n_subjects, n_missing=len(_subjects_with_record(task)) - fit.n_subjects
    )
    yield from template.rows(
        MODEL,
        mmrm_minus2_loglik=fit.minus2_loglik,
        aic=fit.aic,
        mmrm_aicc=fit.aicc,
        bic=fit.bic,
        mmrm_n_parameters=fit.n_parameters,
        mmrm_iterations=fit.optimum.iterations,
        mmrm_gradient=fit.optimum.largest_gradient,
        mmrm_hessian=fit.optimum.smallest_eigenvalue,
    )


def _subjects_with_record(task: Task) -> set[str]:
    """The subjects of the task with a record, used or not; of an arm, where there are several."""
    return {
        subject
        for records in (task.records, task.lost)
        for subject, arm in records.select("subject", ARM).iter_rows()
        if arm is not None or task.design != "parallel"
    }


def _mean_rows(task: Task, template: Stat, contrasts: Contrasts) -> Iterator[Stat]:
    fit = contrasts.fit
    cells = list(margins(fit, [ARM, VISIT] if ARM in fit.data.factors else [VISIT]))
    estimates = contrasts.estimates(np.array([row for _, row in cells]))
    low, high = estimates.interval(task.confidence)
    for k, (cell, _) in enumerate(cells):
        n = _n_observed(fit, cell[VISIT], cell.get(ARM))
        yield from evolve(
            template, group=cell.get(ARM), visit=cell[VISIT], n_subjects=n, n_records=n
        ).rows(
            MEAN,
            n=n,
            estimate=estimates.estimate[k],
            std_error=estimates.std_error[k],
            conf_low=low[k],
            conf_high=high[k],
            conf_level=task.confidence,
            df=estimates.df[k],
        )


def _pair_rows(task: Task, template: Stat, contrasts: Contrasts) -> Iterator[Stat]:
    """Every arm against the first at every visit; in one group every visit against the first."""
    fit = contrasts.fit
    over = [ARM, VISIT] if ARM in fit.data.factors else [VISIT]
    cells = {tuple(cell[name] for name in over): row for cell, row in margins(fit, over)}
    first = fit.data.factors[over[0]].levels[0]
    for levels, row in cells.items():
        if levels[0] != first:
            template_of_visit = evolve(template, visit=levels[-1], n_subjects=None, n_records=None)
            row_of_pair = (
                evolve(template_of_visit, group=levels[0], reference_group=first)
                if len(over) == 2
                else evolve(template_of_visit, reference_visit=first)
            )
            yield from _estimate_rows(
                task, row_of_pair, EACH, contrasts.estimates(row - cells[(first, *levels[1:])])
            )


def _estimate_rows(
    task: Task,
    template: Stat,
    term: str,
    estimates: Estimates,
    offset: float = 0.0,
    *,
    sided: bool = False,
) -> Iterator[Stat]:
    low, high = estimates.interval(task.confidence)
    shifted = Estimates(estimates.estimate + offset, estimates.std_error, estimates.df)
    yield from template.rows(
        term,
        estimate=shifted.estimate[0],
        std_error=shifted.std_error[0],
        conf_low=low[0] + offset,
        conf_high=high[0] + offset,
        conf_level=task.confidence,
        statistic=shifted.statistic[0],
        df=shifted.df[0],
    )
    tail = tail_of(task) if sided else "two-sided"
    if tail is None:
        for row in template.rows(term, p_value=None):
            yield row.failed(*NO_DIRECTION)
    else:
        yield from evolve(template, text=tail if sided else None).rows(
            term, p_value=shifted.p_of(tail)[0]
        )


def _test_rows(template: Stat, contrasts: Contrasts, covariates: str) -> Iterator[Stat]:
    for term in contrasts.fit.terms:
        test = contrasts.joint(type3(contrasts.fit, term, covariates))
        yield from evolve(template, level=name_of(term)).rows(
            TYPE_3,
            statistic=test.statistic,
            df_num=test.df_num,
            df_den=test.df_den,
            p_value=test.p_value,
        )


def _covariance_rows(template: Stat, fit: Fit) -> Iterator[Stat]:
    for group, arm in enumerate(fit.data.groups):
        matrix = fit.matrix(group)
        sd = np.sqrt(np.diag(matrix))
        of_arm = evolve(template, group=arm or None)
        for i, visit in enumerate(fit.data.visits):
            yield from evolve(of_arm, visit=visit).rows(COVARIANCE, variance=matrix[i, i], sd=sd[i])
        for i, j in combinations(range(len(sd)), 2):
            level = f"{fit.data.visits[i]}, {fit.data.visits[j]}"
            yield from evolve(of_arm, level=level).rows(
                COVARIANCE, variance=matrix[i, j], correlation=matrix[i, j] / (sd[i] * sd[j])
            )


def _coefficient_rows(template: Stat, contrasts: Contrasts) -> Iterator[Stat]:
    estimates = contrasts.estimates(np.eye(len(contrasts.fit.columns)))
    p = estimates.p_value
    for k, column in enumerate(contrasts.fit.columns):
        of_column = evolve(template, level=column.name, unit=None)
        yield from of_column.rows(
            COEFFICIENT, statistic=estimates.statistic[k], df=estimates.df[k], p_value=p[k]
        )
        for stat, value in (
            ("estimate", estimates.estimate[k]),
            ("std_error", estimates.std_error[k]),
        ):
            yield evolve(of_column, stat=stat, value=float(value), term=COEFFICIENT)


def record_rows(task: Task, setting: Setting, fit: Fit) -> Iterator[Stat]:
    """Fitted value, residual, residual over its standard deviation, and normal score, by record.

    Visit by visit, since normal scores are those of one visit.
    """
    yield from residuals_of_fit(fit, setting.subjects, Stat("n", unit=task.unit))


def residuals_of_fit(fit: Fit, subjects: Sequence[str], template: Stat) -> Iterator[Stat]:
    """The same in rows like `template`; `subjects` are named in the order of the data."""
    arms = fit.data.factors.get(ARM)
    fitted, residuals, scaled = (part.tolist() for part in record_residuals(fit))
    for i, visit in enumerate(fit.data.visits):
        here = np.flatnonzero(~np.isnan(fit.data.outcome[:, i])).tolist()
        rows = [
            evolve(
                template,
                visit=visit,
                level=subjects[s],
                group=arms.levels[arms.codes[s]] if arms and arms.codes is not None else None,
            )
            for s in here
        ]
        yield from residual_rows(
            rows, RESIDUALS, *([part[s][i] for s in here] for part in (fitted, residuals, scaled))
        )


def _n_compared(fit: Fit, template: Stat) -> int:
    """Subjects of the comparison's arms with a record at its visit."""
    arms = [template.group, template.reference_group] if template.group else [None]
    return sum(_n_observed(fit, template.visit, arm) for arm in arms)


def _size_rows(fit: Fit, template: Stat) -> Iterator[Stat]:
    """The same for each arm that is compared."""
    for arm in (template.group, template.reference_group) if template.group else ():
        n = _n_observed(fit, template.visit, arm)
        yield from evolve(template, group=arm, reference_group=None, n_subjects=n).rows(
            DIFFERENCE, n=n
        )


def _n_observed(fit: Fit, visit: str | None, arm: str | None) -> int:
    observed = ~np.isnan(fit.data.outcome)
    at_visit = (
        observed[:, fit.data.visits.index(visit)] if visit is not None else observed.any(axis=1)
    )
    factor = fit.data.factors.get(ARM)
    if arm is None or factor is None or factor.codes is None:
        return int(at_visit.sum())
    return int((at_visit & (factor.codes == factor.levels.index(arm))).sum())
