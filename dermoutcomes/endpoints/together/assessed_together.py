"""Endpoints of one design assessed in one pass.

Nothing that is asked of readings on their way to a record crosses subjects. So the readings of many
measures are assessed as those of one, of as many people as there are measures: each endpoint has a
copy of every subject, told apart by a number before the name. Of a few dozen rows an endpoint takes
longer to be asked for than to be found, and this asks once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.endpoints.chain import single_values, with_baselines
from dermoutcomes.endpoints.endpoint_plan import plan
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.endpoints.together.designs import of_one_design
from dermoutcomes.errors import StudyError
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["assessed_together"]

Tables = Mapping[str, pl.DataFrame]

# Rows of readings and people that stand in memory once more at a time. Of a larger study each
# endpoint has so many rows that nothing is gained.
MOST_ROWS = 200_000
# Digits of the number before a subject's name: as many for each, so that copies keep their order.
DIGITS = 6
COPY = pl.col("subject").str.head(DIGITS).alias("_copy")
# What decides for all rows of an endpoint at once: where, when and by whom anything was read.
LAYOUT = ("location", "side", "period", "visit", "timepoint", "rater_role")


def assessed_together(
    parts: Mapping[str, Study], registry: Registry, tables: Tables, facts: StudyFacts
) -> dict[str, pl.DataFrame]:
    """What `assessed` gives for those endpoints that are of one design, by their ids.

    `parts` has the part of the study that the records of each endpoint rest on, of one study with
    these tables and facts. An endpoint that is not in the answer is to be assessed by itself: it
    is like no other, was read elsewhere or at other times than those that it is like, or something
    stops it or one of those, which each has to say itself.
    """
    rows_of = dict[str, pl.DataFrame]()
    if tables["observations"].height > MOST_ROWS:
        return rows_of
    for group in of_one_design(_plans(parts, registry, tables, facts)):
        for alike in _of_one_layout(group):
            for some in _in_parts(alike):
                with suppress(StudyError):
                    rows_of.update(_assessed(some))
    return rows_of


def _plans(
    parts: Mapping[str, Study], registry: Registry, tables: Tables, facts: StudyFacts
) -> Iterator[Plan]:
    for name, study in parts.items():
        with suppress(StudyError):
            yield plan(study, registry, name, tables, facts)


def _of_one_layout(group: Sequence[Plan]) -> Iterator[list[Plan]]:
    """Plans whose measures were read at the same places and times, by raters of the same roles."""
    facts, measures = group[0].facts, {one.endpoint.measure or "" for one in group}
    layouts = _layouts(facts.readings(measures).drop_nulls("value"), "measure")
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


def _assessed(plans: Sequence[Plan]) -> dict[str, pl.DataFrame]:
    """The rows of each endpoint; StudyError where one of them cannot be assessed."""
    endpoint_of = {f"{number:0{DIGITS}}": plan for number, plan in enumerate(plans)}
    tables = _with_copies(endpoint_of)
    values = single_values(_plan_of_all(plans[0], tables)).with_columns(COPY)
    rows_of = {}
    for copies in _copies_of_one_layout(values):
        of_copies = {name: _of_copies(frame, copies) for name, frame in tables.items()}
        rows = with_baselines(
            _plan_of_all(plans[0], of_copies), _of_copies(values, copies).drop("_copy")
        )
        own_subject = pl.col("subject").str.slice(DIGITS)
        by_copy = rows.with_columns(COPY, own_subject).partition_by(
            "_copy", as_dict=True, include_key=False, maintain_order=True
        )
        for copy in copies:
            rows_of[endpoint_of[copy].endpoint.id] = by_copy[copy,]
    return rows_of


def _plan_of_all(first: Plan, tables: Tables) -> Plan:
    """The plan of the first endpoint, which stands for that of all, over everybody's copies."""
    return evolve(first, tables=tables, facts=StudyFacts(first.study, tables))


def _with_copies(endpoint_of: Mapping[str, Plan]) -> Tables:
    """The tables with a copy of each subject for each endpoint, and readings of one measure."""
    first = next(iter(endpoint_of.values()))
    copies = pl.DataFrame({"_copy": list(endpoint_of)})
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
        for copy, plan in endpoint_of.items()
    )
    measure = pl.lit(first.endpoint.measure, observations.schema["measure"])
    tables["observations"] = observations.with_columns(of_copy, measure=measure).drop("_copy")
    return tables


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
