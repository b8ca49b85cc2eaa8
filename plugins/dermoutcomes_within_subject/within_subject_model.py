"""The analysis `within_subject_model`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import (
    BASELINE,
    NO_DIRECTION,
    arm_sizes,
    at_visit,
    failed_rows,
    tail_of,
    visits_of,
)
from dermoutcomes_within_subject.mixed_model import Fit, ModelError, fit
from dermoutcomes_within_subject.model_design import Layout, Outcome, layout, outcomes
from dermoutcomes_within_subject.randomisation import not_adjustable, said_of_sides
from dermoutcomes_within_subject.small_samples import Effect, Inference, inference

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from dermoutcomes import Comparison

    Floats = NDArray[np.float64]

__all__ = ["WITHIN_SUBJECT_MODEL", "WithinSubjectModelOptions"]

TERM, MEAN, BOTH = "mean_difference", "ls_mean", "subjects_with_both"
MEASURED = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)
MEANS = (*MEASURED[:5], "df")
TESTED = ("statistic", "df_num", "df_den", "p_value")
VARIANCES = {
    "site": "variance_site",
    "subject": "variance_subject",
    "subject_unit": "variance_unit_in_subject",
    "subject_visit": "variance_visit_in_subject",
    "Residual": "variance_residual",
}
FIXED = (
    "arm",
    "visit",
    "location",
    "side",
    "period",
    "arm_visit",
    "base_within_subject",
    "base_of_subject",
    "covariate",
)
SAYS = "within_subject_model_says"


@frozen
class WithinSubjectModelOptions:
    """How standard errors and degrees of freedom are made, and which random effects there are."""

    df: str = option(
        "kenward-roger",
        "Kenward and Roger's standard errors and degrees of freedom hold in small and incomplete "
        "trials; Satterthwaite's leave standard errors as they are, as many programs do unless "
        "asked.",
        choices=("kenward-roger", "satterthwaite"),
    )
    visit_in_subject: bool = option(
        True,
        "A subject's readings of one day share what that day did to both sides; without it the "
        "day's variance is taken for error of the difference between sides.",
    )
    site: str = option("none", "Whether sites differ at random.", choices=("none", "random"))


def run(task: Task, options: WithinSubjectModelOptions) -> Iterator[Stat]:
    """A mixed model for all comparisons that count from one visit, and what it says of each."""
    for outcome, names in outcomes(task).items():
        plan = layout(
            task, outcome, names, by_day=options.visit_in_subject, site=options.site == "random"
        )
        try:
            plan, model = _settled(task, plan, names, options)
        except ModelError as error:
            for name in names:
                yield from _failed_rows(_row(task, plan, outcome, name), str(error))
            continue
        yield from _comparison_rows(task, plan, outcome, names, model)
        yield from _description_rows(task, plan, outcome, model)


def _settled(
    task: Task, plan: Layout, names: list[str], options: WithinSubjectModelOptions
) -> tuple[Layout, Inference]:
    """The fitted model and its layout.

    Without the last random term, and the one before, as long as no optimum is found with it.
    """
    while True:
        try:
            return plan, _fit_model(task, plan, names, options)
        except ModelError as error:
            if len(plan.random) < 2 or not str(error).startswith(
                ("no_convergence", "no_correction")
            ):
                raise
            plan = plan.without_last()


def _fit_model(
    task: Task, plan: Layout, names: list[str], options: WithinSubjectModelOptions
) -> Inference:
    """The fitted model. Raises ModelError with the reason."""
    import numpy as np

    arms = any(task.comparisons[name].arm for name in names)
    if problem := not_adjustable(task, arms=arms):
        raise ModelError(problem)
    if not plan.rows.height:
        raise ModelError("no_data: There is no record.")
    if plan.rows["subject"].n_unique() < 2:
        raise ModelError("too_few: A model within subjects needs at least two of them.")
    try:
        fitted = fit(plan.y, plan.fixed.matrix, plan.random)
        return inference(
            fitted, "satterthwaite" if options.df == "satterthwaite" else "kenward-roger"
        )
    except np.linalg.LinAlgError as error:
        raise ModelError(
            "no_convergence: The covariance of the records cannot be inverted."
        ) from error


def _row(task: Task, plan: Layout, outcome: Outcome, name: str) -> Stat:
    """What the rows of a comparison are like."""
    import polars as pl

    comparison = task.comparisons[name]
    first, second = comparison.arm or (None, None)
    visit = (comparison.visit or (None,))[0]
    of_visit = plan.rows.filter(pl.col("visit") == visit) if visit else plan.rows
    of_visit = of_visit.filter(pl.col("arm").is_in(comparison.arm)) if comparison.arm else of_visit
    return Stat(
        "n",
        comparison=name,
        group=first,
        reference_group=second,
        visit=visit,
        reference_visit=_reference(outcome, comparison),
        unit="%" if outcome.column == "pct_change" else task.unit,
        n_subjects=of_visit["subject"].n_unique(),
        n_records=of_visit.height,
        warning=_confounded(plan),
    )


def _reference(outcome: Outcome, comparison: Comparison) -> str | None:
    visits = comparison.visit or ()
    return visits[1] if len(visits) > 1 else outcome.reference_visit


def _confounded(plan: Layout) -> str | None:
    if not plan.confounded:
        return None
    return (
        f"confounded: Every subject had the same treatment on the same {plan.confounded[0]}, so "
        f"the difference is as much one of {plan.confounded[0]}s."
    )


def _failed_rows(template: Stat, problem: str) -> Iterator[Stat]:
    code, _, sentence = problem.partition(": ")
    yield from template.rows(TERM, n=template.n_subjects)
    yield from failed_rows(template, TERM, MEASURED, code, sentence)


def _comparison_rows(
    task: Task, plan: Layout, outcome: Outcome, names: list[str], model: Inference
) -> Iterator[Stat]:
    rows: dict[str, Floats] = {}
    for name in names:
        template = _row(task, plan, outcome, name)
        try:
            rows[name] = _contrast(task, plan, task.comparisons[name])
        except ModelError as error:
            yield from _failed_rows(template, str(error))
            continue
        yield from template.rows(TERM, n=template.n_subjects, n_missing=_n_missing(task, template))
        if task.comparisons[name].arm:
            yield from template.rows(BOTH, n=_with_both(plan, task.comparisons[name]))
            yield from arm_sizes(template, TERM, _rows_of_arms(plan, task.comparisons[name]))
        yield from _effect_rows(
            task, evolve(template, label=said_of_sides(task)), model.effect(rows[name])
        )
    for name, row in rows.items():
        yield from (
            evolve(
                _row(task, plan, outcome, name),
                unit="",
                stat="correlation",
                term=TERM,
                level=other,
                value=model.correlation(row, other_row),
            )
            for other, other_row in rows.items()
            if other != name
        )


def _contrast(task: Task, plan: Layout, comparison: Comparison) -> Floats:
    """The combination of fixed effects that a comparison is about.

    Raises ModelError where the records say nothing of it.
    """
    visit, reference = visits_of(comparison)
    cell = {"visit": visit} if visit else {}
    if visit and visit not in set(plan.rows["visit"]):
        raise ModelError(f"no_data: There is no record at {visit}.")
    if absent := [arm for arm in comparison.arm or () if arm not in set(plan.rows["arm"])]:
        raise ModelError(f"no_data: There is no record of {' or '.join(absent)}.")
    if comparison.arm:
        row = plan.fixed.row({**cell, "arm": comparison.arm[0]}) - plan.fixed.row(
            {**cell, "arm": comparison.arm[1]}
        )
    else:
        row = plan.fixed.row(cell)
        if task.neutral is not None and reference != BASELINE:
            row = row - plan.fixed.row({"visit": reference})
    if not plan.fixed.estimable(row):
        raise ModelError(
            "not_estimable: Some treatment has no record where the comparison needs one."
        )
    weights: Floats = row[plan.fixed.kept]
    return weights


def _n_missing(task: Task, template: Stat) -> int:
    """Records that the comparison asks for and the model has not.

    Lost ones, and those without the outcome or a covariate.
    """
    import polars as pl

    expected = 0
    for records in (task.records, task.lost):
        at_visit_ = records.filter(at_visit(template.visit, template.reference_visit or BASELINE))
        expected += (
            at_visit_.filter(pl.col("arm").is_in([template.group, template.reference_group]))
            if template.group
            else at_visit_
        ).height
    return max(0, expected - (template.n_records or 0))


def _rows_of_arms(plan: Layout, comparison: Comparison) -> pl.DataFrame:
    """The model's records of the arms that are compared, at the visit."""
    import polars as pl

    of_arms = plan.rows.filter(pl.col("arm").is_in(comparison.arm or ()))
    return of_arms.filter(pl.col("visit") == comparison.visit[0]) if comparison.visit else of_arms


