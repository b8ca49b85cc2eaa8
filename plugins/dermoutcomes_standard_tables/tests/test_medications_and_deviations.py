"""Tables of medications and of deviations, from files of a small study of two arms."""

from __future__ import annotations

from typing import Any

import pytest

from dermoutcomes import TableChoice
from dermoutcomes.report import Material
from dermoutcomes_standard_tables import register_tables

from .test_changes_counted import FILES, STUDY

PLANS = {plan.name: plan for plan in register_tables()}
SOURCES = """
[[sources.medications]]
file = "medications.csv"

[[sources.deviations]]
file = "deviations.csv"
values.visit = { "Woche 4" = "W4" }
"""
SUBJECTS = (
    "subject,arm,first_treatment\nS1,active,2024-03-10\nS2,active,2024-03-10\nS3,active,2024-03-10\n"
    "S4,base,2024-03-10\nS5,base,2024-03-10\nS6,base,\n"
)
MEDICATIONS = (
    "subject,medication,class,kind,start_date,end_date,ongoing\n"
    # Ended the day before, on the day, and in the month before the treatment.
    "S1,Aspirin,Analgesics,,2024-01-01,2024-03-09,\n"
    "S2,Aspirin,Analgesics,,2024-01-01,2024-03-10,\n"
    "S3,Ibuprofen,Analgesics,,2023,2024-02,\n"
    # An end in the month of the treatment can lie after it; an open end is none before it.
    "S4,Ibuprofen,Analgesics,,2024-01-01,2024-03,\n"
    "S5,Cetirizine,,,2024-01-01,,yes\n"
    # A year alone says that it had begun, and nothing that it had ended.
    "S6,Levothyroxine,,,2010,,\nS4,Levothyroxine,,,2010,,\n"
    "S4,Hydrocortisone,Corticosteroids,Rescue,2024-04-01,2024-04-03,\n"
    # Two of one kind are one subject.
    "S2,Aspirin,Analgesics,,2024-04-01,2024-04-02,\n"
    # Nobody can say of these: a subject without a treatment, and a word that is no kind.
    "S6,Aspirin,Analgesics,,2024-01-01,2024-01-02,\n"
    "S5,Aspirin,Analgesics,later,2024-01-01,2024-01-02,\n"
)
DEVIATIONS = (
    "subject,deviation,category,important,visit,date\n"
    "S1,Wrong cream,Treatment,yes,W0,2024-03-10\n"
    "S1,Late form,Schedule,no,Woche 4,2024-04-10\n"
    "S5,Late form,Schedule,no,Woche 4,2024-04-11\n"
    "S4,Not fasted,,,,\n"
)


@pytest.fixture
def run(run_study):
    study = STUDY.replace("[endpoints.height]", f"{SOURCES}\n[endpoints.height]", 1)
    files = {
        **FILES,
        "subjects.csv": SUBJECTS,
        "medications.csv": MEDICATIONS,
        "deviations.csv": DEVIATIONS,
    }
    return run_study(study, files)


def grids(run: Any, name: str) -> dict[str, list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    tables = PLANS[name].fill(material, TableChoice(use=name))
    return {
        table.caption: [
            ["".join(part.text for part in cell) for cell in row.cells] for row in table.rows
        ]
        for table in tables
    }


def test_medications_are_prior_concomitant_or_rescue_by_date_or_word(run):
    tables = grids(run, "medications_by_class")

    assert tables["Prior medications"] == [
        ["Any", "2 (67%)", "0", "2 (33%)"],
        ["Analgesics", "2 (67%)", "0", "2 (33%)"],
        ["Aspirin", "1 (33%)", "0", "1 (17%)"],
        ["Ibuprofen", "1 (33%)", "0", "1 (17%)"],
    ]
    assert tables["Concomitant medications"] == [
        ["Any", "1 (33%)", "2 (67%)", "3 (50%)"],
        ["Analgesics", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["Aspirin", "1 (33%)", "0", "1 (17%)"],
        ["Ibuprofen", "0", "1 (33%)", "1 (17%)"],
        ["Without a class", "0", "2 (67%)", "2 (33%)"],
        ["Cetirizine", "0", "1 (33%)", "1 (17%)"],
        ["Levothyroxine", "0", "1 (33%)", "1 (17%)"],
    ]
    assert tables["Rescue medications"][-1] == ["Hydrocortisone", "0", "1 (33%)", "1 (17%)"]
    assert tables["Medications of unknown time"][-3:] == [
        ["Aspirin", "0", "2 (67%)", "2 (33%)"],
        ["Without a class", "0", "1 (33%)", "1 (17%)"],
        ["Levothyroxine", "0", "1 (33%)", "1 (17%)"],
    ]


def test_deviations_are_counted_by_importance_and_category(run):
    tables = grids(run, "deviations_by_category")

    assert tables["Protocol deviations"] == [
        ["Any deviation", "1 (33%)", "2 (67%)", "3 (50%)"],
        ["Important", "1 (33%)", "0", "1 (17%)"],
        ["Treatment", "1 (33%)", "0", "1 (17%)"],
        ["Other", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["Schedule", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["Not classified", "0", "1 (33%)", "1 (17%)"],
        ["Without a category", "0", "1 (33%)", "1 (17%)"],
    ]


def test_the_listings_have_every_row(run):
    medications = grids(run, "listing_medications")["Listing of prior and concomitant medications"]
    deviations = grids(run, "listing_deviations")["Listing of protocol deviations"]

    assert len(medications) == MEDICATIONS.count("\n") - 1
    assert ["S1", "Late form", "Schedule", "no", "Week 4", "32", "2024-04-10"] in deviations
