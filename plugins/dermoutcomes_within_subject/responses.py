"""Responders of the same subject under two conditions: two arms, or two visits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import BASELINE, against, baseline_visits, visits_of

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes import Comparison

__all__ = ["PairedResponses", "PairingError", "paired_responses"]


class PairingError(ValueError):
    """Why no pairs can be made of a comparison: "code: sentence"."""


@frozen(eq=False)
class PairedResponses:
    """Whether each subject with both answers responds to the first and to the second.

    `template` is the row that statistics are like.
    """

    template: Stat
    first: list[bool]
    second: list[bool]
    problem: str | None = None


def paired_responses(task: Task) -> Iterator[PairedResponses]:
    """The pairs of each comparison, sorted by subject, or why there are none."""
    for name, comparison in task.comparisons.items():
        visit, reference = visits_of(comparison)
        arms = comparison.arm or (None, None)
        template = Stat(
            "n",
            comparison=name,
            visit=visit,
            reference_visit=reference,
            group=arms[0],
            reference_group=arms[1],
            unit="",
        )
        try:
            pairs = _joined(*_conditions(task, comparison))
        except PairingError as error:
            yield PairedResponses(template, [], [], str(error))
            continue
        yield PairedResponses(template, pairs["first"].to_list(), pairs["second"].to_list())


def _conditions(task: Task, comparison: Comparison) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records under the first and the second condition."""
    import polars as pl

    with_response = task.records.filter(pl.col("responder").is_not_null(), against())
    visits = comparison.visit or ()
    if comparison.arm:
        of_first_visit = (
            with_response.filter(pl.col("visit") == visits[0]) if visits else with_response
        )
        first, second = (of_first_visit.filter(pl.col("arm") == arm) for arm in comparison.arm)
        return first, second
    first, second = (
        with_response.filter(pl.col("visit").is_in(_named(task, visit))) for visit in visits
    )
    return first, second


def _named(task: Task, visit: str) -> list[str]:
    """The visits that a name stands for.

    "baseline" for those that the endpoint counts its baseline from.
    """
    if visit != BASELINE:
        return [visit]
    return list(baseline_visits(task))


def _joined(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    for rows in (first, second):
        if rows["subject"].n_unique() < rows.height:
            raise PairingError(
                "several_units: Some subjects have several records under one condition; "
                "clustered_proportion_difference takes them."
            )
    renamed = [
        rows.select("subject", responder).sort("subject")
        for rows, responder in ((first, _as("first")), (second, _as("second")))
    ]
    return renamed[0].join(renamed[1], on="subject", how="inner").sort("subject")


def _as(name: str) -> pl.Expr:
    import polars as pl

    return pl.col("responder").alias(name)
