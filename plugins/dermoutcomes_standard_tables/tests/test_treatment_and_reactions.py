"""Treatments by session, side and batch; reactions; serious events; who is outside an analysis set."""

from __future__ import annotations

from typing import Any

import pytest

from dermoutcomes import TableChoice
from dermoutcomes.report import Material
from dermoutcomes_standard_tables import register_tables

from .test_changes_counted import FILES, STUDY

PLANS = {plan.name: plan for plan in register_tables()}
MORE = """
[sessions]
B = { at = "0 w", treatment = "cream" }
A = { at = "4 w", treatment = "cream" }

[treatments]
cream = { label = "The cream" }

[[sources.exposures]]
file = "exposures.csv"

[[sources.events]]
file = "events.csv"
"""
EXPOSURES = (
    "subject,treatment,session,side,dose,unit,batch\n"
    "S1,cream,B,left,1.0,ml,L1\nS1,cream,B,right,1.0,ml,L1\nS2,cream,B,left,2.0,ml,L2\n"
    "S1,cream,A,left,1.0,ml,L2\nS4,cream,A,left,,ml,\n"
)
EVENTS = (
    "subject,term,severity,solicited,session,side,start_day,end_day,action\n"
    # The worst of both is severe, the longest is four days: the day before day 1 is -1.
    "S1,redness,mild,yes,B,left,1,1,none\nS1,redness,severe,yes,B,right,-1,3,withdrawn\n"
    "S2,redness,,yes,A,left,2,,none\nS4,swelling,moderate,yes,A,,2,16,none\n"
    # Nobody asked for this one, and this one ended before it began.
    "S4,headache,severe,no,A,,2,16,none\nS5,swelling,mild,yes,A,,5,4,none\n"
)


@pytest.fixture
def run(run_study):
    subjects = "subject,arm,age\n" + "".join(
        f"S{n},{'active' if n < 4 else 'base'},{50 + 5 * n}\n" for n in range(1, 7)
    )
    files = {**FILES, "subjects.csv": subjects, "exposures.csv": EXPOSURES, "events.csv": EVENTS}
    return run_study(STUDY.replace("full = {}", "full = {}\nold = { age = '> 60' }") + MORE, files)


