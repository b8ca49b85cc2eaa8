"""Events after which a value means something else, and what an endpoint does about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.losses.reasons import with_detail
from dermoutcomes.endpoints.study_days import visit_days
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.dates import elapsed_days
from dermoutcomes.sources.framework.milestones import milestones_of
from dermoutcomes.sources.visits.due_visits import NOT_DUE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import Intercurrent

__all__ = ["after_events"]

POLICY = "treatment policy"
NON_RESPONDER = "non-responder"
WHILE_TREATED = "while on treatment"


def after_events(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `set_aside` (why a value is not used), `out` and `failed`.

    `out` is not to be filled in either, `failed` counts as non-responder. A strategy holds from the
    day of the event on. Hypothetical: the value is set aside and may be imputed. While on
    treatment: it is set aside for good. Non-responder: the record does not respond, whatever its
    value. Treatment policy: nothing happens.
    """
    rows = rows.with_columns(
        set_aside=pl.lit(None, dtype=pl.String), out=pl.lit(value=False), failed=pl.lit(value=False)
    )
    strategies = [
        (event, event.strategy.get(plan.endpoint.id, event.default))
        for event in plan.study.intercurrent.values()
    ]
    strategies = [(event, strategy) for event, strategy in strategies if strategy != POLICY]
    if not strategies:
        return rows
    rows = _with_elapsed(plan, rows)
    for event, strategy in strategies:
        rows = _apply(rows, _event_days(plan, event), event, strategy)
    return rows.drop("_elapsed")


def _with_elapsed(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The day of each row, or of its visit where the row has none."""
    days, side = visit_days(plan.study, plan.tables), pl.col("side")
    of_visit = days.filter(side.is_null()).drop("side").rename({"elapsed": "_of_visit"})
    of_side = days.filter(side.is_not_null()).rename({"elapsed": "_of_side"})
    joined = rows.join(of_visit, on=["subject", "visit"], how="left").join(
        of_side, on=["subject", "visit", "side"], how="left"
    )
    own = elapsed_days(pl.col("day").cast(pl.Int32))
    return joined.with_columns(_elapsed=pl.coalesce(own, "_of_visit", "_of_side")).drop(
        "_of_visit", "_of_side"
    )


def _event_days(plan: Plan, event: Intercurrent) -> pl.DataFrame:
    """The first day of the event: subject, location and side (null: anywhere), _event."""
    milestones = milestones_of(plan.table("milestones"), event)
    undated = milestones.filter(pl.col("day").is_null())
    if undated.height:
        names = ", ".join(undated["subject"].fill_null("?").unique().sort().head(10))
        raise StudyError(
            Problem(
                f"{count_words(undated.height, 'milestone')} {event.milestone!r} without a day: it is not "
                "known which values follow",
                path=f"intercurrent.{event.id}",
                found=names,
                expected="a date or a day in the source of milestones",
            )
        )
    first = elapsed_days(pl.col("day").cast(pl.Int32)).min().alias("_event")
    return milestones.group_by("subject", "location", "side").agg(first)


def _apply(
    rows: pl.DataFrame, events: pl.DataFrame, event: Intercurrent, strategy: str
) -> pl.DataFrame:
    """The rows with the event's strategy, from its day on and where it happened."""
    same_place = pl.lit(value=True)
    for name in ("location", "side"):
        same_place &= pl.col(f"_{name}").is_null() | pl.col(f"_{name}").eq_missing(pl.col(name))
    numbered = rows.with_row_index("_row")
    after = (
        numbered.select("_row", "subject", "location", "side", "_elapsed", "at_baseline", "reason")
        .join(events.rename({"location": "_location", "side": "_side"}), on="subject")
        # A row of which no day is known is after no event: the comparison is null.
        .filter(same_place, pl.col("_elapsed") >= pl.col("_event"))
    )
    # A baseline stays what it is, whatever happened before it; a visit that is not yet due is no
    # failure.
    concerned = after.filter(~pl.col("at_baseline"), pl.col("reason").ne_missing(NOT_DUE))
    is_after = pl.col("_row").is_in(concerned["_row"].unique().implode())
    if strategy == NON_RESPONDER:
        return numbered.with_columns(failed=pl.col("failed") | is_after).drop("_row")
    reason = with_detail("intercurrent", f"{event.milestone} ({strategy})")
    return numbered.with_columns(
        set_aside=pl.when(is_after)
        .then(pl.coalesce("set_aside", pl.lit(reason)))
        .otherwise("set_aside"),
        out=pl.col("out") | (is_after & pl.lit(strategy == WHILE_TREATED)),
    ).drop("_row")
