"""The analysis `ancova`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Interaction, Reference, Stat, Task, Term, option
from dermoutcomes.stats import RESIDUAL_STATS
from dermoutcomes_ancova.between_levels import SUBGROUP_INTERACTION, run_between_levels
from dermoutcomes_ancova.fit_records import View, views
from dermoutcomes_ancova.marginal_means import Model
from dermoutcomes_ancova.model_rows import (
    F_TEST,
    FULL,
    INTERVAL,
    MEAN,
    PAIR,
    SLOPE,
    TERM,
    TREND,
    comparison_rows,
    dose_rows,
    failed_comparisons,
    mean_rows,
    model_rows,
    pair_rows,
)
from dermoutcomes_ancova.pairwise import adjusted_pairs
from dermoutcomes_ancova.power import ANCOVA_POWER
from dermoutcomes_ancova.prepared import prepared
from dermoutcomes_ancova.record_rows import RESIDUALS, record_rows

__all__ = ["ANCOVA", "AncovaOptions"]

ONE_ARM = (
    "In one arm the baseline cannot be a covariate of a mean change: the adjusted mean takes the "
    "mean baseline as known, and the test rejects too often. Compare the visits within subjects "
    "instead."
)


@frozen
class AncovaOptions:
    """What is adjusted for beyond what the endpoint lists, and how means and errors are formed."""

    baseline: bool = option(
        True,
        "Adjust for the baseline of changes and values, also where the endpoint does not list it.",
    )
    weights: str = option(
        "equal",
        "How levels of strata and other factors count in adjusted means: equally, or as often as "
        "observed.",
        choices=("equal", "observed"),
    )
    std_error: str = option(
        "model",
        "Standard errors of the model, or HC3, which do not assume equal variances.",
        choices=("model", "hc3"),
    )
    interaction: bool = option(
        False,
        "Let each arm have its own slope on the baseline; differences are then those at its mean.",
    )
    pairs: str = option(
        "none",
        "All pairs of arms as well, with their p-values adjusted so.",
        choices=("none", "unadjusted", "bonferroni", "holm", "tukey"),
    )


def run(task: Task, options: AncovaOptions) -> Iterator[Stat]:
    """Each visit's model of all arms.

    Adjusted means, the comparisons, tests of the terms, the dose where arms have one.
    """
    if task.design == "single-arm":
        yield from _in_one_arm(task)
        return
    for view in views(task, baseline=options.baseline):
        yield from _count_rows(view)
        fitted = prepared(view, interacting=options.interaction, robust=options.std_error == "hc3")
        if isinstance(fitted, Model):
            yield from _fit_view(task, options, view, fitted)
        else:
            yield from failed_comparisons(view, *fitted)


def _in_one_arm(task: Task) -> Iterator[Stat]:
    for name, comparison in task.comparisons.items():
        visit, reference, *_ = (*(comparison.visit or ()), None, None)
        for row in Stat(
            "n", comparison=name, visit=visit, reference_visit=reference, unit=task.unit
        ).rows(TERM, **dict.fromkeys(FULL)):
            yield row.failed("baseline_in_one_arm", ONE_ARM)


def _count_rows(view: View) -> Iterator[Stat]:
    yield from view.template.rows("model", n=view.frame.height, n_missing=view.missing)
    lacking = (
        f"incomplete: {view.incomplete} records lack a covariate or stratum and were left out."
        if view.incomplete
        else None
    )
    yield from evolve(view.template, warning=lacking).rows(
        "adjusted_for", n_missing=view.incomplete
    )
    alike = (
        f"constant: {', '.join(view.constant)} did not vary and was left out of the model."
        if view.constant
        else None
    )
    yield evolve(
        view.template, stat="ancova_model", term="model", text=view.formula, unit="", warning=alike
    )
    for arm in view.arms:
        count = view.frame.filter(view.frame["arm"] == arm).height
        yield from evolve(view.template, group=arm, n_subjects=None, n_records=count).rows(
            "arm", n=count
        )


def _fit_view(task: Task, options: AncovaOptions, view: View, fitted: Model) -> Iterator[Stat]:
    yield from mean_rows(task, view, fitted, options.weights)
    yield from comparison_rows(task, view, fitted)
    yield from model_rows(view, fitted, plain=options.std_error == "model")
    yield from dose_rows(task, view, fitted)
    if task.residuals:
        yield from record_rows(view, fitted)
    if options.pairs != "none":
        yield from pair_rows(task, view, fitted)


def conclude(stats: tuple[Stat, ...], _task: Task, options: AncovaOptions) -> Iterator[Stat]:
    """The p-values of each visit's pairs of arms, adjusted for their number."""
    if options.pairs != "none":
        yield from adjusted_pairs([stat for stat in stats if stat.term == PAIR], options.pairs)


