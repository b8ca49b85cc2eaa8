"""Time to a first event."""

from __future__ import annotations

from datetime import date

import pytest

from dermoutcomes.errors import StudyError

FLARE = '[endpoints.e]\nevent = { table = "events", where = { term = "flare" } }\n'


def subject(name, ended=None, **more):
    return {
        "subject": name,
        "first_treatment": date(2026, 1, 1),
        "ended": ended,
        "enrolled": date(2025, 12, 22),
        **more,
    }


def event(name, day, term="flare", number=1):
    return {"id": number, "subject": name, "term": term, "start_day": day}


def test_the_first_event_or_the_end_of_the_study(given):
    events = [
        event("1", 30),
        event("1", 12, number=7),
        event("1", 3, "cough"),
        event("2", 3, "cough"),
    ]
    study = given(
        FLARE,
        [],
        subjects=[subject("1", date(2026, 3, 1)), subject("2", date(2026, 2, 1)), subject("3")],
        events=events,
    )

    first, second, third = (study.row(subject=name) for name in "123")

    assert (
        first["value"],
        first["event"],
        first["day"],
        first["observations"],
        first["visit"],
    ) == (11.0, True, 12, [7], None)
    assert (second["value"], second["event"], second["day"]) == (31.0, False, 32)
    assert (third["value"], third["event"], third["used"], third["reason"]) == (
        None,
        None,
        False,
        "no_end",
    )


def test_events_before_the_start_do_not_count_and_later_than_the_end_are_not_seen(given):
    events = [event("1", -5), event("2", 60)]
    study = given(
        FLARE,
        [],
        subjects=[subject("1", date(2026, 1, 31)), subject("2", date(2026, 1, 31))],
        events=events,
    )

    assert [
        (study.row(subject=name)["value"], study.row(subject=name)["event"]) for name in "12"
    ] == [(30.0, False), (30.0, False)]


def test_from_enrolment(given):
    toml = FLARE.replace("} }", '}, start = "enrolment" }')

    row = given(toml, [], subjects=[subject("1", date(2026, 1, 31))], events=[event("1", 1)]).row()

    assert row["value"] == 10.0


@pytest.mark.parametrize(
    ("censor", "expected"), [("last visit", 28.0), ("last treatment", 14.0), ("end of study", 40.0)]
)
def test_what_ends_observation(given, censor, expected):
    toml = FLARE.replace("} }", f'}}, censor = "{censor}" }}')
    rows = [
        {"subject": "1", "visit": "W4", "day": 29, "value": 1.0},
        {"subject": "1", "day": 41, "value": 1.0},
    ]
    exposures = [{"subject": "1", "day": 1}, {"subject": "1", "day": 15}]

    row = given(
        toml, rows, subjects=[subject("1")], exposures=exposures, events=[event("1", 3, "cough")]
    ).row()

    assert (row["value"], row["event"]) == (expected, False)


def test_an_event_may_be_a_reading(given):
    toml = '[endpoints.e]\nevent = { table = "observations", where = { measure = "device.depth", value = "<= 1" } }\n'
    rows = [
        {"subject": "1", "visit": visit, "day": day, "value": value}
        for visit, day, value in (("W0", 1, 4.0), ("W4", 29, 1.0), ("W12", 85, 0.5))
    ]

    row = given(toml, rows, subjects=[subject("1")]).row()

    assert (row["value"], row["event"], row["observations"]) == (28.0, True, [2])


def test_arms_and_populations_are_those_of_the_subject(given):
    head = """
[study]
id = "T"
title = "A test"
design = "parallel"
[populations]
full = {}
safety = { treated = true }
[arms]
a = {}
b = {}
"""
    row = given(
        FLARE,
        [],
        head=head,
        subjects=[subject("1", date(2026, 1, 31), treated=True)],
        events=[event("1", 3)],
        allocations=[{"subject": "1", "arm": "a"}],
    ).row()

    assert (row["arm"], row["populations"], row["reference_visit"]) == (
        "a",
        ["full", "safety"],
        "baseline",
    )


def test_events_without_a_day_and_columns_that_do_not_exist_are_refused(given):
    with pytest.raises(StudyError, match="have no day"):
        given(FLARE, [], subjects=[subject("1")], events=[event("1", None)]).records()
    with pytest.raises(StudyError, match=r"hint: +did you mean .term"):
        given(
            FLARE.replace("term", "terms"), [], subjects=[subject("1")], events=[event("1", 1)]
        ).records()