def grids(run: Any, name: str) -> dict[str, list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    tables = PLANS[name].fill(material, TableChoice(use=name))
    return {
        table.caption: [
            ["".join(part.text for part in cell) for cell in row.cells] for row in table.rows
        ]
        for table in tables
    }


def test_treatments_stand_by_session_in_the_order_of_the_study_and_by_batch(run):
    tables = grids(run, "exposure_by_session")

    assert tables["Treatments given, by product, session and side"] == [
        ["The cream", "Session B", "left", "2", "2", "1.50 (1.00 to 2.00) ml", "L1, L2"],
        ["The cream", "Session B", "right", "1", "1", "1.00 ml", "L1"],
        ["The cream", "Session A", "left", "2", "2", "1.00 ml", "L2"],
    ]
    assert tables["Treatments given, by batch"] == [
        ["The cream", "L1", "1", "2", "1.00 ml"],
        ["The cream", "L2", "2", "2", "1.50 (1.00 to 2.00) ml"],
        ["The cream", "not recorded", "1", "1", ""],
    ]


def test_reactions_have_the_worst_severity_and_the_longest_duration_of_each_subject(run):
    tables = grids(run, "solicited_reactions")

    assert tables["Solicited reactions"] == [
        ["Any", "2 (67%)", "2 (67%)", "4 (67%)"],
        ["redness", "2 (67%)", "0", "2 (33%)"],
        ["Worst severity: severe", "1 (33%)", "0", "1 (17%)"],
        ["Worst severity: not known", "1 (33%)", "0", "1 (17%)"],
        ["Longest: 4 to 7 days", "1 (33%)", "0", "1 (17%)"],
        ["Longest: not known", "1 (33%)", "0", "1 (17%)"],
        ["swelling", "0", "2 (67%)", "2 (33%)"],
        ["Worst severity: mild", "0", "1 (33%)", "1 (17%)"],
        ["Worst severity: moderate", "0", "1 (33%)", "1 (17%)"],
        ["Longest: more than 14 days", "0", "1 (33%)", "1 (17%)"],
        ["Longest: not known", "0", "1 (33%)", "1 (17%)"],
        ["Treatment withdrawn because of a reaction", "1 (33%)", "0", "1 (17%)"],
    ]
    assert tables["Solicited reactions by session and side"] == [
        ["Session B", "1 (33%)", "0", "1 (17%)"],
        ["Worst severity: severe", "1 (33%)", "0", "1 (17%)"],
        ["Longest: 4 to 7 days", "1 (33%)", "0", "1 (17%)"],
        ["Session B, left side", "1 (33%)", "0", "1 (17%)"],
        ["Worst severity: mild", "1 (33%)", "0", "1 (17%)"],
        ["Longest: 1 to 3 days", "1 (33%)", "0", "1 (17%)"],
        ["Session B, right side", "1 (33%)", "0", "1 (17%)"],
        ["Worst severity: severe", "1 (33%)", "0", "1 (17%)"],
        ["Longest: 4 to 7 days", "1 (33%)", "0", "1 (17%)"],
        ["Session A", "1 (33%)", "2 (67%)", "3 (50%)"],
        ["Worst severity: mild", "0", "1 (33%)", "1 (17%)"],
        ["Worst severity: moderate", "0", "1 (33%)", "1 (17%)"],
        ["Worst severity: not known", "1 (33%)", "0", "1 (17%)"],
        ["Longest: more than 14 days", "0", "1 (33%)", "1 (17%)"],
        ["Longest: not known", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["Session A, left side", "1 (33%)", "0", "1 (17%)"],
        ["Worst severity: not known", "1 (33%)", "0", "1 (17%)"],
        ["Longest: not known", "1 (33%)", "0", "1 (17%)"],
    ]


def test_the_listing_of_excluded_subjects_has_the_condition_of_each(run):
    [rows] = grids(run, "listing_excluded").values()

    assert rows == [
        ["S1", "Active cream", "old", "not: age > 60"],
        ["S2", "Active cream", "old", "not: age > 60"],
    ]


SERIOUS = (
    "subject,term,preferred_term,severity,serious,fatal,start_day,end_day,outcome\n"
    "S1,redness,,mild,no,no,1,2,recovered\n"
    "S4,passed out,syncope,severe,yes,no,5,6,recovered\n"
    # Nobody says whether this one is serious; it began before the first treatment.
    "S1,itch,,mild,,no,-2,,\n"
)
GIVEN = (
    "subject,treatment,session,side,day,dose,unit,batch\n"
    "S1,cream,B,left,1,1.0,ml,L1\nS4,cream,B,left,-1,2.5,ml,L2\nS4,cream,A,left,7,1.0,ml,L2\n"
)
TAKEN = (
    "subject,medication,start_day,end_day,ongoing\n"
    "S4,Aspirin,2,9,no\nS4,Ibuprofen,1,4,no\nS4,Cetirizine,3,,\nS4,Zinc,4,,yes\nS4,Iron,6,8,no\n"
)


def test_each_serious_event_has_what_the_data_say_of_it_and_room_for_its_narrative(run_study):
    subjects = "subject,arm,age,sex\n" + "".join(
        f"S{n},{'active' if n < 4 else 'base'},{50 + n},f\n" for n in range(1, 7)
    )
    more = f'{MORE}\n[[sources.medications]]\nfile = "medications.csv"\n'
    given = {"exposures.csv": GIVEN, "events.csv": SERIOUS, "medications.csv": TAKEN}
    run = run_study(STUDY + more, {**FILES, "subjects.csv": subjects, **given})
    [rows] = grids(run, "serious_event_narratives").values()
    starts = [number for number, row in enumerate(rows) if len(row) == 1]
    itch, syncope = (
        dict(rows[first + 1 : last])
        for first, last in zip(starts, [*starts[1:], len(rows)], strict=True)
    )

    assert [rows[number][0] for number in starts] == ["1. S1: itch", "2. S4: syncope"]
    assert syncope["Subject"] == "S4, f, 54 years, Base alone"
    assert syncope["As reported"] == "passed out"
    assert (syncope["Serious"], syncope["Begin, study day"]) == ("yes", "5")
    # Day -1 is the day before day 1.
    assert syncope["Last treatment begun before"] == "The cream, 2.5 ml, day -1, 5 days before"
    assert syncope["Medications at its begin"] == "Aspirin; Zinc; dates do not say of: Cetirizine"
    assert syncope["Narrative"].startswith("to be written")
    assert (itch["Serious"], itch["Outcome"]) == ("not stated", "not stated")
    assert itch["Last treatment begun before"] == "none recorded before"
    assert itch["Medications at its begin"] == "none recorded"


def test_the_listing_of_the_randomisation_has_what_was_allocated_and_received(run):
    [rows] = grids(run, "listing_randomisation").values()

    # Columns that the file does not fill are left out.
    assert rows[0] == ["S1", "Active cream"]
    assert [row[1] for row in rows] == ["Active cream"] * 3 + ["Base alone"] * 3