ANCOVA = Analysis(
    "ancova",
    "Analysis of covariance",
    run,
    terms=(
        Term(
            TERM,
            "Adjusted difference",
            ("n", *FULL, "correlation"),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="t",
        ),
        Term(
            MEAN, "Adjusted (LS) mean", INTERVAL, scale="mean", unit="data", place="adjusted mean"
        ),
        Term(TREND, "Linear trend over doses", FULL, scale="coefficient", null=0.0, letter="t"),
        Term(SLOPE, "Slope on the dose", FULL, scale="coefficient", null=0.0, letter="t"),
        Term(
            PAIR,
            "All pairs of arms",
            (*FULL, "p_adjusted"),
            scale="difference",
            unit="data",
            null=0.0,
            letter="t",
        ),
        Term("type_1", "Type I tests of effects", F_TEST, scale="test", letter="F"),
        Term("type_3", "Type III tests of effects", F_TEST, scale="test", letter="F"),
        Term(
            "coefficient",
            "Regression coefficients",
            ("estimate", "std_error", "statistic", "df", "p_value"),
            scale="coefficient",
            null=0.0,
            letter="t",
        ),
        Term(
            RESIDUALS,
            "Residuals of records",
            RESIDUAL_STATS,
            scale="value",
            unit="data",
            place="residual",
        ),
        Term("residual", "Residual variation", ("sd", "variance", "df"), unit="data"),
        Term(SUBGROUP_INTERACTION, "Arm by subgroup", ("n", *F_TEST), scale="test", letter="F"),
        Term("arm", "Records by arm", ("n",), scale="count", place="size of arm"),
        Term("model", "Model and fit", ("n", "n_missing", "ancova_model", "ancova_r_squared")),
        Term("adjusted_for", "Records without a covariate", ("n_missing",)),
    ),
    words={"ancova_model": "Formula", "ancova_r_squared": "R²"},
    kinds=("continuous",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=ANCOVA_POWER,
    options=AncovaOptions,
    adjusts=True,
    conclude=conclude,
    interaction=Interaction(
        run_between_levels,
        "Whether the difference between arms differs between the levels of a subgroup was tested by "
        "the F test of arm by level, added with the levels to the analysis of covariance of the "
        "visit (standard errors: {std_error}). Nothing is tested within a level.",
        (
            Reference(
                "Wang R, Lagakos SW, Ware JH, Hunter DJ, Drazen JM. Statistics in medicine: "
                "reporting of subgroup analyses in clinical trials. N Engl J Med "
                "2007;357:2189-2194.",
                "10.1056/NEJMsr077003",
            ),
        ),
    ),
    summary=("difference in means",),
    method="All arms were compared at each visit by analysis of covariance, adjusted for the "
    "endpoint's covariates and strata (the baseline of itself: {baseline}; an own slope on "
    "the baseline for each arm: {interaction}); adjusted means are least squares means "
    "with {weights} weights, at the mean of numeric covariates; standard errors: "
    "{std_error}. Records that lack a covariate were left out. The model of each visit is "
    "printed with its results.",
    references=(
        Reference(
            "Committee for Medicinal Products for Human Use. Guideline on adjustment for baseline "
            "covariates in clinical trials. EMA/CHMP/295050/2013, 2015."
        ),
        Reference(
            "Searle SR, Speed FM, Milliken GA. Population marginal means in the linear model: an "
            "alternative to least squares means. Am Stat 1980;34:216-221.",
            "10.1080/00031305.1980.10483031",
        ),
        Reference(
            "MacKinnon JG, White H. Some heteroskedasticity-consistent covariance matrix "
            "estimators with improved finite sample properties. J Econom 1985;29:305-325.",
            "10.1016/0304-4076(85)90158-7",
        ),
    ),
)
