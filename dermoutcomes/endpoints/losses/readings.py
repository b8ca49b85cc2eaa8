"""The account of an endpoint's readings: which of them are behind records that count, and why the others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import attach_arms
from dermoutcomes.endpoints.reading_selection import of_one_origin, readings
from dermoutcomes.endpoints.reductions.one_day import with_days
from dermoutcomes.endpoints.reductions.replicates import SPOT, input_measures
from dermoutcomes.sources.framework.populations import members
from dermoutcomes.tables.ledger import entries, no_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["reading_entries"]

READINGS = "readings"
VISIT = ["subject", "visit"]


def reading_entries(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """The entries of the readings of an endpoint's measure, or of the measures that it is computed from.

    `records` are the endpoint's, of its main handling and population. Of an endpoint that has no
    readings of its own (a composite, a time to an event) there are none.
    """
    if plan.endpoint.measure is None or plan.endpoint.event is not None:
        return no_entries()
    of_measures = pl.col("measure").is_in(input_measures(plan))
    kept = plan.table("observations").filter(of_measures)
    left_out = plan.tables.get("left_out", kept.with_columns(check=pl.lit("")).clear())
    left_out = (
        left_out.filter(of_measures)
        .group_by("id", "subject", maintain_order=True)
        .agg(detail=pl.col("check").unique().sort().str.join(", "))
    )
    impossible = attach_arms(plan, plan.tables.get("impossible", kept.clear()).filter(of_measures))
    ids = records.select("used", "reason", id="observations").explode(
        "id", empty_as_null=False, keep_nulls=False
    )
    used = ids.filter("used").select("id").unique()
    behind, rest = kept.join(used, on="id", how="semi"), kept.join(used, on="id", how="anti")
    same = {"endpoint": plan.endpoint.id}
    parts = [
        entries(
            pl.concat([frame.select("subject") for frame in (kept, left_out, impossible)]),
            READINGS,
            "opening",
            **same,
        ),
        entries(left_out.select("subject", "detail"), READINGS, "loss", reason="left_out", **same),
        entries(_with_place(impossible).drop("id"), READINGS, "loss", reason="impossible", **same),
        entries(behind.select("subject"), READINGS, "closing", **same),
    ]
    for reason, explained in _losses(plan, behind, rest, ids, records):
        lost = explained.join(rest, on="id", how="semi")
        rest = rest.join(lost, on="id", how="anti")
        columns = [name for name in ("subject", "detail") if name in lost.columns]
        parts.append(entries(lost.select(columns), READINGS, "loss", reason=reason, **same))
    return pl.concat(parts)


def _losses(
    plan: Plan, used: pl.DataFrame, rest: pl.DataFrame, ids: pl.DataFrame, records: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each reason with the readings of `rest` that it explains; of several reasons the first counts.

    `used` are the readings behind records that count, `ids` those behind any record.
    """
    endpoint, all_numbers = plan.endpoint, pl.concat([used, rest]).drop_nulls("value")
    yield "no_number", rest.filter(pl.col("value").is_null())
    of_origin = of_one_origin(plan, all_numbers).select("id")
    yield "other_origin", rest.join(of_origin, on="id", how="anti")
    if plan.locations:
        at_a_location = pl.col("location").is_in(plan.locations).fill_null(value=False)
        yield "other_location", rest.filter(~at_a_location)
    if endpoint.sides is not None:
        yield "other_side", rest.filter(pl.col("side").is_in(endpoint.sides.use).not_())
    if endpoint.rater is not None:
        role = pl.lit(endpoint.rater.role)
        yield "other_rater", rest.filter(pl.col("rater_role").ne_missing(role))
    yield from _of_difference(plan, rest)
    who = members(plan.study, plan.tables, next(iter(endpoint.populations), None))
    yield "no_population", rest.join(who, on="subject", how="anti")

    # Of a record that nobody asks for, as at a visit that is not analysed, that is why.
    unused = ids.filter(~pl.col("used")).unique("id", keep="first", maintain_order=True)
    held = rest.join(unused.select("id", detail="reason"), on="id")
    for reason in ("no_visit", "visit_not_analysed"):
        yield reason, held.filter(pl.col("detail") == reason).drop("detail")
    yield "in_unused_record", held
    if endpoint.days is not None:
        yield "outside_days", rest
        return
    yield from _of_other_days(plan, rest)
    if endpoint.replicates.drop_first:
        turn = pl.int_range(pl.len()).over(SPOT, order_by=["replicate", "id"])
        first = all_numbers.filter(turn == 0)
        yield "extra_replicate", rest.join(first, on="id", how="semi")
    # What a step drops before there is a record of it has no id in one.
    lost = records.filter(~pl.col("used")).select("subject", "visit", detail="reason").unique(VISIT)
    yield "in_unused_record", rest.join(lost, on=VISIT)
    yield "incomplete_place", rest.join(records.filter("used"), on=VISIT, how="semi")


def _of_other_days(plan: Plan, rest: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Readings of a baseline after the first treatment, and of days that do not count.

    Their detail is the visit and, where there are several, the arm.
    """
    rows = attach_arms(plan, with_days(plan, readings(plan, input_measures(plan))))
    rows = rows.join(rest.select("id"), on="id", how="semi")
    yield "baseline_after_treatment", _with_place(rows.filter("late"))
    other_day = pl.col("repeated") & pl.col("day").ne_missing(pl.col("used_day"))
    yield "extra_day", _with_place(rows.filter(other_day, pl.col("used_day").is_not_null()))


def _with_place(rows: pl.DataFrame) -> pl.DataFrame:
    """Readings with their visit and, where there are several, arm as the detail of a loss."""
    detail = pl.concat_str("visit", "arm", separator=", ", ignore_nulls=True)
    return rows.select("id", "subject", detail=pl.when(detail != "").then(detail))


def _of_difference(plan: Plan, rest: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Of a difference inside a subject: readings of a place that is neither of the two."""
    difference = plan.endpoint.difference
    if difference is None:
        return
    for column, reason in (("side", "other_side"), ("location", "other_location")):
        if names := getattr(difference, column):
            yield reason, rest.filter(pl.col(column).is_in(list(names)).not_())
    if difference.arm:
        arms = attach_arms(plan, rest)
        yield "other_arm", arms.filter(pl.col("arm").is_in(list(difference.arm)).not_())
