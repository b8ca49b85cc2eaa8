"""The fixed order of the steps from readings to records: reduce, intercurrent, impute, change, respond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import allocation_columns, attach_arms
from dermoutcomes.endpoints.baseline import attach_baseline
from dermoutcomes.endpoints.change import compared, with_change
from dermoutcomes.endpoints.composite import composite_rows
from dermoutcomes.endpoints.endpoint_plan import plan
from dermoutcomes.endpoints.expected_records import analysed_visits, with_expected
from dermoutcomes.endpoints.imputation.imputation import completed, fill_responders, imputation_spec
from dermoutcomes.endpoints.intercurrent_events import after_events
from dermoutcomes.endpoints.populations import memberships
from dermoutcomes.endpoints.record_filter import outside
from dermoutcomes.endpoints.reductions.diary_days import diary_values
from dermoutcomes.endpoints.reductions.difference import within_subject
from dermoutcomes.endpoints.reductions.locations import combine_locations
from dermoutcomes.endpoints.reductions.raters import combine_raters
from dermoutcomes.endpoints.reductions.replicates import reduced_readings
from dermoutcomes.endpoints.reductions.sides import combine_sides
from dermoutcomes.endpoints.responder import with_responders
from dermoutcomes.endpoints.time_to_event import times_to_event
from dermoutcomes.tables import conform
from dermoutcomes.words import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

    Judge = Callable[[Plan, pl.DataFrame], None]

__all__ = ["endpoint_records"]

# A record's id: the endpoint's number (by sorted id) above so many bits, the record's place among those of the endpoint below.
ENDPOINT_BITS = 40


def endpoint_records(
    study: Study,
    registry: Registry,
    endpoint_id: str,
    tables: Mapping[str, pl.DataFrame],
    judge: Judge | None = None,
) -> pl.DataFrame:
    """The table `endpoints` of one endpoint: one row a unit, visit and reference visit, for every handling of missing values.

    A value that is not used stays, with `used` false and the reason. `derivation` names the handling where a value or a responder
    was filled in. `id` is what `tasks` names the record by, `observations` are the ids behind value and base, `n_values` counts the readings behind the value.
    Raises StudyError, with every problem found, where data and endpoint do not fit each other. `judge` is shown the rows that were
    handled, still with `expected`, and may raise too.
    """
    wanted = plan(study, registry, endpoint_id, tables)
    if wanted.endpoint.event is not None:
        return _numbered(wanted, times_to_event(wanted))
    rows = assessed(wanted)
    made = [
        records
        for handling in _handlings(wanted)
        for records in _finished(wanted, rows, handling, judge)
    ]
    return _numbered(wanted, pl.concat(made, how="diagonal"))


def _handlings(plan: Plan) -> tuple[str, ...]:
    """Those of the endpoint; what was observed is kept beside values that are filled several times, to be described."""
    named = plan.endpoint.handling or (OBSERVED,)
    several = any(
        declared.multiple
        for name in named
        if (declared := imputation_spec(plan.study, plan.registry, name)[0]) is not None
    )
    return tuple(dict.fromkeys((*named, OBSERVED) if several else named))


def _numbered(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """The records in the order of their key, with ids that no record of another endpoint has."""
    endpoint = sorted(plan.study.endpoints).index(plan.endpoint.id) + 1
    frame = conform(records, "endpoints", plan.study.id)
    return frame.with_columns(
        id=(endpoint << ENDPOINT_BITS) + pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )


def assessed(plan: Plan) -> pl.DataFrame:
    """What was seen and what should have been, one row a side and occasion, with baseline and intercurrent events, nothing imputed."""
    if plan.endpoint.measure is None:
        return after_events(plan, composite_rows(plan, assessed))
    values = reduced_readings(plan)
    if plan.endpoint.days is not None:
        values = diary_values(plan, values)
    rows = combine_locations(plan, attach_arms(plan, combine_raters(plan, values)))
    return after_events(plan, attach_baseline(plan, with_expected(plan, rows)))


def handled(wanted: Plan, rows: pl.DataFrame, handling: str) -> Iterator[pl.DataFrame]:
    """The records of one handling up to the responders that values settle, for each imputation.

    A responder of other endpoints has as many as they have: in each it rests on theirs of the same number.
    """
    filled = completed(wanted, rows, handling)
    rule = wanted.endpoint.responder
    parts = {
        name: _handled_part(wanted, name, handling)
        for name in ((*rule.all_of, *rule.any_of) if rule is not None else ())
    }
    for number in range(max(len(filled), *(len(part) for part in parts.values()), 1)):

        def others(name: str, number: int = number) -> pl.DataFrame:
            return parts[name][min(number, len(parts[name]) - 1)]

        yield _responding(wanted, filled[min(number, len(filled) - 1)], others)


def _handled_part(wanted: Plan, name: str, handling: str) -> list[pl.DataFrame]:
    """The records of another endpoint that the responder names."""
    other = plan(wanted.study, wanted.registry, name, wanted.tables)
    return list(handled(other, assessed(other), handling))


def _responding(
    wanted: Plan, filled: pl.DataFrame, others: Callable[[str], pl.DataFrame]
) -> pl.DataFrame:
    """Filled rows as records with change and responder; `others` gives the records of another endpoint."""
    filled = within_subject(wanted, compared(wanted, _one_arm(wanted, filled)))
    records = with_change(wanted, combine_sides(wanted, filled))
    rule = wanted.endpoint.responder
    sided = with_change(wanted, filled) if rule is not None and rule.on_both_sides else filled
    return with_responders(wanted, records, sided, others)


def _one_arm(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Sides that are combined over treatments belong to no arm; where arms are compared they stay apart."""
    if plan.keeps_arms or "side" not in allocation_columns(plan, rows):
        return rows
    alone = (
        pl.col("arm").n_unique().over("subject", "location", "period", "visit", "timepoint") == 1
    )
    return rows.with_columns(arm=pl.when(alone).then("arm"))


