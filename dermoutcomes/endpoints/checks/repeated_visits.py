"""Visits that were read on several days, and baselines that were read after the first treatment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import comb
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.endpoints.allocation import attach_arms
from dermoutcomes.endpoints.endpoint_plan import plan as endpoint_plan
from dermoutcomes.endpoints.reading_selection import readings
from dermoutcomes.endpoints.reductions.first_treatment import (
    baselines_before_treatment,
    treated_subjects,
)
from dermoutcomes.endpoints.reductions.one_day import OF_VISIT, days_of_visits, with_days
from dermoutcomes.endpoints.reductions.replicates import input_measures
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.errors import StudyError
from dermoutcomes.sources.cells.dates import elapsed_days, study_day
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.stats.reduce import reduce
from dermoutcomes.tables import empty
from dermoutcomes.tables.findings import no_findings, remarks
from dermoutcomes.tables.table_rows import in_types_of
from dermoutcomes.vocabulary import ENDPOINT_ROLES

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["repeated_visits"]

# The chance of so many repeats in one arm by luck, below which the arms are said to differ.
RARE = 0.01


def repeated_visits(
    study: Study, registry: Registry, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Findings about the days of visits, of what the study leaves in.

    `repeated_visit`: one a subject, visit and instrument or scale, with the days, the one that
    counts and what each gave; none where the endpoint says what is done (`same_visit`).
    `repeats_by_arm`: one a visit with repeats in a study of several arms.
    `baseline_after_treatment`: one a subject, visit and instrument or scale.
    """
    frames: list[pl.DataFrame] = [no_findings()]
    measures = _measures_to_look_at(study, tables)
    told: dict[str, set[tuple[object, ...]]] = {}
    order = {role: number for number, role in enumerate(ENDPOINT_ROLES)}
    facts = StudyFacts(study, tables)
    for name in sorted(study.endpoints, key=lambda name: order[study.endpoints[name].role]):
        of_endpoint = _of_endpoint(study, registry, name, tables, measures, facts)
        frames.extend(_not_told(frame, told) for frame in of_endpoint)
    return pl.concat(frames)


def _measures_to_look_at(study: Study, tables: Mapping[str, pl.DataFrame]) -> set[str]:
    """Measures with a visit of several days, or with a baseline on the day of a treatment or later.

    The rules of an endpoint (its baseline, places, raters) judge fewer readings than that, never
    more: of a study in which nothing is repeated no endpoint is looked at.
    """
    baselines = {
        visit
        for endpoint in study.endpoints.values()
        for visit in (endpoint.baseline.visits or () if endpoint.baseline else ())
    }
    rows = (
        tables["observations"]
        .lazy()
        .filter(pl.col("value").is_not_null())
        .select("measure", "subject", "visit", "day")
        .drop_nulls(["visit", "day"])
        .unique()
        .collect()
    )
    exposures = tables.get("exposures", empty("exposures"))
    treated = treated_subjects(calendar(study, tables), exposures)
    is_late = elapsed_days(pl.col("day").cast(pl.Int32)) >= pl.col("_subject_treated")
    judged = (
        rows.join(in_types_of(treated, rows), on="subject", how="left")
        .group_by("measure", "subject", "visit")
        .agg(n_days=pl.len(), late=is_late.any())
        .filter((pl.col("n_days") > 1) | (pl.col("late") & pl.col("visit").is_in(list(baselines))))
    )
    return set(judged["measure"])


def _not_told(findings: pl.DataFrame, told: dict[str, set[tuple[object, ...]]]) -> pl.DataFrame:
    """The findings about visits of which no endpoint of the same owner was told before."""
    owner = pl.col("measure").str.split(".").list.first()
    rows = findings.select("check", "subject", "visit", owner.alias("owner")).rows()
    fresh = []
    for check, *place in rows:
        seen = told.setdefault(check, set())
        fresh.append(tuple(place) not in seen)
        seen.add(tuple(place))
    return findings.filter(pl.Series(fresh, dtype=pl.Boolean))