def _with_both(plan: Layout, comparison: Comparison) -> int:
    """Subjects with records of both arms at the visit.

    The others count too, by what they share with these.
    """
    import polars as pl

    of_arms = _rows_of_arms(plan, comparison)
    return (
        of_arms.group_by("subject").agg(pl.col("arm").n_unique()).filter(pl.col("arm") > 1).height
    )


def _effect_rows(task: Task, template: Stat, effect: Effect) -> Iterator[Stat]:
    low, high = effect.limits(task.confidence)
    yield from template.rows(
        TERM,
        estimate=effect.estimate,
        std_error=effect.std_error,
        conf_low=low,
        conf_high=high,
        conf_level=task.confidence,
        statistic=effect.statistic,
        df=min(effect.df, 1e6),
    )
    tail = tail_of(task)
    if tail is None:
        yield from failed_rows(template, TERM, ("p_value",), *NO_DIRECTION)
    else:
        yield from evolve(template, text=tail).rows(TERM, p_value=effect.p_value(tail))


def _description_rows(
    task: Task, plan: Layout, outcome: Outcome, model: Inference
) -> Iterator[Stat]:
    """What the model says as a whole."""
    template = Stat(
        "n",
        reference_visit=outcome.reference_visit,
        unit="%" if outcome.column == "pct_change" else task.unit,
        n_subjects=plan.rows["subject"].n_unique(),
        n_records=plan.rows.height,
        warning=_singular_rows(model),
    )
    yield evolve(
        template, stat=SAYS, text=f"{plan.sentence} {said_of_sides(task)}".strip(), unit=""
    )
    yield from _mean_rows(task, plan, evolve(template, warning=None), model)
    yield from _test_rows(plan, evolve(template, warning=None, unit=""), model)
    yield from _variance_rows(template, model.fit)


