"""Questionnaires, raters and sites, of a small study of two arms with a rated form."""

from __future__ import annotations

from typing import Any

import pytest

from dermoutcomes import StudyError, TableChoice
from dermoutcomes.report import Material
from dermoutcomes.study.lock.locked_items import digests
from dermoutcomes_standard_tables import register_tables

PLANS = {plan.name: plan for plan in register_tables()}
STUDY = """
[study]
id = "FORMS"
title = "A form"
design = "parallel"
plugins = ["form.toml"]

[outputs]
reports = []

[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", label = "Week 4" }

[arms]
active = { label = "Active cream" }
base = { label = "Base alone", reference = true }

[populations]
full = {}
treated = { treated = true }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "subjects.csv"
columns.arm = "arm"

[[sources.form]]
file = "form.csv"

[endpoints.total]
label = "Total"
measure = "form.total"
baseline = { visits = ["W0"] }
analyses = []
handling = ["observed"]
"""
FILES: dict[str, Any] = {
    "form.toml": """
        [scales.form]
        label = "Form"
        [scales.form.parameters.itch]
        label = "Itch"
        kind = "item"
        minimum = 0
        maximum = 3
        scale_type = "ordinal"
        definition = "Itch."
        [scales.form.parameters.pain]
        label = "Pain"
        kind = "item"
        minimum = 0
        maximum = 3
        scale_type = "ordinal"
        definition = "Pain."
        [scales.form.parameters.total]
        label = "Total"
        kind = "score"
        minimum = 0
        maximum = 6
        formula = "itch + pain"
        definition = "The sum."
        """,
    "subjects.csv": "subject,site,arm,treated\nS1,Bonn,active,true\nS2,Bonn,active,false\n"
    "S3,Bonn,base,true\nS4,,base,true\n",
    "form.csv": "subject,visit,rater,itch,pain\n"
    "S1,W0,Ann,3,3\nS2,W0,Ann,2,3\nS3,W0,Ann,0,0\nS4,W0,Bea,1,\n"
    "S1,W4,Ann,0,0\nS2,W4,Bea,2,1\nS3,W4,Ann,0,3\n",
}


@pytest.fixture
def run(run_study):
    return run_study(STUDY, FILES)


def grids(run: Any, name: str) -> dict[str, list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    return {
        table.caption: [
            *(["".join(part.text for part in cell) for cell in row.cells] for row in table.rows),
            [*table.foot.remarks],
        ]
        for table in PLANS[name].fill(material, TableChoice(use=name))
    }


def test_completion_counts_whole_forms_and_scores(run):
    rows = grids(run, "questionnaires")["Completion: Form"]

    assert rows[:-1] == [
        ["Baseline"],
        ["Any answer", "2 (100%)", "2 (100%)", "4 (100%)"],
        ["All items answered", "2 (100%)", "1 (50%)", "3 (75%)"],
        ["Scored: Total", "2 (100%)", "1 (50%)", "3 (75%)"],
        ["Week 4"],
        ["Any answer", "2 (100%)", "1 (50%)", "3 (75%)"],
        ["All items answered", "2 (100%)", "1 (50%)", "3 (75%)"],
        ["Scored: Total", "2 (100%)", "1 (50%)", "3 (75%)"],
    ]


def test_ends_and_highest_answers_have_their_own_bases(run):
    tables = grids(run, "questionnaires")

    assert tables["Floor and ceiling: Form"][:3] == [
        ["Baseline"],
        ["Total: least (0)", "0 of 2 (0%)", "1 of 1 (100%)", "1 of 3 (33%)"],
        ["Total: greatest (6)", "1 of 2 (50%)", "0 of 1 (0%)", "1 of 3 (33%)"],
    ]
    assert tables["Highest answers: Form"][1:5] == [
        ["Itch: 3", "1 of 2 (50%)", "0 of 2 (0%)", "1 of 4 (25%)"],
        ["Itch: 2 or 3", "2 of 2 (100%)", "0 of 2 (0%)", "2 of 4 (50%)"],
        ["Pain: 3", "2 of 2 (100%)", "0 of 1 (0%)", "2 of 3 (67%)"],
        ["Pain: 2 or 3", "2 of 2 (100%)", "0 of 1 (0%)", "2 of 3 (67%)"],
    ]


def test_raters_stand_by_visit_and_a_change_of_rater_is_counted(run):
    rows = grids(run, "raters_by_visit")["Raters: Form"]

    assert rows[:-1] == [["Ann", "3", "2", "3"], ["Bea", "1", "1", "2"]]
    # S2 alone was rated by another at week 4; S4 was rated once.
    assert "Subjects whose rater changed between visits: 1 of 3 (33%)." in rows[-1]


def test_sites_have_their_subjects_and_who_is_in_each_population(run):
    rows = grids(run, "sites")["Subjects by site"]

    assert rows[:-1] == [
        ["Bonn", "2 (100%)", "1 (50%)", "3 (75%)"],
        ["in full", "2 (100%)", "1 (100%)", "3 (100%)"],
        ["in treated", "1 (50%)", "1 (100%)", "2 (67%)"],
        ["Site not recorded", "0", "1 (50%)", "1 (25%)"],
        ["in full", "0", "1 (100%)", "1 (100%)"],
        ["in treated", "0", "1 (100%)", "1 (100%)"],
    ]


TRAINED = """
[endpoints.total.rater]
role = "investigator"
training = { date = 2024-02-20, by = "the trainer", on = "24 photographs", criterion = "kappa of 0.8" }
"""
SAID = "2024-02-20, by the trainer, on 24 photographs, to be reached: kappa of 0.8"


def test_the_training_of_raters_stands_in_their_table_and_in_no_lock(run_study):
    study = STUDY + TRAINED
    files = {**FILES, "form.csv": FILES["form.csv"].replace(",rater,", ",rater,rater_role,")}
    for name in ("Ann", "Bea"):
        files["form.csv"] = files["form.csv"].replace(f",{name},", f",{name},investigator,")
    run = run_study(study, files)
    before = run_study("".join(study.partition("training =")[0]), files)
    remarks = grids(run, "raters_by_visit")["Raters: Form, investigator"][-1]

    assert remarks[-1] == f"Training of the raters: {SAID}."
    assert len(grids(before, "raters_by_visit")["Raters: Form, investigator"][-1]) == (
        len(remarks) - 1
    )
    assert digests(run.study, run.registry) == digests(before.study, before.registry)


def test_a_training_of_which_nothing_is_said_is_asked_about(run_study):
    with pytest.raises(StudyError) as error:
        run_study(STUDY + '[endpoints.total.rater]\nrole = "doctor"\ntraining = {}\n', FILES)

    assert "some of date, by, on and criterion" in str(error.value)
    assert "endpoints.total.rater.training" in str(error.value)
