"""Endpoints: what they refer to, and whether their parts fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.options.key_path import child, element
from dermoutcomes.study.checks.comparisons import of_two_visits
from dermoutcomes.study.checks.measures import is_relative
from dermoutcomes.study.checks.scheme import SINGLE_ARM, expected_visits
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated
from dermoutcomes.study.sections.adjustment import LEAVE_OUT, OWN_LEVEL
from dermoutcomes.study.sections.endpoint import EventRule
from dermoutcomes.study.task_plan import endpoint_kind
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["endpoint_problems"]

# What `analyse` stands for.
CHANGES = {"change": "change", "pct_change": "percent change"}
SIDES_RANDOMISED = "sides_randomised = true in [study], if they were"
BASELINE_COLUMN = "base"
# Columns of every list of subjects that what happened after the treatment decides.
AFTER_TREATMENT = ("last_treatment", "ended", "treated")
SIDE_WORD = re.compile(r"\b(left|right)\b", re.IGNORECASE)


def endpoint_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Names in endpoints that the study lacks, and keys that contradict each other."""
    for name, endpoint in study.endpoints.items():
        path = child("endpoints", name)
        yield from _references(study, endpoint, path)
        yield from _unit_problems(endpoint, path)
        yield from _baseline(study, registry, endpoint, path)
        yield from _schedule(study, registry, endpoint, path)
        yield from _days(endpoint, path)
        yield from _same_visit(registry, endpoint, path)
        yield from _difference(study, endpoint, path)
        yield from _event(study, endpoint, path)
        yield from _covariates(study, endpoint, path)
        yield from _blank_rules(study, endpoint, path)


