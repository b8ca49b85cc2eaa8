"""Subjects of whom nobody knows until when they were observed: told, graded, and no verdict above 5 %."""

from __future__ import annotations

import pytest

import dermoutcomes

STUDY = """
[study]
id = "FLARES"
title = "Time to a flare"
design = "parallel"
data_origin = "simulated"
day_one = "first treatment"

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }

[arms]
new = {}
old = { reference = true }

[comparisons]
arms = { arm = ["new", "old"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.events]]
file = "events.csv"

[endpoints.flare]
role = "ROLE"
kind = "time_to_event"
improves = "up"
event = { table = "events", where = { term = "flare" } }
compare = ["arms"]
analyses = ["log_rank"]
handling = ["observed"]
"""
CLAIM = """
[claims.later]
text = "Flares come later"
kind = "difference"
all_of = [{ hypothesis = "flare.arms", direction = "improved" }]
"""
PEOPLE = [f"S{number:02d}" for number in range(1, 41)]


@pytest.fixture
def run(tmp_path):
    """A function that runs a trial of twenty subjects an arm, some of them without an end."""

    def of(without=(), role="primary", more=CLAIM):
        ended = {who: "" if who in without else "2026-03-31" for who in PEOPLE}
        flares = [
            f"{who},flare,2026-{1 + number % 3:02d}-{10 + number % 15}"
            for number, who in enumerate(PEOPLE)
            if (number % 2 and number % 3) or number % 10 == 4
        ]
        arms = [f"{who},{'new' if number % 2 == 0 else 'old'}" for number, who in enumerate(PEOPLE)]
        files = {
            "subjects.csv": "subject,first_treatment,ended\n"
            + "".join(f"{who},2026-01-05,{day}\n" for who, day in ended.items()),
            "allocations.csv": "subject,arm\n" + "\n".join(arms) + "\n",
            "events.csv": "subject,term,start_date\n" + "\n".join(flares) + "\n",
        }
        study = dermoutcomes.testing.write_study(
            tmp_path, STUDY.replace("ROLE", role) + more, files
        )
        return dermoutcomes.run(study)

    return of


def told(finished):
    rows = finished.table("findings").filter(check="lost_records")
    return rows.select("severity", "message", "found", "expected").rows()


def test_ends_that_are_all_known_are_no_finding_and_decide(run):
    finished = run()

    assert told(finished) == []
    (claim,) = finished.table("claims").rows(named=True)
    assert claim["verdict"] == "supported (exploratory)"


def test_two_of_forty_are_told_by_arm_and_it_is_still_decided(run):
    # Neither of them had an event.
    finished = run(without=("S01", "S03"))

    ((severity, message, found, expected),) = told(finished)
    assert severity == "error"
    assert message == (
        "flare: 2 records are not analysed, without an end of observation "
        "(2 of 20 of new, 0 of 20 of old)"
    )
    assert found == "S01, S03"
    assert expected == (
        "the date of leaving (ended in sources.subjects), or another endpoints.flare.event.censor"
    )
    (claim,) = finished.table("claims").rows(named=True)
    assert claim["verdict"] == "supported (exploratory)"


def test_more_than_one_in_twenty_leave_no_verdict(run):
    finished = run(without=("S01", "S03", "S07"))

    (claim,) = finished.table("claims").rows(named=True)
    (hypothesis,) = finished.table("hypotheses").rows(named=True)
    assert claim["verdict"] == "not evaluable"
    assert "3 of 40 subjects (3 of 20 of new, 0 of 20 of old), 7.5%" in claim["reason"]
    assert "endpoints.flare.event.censor" in claim["reason"]
    assert (hypothesis["p_value"], hypothesis["rejected"]) == (None, None)


@pytest.mark.parametrize(
    ("role", "more", "severity"),
    [
        ("primary", "", "error"),
        ("secondary", "", "warning"),
        ("exploratory", "", "note"),
        ("exploratory", CLAIM, "error"),
    ],
)
def test_it_is_an_error_where_it_decides(run, role, more, severity):
    assert [row[0] for row in told(run(without=("S01",), role=role, more=more))] == [severity]


@pytest.mark.parametrize("without", [("S01", "S03"), ("S01", "S03", "S07")])
def test_in_memory_lost_ends_are_told_and_leave_no_verdict_as_in_a_run(run, without):
    finished = run(without=without)
    names = ("subjects", "allocations", "events", "findings")
    read = {name: finished.table(name) for name in names}

    tables = dermoutcomes.evaluate(finished.study, finished.registry, read)

    ours = tables["findings"].filter(check="lost_records")
    assert ours.select("severity", "message", "found").rows() == [row[:3] for row in told(finished)]
    (claim,), (in_run,) = (
        frame.rows(named=True) for frame in (tables["claims"], finished.table("claims"))
    )
    # What counts as fixed here is exploratory in the run, which then prints no p-value.
    same = ("n", "n_of", "open_errors", "caution")
    assert {name: claim[name] for name in same} == {name: in_run[name] for name in same}
    assert (claim["verdict"] == "not evaluable") is (len(without) == 3)