def _mean_rows(task: Task, plan: Layout, template: Stat, model: Inference) -> Iterator[Stat]:
    for visit in plan.fixed.levels.get("visit", plan.rows["visit"].unique().to_list()):
        for arm in plan.fixed.levels.get("arm", [None]):
            template_of_cell = evolve(template, visit=visit, group=arm)
            row = plan.fixed.row({"visit": visit, **({"arm": arm} if arm else {})})
            if not plan.fixed.estimable(row):
                yield from failed_rows(
                    template_of_cell,
                    MEAN,
                    MEANS,
                    "not_estimable",
                    "There is no record of this treatment at this visit.",
                )
                continue
            mean = model.effect(row[plan.fixed.kept])
            low, high = mean.limits(task.confidence)
            yield from template_of_cell.rows(
                MEAN,
                estimate=mean.estimate,
                std_error=mean.std_error,
                conf_low=low,
                conf_high=high,
                conf_level=task.confidence,
                df=min(mean.df, 1e6),
            )


def _test_rows(plan: Layout, template: Stat, model: Inference) -> Iterator[Stat]:
    """Type III tests, as far as every cell that they are about has records."""
    for term in plan.fixed.terms:
        name = "_".join(term)
        template_of_term = template if name in FIXED else evolve(template, level=name)
        result_term = f"type3_{name if name in FIXED else 'covariate'}"
        rows = plan.fixed.contrasts(term)
        if not all(plan.fixed.estimable(row) for row in rows):
            yield from failed_rows(
                template_of_term,
                result_term,
                TESTED,
                "not_estimable",
                "Some combination of levels has no record.",
            )
            continue
        test = model.together(rows[:, plan.fixed.kept])
        yield from template_of_term.rows(
            result_term,
            statistic=test.statistic,
            df_num=test.df_num,
            df_den=min(test.df_den, 1e6),
            p_value=test.p_value,
        )


def _variance_rows(template: Stat, fitted: Fit) -> Iterator[Stat]:
    """Variance components, and how alike two units of a subject are on one day."""
    values = {
        name: float(value) for (name, _, _), value in zip(fitted.names, fitted.theta, strict=True)
    }
    for name, value in values.items():
        yield evolve(
            template,
            stat="variance",
            term=VARIANCES[name],
            value=value,
            unit=f"{template.unit}²" if template.unit else "",
        )
    if "subject" in values:
        shared = sum(values.get(name, 0.0) for name in ("site", "subject", "subject_visit"))
        yield evolve(
            template,
            stat="correlation",
            term="within_subject",
            value=shared / sum(values.values()),
            unit="",
        )


