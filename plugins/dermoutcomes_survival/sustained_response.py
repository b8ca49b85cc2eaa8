"""The analysis `sustained_response`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import RECORD_KEY, against, baseline_visits
from dermoutcomes_survival.curve_rows import (
    TRANSFORMS,
    Reading,
    curve_rows,
    curve_terms,
)
from dermoutcomes_survival.kaplan_meier import REFERENCES, common_end
from dermoutcomes_survival.log_rank import COMPARED, LogRankOptions, comparison_rows
from dermoutcomes_survival.runs import Seen, Spell, duration, sustained
from dermoutcomes_survival.survival_times import Sample, compared, sample

__all__ = ["SUSTAINED_RESPONSE", "SUSTAINED_RESPONSE_TEST", "SustainedResponseOptions"]

NAME = "sustained_response"
UNIT = (*RECORD_KEY, "arm")
DURATION = "response_duration"
NOTHING = Seen(None, None)
Unit: TypeAlias = tuple["str | None", ...]
Units: TypeAlias = dict[Unit, list[Seen]]


@frozen
class SustainedResponseOptions:
    """What counts as lasting."""

    hold: str = option(
        "end",
        "Up to the subject's last visit (end), or for a number of visits in a row (visits).",
        choices=("end", "visits"),
    )
    visits: int = option(
        2, "At how many visits in a row the response is seen at least.", at_least=1
    )
    missing: str = option(
        "breaks",
        "A planned visit without a record, with later ones, ends a run (breaks) or is passed over "
        "(skipped).",
        choices=("breaks", "skipped"),
    )
    transform: str = option(
        "log-log", "Scale on which limits of the curve are normal.", choices=TRANSFORMS
    )


def describe(task: Task, options: SustainedResponseOptions) -> Iterator[Stat]:
    """Each arm's time to a response that lasts.

    As a curve of those without one, and how long first responses last.
    """
    units = _units(task)
    cohort = _times(task, units, options)
    settings = Reading(NAME, task.confidence, options.transform, (), common_end(cohort))  # type: ignore[arg-type]
    for arm in cohort.arms:
        yield from curve_rows(cohort.template(arm), cohort.of(arm), cohort.missing[arm], settings)
    durations = _as_sample(task, {unit: duration(visits) for unit, visits in units.items()})
    for arm in durations.arms:
        yield from _duration_rows(durations, arm, Reading(NAME, task.confidence, options.transform))  # type: ignore[arg-type]


def compare(task: Task, options: SustainedResponseOptions) -> Iterator[Stat]:
    """Each comparison's log-rank test of the times to a response that lasts."""
    for pair in compared(task, _times(task, _units(task), options)):
        yield from comparison_rows(task, pair, LogRankOptions(), tail="greater")


def _times(task: Task, units: Units, options: SustainedResponseOptions) -> Sample:
    skip, hold = options.missing == "skipped", options.hold
    return _as_sample(
        task,
        {
            unit: sustained(visits, options.visits, hold, skip=skip)  # type: ignore[arg-type]
            for unit, visits in units.items()
        },
    )


def _units(task: Task) -> Units:
    """What was seen of each unit at each planned visit after baseline, in order.

    A record without a day, as an imputed one, stands on the median day of its visit, or on the
    planned one where nobody has a day, and never before the unit's earlier visits.
    """
    complete = task.records.filter(against() & pl.col("responder").is_not_null())
    baseline = baseline_visits(task)
    visits = [visit for visit in task.visits if visit not in baseline]
    # Study days have no day 0: day 1 is the first, and becomes 0 on a line of time.
    line = pl.when(pl.col("day") > 0).then(pl.col("day") - 1).otherwise("day").cast(pl.Float64)
    planned = pl.col("visit").replace_strict(
        dict(task.planned_days), default=None, return_dtype=pl.Float64
    )
    day = pl.coalesce(line, line.median().over("visit"), planned)
    dated = complete.filter(pl.col("visit").is_in(visits)).with_columns(day=day).drop_nulls("day")
    visits_of_unit: dict[Unit, dict[str, Seen]] = {}
    for *unit, visit, day, responds in (
        dated.sort(*UNIT, "visit", "day", "responder")
        .select(*UNIT, "visit", "day", "responder")
        .rows()
    ):
        visits_of_unit.setdefault(tuple(unit), {}).setdefault(visit, Seen(day, responds))
    return {
        unit: _in_order([visits_of_unit[unit].get(visit, NOTHING) for visit in visits])
        for unit in sorted(visits_of_unit, key=str)
    }


