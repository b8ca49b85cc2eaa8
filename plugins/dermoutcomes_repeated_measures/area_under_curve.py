"""The analysis `area_under_curve`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import fsum

from attrs import evolve, frozen

from dermoutcomes import Analysis, Comparison, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, Tail, tail_of
from dermoutcomes_repeated_measures.area import Mean, difference_of_means, mean_of, trapezoids
from dermoutcomes_repeated_measures.courses import Course, Window, courses, window

__all__ = ["AREA_UNDER_CURVE", "AreaOptions", "area_of"]

TERM, ARM = "area", "arm_area"
TEST = ("statistic", "df", "p_value")
MEASURED = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", *TEST)


@frozen
class AreaOptions:
    """What lies under the curve, over which times."""

    incremental: bool = option(
        True, "The area of the change from the reference visit, not of the values."
    )
    positive_only: bool = option(
        False,
        "Only what lies above the reference counts; such areas are never negative, so none is "
        "tested against zero.",
    )
    per_time: bool = option(
        False, "The area divided by its duration: the mean over time, in the unit of the values."
    )
    times: str = option(
        "planned",
        "Times as planned (visits of the study file; hours in the names of timepoints), or the "
        "days on record.",
        choices=("planned", "actual"),
    )
    gaps: str = option(
        "leave_out",
        "A subject with a gap is left out, or a straight line bridges it; first and last must be "
        "there.",
        choices=("leave_out", "bridge"),
    )


def run(task: Task, options: AreaOptions) -> Iterator[Stat]:
    """Each comparison's mean area, or the difference of two arms' mean areas.

    An area is over the visits that the comparison spans.
    """
    for name, comparison in task.comparisons.items():
        span = window(task, comparison)
        inside = bool(comparison.arm) and task.design != "parallel"
        courses_of_visits, averaged = courses(
            task,
            span,
            incremental=options.incremental,
            by_arm=inside,
            actual=options.times == "actual",
        )
        areas = {
            (course.subject, course.arm): area_of(course, options) for course in courses_of_visits
        }
        template = evolve(_row(task, name, comparison, span, options), warning=_averaged(averaged))
        if comparison.arm:
            yield from _arm_rows(task, template, comparison.arm, areas, paired=inside)
        else:
            yield from _subject_rows(task, template, list(areas.values()), span, options)


def area_of(course: Course, options: AreaOptions) -> float | None:
    """One course's area.

    None where it lacks an end, or has a gap that is not bridged, or times that do not grow.
    """
    points = [
        (time, value)
        for time, value in zip(course.times, course.values, strict=True)
        if time is not None and value is not None
    ]
    bridged = options.gaps == "bridge" or len(points) == len(course.values)
    if len(points) < 2 or not bridged or course.values[0] is None or course.values[-1] is None:
        return None
    times, values = zip(*points, strict=True)
    if any(later <= earlier for earlier, later in pairwise(times)):
        return None
    area = trapezoids(times, values, positive_only=options.positive_only)
    return area / (times[-1] - times[0]) if options.per_time else area


def _subject_rows(
    task: Task, template: Stat, areas: Sequence[float | None], span: Window, options: AreaOptions
) -> Iterator[Stat]:
    known_areas = [area for area in areas if area is not None]
    template = evolve(template, n_subjects=len(known_areas), n_records=len(known_areas))
    yield from template.rows(TERM, n=len(known_areas), n_missing=len(areas) - len(known_areas))
    # The area under values (not changes) is far from zero whatever the treatment does.
    tested = options.incremental and not options.positive_only
    yield from _test_rows(
        task,
        template,
        lambda tail: mean_of(known_areas, task.confidence, tail),
        _problem(known_areas, span),
        tested=tested,
    )


def _arm_rows(
    task: Task,
    template: Stat,
    arms: Sequence[str],
    areas: dict[tuple[str, str | None], float | None],
    *,
    paired: bool,
) -> Iterator[Stat]:
    """The first arm's areas less the second's.

    Of all subjects of each, or within the subjects that have both.
    """
    first, second = (
        {
            subject: area
            for (subject, own_arm), area in areas.items()
            if own_arm == arm and area is not None
        }
        for arm in arms
    )
    with_area = {*first, *second}
    subjects = {subject for subject, own_arm in areas if own_arm in arms}
    in_both = sorted(first.keys() & second.keys())
    n = len(in_both) if paired else len(first) + len(second)
    n_subjects = len(in_both) if paired else len(with_area)
    template = evolve(template, n_subjects=n_subjects, n_records=n)
    for arm, areas_of_arm in zip(arms, (first, second), strict=True):
        values = list(areas_of_arm.values())
        row = evolve(
            template, group=arm, reference_group=None, n_subjects=len(values), n_records=len(values)
        )
        yield from row.rows(ARM, n=len(values))
        # The ledger closes the account of each arm by an n of the deciding term.
        yield from row.rows(TERM, n=n if paired else len(values))
        yield from row.rows(ARM, mean=fsum(values) / len(values)) if values else ()
    yield from template.rows(TERM, n=n, n_missing=len(subjects) - n_subjects)

    def compare(tail: Tail) -> Mean:
        if paired:
            return mean_of(
                [first[subject] - second[subject] for subject in in_both], task.confidence, tail
            )
        return difference_of_means(
            list(first.values()), list(second.values()), task.confidence, tail
        )

    problem = None
    if not (in_both if paired else first and second):
        code = "one_arm_empty" if with_area else "no_data"
        problem = (code, "An arm has no course without a gap.")
    yield from _test_rows(task, template, compare, problem, tested=True)


def _problem(areas: Sequence[float], span: Window) -> tuple[str, str] | None:
    if areas:
        return None
    if len(span.occasions) < 2:
        return "one_level", "There is no second visit, so there is no course."
    if None in span.times:
        return "no_times", "It is not known when these visits or timepoints are."
    return "no_data", "No subject has a course without a gap."


def _test_rows(
    task: Task,
    template: Stat,
    compute: Callable[[Tail], Mean],
    problem: tuple[str, str] | None,
    *,
    tested: bool,
) -> Iterator[Stat]:
    try:
        # Without a direction the p-value is refused below, and everything else is as two-sided.
        mean = None if problem else compute(tail_of(task) or "two-sided")
    except ValueError as error:
        mean, problem = (
            None,
            ("no_variance" if "equal" in str(error) else "too_few", f"{str(error).capitalize()}."),
        )
    if problem or mean is None:
        yield from (
            row.failed(*(problem or ("no_data", "")))
            for row in template.rows(TERM, **dict.fromkeys(MEASURED))
        )
        return
    yield from _mean_rows(task, template, mean, tested=tested)


def _mean_rows(task: Task, template: Stat, mean: Mean, *, tested: bool) -> Iterator[Stat]:
    yield from template.rows(
        TERM,
        estimate=mean.estimate,
        std_error=mean.std_error,
        conf_low=mean.conf_low,
        conf_high=mean.conf_high,
        conf_level=task.confidence,
    )
    if not tested:
        yield from (
            row.failed(
                "no_null",
                "An area that cannot be negative, or that is not one of change, has no zero to be "
                "tested against.",
            )
            for row in template.rows(TERM, **dict.fromkeys(TEST))
        )
        return
    yield from template.rows(TERM, statistic=mean.statistic, df=mean.df)
    tail = tail_of(task)
    for row in evolve(template, text=tail).rows(TERM, p_value=mean.p_value):
        yield (row if tail else row.failed(*NO_DIRECTION))


def _row(task: Task, name: str, comparison: Comparison, span: Window, options: AreaOptions) -> Stat:
    first, second = comparison.arm or (None, None)
    unit = f"{task.unit}·{span.unit}" if task.unit and not options.per_time else task.unit
    return Stat(
        "n",
        comparison=name,
        visit=span.last,
        reference_visit=span.reference if options.incremental else None,
        group=first,
        reference_group=second,
        unit=unit,
    )


def _averaged(number: int) -> str | None:
    return (
        f"averaged: {number} values are means of several records of a subject and occasion."
        if number
        else None
    )


AREA_UNDER_CURVE = Analysis(
    "area_under_curve",
    "Area under the curve over time",
    run,
    terms=(
        Term(
            TERM,
            "Area",
            ("n", "n_missing", *MEASURED),
            scale="difference",
            null=0.0,
            tail="better",
            letter="t",
        ),
        Term(ARM, "Arm area", ("n", "mean"), scale="mean"),
    ),
    kinds=("continuous",),
    needs="comparison",
    decides=TERM,
    dependence="clustered",
    summary=("area under the curve", "difference in areas under the curve"),
    options=AreaOptions,
    method="Each subject's course was summarised by the area under straight lines between its "
    "visits or timepoints (of the change: {incremental}; only above the reference: "
    "{positive_only}; divided by duration: {per_time}; times: {times}; gaps: {gaps}). Mean "
    "areas of change were tested against zero with Student's t, those of two arms against "
    "each other with Welch's t, or paired where both arms are in each subject.",
    references=(
        Reference(
            "Matthews JNS, Altman DG, Campbell MJ, Royston P. Analysis of serial measurements in "
            "medical research. BMJ 1990;300:230-235.",
            "10.1136/bmj.300.6719.230",
        ),
        Reference(
            "Welch BL. The generalization of 'Student's' problem when several different "
            "population variances are involved. Biometrika 1947;34:28-35.",
            "10.1093/biomet/34.1-2.28",
        ),
    ),
)
