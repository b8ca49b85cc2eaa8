"""The analyses `clustered_proportion` and `clustered_proportion_difference`.

Sides that respond, of subjects who have several.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term, option
from dermoutcomes.stats import (
    BASELINE,
    arm_sizes,
    at_visit,
    baseline_visits,
    failed_rows,
    responder_tail,
    visits_of,
)
from dermoutcomes_within_subject.clusters import (
    Cluster,
    Share,
    difference,
    effective_interval,
    share,
)
from dermoutcomes_within_subject.randomisation import said_of_sides
from dermoutcomes_within_subject.small_samples import Effect

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CLUSTERED_PROPORTION", "CLUSTERED_PROPORTION_DIFFERENCE", "ClusteredProportionOptions"]

SHARE, EFFECT, DIFFERENCE = (
    "responder_proportion",
    "design_effect",
    "risk_difference",
)
COUNTED = ("n_with_event", "denominator", "n_missing")
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
TESTED = ("statistic", "df", "p_value")


@frozen
class ClusteredProportionOptions:
    """What the share is tested against."""

    null: float | None = option(
        None,
        "Proportion to test against, fixed beforehand; no test without one.",
        at_least=0,
        at_most=1,
    )


def run(task: Task, options: ClusteredProportionOptions) -> Iterator[Stat]:
    """Sides that respond in each arm, at the first visit of each comparison.

    Without a comparison, they are those at every visit.
    """
    import polars as pl

    for template in _places(task):
        of_visit = at_visit(template.visit, template.reference_visit or BASELINE)
        rows, lost = task.records.filter(of_visit), task.lost.filter(of_visit)
        arms = [arm for arm in task.arms if arm in set(rows["arm"])]
        for arm in arms if len(arms) > 1 else [None]:
            of_arm, gone = (
                frame if arm is None else frame.filter(pl.col("arm") == arm)
                for frame in (rows, lost)
            )
            yield from _proportion_rows(task, evolve(template, group=arm), of_arm, gone, options)


def _places(task: Task) -> Iterator[Stat]:
    """Rows to be like.

    The visit, what it is compared with, and the comparison where there is one.
    """
    for name, comparison in task.comparisons.items():
        visit, reference = visits_of(comparison)
        yield Stat("n", comparison=name, visit=visit, reference_visit=reference, unit="")
    if not task.comparisons:
        with_response = set(task.records.drop_nulls("responder")["visit"].drop_nulls())
        visits = {*task.records["visit"].drop_nulls()} - {*baseline_visits(task)} | with_response
        yield from (
            Stat("n", visit=visit, unit="")
            for visit in task.visits or sorted(visits)
            if visit in visits
        )


def _clusters(rows: pl.DataFrame) -> dict[str, Cluster]:
    """Subject = sides that respond, sides with an answer; sorted by subject."""
    by_subject: dict[str, Cluster] = {}
    for subject, responds in (
        rows.drop_nulls("responder").sort("subject").select("subject", "responder").iter_rows()
    ):
        events, units = by_subject.get(subject, (0, 0))
        by_subject[subject] = (events + int(responds), units + 1)
    return by_subject


def _proportion_rows(
    task: Task,
    template: Stat,
    rows: pl.DataFrame,
    lost: pl.DataFrame,
    options: ClusteredProportionOptions,
) -> Iterator[Stat]:
    clusters = _clusters(rows)
    units = sum(n for _, n in clusters.values())
    template = evolve(template, n_subjects=len(clusters), n_records=units)
    events = sum(events_of_cluster for events_of_cluster, _ in clusters.values())
    yield from template.rows(
        SHARE, n_with_event=events, denominator=units, n_missing=rows.height - units + lost.height
    )
    if not clusters:
        yield from failed_rows(
            template,
            SHARE,
            (*INTERVAL, *TESTED),
            "no_data",
            "No record says whether it is a responder.",
        )
        return
    proportion = share(list(clusters.values()))
    low, high = effective_interval(proportion, task.confidence)
    yield from _estimate_rows(template, proportion)
    yield from evolve(template, label=_label(proportion)).rows(
        SHARE, conf_low=low, conf_high=high, conf_level=task.confidence
    )
    if options.null is not None:
        yield from _test_rows(task, template, proportion, options.null)


def _label(proportion: Share) -> str:
    if proportion.design_effect is None:
        return (
            f"{proportion.units} units of {proportion.subjects} subjects; all alike or of one "
            "subject, so that each subject counts as one"
        )
    return (
        f"{proportion.units} units of {proportion.subjects} subjects; design effect "
        f"{proportion.design_effect:.2f}"
    )


def _estimate_rows(template: Stat, proportion: Share) -> Iterator[Stat]:
    yield from template.rows(SHARE, estimate=proportion.estimate)
    if proportion.std_error is None:
        yield from failed_rows(
            template,
            SHARE,
            ("std_error",),
            "no_variance",
            "All units are alike, or there is one subject.",
        )
        return
    yield from template.rows(SHARE, std_error=proportion.std_error)
    yield from template.rows(EFFECT, estimate=proportion.design_effect)


def _test_rows(task: Task, template: Stat, proportion: Share, null: float) -> Iterator[Stat]:
    if not proportion.std_error:
        yield from failed_rows(
            template,
            SHARE,
            TESTED,
            "no_variance",
            "Subjects do not differ, so nothing tells how sure the share is.",
        )
        return
    effect = Effect(
        proportion.estimate,
        proportion.std_error,
        proportion.subjects - 1,
        (proportion.estimate - null) / proportion.std_error,
    )
    yield from template.rows(SHARE, statistic=effect.statistic, df=effect.df)
    tail = responder_tail(task)
    yield from evolve(template, text=f"{tail}, against {null:g}").rows(
        SHARE, p_value=effect.p_value(tail)
    )


def comparison_rows(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's difference of two treatments' shares of sides."""
    import polars as pl

    for where in _places(task):
        arms = task.comparisons[where.comparison or ""].arm
        if arms is None:
            continue
        rows = task.records.filter(at_visit(where.visit, where.reference_visit or BASELINE))
        first, second = (_clusters(rows.filter(pl.col("arm") == arm)) for arm in arms)
        template = evolve(
            where,
            group=arms[0],
            reference_group=arms[1],
            n_subjects=len({*first, *second}),
            label=said_of_sides(task),
            n_records=sum(n for arm in (first, second) for _, n in arm.values()),
        )
        yield from template.rows(DIFFERENCE, n=template.n_subjects)
        yield from arm_sizes(template, DIFFERENCE, rows.drop_nulls("responder"))
        yield from _difference_rows(task, template, first, second)


