"""The account of an endpoint's readings.

Which of them are behind records that count, and why the others are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import attach_arms
from dermoutcomes.endpoints.reading_selection import of_one_origin, readings
from dermoutcomes.endpoints.reductions.one_day import with_days
from dermoutcomes.endpoints.reductions.replicates import SPOT, input_measures
from dermoutcomes.tables import empty
from dermoutcomes.tables.table_rows import rows_where
from dermoutcomes.vocabulary import INVALID_READING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.tables.ledger import EntryRows

__all__ = ["count_readings"]

READINGS = "readings"
VISIT = ["subject", "visit"]


def count_readings(counted: EntryRows, plan: Plan, records: pl.DataFrame) -> None:
    """Count the entries of the readings of an endpoint's measure, or of those it is computed from.

    `records` are the endpoint's, of its main handling and population. Of an endpoint that has no
    readings of its own (a composite, a time to an event) there are none.
    """
    if plan.endpoint.measure is None or plan.endpoint.event is not None:
        return
    measures = input_measures(plan)
    of_measures = pl.col("measure").is_in(measures)
    kept = plan.facts.readings(measures)
    left_out = _left_out(plan, of_measures)
    impossible = plan.tables.get("impossible", kept.clear())
    impossible = impossible.filter(of_measures) if impossible.height else impossible
    of_records = records.select("used", "reason", id="observations").explode(
        "id", empty_as_null=False, keep_nulls=False
    )
    behind_used = of_records.filter("used").select("id").unique()
    is_used = pl.col("id").is_in(behind_used["id"].implode())
    used = rows_where(kept, is_used)
    unused = kept.filter(~is_used) if used.height < kept.height else kept.clear()

    same = {"endpoint": plan.endpoint.id}
    read = pl.concat([readings.select("subject") for readings in (kept, left_out, impossible)])
    counted.count(read, READINGS, "opening", **same)
    _count_left_out(counted, plan, left_out)
    if impossible.height:
        not_possible = _with_place(attach_arms(plan, impossible))
        counted.count(not_possible, READINGS, "loss", reason="impossible", **same)
    counted.count(used.select("subject"), READINGS, "closing", **same)
    unexplained = unused
    losses = _losses(plan, used, unused, of_records, records) if unused.height else ()
    for reason, explained in losses:
        lost = explained.join(unexplained, on="id", how="semi")
        unexplained = unexplained.join(lost, on="id", how="anti")
        columns = [name for name in ("subject", "detail") if name in lost.columns]
        counted.count(lost.select(columns), READINGS, "loss", reason=reason, **same)
        # The last reasons take longest, since they ask which day of a visit counted.
        if not unexplained.height:
            break


def _count_left_out(counted: EntryRows, plan: Plan, left_out: pl.DataFrame) -> None:
    """Count the readings that checks left out, and those that the operator marked as no reading."""
    if not left_out.height:
        return
    # What the operator marked as no reading is counted where it was read, as what cannot be.
    is_marked = pl.col("detail").str.contains(INVALID_READING, literal=True)
    marked = attach_arms(plan, _observations_left_out(plan, left_out.filter(is_marked)))
    by_check = left_out.filter(~is_marked).select("subject", "detail")
    same = {"endpoint": plan.endpoint.id}
    counted.count(by_check, READINGS, "loss", reason="left_out", **same)
    counted.count(_with_place(marked), READINGS, "loss", reason="invalid", **same)


def _left_out(plan: Plan, of_measures: pl.Expr) -> pl.DataFrame:
    """The readings that checks left out: id, subject and, as `detail`, the checks."""
    left_out = plan.tables.get("left_out")
    if left_out is None or not left_out.height:
        return empty("observations").select("id", "subject", detail=pl.lit(""))
    return (
        left_out.filter(of_measures)
        .group_by("id", "subject", maintain_order=True)
        .agg(detail=pl.col("check").unique().sort().str.join(", "))
    )


def _observations_left_out(plan: Plan, ids: pl.DataFrame) -> pl.DataFrame:
    """The observations of some that checks left out, each once."""
    left_out = plan.tables.get("left_out", empty("observations"))
    return left_out.join(ids.select("id"), on="id", how="semi").unique("id", maintain_order=True)


def _losses(
    plan: Plan,
    used: pl.DataFrame,
    unused: pl.DataFrame,
    of_records: pl.DataFrame,
    records: pl.DataFrame,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each reason with those of the `unused` readings that it explains.

    Of several reasons the first counts, so they stand in the order of the chain: what the endpoint
    does not ask for, then what became of the record, then what left no trace in any record.
    `used` are the readings behind records that count, `of_records` those behind any.
    """
    numbers = pl.concat([used, unused]).drop_nulls("value")
    yield "no_number", unused.filter(pl.col("value").is_null())
    # By all readings, since whether the device's own lead is decided over all of them.
    of_origin = of_one_origin(plan, numbers).select("id")
    yield "other_origin", unused.join(of_origin, on="id", how="anti")
    yield from _of_other_places(plan, unused)
    population = plan.facts.members(next(iter(plan.endpoint.populations), None))
    yield "no_population", unused.join(population, on="subject", how="anti")

    yield from _of_unused_records(unused, of_records)
    if plan.endpoint.days is not None:
        # What remains of a diary are days that make no value of a visit.
        yield "outside_days", unused
        return
    yield from _of_other_days(plan, unused)
    if plan.endpoint.replicates.drop_first:
        yield "extra_replicate", unused.join(_first_replicates(numbers), on="id", how="semi")
    # What a step drops before there is a record of it has no id in one.
    lost = (
        records.filter(~pl.col("used"))
        .select("subject", "visit", detail="reason")
        .unique(VISIT, keep="first", maintain_order=True)
    )
    yield "in_unused_record", unused.join(lost, on=VISIT, maintain_order="left")
    yield "incomplete_place", unused.join(records.filter("used"), on=VISIT, how="semi")