def _references(study: Study, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    yield from unknown_or_repeated(
        "visit", endpoint.visits or (), study.visits, child(path, "visits")
    )
    yield from unknown_or_repeated(
        "comparison",
        endpoint.compare,
        study.comparisons,
        child(path, "compare"),
        "define it in [comparisons]",
    )
    yield from unknown_or_repeated(
        "population",
        endpoint.populations,
        study.populations,
        child(path, "populations"),
        "define it in [populations]",
    )
    yield from unknown_or_repeated(
        "subgroup",
        endpoint.subgroups,
        study.subgroups,
        child(path, "subgroups"),
        "define it in [subgroups]",
    )
    if not endpoint.populations:
        yield problem_at(
            "an endpoint is analysed in one population at least",
            child(path, "populations"),
            expected='["full"]',
        )


def _unit_problems(endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """Sides and locations, and what one record is."""
    by_side = endpoint.sides is not None and endpoint.sides.combine == "none"
    if by_side and endpoint.unit != "side":
        yield problem_at(
            "sides that are not combined give a record a side, but the unit is not",
            child(path, "unit"),
            found=endpoint.unit,
            expected='unit = "side", or sides.combine = "mean"',
            hint="two sides of one subject are not two subjects",
        )
    if endpoint.unit == "side" and not by_side:
        yield problem_at(
            "a record a side needs sides that are not combined",
            child(path, "unit"),
            found="side",
            expected='sides = { combine = "none" }',
        )
    if (endpoint.unit == "location") != (endpoint.locations == "none"):
        yield problem_at(
            "a record a location and locations that are not combined go together",
            child(path, "unit"),
            found=endpoint.unit,
            expected='unit = "location" with locations = "none", or neither',
        )
    locations = (
        (endpoint.location,) if isinstance(endpoint.location, str) else endpoint.location or ()
    )
    for location in locations:
        if SIDE_WORD.search(location):
            yield problem_at(
                "a location is named without its side",
                child(path, "location"),
                found=location,
                expected=f'"{SIDE_WORD.sub("", location).strip()}", and the side in sides.use',
            )


def _baseline(study: Study, registry: Registry, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    baseline, baseline_path = endpoint.baseline, child(path, "baseline")
    if baseline is None:
        yield from _no_baseline(study, registry, endpoint, path)
        return
    if (baseline.visits is None) == (baseline.days is None):
        yield problem_at(
            "a baseline is counted by visits or by days",
            baseline_path,
            expected='visits = ["W0"], or days = [-7, -1]',
        )
    yield from unknown_or_repeated(
        "visit", baseline.visits or (), study.visits, child(baseline_path, "visits")
    )
    yield from _interval_of_days(baseline.days, child(baseline_path, "days"))
    if baseline.visits and baseline.min > len(baseline.visits):
        yield problem_at(
            "a baseline cannot need more values than it has visits",
            child(baseline_path, "min"),
            found=baseline.min,
            expected=f"at most {len(baseline.visits)}",
        )


def _no_baseline(
    study: Study, registry: Registry, endpoint: Endpoint, path: str
) -> Iterator[Problem]:
    """A change without anything to count it from."""
    if is_relative(registry, endpoint) or endpoint.measure is None:
        return
    for number, name in enumerate(endpoint.compare, start=1):
        comparison = study.comparisons.get(name)
        if comparison is not None and comparison.visit and comparison.visit[-1] == BASELINE:
            yield problem_at(
                f"the comparison {name!r} counts from the baseline, and the endpoint has none",
                element(child(path, "compare"), number),
                expected='baseline = { visits = ["W0"] }',
            )
    yield from _no_change(study, registry, endpoint, path)
    responder = endpoint.responder
    change_keys = ("base", "change", "pct_change", "improved_by") if responder is not None else ()
    for key in change_keys:
        if getattr(responder, key) is not None:
            yield problem_at(
                "the responder is told by change, and the endpoint has no baseline",
                child(child(path, "responder"), key),
                expected='baseline = { visits = ["W0"] }',
            )


def _no_change(
    study: Study, registry: Registry, endpoint: Endpoint, path: str
) -> Iterator[Problem]:
    """Arms that are compared by a change that no record has."""
    compared = [study.comparisons[name] for name in endpoint.compare if name in study.comparisons]
    # Two visits have a change of their own.
    counts_from_baseline = [
        comparison for comparison in compared if comparison.arm and len(comparison.visit or ()) < 2
    ]
    if (
        counts_from_baseline
        and endpoint.analyses
        and endpoint.analyse != "value"
        and endpoint_kind(study, registry, endpoint.id) == "continuous"
    ):
        yield problem_at(
            f"arms are compared by the {CHANGES[endpoint.analyse]} of the endpoint "
            f"{endpoint.id!r}, which has no baseline to count it from",
            child(path, "analyse"),
            found=endpoint.analyse,
            expected='analyse = "value", or baseline = { visits = ["W0"] }',
        )


def _schedule(study: Study, registry: Registry, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """Visits at which the schedule expects nothing: every record would be missing."""
    expected = expected_visits(study, endpoint)
    if expected is None:
        return
    visits_by_path = [
        (element(child(path, "visits"), number), visit)
        for number, visit in enumerate(endpoint.visits or (), start=1)
    ]
    if endpoint.baseline is not None and not is_relative(registry, endpoint):
        visits_path = child(child(path, "baseline"), "visits")
        visits_by_path += [
            (element(visits_path, number), visit)
            for number, visit in enumerate(endpoint.baseline.visits or (), start=1)
        ]
    for number, name in enumerate(endpoint.compare, start=1):
        comparison = study.comparisons.get(name)
        visits_by_path += [
            (element(child(path, "compare"), number), visit)
            for visit in (comparison.visit if comparison else None) or ()
        ]
    for visits_path, visit in visits_by_path:
        if visit in study.visits and visit not in expected:
            yield problem_at(
                f"the schedule does not expect {endpoint.measure!r} at {visit!r}, so every value "
                "would be missing",
                visits_path,
                expected="one of " + ", ".join(expected) + ", or the visit in [schedule]",
            )


def _days(endpoint: Endpoint, path: str) -> Iterator[Problem]:
    if endpoint.days is not None:
        yield from _interval_of_days(endpoint.days.window, child(child(path, "days"), "window"))


def _same_visit(registry: Registry, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """A rule for visits that were read on several days, where there is nothing that it could do."""
    if endpoint.same_visit is None:
        return
    key = child(path, "same_visit")
    if endpoint.measure is None or endpoint.event is not None:
        yield problem_at(
            "the endpoint has no readings of its own, of which one day could count",
            key,
            found=endpoint.same_visit,
            expected="same_visit in the endpoints that it is made of",
        )
    elif endpoint.days is not None:
        yield problem_at(
            "a diary has several days a visit, and the endpoint says which",
            key,
            found=endpoint.same_visit,
            expected="days, without same_visit",
        )
    parameter = registry.parameter(endpoint.measure or "")
    graded = parameter is not None and parameter.scale_type in ("ordinal", "nominal")
    if endpoint.same_visit == "mean" and graded:
        yield problem_at(
            f"{endpoint.measure} is a grade, and grades of two days have no mean",
            key,
            found="mean",
            expected='"first", "last", "nearest" or "none"',
        )


def _interval_of_days(days: tuple[int, ...] | None, path: str) -> Iterator[Problem]:
    if days is not None and (len(days) != 2 or days[0] > days[1]):
        yield problem_at(
            "days are a first and a last one",
            path,
            found=list(days),
            expected="two whole numbers, the earlier first, as [-7, -1]",
        )


def _difference(study: Study, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    if endpoint.difference is None:
        return
    difference_path = child(path, "difference")
    terms = {
        key: names
        for key in ("arm", "side", "location")
        if (names := getattr(endpoint.difference, key)) is not None
    }
    if len(terms) != 1:
        yield problem_at(
            "a difference is of two arms, two sides or two locations",
            difference_path,
            found=list(terms),
            expected="one of the three",
        )
    for key, names in terms.items():
        if len(names) != 2 or names[0] == names[1]:
            yield problem_at(
                "a difference is the first minus the second",
                child(difference_path, key),
                found=list(names),
                expected="two names that differ",
            )
    if "arm" in terms and study.study.design in (SINGLE_ARM, "parallel"):
        yield problem_at(
            f"a subject of a {study.study.design} study has one arm, so no difference of two",
            child(difference_path, "arm"),
            found=list(terms["arm"]),
            expected="a comparison of arms in [comparisons]",
        )
    elif "arm" in terms:
        yield from unknown_or_repeated(
            "arm", terms["arm"], study.arms, child(difference_path, "arm")
        )


def _event(study: Study, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    if endpoint.kind == "time_to_event" and endpoint.event is None:
        yield problem_at(
            "a time to an event needs the event",
            child(path, "kind"),
            found="time_to_event",
            expected="event = { where = … }",
        )
    rule, event_path = endpoint.event, child(path, "event")
    if rule is None:
        return
    needed = [rule.table] if rule.table != "observations" else []
    if rule.table == "durations":
        # Who is not in the file of durations is counted among those without an end.
        needed.append("subjects")
    if rule.censor == "milestone" and rule.table != "milestones":
        needed.append("milestones")
    for table in needed:
        if table not in study.sources:
            yield problem_at(
                f"the study has no source of {table}",
                event_path,
                expected=f"[[sources.{table}]] with a file",
            )
    yield from _end_of_observation(study, rule, event_path)


def _end_of_observation(study: Study, rule: EventRule, path: str) -> Iterator[Problem]:
    """What ends observation, and that what it needs is stated."""
    if rule.table == "durations":
        for key in ("start", "censor", "milestones"):
            if getattr(rule, key) != getattr(EventRule(), key):
                yield problem_at(
                    "durations say themselves from when to when a subject was observed",
                    child(path, key),
                    found=getattr(rule, key),
                    expected=f'no {key}, or table = "events"',
                )
        return
    if (rule.censor == "milestone") != bool(rule.milestones):
        yield problem_at(
            "an observation that ends with a milestone needs the milestones, and no other does",
            child(path, "milestones"),
            found=list(rule.milestones),
            expected='censor = "milestone" with milestones = ["Completed", "Withdrawn"]',
        )
    if rule.censor == "data cut" and study.study.data_cut is None:
        yield problem_at(
            "observation ends with the data cut, and the study states none",
            child(path, "censor"),
            found=rule.censor,
            expected="data_cut = 2026-03-31 in [study]",
        )


def _covariates(study: Study, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """The baseline as a covariate, where the adjusted mean is not what it is taken for."""
    if BASELINE_COLUMN not in endpoint.covariates:
        return
    covariate_path = element(
        child(path, "covariates"), endpoint.covariates.index(BASELINE_COLUMN) + 1
    )
    design = study.study.design
    if design == SINGLE_ARM:
        yield problem_at(
            "in one group the baseline cannot be a covariate: the mean change would be taken at a "
            "baseline mean that is treated as known, and a test at 0.05 would reject a true null "
            "hypothesis in 11, 9 or 7 of 100 studies, where baseline and follow-up correlate 0.3, "
            "0.5 or 0.7",
            covariate_path,
            found=BASELINE_COLUMN,
            expected="no covariate; compare the visits",
        )
    if (
        design == "within-subject"
        and not study.study.sides_randomised
        and of_sides(study, endpoint)
    ):
        yield problem_at(
            "an adjusted difference of sides needs sides that were drawn at random",
            covariate_path,
            found=BASELINE_COLUMN,
            expected=SIDES_RANDOMISED,
        )


def _blank_rules(study: Study, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """What becomes of blanks, said of no column that adjusts, or where it would bias."""
    if endpoint.blank is None:
        return
    blank_path, listed = child(path, "blank"), (*endpoint.strata, *endpoint.covariates)
    if not isinstance(endpoint.blank, str):
        for column in endpoint.blank:
            if column not in listed:
                yield unknown_name(
                    "stratum or covariate", column, listed, child(blank_path, column)
                )
    for column in dict.fromkeys(listed):
        rule = endpoint.blank_rule(column)
        column_path = blank_path if isinstance(endpoint.blank, str) else child(blank_path, column)
        if column == BASELINE_COLUMN and not isinstance(endpoint.blank, str) and rule is not None:
            yield problem_at(
                "a baseline that is missing is a matter of its record",
                column_path,
                found=rule,
                expected="handling, which says what becomes of missing values",
            )
        elif rule == OWN_LEVEL and column in AFTER_TREATMENT:
            yield problem_at(
                f"{column} is known only after the treatment: a level of its own for subjects "
                "without it would carry the treatment's effect",
                column_path,
                found=rule,
                expected=f'"{LEAVE_OUT}", or covariates of before the treatment',
            )
        elif rule == OWN_LEVEL and not _is_randomised(study):
            yield problem_at(
                "a level of its own for subjects without a stratum or covariate holds only in a "
                "randomised study: elsewhere who has a blank may differ between those compared",
                column_path,
                found=rule,
                expected=f'"{LEAVE_OUT}", or "mean" or "median" for numbers'
                + ("" if study.study.design == SINGLE_ARM else f"; {SIDES_RANDOMISED}"),
            )


def _is_randomised(study: Study) -> bool:
    """Whether treatments were drawn, as far as the study file can say."""
    design, sides = study.study.design, study.study.sides_randomised
    return design != SINGLE_ARM and (design != "within-subject" or sides is True)


def of_sides(study: Study, endpoint: Endpoint) -> bool:
    """Whether the endpoint compares arms or sides within a subject, not visits alone."""
    comparisons = [
        study.comparisons[name] for name in endpoint.compare if name in study.comparisons
    ]
    return endpoint.difference is not None or any(
        not of_two_visits(comparison) for comparison in comparisons
    )