def _finished(
    plan: Plan, rows: pl.DataFrame, handling: str, judge: Judge | None
) -> Iterator[pl.DataFrame]:
    """The records of each imputation of one handling, each used or with the reason why not."""
    belong, analysed = memberships(plan.study, plan.tables), analysed_visits(plan, rows)
    for number, records in enumerate(handled(plan, rows, handling), start=1):
        if judge is not None:
            judge(plan, records)
        joined = fill_responders(plan, records, handling).join(
            belong, on="subject", how="left", maintain_order="left"
        )
        yield _named(plan, _with_use(plan, joined, analysed), handling, number)


def _named(plan: Plan, records: pl.DataFrame, handling: str, imputation: int) -> pl.DataFrame:
    return records.with_columns(
        endpoint=pl.lit(plan.endpoint.id),
        handling=pl.lit(handling),
        imputation=pl.lit(imputation),
        rater=pl.lit(_role(plan), dtype=pl.String),
        populations=pl.col("populations").fill_null([]),
        observations=_ids(),
    ).drop(
        "base_observations",
        "at_baseline",
        "expected",
        "out",
        "failed",
        "set_aside",
        "taken_at",
        "n_combined",
        strict=False,
    )


def _ids() -> pl.Expr:
    return (
        pl.concat_list("observations", pl.col("base_observations").fill_null([]))
        .list.unique()
        .list.sort()
    )


def _with_use(plan: Plan, records: pl.DataFrame, analysed: tuple[str, ...]) -> pl.DataFrame:
    """`used`, and `reason` where it is not: first that nobody asked for the record, then that it is lost."""
    settled = pl.col("responder").is_not_null()
    known = pl.col("value").is_not_null() | settled
    lost = pl.when(~settled).then(
        pl.coalesce("set_aside", pl.when(~known).then(pl.coalesce("reason", pl.lit("missing"))))
    )
    elsewhere = (
        pl.when(pl.col("visit").is_null())
        .then(pl.lit("no visit"))
        .when(~pl.col("visit").is_in(list(analysed)))
        .then(pl.lit("not a visit that is analysed"))
    )
    records = records.with_columns(_outside=outside(plan, records))
    at_baseline = pl.col("at_baseline") & pl.lit(plan.endpoint.visits is None)
    reason = pl.coalesce(pl.when(~at_baseline).then(elsewhere), "_outside", lost)
    return records.with_columns(reason=reason, used=reason.is_null()).drop("_outside")


def _role(plan: Plan) -> str | None:
    """Whose ratings these are: as the endpoint says, or the one role that the data have."""
    if plan.endpoint.rater is not None:
        return plan.endpoint.rater.role
    seen = (
        plan.table("observations")
        .filter(pl.col("measure") == (plan.endpoint.measure or ""))["rater_role"]
        .drop_nulls()
        .unique()
    )
    return str(seen[0]) if seen.len() == 1 else None
