"""The analysis `one_proportion`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import BASELINE, at_visit, clustered_warning, responder_tail, visits_of
from dermoutcomes_proportions.counts import binomial_p, one_sample_score
from dermoutcomes_proportions.intervals import ONE_SAMPLE
from dermoutcomes_proportions.power import ONE_PROPORTION_POWER

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ONE_PROPORTION", "OneProportionOptions"]

TERM = "responder_proportion"
COUNTS = ("n_with_event", "denominator", "n_missing")
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
STATS = (*COUNTS, *INTERVAL, "statistic", "p_value")


@frozen
class OneProportionOptions:
    """Which interval, and what it is tested against."""

    interval: str = option(
        "clopper_pearson",
        "The exact interval agrees with the exact test and never covers less than it says; wilson "
        "and jeffreys are shorter and cover what they say on average, mid_p nearly always; wald "
        "is for comparison with older reports only.",
        choices=tuple(ONE_SAMPLE),
    )
    null: float | None = option(
        None,
        "Proportion to test against, fixed beforehand; no test without one.",
        at_least=0,
        at_most=1,
    )
    test: str = option(
        "exact",
        "The exact binomial test, or the score test (which Wilson's interval inverts).",
        choices=("exact", "score"),
    )


def run(task: Task, options: OneProportionOptions) -> Iterator[Stat]:
    """Responders among records at the first visit of each comparison.

    Where nothing is compared, they are those at every visit.
    """
    for template in _templates(task):
        of_visit = at_visit(template.visit, template.reference_visit or BASELINE)
        rows, lost = task.records.filter(of_visit), task.lost.filter(of_visit)
        for arm in _arms(task, rows):
            yield from _proportion_rows(
                task, evolve(template, group=arm), _of(rows, arm), _of(lost, arm).height, options
            )


def _templates(task: Task) -> Iterator[Stat]:
    """Rows to be like.

    The visit, what it is compared with, and the comparison where there is one.
    """
    import polars as pl

    for name, comparison in task.comparisons.items():
        visit, reference = visits_of(comparison)
        yield Stat("n", comparison=name, visit=visit, reference_visit=reference)
    if not task.comparisons:
        with_response = (
            task.records.filter(pl.col("responder").is_not_null())["visit"].drop_nulls().unique()
        )
        yield from (
            Stat("n", visit=visit)
            for visit in task.visits or sorted(with_response)
            if visit in with_response
        )


def _arms(task: Task, rows: pl.DataFrame) -> list[str | None]:
    """Everybody (None), then each arm where there are two or more.

    Arms inside a subject are never pooled.
    """
    present = set(rows["arm"])
    arms = [arm for arm in task.arms if arm in present]
    if len(arms) < 2:
        return [None]
    return [None, *arms] if task.design == "parallel" else [*arms]


def _of(rows: pl.DataFrame, arm: str | None) -> pl.DataFrame:
    import polars as pl

    return rows if arm is None else rows.filter(pl.col("arm") == arm)


def _proportion_rows(
    task: Task, template: Stat, rows: pl.DataFrame, lost: int, options: OneProportionOptions
) -> Iterator[Stat]:
    responses = rows["responder"].drop_nulls()
    n, events = responses.len(), int(responses.sum())
    subjects = rows.drop_nulls("responder")["subject"].n_unique()
    template = evolve(
        template, n_subjects=subjects, n_records=n, unit="", warning=clustered_warning(n, subjects)
    )
    yield from template.rows(
        TERM, n_with_event=events, denominator=n, n_missing=rows.height - n + lost
    )
    if not n:
        yield from (
            row.failed("no_data", "No record says whether it is a responder.")
            for row in template.rows(TERM, **dict.fromkeys(INTERVAL))
        )
        return
    low, high = ONE_SAMPLE[options.interval](events, n, task.confidence)
    share = events / n
    yield from template.rows(TERM, estimate=share, std_error=(share * (1 - share) / n) ** 0.5)
    yield from evolve(template, label=_limits(events, n, low, high, task.confidence)).rows(
        TERM, conf_low=low, conf_high=high, conf_level=task.confidence
    )
    if options.null is not None:
        yield from _test_rows(task, template, events, n, options.null, options.test)


def _test_rows(
    task: Task, template: Stat, events: int, n: int, null: float, test: str
) -> Iterator[Stat]:
    tail = responder_tail(task)
    if test == "exact":
        yield from evolve(template, text=f"{tail}, exact, against {null:g}").rows(
            TERM, p_value=binomial_p(events, n, null, tail)
        )
    elif not 0 < null < 1:
        yield from (
            row.failed(
                "no_variance",
                f"A share of {null:g} leaves nothing to chance; the exact test can be had.",
            )
            for row in template.rows(TERM, statistic=None, p_value=None)
        )
    else:
        z, p = one_sample_score(events, n, null, tail)
        yield from evolve(template, text=f"{tail}, score, against {null:g}").rows(
            TERM, statistic=z, p_value=p
        )


def _limits(events: int, n: int, low: float, high: float, confidence: float) -> str | None:
    """Beside none, or all, the limit that says how much that rules out."""
    if events == 0:
        return f"0 of {n}; {100 * confidence:g}% upper limit {100 * high:.1f}%"
    return (
        f"{n} of {n}; {100 * confidence:g}% lower limit {100 * low:.1f}%" if events == n else None
    )


ONE_PROPORTION = Analysis(
    "one_proportion",
    "Proportion of responders",
    run,
    terms=(Term(TERM, "Responders", STATS, scale="proportion", unit="share", tail="better"),),
    kinds=("binary",),
    decides=TERM,
    power=ONE_PROPORTION_POWER,
    oriented=True,
    summary=("proportion",),
    options=OneProportionOptions,
    method="Proportions of responders have a {interval} interval and, where a proportion to "
    "exceed was stated beforehand, the {test} test against it.",
    references=(
        Reference(
            "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the "
            "case of the binomial. Biometrika 1934;26:404-413.",
            "10.1093/biomet/26.4.404",
        ),
        Reference(
            "Wilson EB. Probable inference, the law of succession, and statistical inference. J "
            "Am Stat Assoc 1927;22:209-212.",
            "10.1080/01621459.1927.10502953",
        ),
    ),
)
