"""The analysis `repeatability`: how readings of one sitting differ.

It says nothing about another day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes_reliability.agreement_records import sittings
from dermoutcomes_reliability.icc import icc
from dermoutcomes_reliability.mean_squares import mean_squares
from dermoutcomes_reliability.measurement_error import (
    WithinSubject,
    detectable_change,
    within_subject,
)

__all__ = ["REPEATABILITY"]

SD, LIMIT, CORRELATION = "within_sitting_sd", "repeatability_limit", "icc_within_sitting"
SPREAD = ("estimate", "conf_low", "conf_high", "conf_level", "df", "mean", "cv_percent")
ICC = ("estimate", "conf_low", "conf_high", "conf_level")
NOT_CHANGE = (
    "Readings of one sitting, seconds apart. Day, position and season are not in it, so it is no "
    "smallest detectable change and no rule for responders."
)


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Over all sittings, then at each visit."""
    by_sitting = sittings(task)
    yield from _repeatability_rows(
        task,
        Stat("n", unit=task.unit, text=None),
        [unit for units in by_sitting.values() for unit in units],
    )
    for visit in dict.fromkeys(visit for visit, _ in by_sitting):
        yield from _repeatability_rows(
            task,
            Stat("n", unit=task.unit, visit=visit),
            [
                unit
                for (other_visit, _), units in by_sitting.items()
                if other_visit == visit
                for unit in units
            ],
        )


def _repeatability_rows(
    task: Task, template: Stat, units: Sequence[Sequence[float]]
) -> Iterator[Stat]:
    repeated = [unit for unit in units if len(unit) > 1]
    template = evolve(template, n_records=len(repeated))
    yield from template.rows(SD, n=len(repeated), n_missing=len(units) - len(repeated))
    try:
        spread = within_subject(repeated, task.confidence)
    except ValueError as error:
        for row in (
            *template.rows(SD, **dict.fromkeys(SPREAD)),
            *template.rows(LIMIT, estimate=None),
            *template.rows(CORRELATION, **dict.fromkeys(ICC)),
        ):
            yield row.failed("no_replicates", f"{str(error).capitalize()}.")
        return
    yield from _spread_rows(task, template, spread)
    yield from evolve(template, text=NOT_CHANGE).rows(
        LIMIT, estimate=detectable_change(spread.sd, task.confidence)
    )
    yield from _correlation_rows(task, template, repeated)


def _spread_rows(task: Task, template: Stat, spread: WithinSubject) -> Iterator[Stat]:
    yield from template.rows(
        SD,
        estimate=spread.sd,
        conf_low=spread.conf_low,
        conf_high=spread.conf_high,
        conf_level=task.confidence,
        df=spread.df,
        mean=spread.mean,
    )
    for row in template.rows(SD, cv_percent=spread.cv_percent):
        yield (
            row
            if row.value is not None
            else row.failed("no_mean", "A coefficient of variation needs a mean above zero.")
        )


def _correlation_rows(
    task: Task, template: Stat, units: Sequence[Sequence[float]]
) -> Iterator[Stat]:
    """Of the units with as many readings as most have.

    An intraclass correlation needs equal numbers.
    """
    sizes = [len(unit) for unit in units]
    most_common = max(sorted(set(sizes), reverse=True), key=sizes.count)
    equal = [unit for unit in units if len(unit) == most_common]
    template = evolve(template, n_records=len(equal), unit="")
    try:
        result = icc(mean_squares(equal), "1_1", task.confidence)
    except ValueError as error:
        yield from (
            row.failed("no_variance", f"{str(error).capitalize()}.")
            for row in template.rows(CORRELATION, **dict.fromkeys(ICC))
        )
        return
    yield from template.rows(
        CORRELATION,
        estimate=result.estimate,
        conf_low=result.conf_low,
        conf_high=result.conf_high,
        conf_level=task.confidence,
    )


REPEATABILITY = Analysis(
    "repeatability",
    "Repeatability within a sitting",
    run,
    reads_if_any=("observations",),
    needs="nothing",
    dependence="clustered",
    terms=(
        Term(SD, "SD within a sitting", ("n", "n_missing", *SPREAD), unit="data"),
        Term(LIMIT, "Repeatability limit", ("estimate",), unit="data"),
        Term(CORRELATION, "ICC within a sitting", ICC, scale="index"),
    ),
    method="Readings repeated in one sitting were summarised by their pooled standard deviation "
    "with a chi-square interval, its coefficient of variation, the repeatability limit "
    "(normal quantile times the square root of 2 times the standard deviation) and the "
    "one-way intraclass correlation. Readings of one sitting say nothing about other days.",
    references=(
        Reference(
            "Bland JM, Altman DG. Measuring agreement in method comparison studies. Stat Methods "
            "Med Res 1999;8:135-160.",
            "10.1177/096228029900800204",
        ),
        Reference(
            "Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. "
            "Psychol Bull 1979;86:420-428.",
            "10.1037/0033-2909.86.2.420",
        ),
    ),
)
