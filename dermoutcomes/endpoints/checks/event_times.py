"""What times to an event do not show: events outside the observation, deaths, events seen at visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.endpoint_plan import plan as endpoint_plan
from dermoutcomes.endpoints.event_times.dated import dated_events, observed_spans
from dermoutcomes.endpoints.event_times.ends import deaths
from dermoutcomes.endpoints.event_times.event_records import arms_of_subjects
from dermoutcomes.endpoints.event_times.event_rows import event_rows
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.errors import StudyError
from dermoutcomes.sources.cells.dates import study_day
from dermoutcomes.sources.framework.durations import COMPETING
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import EventRule, Study

__all__ = ["event_time_findings"]

MOST_SUBJECTS, EXAMPLES = 20, 3


def event_time_findings(
    study: Study, registry: Registry, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Findings about times to an event, at most one of each check an endpoint.

    `event_after_end` and `event_before_start`: subjects whose events lie outside their observation;
    `competing_event`: those who died, or had another event, after which the event cannot come;
    `interval_censored`: that events are seen at visits. Subjects are those of the main population.
    """
    frames: list[pl.DataFrame] = [no_findings()]
    facts = StudyFacts(study, tables)
    for name, endpoint in study.endpoints.items():
        if endpoint.event is None:
            continue
        try:
            plan = endpoint_plan(study, registry, name, tables, facts)
            frames += _of_endpoint(plan, endpoint.event)
        except StudyError:
            # What the data ask of the endpoint is raised when its records are made.
            continue
    return pl.concat(frames)


def _of_endpoint(plan: Plan, rule: EventRule) -> Iterator[pl.DataFrame]:
    population = plan.facts.members(next(iter(plan.endpoint.populations), None))
    people = population.join(arms_of_subjects(plan), on="subject", how="left").sort("subject")
    if rule.table == "durations":
        competing = event_rows(plan, rule).filter(pl.col("status") == COMPETING)
        yield _competing(plan, people, competing.join(people, on="subject", how="semi"))
        return
    spans = observed_spans(plan, rule).join(people, on="subject", how="semi")
    yield _after_end(plan, people, spans)
    yield _before_start(plan, people, spans, dated_events(plan, rule))
    yield _competing(plan, people, _deaths_at_the_end(plan, spans))
    if rule.table == "observations" and spans["_event"].count():
        yield _seen_at_visits(plan)


def _after_end(plan: Plan, people: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    late = spans.filter(pl.col("_event") > pl.col("_end"))
    words = pl.format(
        "{} (event day {}, end day {})",
        "subject",
        study_day(pl.col("_event")),
        study_day(pl.col("_end")),
    )
    return remarks(
        _one_row(late, words),
        check="event_after_end",
        severity=_severity(plan),
        message=f"{plan.endpoint.name}: {_by_arm(people, late)} had their first event after the end "
        "of their observation, and count as without it",
        expected=f"an end after what was seen: {plan.path}.event.censor, or the dates of both",
    )


def _before_start(
    plan: Plan, people: pl.DataFrame, spans: pl.DataFrame, events: pl.DataFrame
) -> pl.DataFrame:
    before = (
        events.join(spans.select("subject", "_start"), on="subject")
        .filter(pl.col("_event") < pl.col("_start"))
        .sort("subject", "_event")
        .unique("subject", keep="first", maintain_order=True)
    )
    return remarks(
        _one_row(before, pl.format("{} (day {})", "subject", study_day(pl.col("_event")))),
        check="event_before_start",
        severity="note",
        message=f"{plan.endpoint.name}: {_by_arm(people, before)} had an event before the start of "
        "their observation, which does not count",
        expected=f"events from the start on ({plan.path}.event.start)",
    )


def _competing(plan: Plan, people: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    return remarks(
        _one_row(subjects, pl.col("subject")),
        check="competing_event",
        severity=_severity(plan),
        message=f"{plan.endpoint.name}: {_by_arm(people, subjects)} died, or had another event, "
        "after which this one cannot come. They count as censored: 1 minus a Kaplan-Meier curve is "
        "then larger than the share who have the event",
        expected="an event that holds deaths too, or a remark on the deaths beside the curves",
    )


def _deaths_at_the_end(plan: Plan, spans: pl.DataFrame) -> pl.DataFrame:
    """The subjects who died before their observation ended, without the event.

    Those too of whose death the day is not known.
    """
    died = spans.join(deaths(plan), on="subject")
    without = pl.col("_event").is_null() | (pl.col("_event") > pl.col("_end"))
    at_the_end = (pl.col("_died") <= pl.col("_end")).fill_null(value=True)
    return died.filter(at_the_end, without.fill_null(value=True))


def _seen_at_visits(plan: Plan) -> pl.DataFrame:
    return remarks(
        pl.DataFrame({"measure": [plan.endpoint.measure]}, schema={"measure": pl.String}),
        check="interval_censored",
        severity="note",
        message=f"{plan.endpoint.name}: the event is seen at a visit and came between that and the "
        "visit before (an interval-censored time); its day is that of the visit",
        expected="visits as often in all arms",
    )


def _one_row(subjects: pl.DataFrame, words: pl.Expr) -> pl.DataFrame:
    """A row with the subjects in words, of more than twenty three examples; none without any."""
    named = subjects.select(words.alias("words"))["words"].to_list()
    if not named:
        return no_findings()
    shown = named if len(named) <= MOST_SUBJECTS else named[:EXAMPLES]
    more = f" and {len(named) - len(shown)} more" if len(named) > len(shown) else ""
    return pl.DataFrame({"found": [", ".join(shown) + more]})


def _by_arm(people: pl.DataFrame, subjects: pl.DataFrame) -> str:
    """How many of how many subjects, and of which arms."""
    counted = people.with_columns(
        counted=pl.col("subject").is_in(subjects["subject"].unique().implode())
    )
    arms = counted.group_by("arm").agg(pl.len(), pl.col("counted").sum()).sort("arm")
    total = f"{counted['counted'].sum()} of {people.height} subjects"
    if not people["arm"].count():
        return total
    words = (
        f"{n} of {size} of {arm or 'no arm'}"
        for arm, size, n in arms.select("arm", "len", "counted").rows()
    )
    return f"{total} ({', '.join(words)})"


def _severity(plan: Plan) -> str:
    return "warning" if plan.endpoint.id in plan.study.main_endpoints else "note"
