"""Estimands and the path of the tests, of a small study of two arms."""

from __future__ import annotations

from typing import Any

from dermoutcomes import TableChoice
from dermoutcomes.report import Material
from dermoutcomes_standard_tables import register_tables

from .test_changes_counted import FILES, STUDY

PLANS = {plan.name: plan for plan in register_tables()}
COMPARED = """
[comparisons]
w4 = { arm = ["active", "base"], visit = ["W4", "baseline"], label = "Week 4, between arms" }

[intercurrent.rescue]
milestone = "rescue"
default = "non-responder"
strategy = { height = "treatment policy", grade = "treatment policy" }

[milestones]
rescue = { label = "Rescue cream" }

[[sources.milestones]]
file = "milestones.csv"

[multiplicity.second]
hypotheses = ["grade.w4"]
method = "holm"
after = "first"

[multiplicity.first]
hypotheses = ["height.w4"]
method = "holm"

[endpoints.height.estimand]
population = "full"
variable = "change"
summary = "difference in means"
treatment = ["active", "base"]
intercurrent = { rescue = "treatment policy" }
"""
PARTS = STUDY.partition("[endpoints.grade]")
HEIGHT = PARTS[0].replace('["describe"]', '["pooled_t"]\ncompare = ["w4"]')
GRADE = PARTS[2].replace('["describe"]', '["mann_whitney"]\ncompare = ["w4"]')
TESTED = f"{HEIGHT}{PARTS[1]}{GRADE}{COMPARED}"
RESCUED = {**FILES, "milestones.csv": "subject,milestone,day\nS1,rescue,12\n"}


def grids(run: Any, name: str) -> list[list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    return [
        [["".join(part.text for part in cell) for cell in row.cells] for row in table.rows]
        for table in PLANS[name].fill(material, TableChoice(use=name))
    ]


def test_an_estimand_has_its_attributes_and_how_missing_values_are_handled(run_study):
    height, grade = grids(run_study(TESTED, RESCUED), "estimands")

    assert height == [
        ["Population", "full"],
        ["Treatment", "Active cream against Base alone"],
        ["Variable", "Height, at Week 4: change"],
        ["Intercurrent event: Rescue cream", "treatment policy"],
        ["Summary", "difference in means"],
        ["Missing values", "observed values only"],
    ]
    # Of an endpoint without an estimand nothing is put into the study's mouth.
    assert grade[1:3] == [
        ["Treatment", "Active cream against Base alone"],
        ["Variable", "Grade, at Week 4"],
    ]
    assert grade[4][1].startswith("not stated; the main analysis (")


def test_a_family_stands_behind_the_one_that_it_waits_for(run_study):
    [path] = grids(run_study(TESTED, RESCUED), "path_of_tests")

    assert [row[0] for row in path] == [
        "first: holm",
        "Height: Week 4, between arms",
        "second: holm, after all of first",
        "Grade: Week 4, between arms",
    ]
    assert path[1][1] == "0.05"
    assert path[1][4] == "not rejected; exploratory"


GUESSES = """
[analyses.blinding]
use = "blinding"
options = { guesses = ["guess"] }
"""


def test_guesses_stand_beside_the_indices_of_the_analysis(run_study):
    subjects = (
        "subject,arm,treated,guess\nS1,active,true,active\nS2,active,true,active\n"
        "S3,active,true,unsure\nS4,base,true,base\nS5,base,true,active\nS6,base,true,\n"
    )
    [table] = grids(
        run_study(STUDY + GUESSES, {**FILES, "subjects.csv": subjects}), "blinding_check"
    )

    assert table[:5] == [
        ["Answered", "3", "2", ""],
        ["Not answered", "0", "1", ""],
        ["Guesses Active cream", "2 (67%)", "1 (50%)", ""],
        ["Guesses Base alone", "0", "1 (50%)", ""],
        ["Does not know", "1 (33%)", "0", ""],
    ]
    assert table[5][1].startswith("0.667 (")
    assert table[6][:3] == ["James's index: 1 nobody knows, 0 all right", "", ""]
    assert table[6][3].startswith("0.4")


def test_adjusted_means_are_those_of_the_model_that_the_endpoint_names(run_study):
    study = TESTED.replace('["pooled_t"]', '["ancova", "pooled_t"]')
    run = run_study(study, RESCUED)
    material = Material(run.study, run.registry, run.table, run.manifest)
    [table] = PLANS["adjusted_means_by_visit"].fill(
        material, TableChoice(use="adjusted_means_by_visit")
    )
    [shell] = PLANS["adjusted_means_by_visit"].shell(
        material, TableChoice(use="adjusted_means_by_visit")
    )
    means = {
        row["group"]: row["value"]
        for row in material.results
        if (row["analysis"], row["stat"]) == ("ancova", "estimate")
        and material.place(row) == "adjusted mean"
    }

    assert table.caption == shell.caption
    assert table.caption.startswith("Adjusted (LS) means: Height")
    assert set(means) == {"active", "base"}
    shown = {part.value for row in table.rows for cell in row.cells for part in cell}
    assert set(means.values()) <= shown
