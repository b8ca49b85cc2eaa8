"""Endpoints of one design, taken from readings to records in one pass.

Nothing that is asked of readings on their way to a record crosses subjects. So the readings of many
measures are taken as those of one, of as many people as there are measures: each endpoint has a
copy of every subject, told apart by a number before the name. Of a few dozen rows an endpoint takes
longer to be asked for than to be found, and this asks once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve

from dermoutcomes.endpoints.chain import recorded, single_values, with_baselines
from dermoutcomes.endpoints.endpoint_plan import plan
from dermoutcomes.endpoints.losses.reasons import WANTING, with_causes
from dermoutcomes.endpoints.losses.record_accounts import record_entries
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.endpoints.together.designs import of_one_design, of_one_record_design
from dermoutcomes.errors import StudyError
from dermoutcomes.tables.conform import conform_parts
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.endpoints.study_facts import Together
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["find_together"]

Tables = Mapping[str, pl.DataFrame]

# Rows of readings and people that stand in memory once more at a time. Of a larger study each
# endpoint has so many rows that nothing is gained.
MOST_ROWS = 200_000
# Digits of the number before a subject's name: as many for each, so that copies keep their order.
DIGITS = 6
COPY = pl.col("subject").str.head(DIGITS).alias("_copy")
OWN_SUBJECT = pl.col("subject").str.slice(DIGITS)
# What decides for all rows of an endpoint at once: where, when and by whom anything was read.
LAYOUT = ("location", "side", "period", "visit", "timepoint", "rater_role")


def find_together(
    parts: Mapping[str, Study], registry: Registry, tables: Tables, facts: StudyFacts
) -> None:
    """Put into `facts` what can be found of several endpoints at once.

    `parts` has the part of the study that the records of each endpoint rest on, of one study with
    these tables and facts. What is not found is to be found of each endpoint by itself: it is like
    no other, was read elsewhere or at other times than those that it is like, or something stops
    it or one of those, which each has to say itself.
    """
    if tables["observations"].height > MOST_ROWS:
        return
    for group in of_one_design(_plans(parts, registry, tables, facts)):
        for alike in _of_one_layout(group):
            for some in _in_parts(alike):
                _find(some, facts.together)


def _plans(
    parts: Mapping[str, Study], registry: Registry, tables: Tables, facts: StudyFacts
) -> Iterator[Plan]:
    for name, study in parts.items():
        with suppress(StudyError):
            yield plan(study, registry, name, tables, facts)


def _of_one_layout(group: Sequence[Plan]) -> Iterator[list[Plan]]:
    """Plans whose measures were read at the same places and times, by raters of the same roles."""
    facts, measures = group[0].facts, {one.endpoint.measure or "" for one in group}
    layouts = _layouts(facts.readings(measures), "measure")
    by_layout: dict[str, list[Plan]] = {}
    for one in group:
        if (layout := layouts.get(one.endpoint.measure or "")) is not None:
            by_layout.setdefault(layout, []).append(one)
    yield from by_layout.values()


def _layouts(rows: pl.DataFrame, by: str) -> dict[str, str]:
    """Of each measure or copy all that its rows have of `LAYOUT`, as one text."""
    names = [name for name in LAYOUT if name in rows.columns]
    seen = rows.select(by, *names).unique().sort(by, *names)
    return {
        str(of[0]): repr(layout.drop(by).rows())
        for of, layout in seen.partition_by(by, as_dict=True, maintain_order=True).items()
    }


def _in_parts(plans: Sequence[Plan]) -> Iterator[Sequence[Plan]]:
    """The plans in parts of two or more that have no more than `MOST_ROWS` rows together."""
    tables = plans[0].tables
    of_people = sum(tables[name].height for name in FRAMEWORK if name in tables)
    size = MOST_ROWS // (of_people + tables["observations"].height // len(plans) + 1)
    parts = (plans[first : first + size] for first in range(0, len(plans), max(size, 1)))
    yield from (part for part in parts if len(part) > 1)


def _find(plans: Sequence[Plan], together: Together) -> None:
    """The rows and records of each endpoint; of none where one of them cannot be assessed."""
    plan_of = {f"{number:0{DIGITS}}": plan for number, plan in enumerate(plans)}
    tables = _with_copies(plan_of)
    with suppress(StudyError):
        values = single_values(_plan_of_all(plans[0], tables)).with_columns(COPY)
        for copies in _copies_of_one_layout(values):
            of_copies = {name: _of_copies(frame, copies) for name, frame in tables.items()}
            own_values = _of_copies(values, copies).drop("_copy")
            rows = with_baselines(_plan_of_all(plans[0], of_copies), own_values)
            by_copy = rows.with_columns(COPY, OWN_SUBJECT).partition_by(
                "_copy", as_dict=True, include_key=False, maintain_order=True
            )
            for copy in copies:
                together.rows[plan_of[copy].endpoint.id] = by_copy[copy,]
            for alike in of_one_record_design({copy: plan_of[copy] for copy in copies}):
                records = _records(alike, of_copies, rows)
                together.records.update(records)
                together.entries.update(_entries(alike, records))


def _records(
    plan_of: Mapping[str, Plan], tables: Tables, rows: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The records of copies of one design, by endpoint, of those that ask nothing of the study."""
    copies = list(plan_of)
    own = plan_of[copies[0]]
    own_tables = {name: _of_copies(frame, copies) for name, frame in tables.items()}
    own_tables["observations"] = _as_measure(own_tables["observations"], own)
    of_all = _plan_of_all(own, own_tables)
    lacking = set[str]()

    def note_lacking(plan: Plan, records: pl.DataFrame) -> None:
        if not plan.endpoint.handling:
            missing = records.filter(pl.col("expected"), pl.col("value").is_null())
            lacking.update(missing.select(COPY)["_copy"])

    def causes(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG001 - as of one
        return _with_causes_of_each(plan_of, records)

    table = recorded(of_all, _of_copies(rows, copies), note_lacking, causes)
    names = {copy: plan.endpoint.id for copy, plan in plan_of.items()}
    endpoint = COPY.replace_strict(names, return_dtype=pl.String).alias("endpoint")
    # A table of each: what a step writes must not depend on what other endpoints there are.
    records = conform_parts(
        table.with_columns(endpoint, OWN_SUBJECT), "endpoints", own.study.id, "endpoint"
    )
    return {names[copy]: records[names[copy]] for copy in copies if copy not in lacking}


def _entries(
    plan_of: Mapping[str, Plan], records: Mapping[str, pl.DataFrame]
) -> dict[str, list[tuple[Any, ...]]]:
    """The entries of the ledger of these records, by endpoint."""
    first = next(iter(plan_of.values()))
    # Limits are followed into each endpoint's own readings.
    if not records or first.table("observations")["censored"].count():
        return {}
    return record_entries(first, pl.concat(records.values()))


def _with_causes_of_each(plan_of: Mapping[str, Plan], records: pl.DataFrame) -> pl.DataFrame:
    """The records with the causes of what is wanting, which each endpoint seeks in its own tables."""
    is_wanting = pl.col("reason").is_in(WANTING)
    wanting = records.filter(is_wanting).select(COPY)["_copy"].unique().sort().to_list()
    if not wanting:
        return records
    parts = [records.filter(~COPY.is_in(wanting))]
    for copy in wanting:
        own = _of_copies(records, [copy]).with_columns(OWN_SUBJECT)
        named = pl.concat_str(pl.lit(copy), "subject").alias("subject")
        parts.append(with_causes(plan_of[copy], own).with_columns(named))
    return pl.concat(parts)


def _plan_of_all(first: Plan, tables: Tables) -> Plan:
    """The plan of the first endpoint, which stands for that of all, over everybody's copies."""
    return evolve(first, tables=tables, facts=StudyFacts(first.study, tables))


def _with_copies(plan_of: Mapping[str, Plan]) -> Tables:
    """The tables with a copy of each subject for each endpoint, and readings of one measure."""
    first = next(iter(plan_of.values()))
    copies = pl.DataFrame({"_copy": list(plan_of)})
    of_copy = pl.concat_str("_copy", "subject").alias("subject")
    tables = {
        name: first.tables[name].join(copies, how="cross").with_columns(of_copy).drop("_copy")
        if "subject" in first.tables[name].columns
        else first.tables[name]
        for name in (*FRAMEWORK, "sources")
        if name in first.tables
    }
    observations = pl.concat(
        plan.facts.readings((plan.endpoint.measure or "",)).with_columns(_copy=pl.lit(copy))
        for copy, plan in plan_of.items()
    )
    tables["observations"] = _as_measure(observations.with_columns(of_copy).drop("_copy"), first)
    return tables


def _as_measure(observations: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Readings as those of the measure of one endpoint, which stands for that of all."""
    measure = pl.lit(plan.endpoint.measure, observations.schema["measure"])
    return observations.with_columns(measure=measure)


def _copies_of_one_layout(values: pl.DataFrame) -> Iterator[list[str]]:
    """The copies that still have values at the same places and times, two or more.

    Readings that do not count may have been all that was read at one. Where there are periods, a
    baseline depends on those in which it was read.
    """
    if values["period"].null_count() < values.height:
        return
    by_layout: dict[str, list[str]] = {}
    for copy, layout in _layouts(values, "_copy").items():
        by_layout.setdefault(layout, []).append(copy)
    yield from (sorted(alike) for alike in by_layout.values() if len(alike) > 1)


def _of_copies(frame: pl.DataFrame, copies: Sequence[str]) -> pl.DataFrame:
    if "subject" not in frame.columns:
        return frame
    return frame.filter(pl.col("subject").str.head(DIGITS).is_in(copies))
