"""The analysis `regression_to_the_mean`."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum, sqrt
from typing import NamedTuple

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import BASELINE, count_words, failed_rows, with_warning
from dermoutcomes_within_subject.enrolment import (
    Enrolment,
    enrolment,
    followed,
    threshold_of,
)
from dermoutcomes_within_subject.least_squares import line
from dermoutcomes_within_subject.truncated_normal import distance

__all__ = [
    "REGRESSION_TO_THE_MEAN",
    "Before",
    "RegressionToTheMeanOptions",
    "expected_change",
    "population",
]

TERM, READING, BEFORE, CHANGE = (
    "regression_to_the_mean",
    "enrolment_reading",
    "before_selection",
    "observed_change",
)
ADVICE = "Read the baseline on another day than the reading that enrols."


@frozen
class RegressionToTheMeanOptions:
    """What is known of the population of the subjects; the study estimates what is not known."""

    population_mean: float | None = option(
        None,
        "Mean of the measure among all who were screened; the enrolled readings alone tell it "
        "poorly.",
    )
    population_sd: float | None = option(
        None, "Standard deviation of the measure among all who were screened.", at_least=0
    )
    correlation: float | None = option(
        None,
        "Correlation of two readings of untreated subjects as far apart as baseline and visit; "
        "unless stated, how readings follow the one that enrolled, which a treatment can change.",
        at_least=0,
        at_most=1,
    )


class Before(NamedTuple):
    """How much of a distance from the mean is there again, and mean and SD before the selection.

    None where not needed.
    """

    kept: float
    mean: float
    sd: float | None


def run(task: Task, options: RegressionToTheMeanOptions) -> Iterator[Stat]:
    """The mean change that the selection alone makes expected.

    At each visit that is compared with the baseline.
    """
    for name, endpoint in task.endpoints.items():
        text = task.eligibility.get(name)
        if text is None:
            continue
        threshold = threshold_of(text)
        for comparison, visit in _visits(task):
            template = Stat(
                "n", comparison=comparison, visit=visit, reference_visit=BASELINE, unit=task.unit
            )
            if threshold is None:
                yield from failed_rows(
                    template,
                    TERM,
                    ("estimate",),
                    "no_threshold",
                    f"The condition at enrolment ({text}) is no threshold.",
                )
                continue
            yield from _estimate_rows(task, template, enrolment(task, endpoint, threshold), options)


def _visits(task: Task) -> Iterator[tuple[str | None, str | None]]:
    """Comparisons with the baseline and their visit; all visits at once where there are none."""
    comparisons = [
        (name, comparison.visit[0])
        for name, comparison in task.comparisons.items()
        if comparison.visit and comparison.visit[1:] in ((), (BASELINE,))
    ]
    yield from comparisons
    if not comparisons:
        yield None, None


def _estimate_rows(
    task: Task, template: Stat, chosen: Enrolment, options: RegressionToTheMeanOptions
) -> Iterator[Stat]:
    values, changes = followed(task, template.visit)
    in_all = sorted(set(values) & set(chosen.readings) & set(changes))
    template = evolve(template, n_subjects=len(in_all), n_records=len(in_all))
    yield from template.rows(TERM, n=len(in_all))
    if len(in_all) < 3:
        code = "too_few" if in_all else "no_data"
        yield from failed_rows(
            template,
            TERM,
            ("estimate",),
            code,
            f"{count_words(len(in_all), 'subject has', 'subjects have')} the reading that enrolled "
            "and one at the visit.",
        )
        return
    readings = [chosen.readings[subject] for subject in in_all]
    mean, observed = (
        fsum(readings) / len(readings),
        fsum(changes[subject] for subject in in_all) / len(in_all),
    )
    yield from template.rows(READING, mean=mean)
    yield from template.rows(CHANGE, mean=observed)
    if not chosen.share:
        yield from _zero_row(template, chosen)
        return
    try:
        before = population(chosen, readings, [values[subject] for subject in in_all], options)
    except ValueError as error:
        yield from failed_rows(
            template,
            TERM,
            ("estimate",),
            "not_estimable",
            f"{str(error).capitalize()}; state population_mean"
            " and correlation in the options of the analysis.",
        )
        return
    yield from _expected_rows(
        task,
        _with_warning(template, chosen, options),
        before,
        expected_change(chosen, before, mean),
        observed,
        chosen,
    )


def population(
    chosen: Enrolment,
    readings: list[float],
    values: list[float],
    options: RegressionToTheMeanOptions,
) -> Before:
    """The population before the selection.

    The slope of a later reading on the one that enrolled and the spread around it are those of the
    population, whatever was selected by the latter; with equal variances the slope is the
    correlation, and gives the population's SD. Its mean follows from how far the mean of those
    enrolled lies beyond the threshold.
    """
    slope = (
        options.correlation
        if options.correlation is not None
        # By chance a slope may lie outside 0 to 1, where a correlation of readings does not.
        else min(1.0, max(0.0, line(readings, values)[1].estimate))
    )
    mean, above = fsum(readings) / len(readings), chosen.threshold.above
    if options.population_mean is not None:
        return Before(slope, options.population_mean, options.population_sd)
    if slope == 1:
        return Before(slope, mean, None)
    sd = options.population_sd or sqrt(_around(readings, values) / (1 - slope**2))
    shift = distance(mean - chosen.threshold.value if above else chosen.threshold.value - mean, sd)
    return Before(slope, mean - shift if above else mean + shift, sd)


def expected_change(chosen: Enrolment, before: Before, mean: float) -> float:
    """The mean change of untreated subjects whose readings at enrolment have that mean.

    Back by what is not there again.
    """
    return -chosen.share * (1 - before.kept) * (mean - before.mean)


def _around(readings: list[float], values: list[float]) -> float:
    """Variance of later readings around their line on the first."""
    intercept, slope = (effect.estimate for effect in line(readings, values))
    return fsum(
        (value - intercept - slope * reading) ** 2
        for reading, value in zip(readings, values, strict=True)
    ) / (len(readings) - 2)


def _with_warning(template: Stat, chosen: Enrolment, options: RegressionToTheMeanOptions) -> Stat:
    outside = sum(not chosen.threshold.holds(reading) for reading in chosen.readings.values())
    if outside:
        template = with_warning(
            template,
            f"outside: {count_words(outside, 'subject lies', 'subjects lie')} on the other side of "
            "the threshold, so the reading that enrolled was another.",
        )
    if options.population_mean is None or options.correlation is None:
        template = with_warning(
            template,
            "rough: The population is estimated from those who were enrolled, as if it were "
            "normal and any effect the same for all.",
        )
    return template


def _zero_row(template: Stat, chosen: Enrolment) -> Iterator[Stat]:
    sentence = (
        f"Subjects were chosen by a reading at {chosen.visit}, and the baseline was read apart "
        "from it: none is expected after the baseline."
    )
    yield from evolve(template, label=sentence).rows(TERM, estimate=0.0)


def _expected_rows(
    task: Task,
    template: Stat,
    before: Before,
    expected: float,
    observed: float,
    chosen: Enrolment,
) -> Iterator[Stat]:
    unit = f" {task.unit}" if task.unit else ""
    towards = task.improves is not None and expected and (expected > 0) == (task.improves == "up")
    sentence = (
        f"With no effect at all, subjects chosen by this reading ({chosen.threshold.text}{unit}) "
        f"are expected to change by {expected:+.3g}{unit} on "
        f"average{', which counts as improvement' if towards else ''}; observed: "
        f"{observed:+.3g}{unit}. {ADVICE}"
    )
    yield from evolve(template, label=sentence).rows(TERM, estimate=expected)
    yield from template.rows(TERM, correlation=before.kept)
    if before.kept < 1 or before.sd is not None:
        yield from template.rows(
            BEFORE, mean=before.mean, **({"sd": before.sd} if before.sd is not None else {})
        )


REGRESSION_TO_THE_MEAN = Analysis(
    "regression_to_the_mean",
    "Regression to the mean",
    run,
    terms=(
        Term(TERM, "Regression to the mean", ("n", "estimate", "correlation"), place="enrolment"),
        Term(READING, "Enrolment reading", ("mean",), scale="mean", unit="data"),
        Term(CHANGE, "Observed change", ("mean",), scale="mean", unit="data"),
        Term(BEFORE, "Before selection", ("mean", "sd"), scale="mean", unit="data"),
    ),
    kinds=("continuous",),
    always=True,
    enrolment=True,
    dependence="clustered",
    options=RegressionToTheMeanOptions,
    method="Where subjects were enrolled by the outcome, the mean change that this alone makes "
    "expected was estimated: the distance of the enrolled mean from that of the population "
    "(as stated, or of the normal distribution whose part beyond the threshold was "
    "enrolled) times what is not there again at a later reading.",
    references=(
        Reference(
            "Davis CE. The effect of regression to the mean in epidemiologic and clinical "
            "studies. Am J Epidemiol 1976;104:493-498.",
            "10.1093/oxfordjournals.aje.a112321",
        ),
        Reference(
            "Barnett AG, van der Pols JC, Dobson AJ. Regression to the mean: what it is and how "
            "to deal with it. Int J Epidemiol 2005;34:215-220.",
            "10.1093/ije/dyh299",
        ),
    ),
)