def _singular_rows(model: Inference) -> str | None:
    fitted = model.fit
    if not fitted.singular:
        return None
    zero = [name for (name, _, _), free in zip(fitted.names, fitted.free, strict=True) if not free]
    return (
        f"boundary: {', '.join(VARIANCES[name].replace('_', ' ') for name in zero)} is estimated "
        "as zero."
        + (
            " Kenward and Roger's correction leaves it out, since it would be larger than what it "
            "corrects."
            if model.reduced
            else ""
        )
    )


WITHIN_SUBJECT_MODEL = Analysis(
    "within_subject_model",
    "Mixed model within subjects",
    run,
    terms=(
        Term(
            TERM,
            "Mean difference",
            ("n", "n_missing", *MEASURED, "correlation"),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="t",
        ),
        Term(BOTH, "Subjects with both", ("n",), scale="count"),
        Term("", "", (SAYS,)),
        Term(MEAN, "Adjusted (LS) mean", MEANS, scale="mean", unit="data", place="adjusted mean"),
        Term("type3_arm", "Type3 arm", TESTED, scale="test", letter="F"),
        Term("type3_visit", "Type3 visit", TESTED, scale="test", letter="F"),
        Term("type3_location", "Type3 location", TESTED, scale="test", letter="F"),
        Term("type3_side", "Type3 side", TESTED, scale="test", letter="F"),
        Term("type3_period", "Type3 period", TESTED, scale="test", letter="F"),
        Term("type3_arm_visit", "Type3 arm visit", TESTED, scale="test", letter="F"),
        Term(
            "type3_base_within_subject",
            "Type3 base within subject",
            TESTED,
            scale="test",
            letter="F",
        ),
        Term("type3_base_of_subject", "Type3 base of subject", TESTED, scale="test", letter="F"),
        Term("type3_covariate", "Type3 covariate", TESTED, scale="test", letter="F"),
        Term("variance_site", "Variance site", ("variance",)),
        Term("variance_subject", "Variance subject", ("variance",)),
        Term("variance_unit_in_subject", "Variance unit in subject", ("variance",)),
        Term("variance_visit_in_subject", "Variance visit in subject", ("variance",)),
        Term("variance_residual", "Variance residual", ("variance",)),
        Term("within_subject", "Within subject", ("correlation",)),
    ),
    words={SAYS: "Model"},
    kinds=("continuous",),
    needs="comparison",
    decides=TERM,
    adjusts=True,
    dependence="clustered",
    summary=("difference in means", "mean change"),
    valid="mar",
    options=WithinSubjectModelOptions,
    method="Treatments within subjects were compared with a linear mixed model (restricted "
    "maximum likelihood) that follows from the design: fixed effects of treatment, visit, "
    "their interaction and the side, zone or period of the treatment; random effects of "
    "the subject, of the side or zone within the subject where it is read repeatedly, and "
    "of the visit within the subject. Standard errors and degrees of freedom: {df}. "
    "Subjects with some of the treatments count as far as they go.",
    references=(
        Reference(
            "Laird NM, Ware JH. Random-effects models for longitudinal data. Biometrics "
            "1982;38:963-974.",
            "10.2307/2529876",
        ),
        Reference(
            "Kenward MG, Roger JH. Small sample inference for fixed effects from restricted "
            "maximum likelihood. Biometrics 1997;53:983-997.",
            "10.2307/2533558",
        ),
        Reference(
            "Fai AH-T, Cornelius PL. Approximate F-tests of multiple degree of freedom hypotheses "
            "in generalized least squares analyses of unbalanced split-plot experiments. J Stat "
            "Comput Simul 1996;54:363-378.",
            "10.1080/00949659608811740",
        ),
        Reference(
            "Kenward MG, Roger JH. The use of baseline covariates in crossover studies. "
            "Biostatistics 2010;11:1-17.",
            "10.1093/biostatistics/kxp046",
        ),
        Reference(
            "Pandis N, Chung B, Scherer RW, Elbourne D, Altman DG. CONSORT 2010 statement: "
            "extension checklist for reporting within person randomised trials. BMJ "
            "2017;357:j2835.",
            "10.1136/bmj.j2835",
        ),
    ),
)
