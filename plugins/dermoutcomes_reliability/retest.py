"""The analysis `test_retest`.

Reliability between days on which nothing was done, and the change that exceeds measurement error.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import clustered_warning
from dermoutcomes_reliability.agreement_records import occasions
from dermoutcomes_reliability.icc import FORMS, icc
from dermoutcomes_reliability.mean_squares import MeanSquares, complete, mean_squares
from dermoutcomes_reliability.measurement_error import (
    agreement_error,
    consistency_error,
    detectable_change,
)

__all__ = ["TEST_RETEST", "RetestOptions"]

TERMS = {
    "1_1": "icc_one_way",
    "2_1": "icc_agreement",
    "3_1": "icc_consistency",
    "1_k": "icc_one_way_mean",
    "2_k": "icc_agreement_mean",
    "3_k": "icc_consistency_mean",
}
ICC = ("estimate", "conf_low", "conf_high", "conf_level")
ERRORS = ("sem_agreement", "sem_consistency", "detectable_change", "detectable_change_of_group")
CV = "within_subject_cv"


@frozen
class RetestOptions:
    """Which occasions were stable: two pre-treatment days, or an untreated zone over visits."""

    visits: tuple[str, ...] = option(
        (),
        "Visits between which nothing was done: before the first treatment, unless `untreated` "
        "names an arm. All visits of the endpoint unless stated.",
    )
    untreated: str | None = option(
        None, "The arm of an untreated zone or side, whose later visits count too."
    )


def run(task: Task, options: RetestOptions) -> Iterator[Stat]:
    """Reliability of one reading and of the mean of all, errors and detectable change."""
    present = set(task.records["visit"])
    visits = options.visits or tuple(visit for visit in task.visits if visit in present)
    subjects, table, days = occasions(task, visits, options.untreated)
    rows = complete(table)
    subjects = [
        subject for subject, values in zip(subjects, table, strict=True) if None not in values
    ]
    template = Stat(
        "n",
        unit=task.unit,
        n_records=len(rows),
        n_subjects=len(set(subjects)),
        group=options.untreated,
        label=f"between {', '.join(visits)}",
        warning=clustered_warning(len(subjects), len(set(subjects)), "units"),
    )
    yield from template.rows("units", n=len(rows), n_missing=len(table) - len(rows))
    problem = _problem(visits, days, options)
    if problem is None:
        try:
            yield from _retest_rows(task, template, mean_squares(rows))
        except ValueError as error:
            problem = ("too_few", f"{str(error).capitalize()}.")
        else:
            return
    yield from (row.failed(*problem) for row in _empty_rows(template))


def _problem(
    visits: tuple[str, ...], days: list[int | None], options: RetestOptions
) -> tuple[str, str] | None:
    late = [visit for visit, day in zip(visits, days, strict=True) if day is not None and day > 1]
    if len(visits) < 2:
        return (
            "one_occasion",
            (
                "Reliability between days needs two visits; readings of one sitting are what "
                "`repeatability` describes."
            ),
        )
    if late and options.untreated is None:
        return "treated", (
            f"{', '.join(late)} lies after the first treatment, so that the change of interest "
            "would count as error. Name two pre-treatment visits, or the arm of an untreated zone."
        )
    return None


def _retest_rows(task: Task, template: Stat, squares: MeanSquares) -> Iterator[Stat]:
    plain = evolve(template, unit="")
    by_form = {form: icc(squares, form, task.confidence) for form in FORMS}
    for form, term in TERMS.items():
        yield from plain.rows(
            term,
            estimate=by_form[form].estimate,
            conf_low=by_form[form].conf_low,
            conf_high=by_form[form].conf_high,
            conf_level=task.confidence,
        )
    error = agreement_error(squares)
    change = detectable_change(error, task.confidence)
    values = (error, consistency_error(squares), change, change / sqrt(squares.n))
    for term, value in zip(ERRORS, values, strict=True):
        yield from template.rows(term, estimate=value)
    for row in plain.rows(
        CV, cv_percent=100 * sqrt(squares.within) / squares.mean if squares.mean > 0 else None
    ):
        yield (
            row
            if row.value is not None
            else row.failed("no_mean", "A coefficient of variation needs a mean above zero.")
        )


def _empty_rows(template: Stat) -> Iterator[Stat]:
    for term in TERMS.values():
        yield from evolve(template, unit="").rows(term, **dict.fromkeys(ICC))
    for term in ERRORS:
        yield from template.rows(term, estimate=None)
    yield from template.rows(CV, cv_percent=None)


TEST_RETEST = Analysis(
    "test_retest",
    "Test-retest reliability",
    run,
    options=RetestOptions,
    dependence="clustered",
    terms=(
        Term("units", "Units", ("n", "n_missing"), scale="count"),
        Term("icc_one_way", "ICC, one-way", ICC, scale="index"),
        # Intervals of agreement are of approximate degrees of freedom; that of a mean passes
        # infinity where agreement is negative.
        Term("icc_agreement", "ICC, agreement", ICC, scale="index", interval_beside=True),
        Term("icc_consistency", "ICC, consistency", ICC, scale="index"),
        Term("icc_one_way_mean", "ICC, one-way, of the mean", ICC, scale="index"),
        Term(
            "icc_agreement_mean",
            "ICC, agreement, of the mean",
            ICC,
            scale="index",
            interval_beside=True,
        ),
        Term("icc_consistency_mean", "ICC, consistency, of the mean", ICC, scale="index"),
        Term(
            "sem_agreement", "Standard error of measurement (agreement)", ("estimate",), unit="data"
        ),
        Term(
            "sem_consistency",
            "Standard error of measurement (consistency)",
            ("estimate",),
            unit="data",
        ),
        Term("detectable_change", "Smallest detectable change", ("estimate",), unit="data"),
        Term(
            "detectable_change_of_group",
            "Smallest detectable change of a group",
            ("estimate",),
            unit="data",
        ),
        Term(CV, "Within-subject CV", ("cv_percent",), scale="index"),
    ),
    method="Reliability between stable occasions was described by intraclass correlations "
    "(one-way, two-way agreement and consistency, of one reading and of the mean of all), "
    "the standard error of measurement, and the smallest detectable change: the normal "
    "quantile times the square root of 2 times the standard error of measurement that "
    "counts systematic differences.",
    references=(
        Reference(
            "Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. "
            "Psychol Bull 1979;86:420-428.",
            "10.1037/0033-2909.86.2.420",
        ),
        Reference(
            "McGraw KO, Wong SP. Forming inferences about some intraclass correlation "
            "coefficients. Psychol Methods 1996;1:30-46.",
            "10.1037/1082-989X.1.1.30",
        ),
        Reference(
            "de Vet HCW, Terwee CB, Knol DL, Bouter LM. When to use agreement versus reliability "
            "measures. J Clin Epidemiol 2006;59:1033-1039.",
            "10.1016/j.jclinepi.2005.10.015",
        ),
    ),
)