def _of_other_places(plan: Plan, unused: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Readings of a location, side or rater, or of an arm, that the endpoint does not ask for."""
    endpoint = plan.endpoint
    if plan.locations:
        at_a_location = pl.col("location").is_in(plan.locations).fill_null(value=False)
        yield "other_location", unused.filter(~at_a_location)
    if endpoint.sides is not None:
        # Not of readings without a side (null): those count.
        yield "other_side", unused.filter(pl.col("side").is_in(endpoint.sides.use).not_())
    if endpoint.rater is not None:
        role = pl.lit(endpoint.rater.role)
        yield "other_rater", unused.filter(pl.col("rater_role").ne_missing(role))
    yield from _of_difference(plan, unused)


def _of_unused_records(
    unused: pl.DataFrame, of_records: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Readings behind records that do not count, with the reason of the record as detail."""
    reasons = (
        of_records.filter(~pl.col("used")).unique("id", keep="first", maintain_order=True)
    ).select("id", detail="reason")
    recorded = unused.join(reasons, on="id")
    # Of a record that nobody asks for, as at a visit that is not analysed, that is why.
    for reason in ("no_visit", "visit_not_analysed"):
        yield reason, recorded.filter(pl.col("detail") == reason).drop("detail")
    yield "in_unused_record", recorded


def _first_replicates(readings: pl.DataFrame) -> pl.DataFrame:
    """The first reading of each spot, which an endpoint may drop."""
    turn = pl.int_range(pl.len()).over(SPOT, order_by=["replicate", "id"])
    return readings.filter(turn == 0)


def _of_other_days(plan: Plan, unused: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Readings of a baseline after the first treatment, and of days that do not count.

    Their detail is the visit and, where there are several, the arm.
    """
    rows = attach_arms(plan, with_days(plan, readings(plan, input_measures(plan))))
    rows = rows.join(unused.select("id"), on="id", how="semi")
    yield "baseline_after_treatment", _with_place(rows.filter("late"))
    other_day = pl.col("repeated") & pl.col("day").ne_missing(pl.col("used_day"))
    yield "extra_day", _with_place(rows.filter(other_day, pl.col("used_day").is_not_null()))


def _with_place(rows: pl.DataFrame) -> pl.DataFrame:
    """Readings with their visit and, where there are several, arm as the detail of a loss."""
    detail = pl.concat_str("visit", "arm", separator=", ", ignore_nulls=True)
    return rows.select("id", "subject", detail=pl.when(detail != "").then(detail))


def _of_difference(plan: Plan, unused: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Of a difference inside a subject: readings of a place that is neither of the two."""
    difference = plan.endpoint.difference
    if difference is None:
        return
    for column, reason in (("side", "other_side"), ("location", "other_location")):
        if names := getattr(difference, column):
            yield reason, unused.filter(pl.col(column).is_in(list(names)).not_())
    if difference.arm:
        arms = attach_arms(plan, unused)
        yield "other_arm", arms.filter(pl.col("arm").is_in(list(difference.arm)).not_())
