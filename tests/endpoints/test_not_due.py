"""Visits that were planned after the data cut: neither missed nor failures."""

from __future__ import annotations

from datetime import date

import pytest

from dermoutcomes.quality.subject_accounts import subject_entries
from dermoutcomes.sources.visits.due_visits import visits_not_due
from dermoutcomes.sources.visits.missed_visits import missed_visits

# Week 4 is day 29 (29 January of a start on the 1st), week 12 day 85.
HEAD = """
[study]
id = "T"
title = "A test"
design = "single-arm"
CUT
[populations]
full = {}
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w", window = ["-7 d", "+7 d"] }
W12 = { at = "12 w" }
[schedule]
device = ["W0", "W4", "W12"]
"""
RESPONDERS = """
[endpoints.e]
kind = "binary"
measure = "device.depth"
baseline = { visits = ["W0"] }
responder = { change = "<= -1" }
handling = ["non_responder", "locf", "observed"]
"""


def head(cut: str = "2026-01-29") -> str:
    return HEAD.replace("CUT", f"data_cut = {cut}" if cut else "")


def subject(name, first=date(2026, 1, 1), ended=None):
    return {"subject": name, "first_treatment": first, "ended": ended}


def reading(name, visit="W0", day=1, value=4.0):
    return {"subject": name, "visit": visit, "day": day, "value": value}


def states(study, handling="non_responder"):
    """subject, visit → responder and reason of the records after the baseline."""
    records = study.records().filter(handling=handling, reference_visit="baseline")
    return {
        (row["subject"], row["visit"]): (row["responder"], row["reason"])
        for row in records.iter_rows(named=True)
        if row["visit"] != "W0"
    }


def test_a_visit_is_due_from_its_planned_day_on(given):
    subjects = [subject("1"), subject("2", date(2026, 1, 2)), subject("3", None)]
    study = given(RESPONDERS, [reading(name) for name in "123"], head=head(), subjects=subjects)

    not_due = visits_not_due(study.study, study.tables).sort("subject", "visit").rows()

    # Subject 1 is at week 4 on the day of the cut; of subject 3 nobody knows the start.
    assert not_due == [("1", "W12"), ("2", "W12"), ("2", "W4")]


def test_without_a_data_cut_every_visit_is_due(given):
    study = given(RESPONDERS, [reading("1")], head=head(""), subjects=[subject("1")])

    assert not visits_not_due(study.study, study.tables).height
    assert states(study) == {("1", "W4"): (False, None), ("1", "W12"): (False, None)}


@pytest.mark.parametrize("handling", ["non_responder", "locf", "observed"])
def test_a_visit_that_is_not_due_is_filled_by_no_handling(given, handling):
    rows = [reading("1"), reading("1", "W4", 29, 2.0), reading("2")]
    study = given(RESPONDERS, rows, head=head(), subjects=[subject("1"), subject("2")])

    told = states(study, handling)

    assert told["1", "W4"] == (True, None)
    assert told["1", "W12"] == told["2", "W12"] == (None, "not_due")
    # Week 4 of subject 2 was due on the day of the cut; a baseline is not carried forward.
    assert told["2", "W4"] == ((False, None) if handling == "non_responder" else (None, "missed"))


def test_who_left_before_a_visit_that_is_not_due_is_no_failure_there(given):
    gone = [subject("1", ended=date(2026, 1, 10))]
    study = given(RESPONDERS, [reading("1")], head=head(), subjects=gone)

    assert states(study) == {("1", "W4"): (False, None), ("1", "W12"): (None, "not_due")}


def test_an_event_that_makes_failures_makes_none_before_a_visit_is_due(given):
    toml = (
        RESPONDERS
        + '[intercurrent.rescue]\nmilestone = "rescue"\nstrategy = { e = "non-responder" }\n'
    )
    milestones = [{"subject": "1", "milestone": "rescue", "day": 10}]
    study = given(toml, [reading("1")], head=head(), subjects=[subject("1")], milestones=milestones)

    assert states(study, "observed") == {
        ("1", "W4"): (False, None),
        ("1", "W12"): (None, "not_due"),
    }


def test_what_was_read_early_counts(given):
    rows = [reading("1"), reading("1", "W12", 28, 2.0)]
    study = given(RESPONDERS, rows, head=head(), subjects=[subject("1")])

    assert states(study)["1", "W12"] == (True, None)


def test_a_composite_of_parts_that_are_not_due_is_not_due(given):
    toml = RESPONDERS + (
        '[endpoints.both]\nkind = "binary"\nresponder = { all_of = ["e"] }\n'
        'handling = ["non_responder"]\n'
    )
    study = given(toml, [reading("1")], head=head(), subjects=[subject("1")])

    rows = study.records("both").filter(visit="W12").select("responder", "reason").rows()
    assert rows == [(None, "not_due")]


def test_no_question_is_asked_about_visits_that_are_not_due(given):
    toml = RESPONDERS.replace('handling = ["non_responder", "locf", "observed"]\n', "")
    rows = [reading("1"), reading("1", "W4", 29, 2.0)]

    assert given(toml, rows, head=head(), subjects=[subject("1")]).question() is None
    assert given(toml, rows, head=head("2026-03-26"), subjects=[subject("1")]).question()


@pytest.mark.parametrize(("cut", "missed"), [("2026-03-25", ["W4"]), ("2026-03-26", ["W4", "W12"])])
def test_a_visit_that_is_not_due_is_not_missed(given, cut, missed):
    study = given(RESPONDERS, [reading("1")], head=head(cut), subjects=[subject("1")])

    findings = missed_visits(study.study, study.tables["observations"], study.tables)

    assert findings.filter(check="missed_visit")["visit"].sort(descending=True).to_list() == missed


@pytest.mark.parametrize(
    ("cut", "ended", "reason"),
    [
        ("2026-03-25", None, "not_due"),
        ("2026-03-26", None, "no_last_visit"),
        ("2026-03-25", date(2026, 1, 10), "withdrawn"),
    ],
)
def test_a_subject_whose_last_visit_is_not_due_is_lost_for_that(given, cut, ended, reason):
    people = [{**subject("1", ended=ended), "treated": True}]
    study = given(RESPONDERS, [reading("1")], head=head(cut), subjects=people)

    entries = subject_entries(study.study, study.tables)

    assert entries.filter(stage="subjects", entry="loss")["reason"].to_list() == [reason]