def _difference_rows(
    task: Task, template: Stat, first: Mapping[str, Cluster], second: Mapping[str, Cluster]
) -> Iterator[Stat]:
    try:
        result = difference(first, second)
    except ValueError as error:
        code, _, sentence = str(error).partition(": ")
        yield from failed_rows(template, DIFFERENCE, (*INTERVAL, *TESTED), code, sentence)
        return
    effect = Effect(
        result.estimate,
        result.std_error,
        result.df,
        result.estimate / result.std_error,
    )
    low, high = effect.limits(task.confidence)
    yield from template.rows(
        DIFFERENCE,
        estimate=effect.estimate,
        std_error=effect.std_error,
        conf_low=max(-1.0, low),
        conf_high=min(1.0, high),
        conf_level=task.confidence,
        statistic=effect.statistic,
        df=effect.df,
    )
    tail = responder_tail(task)
    yield from evolve(template, text=tail).rows(DIFFERENCE, p_value=effect.p_value(tail))


OBUCHOWSKI = Reference(
    "Obuchowski NA. On the comparison of correlated proportions for clustered data. Stat Med "
    "1998;17:1495-1507.",
    "10.1002/(SICI)1097-0258(19980715)17:13<1495::AID-SIM863>3.0.CO;2-I",
)
RAO_SCOTT = Reference(
    "Rao JNK, Scott AJ. A simple method for the analysis of clustered binary data. Biometrics "
    "1992;48:577-585.",
    "10.2307/2532311",
)

CLUSTERED_PROPORTION = Analysis(
    "clustered_proportion",
    "Proportion of sides that respond",
    run,
    terms=(
        Term(
            SHARE,
            "Responders",
            (*COUNTED, *INTERVAL, *TESTED),
            scale="proportion",
            unit="share",
            tail="better",
            letter="t",
        ),
        Term(EFFECT, "Design effect", ("estimate",), scale="index"),
    ),
    kinds=("binary",),
    decides=SHARE,
    oriented=True,
    dependence="clustered",
    summary=("proportion",),
    options=ClusteredProportionOptions,
    method="Proportions of sides or zones that respond have an exact interval at their effective "
    "number, from a variance over subjects; sides are never counted as subjects.",
    references=(
        RAO_SCOTT,
        Reference(
            "Korn EL, Graubard BI. Confidence intervals for proportions with small expected number "
            "of positive counts estimated from survey data. Surv Methodol 1998;24:193-201."
        ),
    ),
)

CLUSTERED_PROPORTION_DIFFERENCE = Analysis(
    "clustered_proportion_difference",
    "Difference of proportions of sides",
    comparison_rows,
    terms=(
        Term(
            DIFFERENCE,
            "Risk difference",
            ("n", *INTERVAL, *TESTED),
            scale="difference",
            unit="share",
            null=0.0,
            tail="better",
            letter="t",
        ),
    ),
    kinds=("binary",),
    designs=("parallel", "within-subject", "crossover"),
    needs="arm pair",
    decides=DIFFERENCE,
    oriented=True,
    dependence="clustered",
    summary=("difference in proportions",),
    method="Proportions of sides or zones that respond were compared between treatments with a "
    "variance over subjects, in which two treatments of one subject count with their "
    "covariance, and Student's t on subjects.",
    references=(OBUCHOWSKI, RAO_SCOTT),
)
