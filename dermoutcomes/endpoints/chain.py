"""The fixed order of the steps from readings to records.

Reduce, intercurrent, impute, change, respond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve

from dermoutcomes.conditions import Conditions
from dermoutcomes.endpoints.allocation import allocation_columns, attach_arms
from dermoutcomes.endpoints.baseline import attach_baseline
from dermoutcomes.endpoints.change import with_change, with_reference_visits
from dermoutcomes.endpoints.composite import composite_rows
from dermoutcomes.endpoints.endpoint_plan import plan as plan_of
from dermoutcomes.endpoints.event_times.event_records import times_to_event
from dermoutcomes.endpoints.expected_records import analysed_visits, with_expected
from dermoutcomes.endpoints.imputation.imputation import (
    fill_responders,
    imputation_spec,
    imputed_rows,
)
from dermoutcomes.endpoints.intercurrent_events import after_events
from dermoutcomes.endpoints.losses.reasons import MISSED, with_causes, with_reason_detail
from dermoutcomes.endpoints.record_filter import unmet_condition
from dermoutcomes.endpoints.reductions.diary_days import diary_values
from dermoutcomes.endpoints.reductions.difference import within_subject
from dermoutcomes.endpoints.reductions.locations import combine_locations
from dermoutcomes.endpoints.reductions.raters import combine_raters
from dermoutcomes.endpoints.reductions.replicates import reduced_readings
from dermoutcomes.endpoints.reductions.sides import combine_sides
from dermoutcomes.endpoints.responder import code_key, with_responders
from dermoutcomes.study import Responder
from dermoutcomes.tables import conform
from dermoutcomes.tables.table_rows import without_remnants
from dermoutcomes.vocabulary import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.endpoints.study_facts import StudyFacts
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

    Judge = Callable[[Plan, pl.DataFrame], None]
    Causes = Callable[[Plan, pl.DataFrame], pl.DataFrame]

__all__ = ["endpoint_records", "recorded", "single_values", "with_baselines"]

# A record's id: the endpoint's number (by sorted id) above so many bits, and below them the number
# of the record among those of the endpoint.
ENDPOINT_BITS = 40
# What the steps need of a row and the table does not have.
STEP_COLUMNS = (
    "base_observations",
    "at_baseline",
    "expected",
    "out",
    "failed",
    "set_aside",
    "taken_at",
    "n_combined",
)


def endpoint_records(
    study: Study,
    registry: Registry,
    endpoint_id: str,
    tables: Mapping[str, pl.DataFrame],
    judge: Judge | None = None,
    facts: StudyFacts | None = None,
) -> pl.DataFrame:
    """The table `endpoints` of one endpoint.

    One row a unit, visit, reference visit and handling of missing values. A value that is not used
    stays, with `used` false and the reason. `derivation` names the handling where a value or a
    responder was filled in. `id` is what `tasks` names the record by, `observations` are the ids
    behind value and base, `n_values` counts the readings behind the value. Raises StudyError, with
    every problem found, where data and endpoint do not fit each other. `judge` is shown the rows
    that were handled, still with `expected`, and may raise too. `facts` are those of the study and
    tables, where another endpoint has them already.
    """
    endpoint_plan = plan_of(study, registry, endpoint_id, tables, facts)
    together = endpoint_plan.facts.together
    if endpoint_id in together.records:
        return _with_record_ids(endpoint_plan, together.records[endpoint_id])
    if endpoint_plan.endpoint.event is not None:
        records = times_to_event(endpoint_plan)
    else:
        rows = together.rows.get(endpoint_id)
        records = recorded(endpoint_plan, assessed(endpoint_plan) if rows is None else rows, judge)
    return _with_record_ids(endpoint_plan, conform(records, "endpoints", study.id))


def recorded(
    plan: Plan, rows: pl.DataFrame, judge: Judge | None = None, causes: Causes = with_causes
) -> pl.DataFrame:
    """The records that rows which were assessed become, in no order and without their ids.

    `judge` is as `endpoint_records` has it; `causes` finds the causes of what is wanting.
    """
    visits = analysed_visits(plan, rows)
    frames = []
    for handling in _handlings(plan):
        for number, records in enumerate(handled(plan, rows, handling), start=1):
            if judge is not None:
                judge(plan, records)
            responding = fill_responders(plan, records, handling).join(
                plan.facts.memberships, on="subject", how="left", maintain_order="left"
            )
            with_use = _with_use(plan, responding, visits, causes)
            frames.append(_as_table(plan, with_use, handling, number))
    return pl.concat(frames, how="diagonal")


def assessed(plan: Plan) -> pl.DataFrame:
    """What was seen and what should have been: one row a side and occasion, nothing imputed.

    With baseline and intercurrent events. Places are combined before the baseline is attached,
    since one that is missing at one visit would otherwise look like a change.
    """
    if plan.endpoint.measure is None:
        return after_events(plan, composite_rows(plan, assessed))
    return with_baselines(plan, single_values(plan))


def single_values(plan: Plan) -> pl.DataFrame:
    """What was read of a measure: one row a spot and occasion."""
    rows = reduced_readings(plan)
    if plan.endpoint.days is not None:
        rows = diary_values(plan, rows)
    return combine_raters(plan, rows)


def with_baselines(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Single values with arm, what was expected beside them, baseline and intercurrent events."""
    # Arms before locations: places with different treatments are not combined.
    rows = attach_arms(plan, rows)
    rows = combine_locations(plan, rows)
    # Expected rows before the baseline: a missing visit has a base as well.
    rows = with_expected(plan, rows)
    rows = attach_baseline(plan, rows)
    return after_events(plan, rows)


