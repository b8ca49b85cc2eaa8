"""Each subject's course over the window of a comparison, on one axis of time."""

from __future__ import annotations

import polars as pl
from attrs import frozen

from dermoutcomes import Comparison, Task
from dermoutcomes.stats import BASELINE, RECORD_KEY, visits_of
from dermoutcomes_repeated_measures.occasions import Occasion, hours_of, in_order
from dermoutcomes_repeated_measures.value_block import cells, relevant

__all__ = ["Course", "Window", "courses", "window"]

UNIT = [*RECORD_KEY, "arm", "rater"]


@frozen(eq=False)
class Window:
    """The occasions from the reference to the last visit.

    Their planned times (None where not known), in `unit` (d or h).
    """

    reference: str
    last: str | None
    occasions: tuple[Occasion, ...]
    times: tuple[float | None, ...]
    unit: str


@frozen(eq=False)
class Course:
    """One subject's points, or those of one of its arms; None for a value that is missing."""

    subject: str
    arm: str | None
    times: tuple[float | None, ...]
    values: tuple[float | None, ...]


def window(task: Task, comparison: Comparison) -> Window:
    """The occasions that the comparison spans: all visits where it names none."""
    last, reference = visits_of(comparison)
    rows = relevant(task.records)
    present = in_order(
        [
            Occasion(visit, timepoint)
            for visit, timepoint in rows.select("visit", "timepoint").unique().iter_rows()
        ],
        task.visits,
    )
    order_of_visit = {visit: number for number, visit in enumerate(task.visits)}
    # An end that is no visit of the schedule ("baseline", none) leaves the window open there.
    start, end = order_of_visit.get(reference, -1), order_of_visit.get(last or "", len(task.visits))
    inside = [
        occasion for occasion in present if start <= order_of_visit.get(occasion.visit, -1) <= end
    ]
    within_day = len({occasion.visit for occasion in inside}) == 1
    return Window(
        reference,
        last,
        tuple(inside),
        tuple(_planned(task, occasion, within_day) for occasion in inside),
        "h" if within_day else "d",
    )


def courses(
    task: Task, span: Window, *, incremental: bool, by_arm: bool, actual: bool
) -> tuple[list[Course], int]:
    """The course of each subject that has any record there (each arm of it with `by_arm`), sorted.

    And how many points are means.

    A point is the mean of several records of one occasion (sides, locations). `incremental` takes
    changes from the reference, each within its own side, `actual` the days themselves.
    """
    rows = _inside(
        _changes(task.records, span.reference) if incremental else relevant(task.records),
        span,
    )
    values, averaged = cells(rows, "arm" if by_arm else None, "outcome" if incremental else "value")
    days = cells(rows, "arm" if by_arm else None, "day")[0] if actual else {}
    absent = _inside(relevant(task.lost), span)
    # Sorted, so that a subject with two arms keeps the last of them whatever the order of rows.
    arms = dict(
        pl.concat([frame.select("subject", "arm") for frame in (rows, absent)])
        .drop_nulls()
        .sort("subject", "arm")
        .iter_rows()
    )
    units: set[tuple[str, str | None]] = {
        (subject, arm if by_arm else None)
        for frame in (rows, absent)
        for subject, arm in frame.select("subject", "arm").iter_rows()
    }
    courses_of_units = []
    for subject, level in sorted(units, key=lambda unit: (unit[0], unit[1] or "")):
        keys = [(subject, level, occasion) for occasion in span.occasions]
        times = tuple(days.get(key) for key in keys) if actual else span.times
        courses_of_units.append(
            Course(
                subject,
                level if by_arm else arms.get(subject),
                times,
                tuple(values.get(key) for key in keys),
            )
        )
    return courses_of_units, averaged


def _inside(rows: pl.DataFrame, span: Window) -> pl.DataFrame:
    return rows.filter(
        pl.col("visit").is_in(sorted({occasion.visit for occasion in span.occasions}))
    )


def _changes(records: pl.DataFrame, reference: str) -> pl.DataFrame:
    """Records with `outcome`, the change from the reference.

    As the record has it, else of its value and the reference's.

    The reference visit has no change of its own; there it is what its value differs by from the
    reference, mostly 0.
    """
    rows = relevant(records)
    if reference == BASELINE:
        return rows.with_columns(outcome=pl.coalesce("change", pl.col("value") - pl.col("base")))
    start = (
        rows.filter(pl.col("visit") == reference)
        .group_by(UNIT)
        .agg(pl.col("value").mean().alias("start"))
    )
    of_reference = records.filter(pl.col("reference_visit") == reference).select(
        *UNIT, "visit", "timepoint", pl.col("change").alias("own")
    )
    # `nulls_equal`: a record without a side or location is matched by one without, too.
    complete = rows.join(start, on=UNIT, how="left", nulls_equal=True).join(
        of_reference, on=[*UNIT, "visit", "timepoint"], how="left", nulls_equal=True
    )
    return complete.with_columns(outcome=pl.coalesce("own", pl.col("value") - pl.col("start")))


def _planned(task: Task, occasion: Occasion, within_day: bool) -> float | None:  # noqa: FBT001 - a fact, not a switch
    """Hours within a visit, or days.

    The visit's planned day, or the middle one of the days on record, and the hours in it.
    """
    hours = hours_of(occasion.timepoint)
    if hours is None or within_day:
        return hours if within_day else None
    day = task.planned_days.get(occasion.visit, _usual_day(task.records, occasion))
    return None if day is None else day + hours / 24


def _usual_day(records: pl.DataFrame, occasion: Occasion) -> float | None:
    day = records.filter(pl.col("visit") == occasion.visit)["day"].median()
    return float(day) if isinstance(day, (int, float)) else None
