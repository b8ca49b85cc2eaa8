"""Time to a first event: one record a subject, with the event or the end of its observation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import PLACES, allocated
from dermoutcomes.endpoints.event_times.dated import dated_times
from dermoutcomes.endpoints.event_times.stated import stated_times
from dermoutcomes.vocabulary import BASELINE, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["arms_of_subjects", "times_to_event"]


def times_to_event(plan: Plan) -> pl.DataFrame:
    """One row a subject: `value` in days from the start (0 on its day), and `event`.

    The latter says whether the days end in the first event or in censoring. Where there is no value
    `reason` says why.
    """
    rule = plan.endpoint.event
    assert rule is not None
    times = stated_times(plan, rule) if rule.table == "durations" else dated_times(plan, rule)
    records = times.join(
        arms_of_subjects(plan), on="subject", how="left", maintain_order="left"
    ).join(plan.facts.memberships, on="subject", how="left", maintain_order="left")
    # A stated duration is one value, however it ended; of dates the event alone is a row.
    rests_on_row = (
        pl.col("value").is_not_null() if rule.table == "durations" else pl.col("event")
    ).fill_null(value=False)
    frame = records.select(
        "subject",
        "arm",
        "value",
        "event",
        "populations",
        "day",
        "reason",
        "reason_detail",
        used=pl.col("reason").is_null(),
        reference_visit=pl.lit(BASELINE),
        observations=pl.when(rests_on_row)
        .then(pl.concat_list("id").list.drop_nulls())
        .otherwise([]),
        n_values=rests_on_row.cast(pl.Int32),
        endpoint=pl.lit(plan.endpoint.id),
    )
    return pl.concat(
        [
            frame.with_columns(handling=pl.lit(handling), imputation=pl.lit(1))
            for handling in plan.endpoint.handling or (OBSERVED,)
        ]
    )


def arms_of_subjects(plan: Plan) -> pl.DataFrame:
    """The arm of each subject; nobody where treatments were allocated by place or period."""
    allocations = plan.table("allocations")
    if all(allocations[name].null_count() == allocations.height for name in PLACES):
        return allocated(plan, ["subject"], None)
    return pl.DataFrame(schema={"subject": pl.String, "arm": pl.String})