def handled(plan: Plan, rows: pl.DataFrame, handling: str) -> Iterator[pl.DataFrame]:
    """The records of one handling up to the responders that values settle, for each imputation.

    A responder of other endpoints has as many as they have: in each it rests on theirs of the same
    number.
    """
    imputations = imputed_rows(plan, rows, handling)
    rule = plan.endpoint.responder
    parts = {
        name: _records_of_part(plan, name, handling)
        for name in ((*rule.all_of, *rule.any_of) if rule is not None else ())
    }
    parts |= {
        code_key(code): list(handled(other, assessed(other), handling))
        for code, other in _plans_of_codes(plan)
    }
    for number in range(max(len(imputations), *(len(part) for part in parts.values()), 1)):
        # A part that was imputed once is the same in each imputation of the others.
        others = {name: part[min(number, len(part) - 1)] for name, part in parts.items()}
        yield _records(plan, imputations[min(number, len(imputations) - 1)], others)


def _records(plan: Plan, rows: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Filled rows as records with change and responder.

    `others` are the records of endpoints that it rests on. Values and bases are combined side by
    side and subtracted last: with one side missing at one visit, the difference between sides would
    otherwise get into the change.
    """
    sides = within_subject(plan, with_reference_visits(plan, _without_mixed_arms(plan, rows)))
    records = with_change(plan, combine_sides(plan, sides))
    rule = plan.endpoint.responder
    if rule is not None and rule.on_both_sides:
        sides = with_change(plan, sides)
    return with_responders(plan, records, sides, others)


def _plans_of_codes(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """The same endpoint of each further code of the scale that its responder has conditions on."""
    rule = plan.endpoint.responder
    owner = (plan.endpoint.measure or "").partition(".")[0]
    if rule is None:
        return
    for code, conditions in rule.other_codes.items():
        stated: Mapping[str, Any] = conditions
        part = Responder(**stated, on_both_sides=rule.on_both_sides)
        measure = f"{owner}.{code}"
        endpoint = evolve(plan.endpoint, measure=measure, responder=part, among=Conditions())
        yield code, evolve(plan, endpoint=endpoint)


def _records_of_part(plan: Plan, name: str, handling: str) -> list[pl.DataFrame]:
    """The records of another endpoint that the responder names, for each imputation."""
    other = plan_of(plan.study, plan.registry, name, plan.tables, plan.facts)
    frames = list(handled(other, assessed(other), handling))
    rule = other.endpoint.responder
    if rule is None or rule.named is None:
        return frames
    # Of whom the name of a responder cannot judge, nothing is known in the other endpoint either.
    return [
        records.with_columns(
            responder=pl.when(unmet_condition(other, records).is_null()).then("responder")
        )
        for records in frames
    ]


def _handlings(plan: Plan) -> tuple[str, ...]:
    """Those of the endpoint.

    What was observed is kept beside values that are filled several times, to be described.
    """
    handlings = plan.endpoint.handling or (OBSERVED,)
    imputations = [imputation_spec(plan.study, plan.registry, name)[0] for name in handlings]
    multiple = any(imputation is not None and imputation.multiple for imputation in imputations)
    return tuple(dict.fromkeys((*handlings, OBSERVED) if multiple else handlings))


def _without_mixed_arms(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Sides that are combined over treatments belong to no arm.

    Where arms are compared they stay apart.
    """
    if plan.keeps_arms or "side" not in allocation_columns(plan, rows):
        return rows
    n_arms = pl.col("arm").n_unique().over("subject", "location", "period", "visit", "timepoint")
    return rows.with_columns(arm=pl.when(n_arms == 1).then("arm"))


def _with_use(
    plan: Plan, records: pl.DataFrame, visits: tuple[str, ...], causes: Causes
) -> pl.DataFrame:
    """`used`, and `reason` with its detail where it is not.

    First that nobody asked for the record, then that it is lost: a visit that is not analysed is
    no loss, whatever is missing there.
    """
    records = records.with_columns(_unmet=unmet_condition(plan, records))
    reason = pl.coalesce(_not_asked_for(plan, visits), "_unmet", _lost(plan))
    records = records.with_columns(reason=reason).drop("_unmet")
    records = causes(plan, with_reason_detail(records))
    return records.with_columns(used=pl.col("reason").is_null())


def _not_asked_for(plan: Plan, visits: tuple[str, ...]) -> pl.Expr:
    """Why nobody asks for a record: it is of no visit, or of one that is not analysed."""
    other_visit = (
        pl.when(pl.col("visit").is_null())
        .then(pl.lit("no_visit"))
        .when(~pl.col("visit").is_in(list(visits)))
        .then(pl.lit("visit_not_analysed"))
    )
    if plan.endpoint.visits is not None:
        return other_visit
    # Baseline rows are described beside the visits, unless the endpoint names its visits itself.
    described = pl.col("at_baseline")
    if plan.endpoint.measure is None:
        # Of parts that respond by their change nothing can be said at the baseline, of anybody.
        of_nobody = pl.col("at_baseline") & ~pl.col("responder").is_not_null().any().over("visit")
        other_visit = other_visit.when(of_nobody).then(pl.lit("visit_not_analysed"))
        described &= ~of_nobody
    return pl.when(~described).then(other_visit)


def _lost(plan: Plan) -> pl.Expr:
    """Why a record has neither a responder nor a value that counts."""
    responder_known = pl.col("responder").is_not_null()
    known = pl.col("value").is_not_null() | responder_known
    unknown = MISSED if plan.endpoint.measure else "not_computable"
    missing = pl.when(~known).then(pl.coalesce("reason", pl.lit(unknown)))
    # A value after an intercurrent event is set aside; a responder that the event settled is not.
    return pl.when(~responder_known).then(pl.coalesce("set_aside", missing))


def _as_table(plan: Plan, records: pl.DataFrame, handling: str, imputation: int) -> pl.DataFrame:
    ids = pl.concat_list("observations", pl.col("base_observations").fill_null([]))
    return records.with_columns(
        endpoint=pl.lit(plan.endpoint.id),
        handling=pl.lit(handling),
        imputation=pl.lit(imputation),
        rater=pl.lit(_role(plan), dtype=pl.String),
        populations=pl.col("populations").fill_null([]),
        observations=ids.list.unique().list.sort(),
    ).drop(STEP_COLUMNS, strict=False)


def _role(plan: Plan) -> str | None:
    """Whose ratings these are: as the endpoint says, or the one role that the data have."""
    if plan.endpoint.rater is not None:
        return plan.endpoint.rater.role
    own = plan.facts.readings((plan.endpoint.measure or "",))
    roles = own["rater_role"].drop_nulls().unique()
    return str(roles[0]) if roles.len() == 1 else None


def _with_record_ids(plan: Plan, table: pl.DataFrame) -> pl.DataFrame:
    """The table with ids that no record of another endpoint has, and nothing below its blanks."""
    endpoint = sorted(plan.study.endpoints).index(plan.endpoint.id) + 1
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    return without_remnants(table).with_columns(id=(endpoint << ENDPOINT_BITS) + number)
