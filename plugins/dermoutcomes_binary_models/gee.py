"""The analyses `gee` of responders and `gee_means` of continuous outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, sqrt
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import (
    NO_DIRECTION,
    against,
    failed_rows,
    model_sizes,
    responder_tail,
    tail_of,
    visits_of,
)
from dermoutcomes_binary_models.clusters import Clusters
from dermoutcomes_binary_models.designs import Design, adjusting, arm_of, design
from dermoutcomes_binary_models.estimating_equations import EstimatingEquations, fit
from dermoutcomes_binary_models.joint_estimates import correlation_rows
from dermoutcomes_binary_models.maximum_likelihood import SeparationError, separates
from dermoutcomes_binary_models.selection import after_baseline, arms_in_order, complete

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Array = np.ndarray

__all__ = ["GEE", "GEE_MEANS", "GeeOptions"]

RATIO, LOG, MEAN, MODEL = "odds_ratio", "log_odds_ratio", "mean_difference", "model"
OF_RATIO = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "p_value")
OF_MEAN = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "p_value")
COEFFICIENT = ("estimate", "std_error", "statistic", "p_value")
MOMENTS = {"liang_zeger": "adjusted", "gee": "neighbours", "geepack": "plain"}


@frozen
class GeeOptions:
    """How the correlation inside a subject is worked with, and how standard errors are made."""

    correlation: str = option(
        "exchangeable",
        "Working correlation of a subject's records: it moves the estimates a little and their "
        "precision; robust standard errors hold whichever is chosen.",
        choices=("independence", "exchangeable", "ar1", "unstructured"),
    )
    effect: str = option(
        "by visit",
        "The arms differ at each visit by its own amount, or by one amount at all visits "
        "(constant).",
        choices=("by visit", "constant"),
    )
    moments: str = option(
        "liang_zeger",
        "How the correlation is estimated: liang_zeger divides by numbers of pairs less "
        "coefficients, as SAS does; gee and geepack are as these R packages do (the first differs "
        "for ar1 only, the second divides by numbers of pairs and uses all distances for ar1).",
        choices=tuple(MOMENTS),
    )
    correction: str = option(
        "none",
        "Robust standard errors are too small in few subjects (below about 40): kauermann_carroll "
        "and mancl_derouen make up for it, the second by more.",
        choices=("none", "kauermann_carroll", "mancl_derouen"),
    )


@frozen(eq=False)
class Model:
    """A fitted model of all visits."""

    design: Design
    equations: EstimatingEquations
    arms: tuple[str, ...]
    visits: tuple[str, ...]
    arms_at: Mapping[str, tuple[str, ...]]


def run(task: Task, options: GeeOptions) -> Iterator[Stat]:
    """One model of all visits after baseline, clustered by subject.

    Each comparison of arms at its visit, or over visits.
    """
    outcome = _outcome(task)
    after, visits = after_baseline(task, task.records)
    records, incomplete = complete(task, after, outcome)
    template = Stat(
        "n",
        unit="" if task.kind == "binary" else task.unit,
        n_records=records.height,
        n_subjects=records["subject"].n_unique(),
        warning=f"incomplete: {incomplete} records lack a covariate or stratum, and are left out."
        if incomplete
        else None,
    )
    yield from template.rows(
        MODEL, n=records.height, n_missing=after.height - records.height + _n_lost(task, visits)
    )
    try:
        model = _fit_model(task, records, visits, outcome, options)
    except ValueError as error:
        code = "separation" if isinstance(error, SeparationError) else "not_estimable"
        for name in task.comparisons:
            yield from _failed_comparison(task, name, template, code, f"{str(error).capitalize()}.")
        return
    yield from _model_rows(template, model, options)
    compared = []
    for name, comparison in task.comparisons.items():
        if not comparison.arm:
            continue
        row = _comparison_template(task, name, template)
        contrast = _contrast(row, model, options)
        if isinstance(contrast, str):
            yield from _failed_comparison(task, name, template, *contrast.split(": ", 1))
            continue
        compared.append((row, contrast))
        yield from model_sizes(row, RATIO if task.kind == "binary" else MEAN, records)
        yield from _estimate_rows(
            task,
            row,
            float(contrast @ model.equations.beta),
            sqrt(max(0.0, float(contrast @ model.equations.robust @ contrast))),
        )
    yield from correlation_rows(
        RATIO if task.kind == "binary" else MEAN, compared, model.equations.robust
    )


def _outcome(task: Task) -> str:
    """The column of the records that is modelled."""
    if task.kind == "binary":
        return "responder"
    # Values of a scale that is itself a change have no change from a baseline.
    return "value" if task.neutral is not None else task.analyse


def _n_lost(task: Task, visits: list[str]) -> int:
    import polars as pl

    if not task.lost.height:
        return 0
    return task.lost.filter(against() & pl.col("visit").is_in(visits)).height


def _fit_model(
    task: Task, records: pl.DataFrame, visits: list[str], outcome: str, options: GeeOptions
) -> Model:
    arms = arms_in_order(task, records)
    if len(arms) < 2:
        raise ValueError("fewer than two arms have records")
    modelled = [visit for visit in visits if visit in set(records["visit"].to_list())]
    built = design(
        records.height,
        _columns(records, arms, modelled, options)
        | adjusting(records, task.covariates, task.strata),
    )
    y, binary = records[outcome].cast(float).to_numpy(), task.kind == "binary"
    # Before the fit: steps towards an infinite odds ratio end somewhere, at numbers that look real.
    if binary and separates(y, built.x):
        raise SeparationError(
            "a combination of the columns has responders on one side alone, so that no finite odds "
            "ratio fits"
        )
    clusters = Clusters.of(
        y, built.x, records["subject"].to_list(), _waves(records, modelled, options)
    )
    model = fit(
        clusters,
        "binomial" if binary else "gaussian",
        options.correlation,  # type: ignore[arg-type]
        MOMENTS[options.moments],  # type: ignore[arg-type]
        options.correction,  # type: ignore[arg-type]
    )
    visit_rows = {
        visit: tuple(records.filter(records["visit"] == visit)["arm"].unique().to_list())
        for visit in modelled
    }
    return Model(built, model, tuple(arms), tuple(modelled), visit_rows)


def _columns(
    records: pl.DataFrame, arms: list[str], visits: list[str], options: GeeOptions
) -> dict[str, Array]:
    """Visits, and arms: at each visit a column of its own, or one for all.

    The reference arm has none.
    """
    at_visit = {visit: (records["visit"] == visit).to_numpy() for visit in visits}
    of = {arm: (records["arm"] == arm).to_numpy() for arm in arms[1:]}
    columns = {f"visit {visit}": at_visit[visit].astype(float) for visit in visits[1:]}
    if options.effect == "constant":
        return columns | {arm_of(arm): of[arm].astype(float) for arm in of}
    return columns | {
        arm_of(arm, visit): (of[arm] & at_visit[visit]).astype(float)
        for arm in of
        for visit in visits
    }


def _waves(records: pl.DataFrame, visits: list[str], options: GeeOptions) -> list[int]:
    """Places in a subject.

    Its visits, or (where several records are of one visit, as of two sides) any numbers that tell
    them apart.
    """
    import polars as pl

    wave_of_visit = {visit: wave for wave, visit in enumerate(visits)}
    waves = [wave_of_visit[visit] for visit in records["visit"].to_list()]
    if not records.select("subject", "visit").is_duplicated().any():
        return waves
    if options.correlation in ("ar1", "unstructured"):
        raise ValueError(
            "a subject has several records of one visit, which have no order in time; exchangeable "
            "or independence serve"
        )
    return records.select(pl.int_range(pl.len()).over("subject")).to_series().to_list()


def _model_rows(template: Stat, model: Model, options: GeeOptions) -> Iterator[Stat]:
    """Coefficients with robust tests, the working correlation, and the scale."""
    from dermoutcomes.stats import tail_probability

    equations = model.equations
    for name, estimate, variance in zip(
        model.design.names, equations.beta, equations.robust.diagonal(), strict=True
    ):
        std_error = sqrt(max(0.0, float(variance)))
        row = evolve(template, level=name)
        yield from row.rows("coefficient", estimate=estimate, std_error=std_error)
        if std_error:
            yield from row.rows(
                "coefficient",
                statistic=float(estimate) / std_error,
                p_value=tail_probability(float(estimate) / std_error, "two-sided"),
            )
    for name in model.design.aliased:
        yield from failed_rows(
            evolve(template, level=name),
            "coefficient",
            COEFFICIENT,
            "aliased",
            "Other columns already say what this one says.",
        )
    yield from evolve(template, unit=f"{template.unit}²" if template.unit else "").rows(
        "scale", variance=equations.scale
    )
    if options.correlation == "unstructured":
        for index, first in enumerate(model.visits):
            for after, second in enumerate(model.visits[index + 1 :], index + 1):
                yield from evolve(template, level=f"{first}, {second}").rows(
                    "working", correlation=equations.alpha[index, after]
                )
    elif len(equations.alpha):
        yield from template.rows("working", correlation=equations.alpha[0])


def _contrast(row: Stat, model: Model, options: GeeOptions) -> Array | str:
    """The combination of coefficients that a comparison is about, or why there is none."""
    visits = model.visits if row.visit is None else (row.visit,)
    arms = (row.group or "", row.reference_group or "")
    for visit in visits:
        absent = [arm for arm in arms if arm not in model.arms_at.get(visit, ())]
        if absent:
            return f"one_arm_empty: Arm {absent[0]!r} has no record at {visit!r} that can be used."
    names = _columns_of(arms, visits, options)
    if set(model.design.aliased) & set(names):
        return "aliased: Strata or covariates already say what the arms say."
    return model.design.contrast(names)


def _columns_of(
    arms: tuple[str, str], visits: tuple[str, ...], options: GeeOptions
) -> dict[str, float]:
    """Weights of the columns: first arm less second, at the visit or on average over visits."""
    if options.effect == "constant":
        return {arm_of(arms[0]): 1.0, arm_of(arms[1]): -1.0}
    return {
        arm_of(arm, visit): sign / len(visits)
        for arm, sign in zip(arms, (1.0, -1.0), strict=True)
        for visit in visits
    }


def _comparison_template(task: Task, name: str, template: Stat) -> Stat:
    comparison = task.comparisons[name]
    first, second = comparison.arm or (None, None)
    visit, reference = visits_of(comparison)
    return evolve(
        template,
        comparison=name,
        group=first,
        reference_group=second,
        visit=visit,
        reference_visit=reference,
    )


def _failed_comparison(
    task: Task, name: str, template: Stat, code: str, sentence: str
) -> Iterator[Stat]:
    if task.comparisons[name].arm:
        ratio = task.kind == "binary"
        yield from failed_rows(
            _comparison_template(task, name, template),
            RATIO if ratio else MEAN,
            OF_RATIO if ratio else OF_MEAN,
            code,
            sentence,
        )


def _estimate_rows(task: Task, template: Stat, estimate: float, std_error: float) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value, tail_probability

    binary = task.kind == "binary"
    if std_error <= 0:
        yield from failed_rows(
            template,
            RATIO if binary else MEAN,
            OF_RATIO if binary else OF_MEAN,
            "no_variance",
            "The robust standard error is zero.",
        )
        return
    half_width, z = critical_value(task.confidence) * std_error, estimate / std_error
    if binary:
        yield from template.rows(
            RATIO,
            estimate=exp(estimate),
            conf_low=exp(estimate - half_width),
            conf_high=exp(estimate + half_width),
        )
        yield from evolve(template, label="standard error of the logarithm").rows(
            RATIO, std_error=std_error
        )
        yield from template.rows(LOG, estimate=estimate, std_error=std_error)
    else:
        yield from template.rows(
            MEAN,
            estimate=estimate,
            std_error=std_error,
            conf_low=estimate - half_width,
            conf_high=estimate + half_width,
        )
    term = RATIO if binary else MEAN
    yield from template.rows(term, conf_level=task.confidence, statistic=z)
    tail = responder_tail(task) if binary else tail_of(task)
    if tail is None:
        yield from failed_rows(template, term, ("p_value",), *NO_DIRECTION)
        return
    yield from evolve(template, text=tail).rows(term, p_value=tail_probability(z, tail))


METHOD = (
    "were modelled over visits by generalised estimating equations on arm, visit, covariates and "
    "strata (effect of the arms: {effect}), clustered by subject, with a working correlation that "
    "is {correlation} (estimated as in {moments}) and robust standard errors (correction: "
    "{correction})."
)
REFERENCES = (
    Reference(
        "Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models. "
        "Biometrika 1986;73:13-22.",
        "10.1093/biomet/73.1.13",
    ),
    Reference(
        "Mancl LA, DeRouen TA. A covariance estimator for GEE with improved small-sample "
        "properties. Biometrics 2001;57:126-134.",
        "10.1111/j.0006-341X.2001.00126.x",
    ),
    Reference(
        "Kauermann G, Carroll RJ. A note on the efficiency of sandwich covariance matrix "
        "estimation. J Am Stat Assoc 2001;96:1387-1396.",
        "10.1198/016214501753382309",
    ),
)
OF_MODEL = (
    Term(MODEL, "Model and fit", ("n", "n_missing")),
    Term(
        "coefficient",
        "Regression coefficients",
        COEFFICIENT,
        scale="coefficient",
        null=0.0,
        letter="z",
    ),
    Term("scale", "Scale", ("variance",)),
    Term("working", "Working", ("correlation",)),
)

GEE = Analysis(
    "gee",
    "Generalised estimating equations of responders",
    run,
    terms=(
        *OF_MODEL,
        Term(
            RATIO,
            "Odds ratio",
            ("n", *OF_RATIO, "correlation"),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="z",
        ),
        Term(LOG, "Log odds ratio", ("estimate", "std_error"), scale="logarithm"),
    ),
    kinds=("binary",),
    designs=("parallel", "within-subject", "crossover"),
    needs="arm pair",
    decides=RATIO,
    oriented=True,
    summary=("odds ratio",),
    dependence="clustered",
    adjusts=True,
    options=GeeOptions,
    method=f"Responders {METHOD}",
    references=REFERENCES,
)
GEE_MEANS = Analysis(
    "gee_means",
    "Generalised estimating equations of means",
    run,
    terms=(
        *OF_MODEL,
        Term(
            MEAN,
            "Mean difference",
            ("n", *OF_MEAN, "correlation"),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="z",
        ),
    ),
    kinds=("continuous",),
    designs=("parallel", "within-subject", "crossover"),
    needs="arm pair",
    decides=MEAN,
    adjusts=True,
    dependence="clustered",
    summary=("difference in means", "mean change"),
    options=GeeOptions,
    method=f"Means {METHOD}",
    references=REFERENCES,
)