def _in_order(visits: list[Seen]) -> list[Seen]:
    """The visits, each no earlier than those before it."""
    ordered, latest = [], 0.0
    for visit in visits:
        latest = latest if visit.day is None else max(latest, visit.day)
        ordered.append(visit if visit.day is None else Seen(latest, visit.responds))
    return ordered


def _as_sample(task: Task, spells: Mapping[Unit, Spell | None]) -> Sample:
    """The spells as times, with what the records say of each unit.

    Units that were expected and have no spell are counted as missing.
    """
    spells_as_rows = [
        {**dict(zip(UNIT, unit, strict=True)), "value": spell.time, "event": spell.event}
        for unit, spell in spells.items()
        if spell is not None
    ]
    schema = {**dict.fromkeys(UNIT, pl.String), "value": pl.Float64, "event": pl.Boolean}
    times = pl.DataFrame(spells_as_rows, schema=schema)
    first = task.records.sort(*UNIT, "visit").unique(UNIT, keep="first", maintain_order=True)
    records = first.drop("value", "event").join(times, on=UNIT, how="inner", nulls_equal=True)
    expected = pl.concat([task.records.select(UNIT), task.lost.select(UNIT)]).unique()
    absent = expected.join(times, on=UNIT, how="anti", nulls_equal=True)["arm"].to_list()
    # `sample` counts lost records, of which a unit has one a visit; units are counted here instead.
    cohort = sample(evolve(task, records=records, unused=task.records.clear()))
    return evolve(
        cohort,
        missing={arm: len(absent) if arm is None else absent.count(arm) for arm in cohort.arms},
    )


def _duration_rows(durations: Sample, arm: str | None, settings: Reading) -> Iterator[Stat]:
    """The median of those who responded.

    Not compared between arms, since who responds is not randomised.
    """
    for row in curve_rows(durations.template(arm), durations.of(arm), 0, settings):
        if row.term in ("subjects", "median") and row.level is None and row.stat != "n_missing":
            yield evolve(row, term=DURATION)


LASTS = (
    "A response lasts if it is seen at {visits} or more visits in a row (hold: {hold}; a missing "
    "visit: {missing}). "
)
CENSORED = "subjects without one are censored at their last visit"
LOG_RANK = Reference(
    "Mantel N. Evaluation of survival data and two new rank order statistics arising in its "
    "consideration. Cancer Chemother Rep 1966;50:163-170."
)

SUSTAINED_RESPONSE = Analysis(
    NAME,
    "Time to a response that lasts",
    describe,
    kinds=("binary",),
    options=SustainedResponseOptions,
    terms=(
        *curve_terms(NAME),
        Term(
            DURATION,
            "Response duration",
            ("n", "n_events", "estimate", "conf_low", "conf_high", "conf_level"),
            scale="value",
            place="main text",
        ),
    ),
    method=LASTS
    + "The time to the first visit of such a response is described by Kaplan-Meier curves; "
    + CENSORED
    + ". How long first responses last is described for those who responded and not compared, "
    "since they were not chosen at random.",
    references=REFERENCES,
)

SUSTAINED_RESPONSE_TEST = Analysis(
    "sustained_response_test",
    "Log-rank test of the time to a response that lasts",
    compare,
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides="hazard_ratio",
    oriented=True,
    adjusts="strata",
    options=SustainedResponseOptions,
    terms=COMPARED,
    method=LASTS
    + "Times to the first visit of such a response were compared between arms with the log-rank "
    "test, stratified by the strata of the endpoint; "
    + CENSORED
    + ". A ratio above 1 means earlier or more responses in the first arm.",
    summary=("hazard ratio",),
    references=(LOG_RANK,),
)