def _of_endpoint(
    study: Study,
    registry: Registry,
    name: str,
    tables: Mapping[str, pl.DataFrame],
    measures: set[str],
    facts: StudyFacts,
) -> Iterator[pl.DataFrame]:
    endpoint = study.endpoints[name]
    if endpoint.measure is None or endpoint.event is not None or endpoint.days is not None:
        return
    try:
        plan = endpoint_plan(study, registry, name, tables, facts)
        if measures.isdisjoint(input_measures(plan)):
            return
        rows = with_days(plan, readings(plan, input_measures(plan)))
        cells = facts.readings(input_measures(plan)).select("id", "source", "row", "column")
        rows = rows.join(cells, on="id", how="left", maintain_order="left")
        with_arms = attach_arms(plan, rows)
    except StudyError:
        # What the data ask of the endpoint is raised when its records are made.
        return
    yield _late_baselines(plan, rows.filter("late"))
    yield _by_arm(plan, with_arms)
    if endpoint.same_visit is None:
        yield _repeats(plan, rows)


def _late_baselines(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Of each subject and visit the first reading of a baseline that followed the treatment."""
    # By the time of day within a day, `after_treatment` tells where a session says what precedes.
    ruled = [
        session.visit or _visit_at(plan.study, session.at.days)
        for session in plan.study.sessions.values()
        if session.measure
    ]
    by_clock = pl.col("elapsed") == pl.col("treated")
    rows = rows.filter(~(by_clock & pl.col("visit").is_in([name for name in ruled if name])))
    first = rows.sort("id").unique(["subject", "visit"], keep="first", maintain_order=True)
    clock = pl.col("taken_at").dt.strftime("%H:%M")
    when = (
        pl.when(by_clock)
        .then(pl.format("day {} at {}", "day", clock))
        .otherwise(pl.format("day {}", "day"))
    )
    treated = pl.format("day {}", study_day(pl.col("treated")))
    message = pl.format(
        "{} is a baseline and was read on {}, after the first treatment on {}: it is not taken for "
        "a baseline; look at both dates",
        "visit",
        when,
        treated,
    )
    return remarks(
        first.drop("id"),
        check="baseline_after_treatment",
        severity="error",
        message=message,
        found=when,
        expected=pl.format(
            "a reading on or before {}, or a later visit of [visits]; where a session is meant to "
            'precede its readings, measure = "after" in [sessions]',
            treated,
        ),
    )


def _visit_at(study: Study, days: float) -> str | None:
    return next((name for name, visit in study.visits.items() if visit.at.days == days), None)


def _repeats(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One finding a subject and visit that was read on several days."""
    days = days_of_visits(plan, rows)
    if not days.height:
        return no_findings()
    visits = _repeated_visits(days, _given_by_day(plan, rows))
    # The finding points to the first reading that does not count.
    other_days = rows.filter("repeated", pl.col("day") != pl.col("used_day")).sort("id")
    cell = ("location", "side", "source", "row", "column")
    cells = other_days.group_by(OF_VISIT, maintain_order=True).agg(pl.col(*cell).first())
    visits = visits.join(cells, on=list(OF_VISIT), nulls_equal=True, maintain_order="left")
    visits = visits.unique(["subject", "visit"], keep="first", maintain_order=True)
    of_screening = pl.col("visit").is_in(_screening(plan))
    return remarks(
        visits.drop("location", "side").with_columns(
            measure=pl.lit(plan.endpoint.measure),
            severity=pl.when(of_screening).then(pl.lit("note")).otherwise(pl.lit("warning")),
        ),
        check="repeated_visit",
        message=pl.format(
            "{} was read on {} days, and day {} counts: {}",
            "visit",
            "n_days",
            "used_day",
            _why(plan),
        ),
        expected=f"one day a visit, or {plan.path}.same_visit = "
        '"first", "last", "nearest", "mean" or "none"',
    )


def _repeated_visits(days: pl.DataFrame, given_by_day: pl.DataFrame) -> pl.DataFrame:
    """One row a visit: what each day gave (`found`), how many days, and the one that counts."""
    given = pl.format("day {}{}: {}", "day", "date_words", "given")
    return (
        days.join(given_by_day, on=[*OF_VISIT, "day"], nulls_equal=True)
        .sort(*OF_VISIT, "day")
        .group_by(OF_VISIT, maintain_order=True)
        .agg(
            found=given.str.join("; "),
            n_days=pl.len(),
            used_day=pl.col("day").filter("used").first(),
            deviation=pl.col("deviation").filter("used").first(),
            without_clock=pl.col("without_clock").filter("used").first(),
        )
    )


def _why(plan: Plan) -> pl.Expr:
    """Why the day counts, in words."""
    of_baseline = pl.col("visit").is_in(baselines_before_treatment(plan))
    same_day = pl.when("without_clock").then(
        pl.lit(" (the day of it counts as before, as no time of day is known)")
    )
    last = pl.format(
        "the last with enough readings on or before the first treatment{}",
        same_day.otherwise(pl.lit("")),
    )
    nearest = (
        pl.when(pl.col("deviation").is_null())
        .then(pl.lit("the last with enough readings, as the planned day is not known"))
        .otherwise(pl.lit("of those with enough readings the nearest to the planned day"))
    )
    return pl.when(of_baseline).then(last).otherwise(nearest)


def _screening(plan: Plan) -> list[str]:
    """Visits before any treatment that the endpoint neither compares nor counts from."""
    asked = {
        *plan.baseline_visits,
        *(plan.endpoint.visits or ()),
        *(visit for pair in plan.pairs for visit in pair),
        *(
            visit
            for name in plan.endpoint.compare
            for visit in (plan.study.comparisons[name].visit or ())
        ),
    }
    return [
        name for name, visit in plan.study.visits.items() if name not in asked and visit.at.days < 0
    ]


def _given_by_day(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """What each day gave of the endpoint's measure, a place each, with its date."""
    repeated = rows.filter("repeated").drop_nulls("day")
    how = plan.endpoint.replicates.combine
    places = reduce(
        repeated.filter(pl.col("measure") == (plan.endpoint.measure or "")),
        [*OF_VISIT, "location", "side", "day"],
        "value",
        "first" if how == "single" else how,
        ("replicate", "id"),
    )
    parameter = plan.parameter
    value = number_words(pl.col("value").round(parameter.decimals + 1 if parameter else 6))
    place = pl.concat_str(pl.col("location", "side"), separator=" ", ignore_nulls=True)
    many = places["location"].drop_nulls().n_unique() > 1
    words = place if many else pl.col("side").fill_null("")
    given = pl.concat_str(words, value, separator=" ").str.strip_chars()
    of_places = (
        places.sort(*OF_VISIT, "day", "location", "side")
        .group_by(*OF_VISIT, "day", maintain_order=True)
        .agg(given=given.str.join(", "))
    )
    date = pl.format(" ({})", pl.col("taken_at").min().dt.strftime("%Y-%m-%d"))
    dates = repeated.group_by(*OF_VISIT, "day").agg(date_words=date.fill_null(""))
    return dates.join(of_places, on=[*OF_VISIT, "day"], how="left", nulls_equal=True).with_columns(
        pl.col("given").fill_null("read")
    )


def _by_arm(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """How many subjects of each arm were read again, a finding a visit, if the study has arms.

    A warning where so many in one arm would come about by luck with a probability below 0.01.
    """
    again = pl.col("repeated") | pl.col("late")
    subjects = (
        rows.drop_nulls(["visit", "arm"])
        .group_by("visit", "arm", "subject")
        .agg(again=again.any())
        .group_by("visit", "arm")
        .agg(n=pl.len(), again=pl.col("again").sum())
        .sort("visit", "arm")
    )
    findings = []
    for (visit,), arms in subjects.group_by("visit", maintain_order=True):
        if arms.height < 2 or not arms["again"].sum():
            continue
        counts = list(zip(arms["arm"], arms["again"], arms["n"], strict=True))
        words = " and ".join(f"{again} of {n} of {arm}" for arm, again, n in counts)
        findings.append(
            {
                "visit": visit,
                "found": words,
                "severity": "warning" if _differ(counts) else "note",
                "message": f"{visit} was read on a further day, or after treatment, of {words} "
                "(subjects): arms that are read again unequally differ for that alone",
            }
        )
    if not findings:
        return no_findings()
    return remarks(
        pl.DataFrame(findings).with_columns(measure=pl.lit(plan.endpoint.measure)),
        check="repeats_by_arm",
        expected="repeats alike in all arms",
    )


def _differ(counts: list[tuple[str, int, int]]) -> bool:
    """Whether an arm has so many of the repeats that luck would rarely give it (hypergeometric)."""
    total, repeats = sum(n for _, _, n in counts), sum(again for _, again, _ in counts)
    for _, again, n in counts:
        ways = sum(
            comb(n, k) * comb(total - n, repeats - k) for k in range(again, min(n, repeats) + 1)
        )
        if ways / comb(total, repeats) < RARE / len(counts):
            return True
    return False
