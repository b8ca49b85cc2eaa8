"""Time to a first event."""

from __future__ import annotations

from datetime import date

import pytest

from dermoutcomes.errors import StudyError
from dermoutcomes.study.check import check_study

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


CUT = """
[study]
id = "T"
title = "A test"
design = "single-arm"
data_cut = 2026-02-10
[populations]
full = {}
[visits]
W0 = { at = "0 w" }
"""
COUGH = [event("1", 3, "cough")]


def ended_after(given, censor, *, head=None, subjects=None, **tables):
    """Days of observation of subject 1, who had no event."""
    toml = FLARE.replace("} }", f"}}, {censor} }}")
    more = {} if head is None else {"head": head}
    rows = tables.pop("rows", [{"subject": "1", "visit": "W0", "day": 5, "value": 1.0}])
    study = given(
        toml, rows, subjects=subjects or [subject("1")], **{"events": COUGH, **tables}, **more
    )
    row = study.row()
    assert row["event"] is not True
    return row["value"]


def test_the_last_contact_is_the_latest_day_in_any_table(given):
    last = 'censor = "last contact"'

    assert ended_after(given, last) == 4
    later = [{**event("1", 3, "cough"), "end_day": 21}]
    assert ended_after(given, last, events=later) == 20
    milestones = [{"subject": "1", "milestone": "call", "day": 31}]
    assert ended_after(given, last, events=later, milestones=milestones) == 30
    exposures = [{"subject": "1", "day": 1}, {"subject": "1", "day": 41}]
    assert ended_after(given, last, milestones=milestones, exposures=exposures) == 40
    gone = [subject("1", date(2026, 3, 1))]
    assert ended_after(given, last, exposures=exposures, subjects=gone) == 59


def test_the_first_of_some_milestones_ends_observation(given):
    censor = 'censor = "milestone", milestones = ["Completed", "withdrawn"]'
    milestones = [
        {"subject": "1", "milestone": name, "day": day}
        for name, day in (("call", 8), ("Withdrawn", 31), ("Completed", 51))
    ]

    assert ended_after(given, censor, milestones=milestones) == 30
    # Nobody knows until when a subject was observed who reached none of them.
    assert ended_after(given, censor, milestones=milestones[:1]) is None


def test_a_data_cut_ends_observation_where_the_subject_had_not_left(given):
    cut = 'censor = "data cut"'

    assert ended_after(given, cut, head=CUT) == 40
    assert ended_after(given, cut, head=CUT, subjects=[subject("1", date(2026, 1, 31))]) == 30
    assert ended_after(given, cut, head=CUT, subjects=[subject("1", date(2026, 3, 1))]) == 40
    without_start = [{**subject("1"), "first_treatment": None}]
    assert ended_after(given, cut, head=CUT, subjects=without_start) is None


def test_no_observation_goes_beyond_the_data_cut_and_none_is_known_by_it_alone(given):
    ended = [subject("1", date(2026, 3, 1))]
    study = given(FLARE, [], head=CUT, subjects=ended, events=[event("1", 50)])

    assert (study.row()["value"], study.row()["event"]) == (40.0, False)
    unknown = given(FLARE, [], head=CUT, subjects=[subject("1")], events=COUGH).row()
    assert (unknown["value"], unknown["reason"]) == (None, "no_end")


@pytest.mark.parametrize(
    "told",
    [
        {"milestones": [{"subject": "1", "milestone": "Died", "day": 15, "death": True}]},
        {"events": [{**event("1", 12, "stroke"), "end_day": 15, "fatal": True}]},
        # The milestone says the day of the death, whenever the fatal event ended.
        {
            "milestones": [{"subject": "1", "milestone": "Died", "day": 15, "death": True}],
            "events": [{**event("1", 12, "stroke"), "end_day": 14, "fatal": True}],
        },
    ],
)
def test_a_death_ends_observation(given, told):
    tables = {"events": COUGH, **told}

    # It is an end also where no other is known, and a date of leaving is taken as it is written.
    assert ended_after(given, 'censor = "data cut"', head=CUT, **tables) == 14
    assert ended_after(given, 'censor = "end of study"', rows=[], **tables) == 14
    left = [subject("1", date(2026, 1, 16))]
    assert ended_after(given, 'censor = "end of study"', subjects=left, **tables) == 15


def test_the_day_on_which_a_fatal_event_began_is_none_of_death(given):
    events = [{**event("1", 15, "cancer"), "fatal": True}]

    row = given(FLARE, [], subjects=[subject("1", date(2026, 3, 1))], events=events).row()

    assert (row["value"], row["event"]) == (59.0, False)


def test_a_death_may_be_the_event(given):
    toml = '[endpoints.e]\nevent = { table = "milestones", where = { death = true } }\n'
    milestones = [{"subject": "1", "milestone": "Died", "day": 15, "death": True}]

    row = given(toml, [], subjects=[subject("1", date(2026, 1, 15))], milestones=milestones).row()

    assert (row["value"], row["event"], row["observations"]) == (14.0, True, [])


def test_days_are_counted_from_the_first_visit_where_that_is_day_one(given):
    """Day 1 is the enrolment here, ten days before the first treatment."""
    head = CUT.replace("data_cut = 2026-02-10", 'day_one = "first visit"')
    study = given(
        FLARE, [], head=head, subjects=[subject("1", date(2026, 1, 31))], events=[event("1", 25)]
    )
    assert (study.row()["value"], study.row()["event"]) == (14.0, True)

    none = given(FLARE, [], head=head, subjects=[subject("1", date(2026, 1, 31))], events=COUGH)
    assert (none.row()["value"], none.row()["event"]) == (30.0, False)


@pytest.mark.parametrize(
    ("censor", "place", "words"),
    [
        ('censor = "milestone"', "event.milestones", "needs the milestones"),
        ('milestones = ["Completed"]', "event.milestones", "needs the milestones"),
        ('censor = "data cut"', "event.censor", "the study states none"),
        ('censor = "milestone", milestones = ["x"]', "event", "no source of milestones"),
    ],
)
def test_what_an_end_of_observation_needs(given, censor, place, words):
    study = given(FLARE.replace("} }", f"}}, {censor} }}"), [], subjects=[subject("1")])

    problems = check_study(study.study, study.registry)

    assert any(
        problem.path == f"endpoints.e.{place}" and words in problem.message for problem in problems
    ), problems


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
    with pytest.raises(StudyError, match="without a day"):
        given(FLARE, [], subjects=[subject("1")], events=[event("1", None)]).records()
    # Of an event that is nobody's neither is known.
    events = [event("1", None), event(None, None, number=2)]
    with pytest.raises(StudyError, match=r"found: +1, \?\n"):
        given(FLARE, [], subjects=[subject("1")], events=events).records()
    with pytest.raises(StudyError, match=r"hint: +did you mean .term"):
        given(
            FLARE.replace("term", "terms"), [], subjects=[subject("1")], events=[event("1", 1)]
        ).records()
