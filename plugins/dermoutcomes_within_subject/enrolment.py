"""By which reading subjects were enrolled, and what was read of them afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import Task
from dermoutcomes.stats import RECORD_KEY, at_visit

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes import Endpoint

__all__ = ["Enrolment", "Threshold", "enrolment", "followed", "threshold_of"]

BOUND = re.compile(r"\s*(<=|>=|<|>)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*")


@frozen
class Threshold:
    """A condition at enrolment that is a bound: readings above it, or below it, were enrolled."""

    text: str
    value: float
    above: bool

    def holds(self, reading: float) -> bool:
        """Whether a reading lies on the enrolled side, the bound with it."""
        return reading >= self.value if self.above else reading <= self.value


@frozen(eq=False)
class Enrolment:
    """The reading of each subject that the condition was put to, at `visit`.

    None: the baseline itself.

    `share` is its part of the baseline: 1, a half where the baseline is the mean of two readings, 0
    where it was read apart.
    """

    readings: dict[str, float]
    threshold: Threshold
    visit: str | None
    share: float


def threshold_of(text: str) -> Threshold | None:
    """The bound that a condition is; None where it is another kind of condition."""
    match = BOUND.fullmatch(text)
    return Threshold(text.strip(), float(match[2]), match[1].startswith(">")) if match else None


def enrolment(task: Task, endpoint: Endpoint, threshold: Threshold) -> Enrolment:
    """The first reading at or before the baseline is the one that enrolled.

    A subject's sides or zones count by their mean.
    """
    visits_of_baseline = list(endpoint.baseline.visits or ()) if endpoint.baseline else []
    order = list(task.visits)
    first = min((order.index(visit) for visit in visits_of_baseline if visit in order), default=0)
    for visit in order[:first]:
        readings = _means(_at(task, visit), "value")
        if readings:
            return Enrolment(
                readings,
                threshold,
                visit,
                1 / len(visits_of_baseline)
                if _averaged(endpoint) and visit in visits_of_baseline
                else 0.0,
            )
    if _averaged(endpoint) and len(visits_of_baseline) > 1:
        earliest = min(
            (visit for visit in visits_of_baseline if visit in order), key=order.index, default=None
        )
        readings = _means(_at(task, earliest), "value") if earliest else {}
        if readings:
            return Enrolment(readings, threshold, earliest, 1 / len(visits_of_baseline))
    return Enrolment(_bases(_at(task, None)), threshold, None, 1.0)


def followed(task: Task, visit: str | None) -> tuple[dict[str, float], dict[str, float]]:
    """Each subject's value and change from baseline at a visit."""
    rows = _at(task, visit)
    return _means(rows, "value"), _means(rows, "change")


def _averaged(endpoint: Endpoint) -> bool:
    return endpoint.baseline is not None and endpoint.baseline.take == "mean"


def _at(task: Task, visit: str | None) -> pl.DataFrame:

    return task.records.filter(at_visit(visit))


def _means(rows: pl.DataFrame, column: str) -> dict[str, float]:
    """Subject = the mean over its sides or zones."""
    import polars as pl

    with_value = rows.drop_nulls(column).select("subject", column).sort("subject", column)
    return dict(
        with_value.group_by("subject", maintain_order=True).agg(pl.col(column).mean()).iter_rows()
    )


def _bases(rows: pl.DataFrame) -> dict[str, float]:
    """Subject = its baseline, from the record of each side or zone that rests on most.

    A visit without a side has only a part of it.
    """
    import polars as pl

    sides = pl.col("n_sides").fill_null(0)
    with_base = rows.drop_nulls("base").sort(*RECORD_KEY, -sides, "visit", "base")
    return _means(with_base.unique(RECORD_KEY, keep="first", maintain_order=True), "base")
