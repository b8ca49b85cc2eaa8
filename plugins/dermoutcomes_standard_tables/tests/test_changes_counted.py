"""Tables that count: against counts by hand of a small study of two arms, graded and measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dermoutcomes import TableChoice
from dermoutcomes.report import Material, Part, Section, Table, parts_of
from dermoutcomes.report.documents.annex import document_of
from dermoutcomes_standard_tables import register_tables

PLANS = {plan.name: plan for plan in register_tables()}
STUDY = """
[study]
id = "GRADES"
title = "Two creams"
design = "parallel"
plugins = ["probe.toml"]

[outputs]
reports = ["annex"]
figures = []

[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", label = "Week 4" }

[arms]
active = { label = "Active cream" }
base = { label = "Base alone", reference = true }

[populations]
full = {}

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "subjects.csv"
columns.arm = "arm"

[[sources.probe]]
file = "probe.csv"

[endpoints.height]
label = "Height"
measure = "probe.height"
role = "primary"
baseline = { visits = ["W0"] }
analyses = ["describe"]
handling = ["observed"]

[endpoints.grade]
label = "Grade"
measure = "probe.grade"
role = "secondary"
baseline = { visits = ["W0"] }
analyses = ["describe"]
handling = ["observed"]
"""
FILES: dict[str, Any] = {
    "probe.toml": """
        [instruments.probe]
        label = "Probe"
        [instruments.probe.parameters.height]
        label = "Height"
        unit = "mm"
        improves = "down"
        definition = "Height of the probe."
        [instruments.probe.parameters.grade]
        label = "Grade"
        scale_type = "ordinal"
        improves = "down"
        values = [0, 1, 2, 3]
        definition = "Grade of the probe."
        """,
    "subjects.csv": "subject,arm,treated\n"
    "S1,active,true\nS2,active,true\nS3,active,true\nS4,base,true\nS5,base,true\nS6,base,true\n",
    "probe.csv": "subject,visit,height,grade\n"
    "S1,W0,2.0,3\nS1,W4,1.0,1\n"
    "S2,W0,2.0,2\nS2,W4,1.7,2\n"
    "S3,W0,2.0,2\n"
    "S4,W0,2.0,3\nS4,W4,2.0,3\n"
    "S5,W0,2.0,1\nS5,W4,2.5,2\n"
    "S6,W0,4.0,1\nS6,W4,3.2,0\n",
}


def grids(run: Any, name: str, **choice: Any) -> list[list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    tables = PLANS[name].fill(material, TableChoice(use=name, **choice))
    return [
        [
            [column.head for column in table.columns],
            *(["".join(part.text for part in cell) for cell in row.cells] for row in table.rows),
        ]
        for table in tables
    ]


def _parts_in(section: Section) -> Iterator[Part]:
    for block in section.blocks:
        if isinstance(block, Table):
            yield from parts_of(block)
    for child in section.children:
        yield from _parts_in(child)


def test_improved_is_counted_in_the_direction_that_is_better(run_study):
    height, grade = grids(run_study(STUDY, FILES), "improvement")

    assert height == [
        ["Visit", "Active cream", "Base alone", "All"],
        ["Week 4"],
        ["With a change", "2", "3", "5"],
        ["Improved", "2 (100%)", "1 (33%)", "3 (60%)"],
        # Beta quantiles: 0.025 of (2, 1); 0.025 of (1, 3) and 0.975 of (2, 2); of (3, 3) and (4, 2).
        ["95% CI", "16% to 100%", "1% to 91%", "15% to 95%"],
        ["Unchanged", "0", "1 (33%)", "1 (20%)"],
        ["Worse", "0", "1 (33%)", "1 (20%)"],
        ["Without an effect", "33%", "", "33%"],
        ["Improved by at least 10%", "2 (100%)", "1 (33%)", "3 (60%)"],
        ["Improved by at least 20%", "1 (50%)", "1 (33%)", "2 (40%)"],
        ["Improved by at least 30%", "1 (50%)", "0", "1 (20%)"],
        ["Improved by at least 50%", "1 (50%)", "0", "1 (20%)"],
        ["Improved by at least 75%", "0", "0", "0"],
        ["Improved by at least 90%", "0", "0", "0"],
    ]
    assert grade[7:] == [
        ["Without an effect", "33%", "", "33%"],
        ["Improved by at least 1 grade", "1 (50%)", "1 (33%)", "2 (40%)"],
        ["Improved by at least 2 grades", "1 (50%)", "0", "1 (20%)"],
    ]


def test_every_number_of_who_improved_is_a_result_and_each_result_stands_there(run_study):
    run = run_study(STUDY, FILES)
    material = Material(run.study, run.registry, run.table, run.manifest)
    tables = PLANS["improvement"].fill(material, TableChoice(use="improvement"))
    parts = [part for table in tables for part in parts_of(table)]
    numbers = [part for part in parts if part.value is not None]
    counted = run.table("results").filter(analysis="improvement")

    assert numbers
    for part in numbers:
        assert part.display(part.value) == part.text
        assert material.by_id[part.result]["value"] == part.value
    assert {part.result for part in parts if part.addressed} == {*counted["id"]}
    told = [
        part.result
        for section in document_of(material).sections
        for part in _parts_in(section)
        if part.addressed and part.result in set(counted["id"])
    ]
    assert sorted(told) == sorted(counted["id"])


def test_who_improved_is_counted_where_a_document_prints_it_and_nowhere_else(run_study):
    asked = STUDY.replace('["annex"]', "[]")
    without = STUDY.replace("figures = []", 'figures = []\ntables = ["shifts"]')
    listed = STUDY.replace('analyses = ["describe"]', 'analyses = ["who"]', 1) + (
        '[analyses.who]\nuse = "improvement"\noptions = { no_effect = 20 }\n'
    )

    assert "improvement" not in set(run_study(asked, FILES).table("results")["analysis"])
    assert "improvement" not in set(run_study(without, FILES).table("results")["analysis"])
    run = run_study(listed, FILES)
    # Under the study's own name for it, with what that states; for height once, not twice.
    assert {*run.table("tasks")["analysis"]} >= {"who", "describe"}
    assert "improvement" not in set(run.table("tasks")["analysis"])
    assert run.table("tasks").filter(analysis="who")["endpoints"].to_list() == [
        ["grade"],
        ["height"],
    ]
    height, grade = grids(run, "improvement")
    assert height[7] == ["Without an effect", "20%", "20%", "20%"]
    assert height[8][0] == "Number needed to tell from it"
    assert grade[7] == ["Without an effect", "20%", "20%", "20%"]


def test_shifts_are_of_grades_alone(run_study):
    [table] = grids(run_study(STUDY, FILES), "shifts")

    assert table == [
        ["Grade at baseline", "0", "1", "2", "3", "Missing"],
        ["Week 4, Active cream, n = 2"],
        ["Baseline 0", "0", "0", "0", "0", ""],
        ["Baseline 1", "0", "0", "0", "0", ""],
        ["Baseline 2", "0", "0", "1 (50%)", "0", "1"],
        ["Baseline 3", "0", "1 (50%)", "0", "0", ""],
        ["Week 4, Base alone, n = 3"],
        ["Baseline 0", "0", "0", "0", "0", ""],
        ["Baseline 1", "1 (33%)", "0", "1 (33%)", "0", ""],
        ["Baseline 2", "0", "0", "0", "0", ""],
        ["Baseline 3", "0", "0", "0", "1 (33%)", ""],
    ]


def test_every_shift_is_a_result_and_stands_in_one_place(run_study):
    run = run_study(STUDY, FILES)
    material = Material(run.study, run.registry, run.table, run.manifest)
    [table] = PLANS["shifts"].fill(material, TableChoice(use="shifts"))
    counted = run.table("results").filter(analysis="shift_table")

    for part in parts_of(table):
        if part.value is not None:
            assert material.by_id[part.result]["value"] == part.value
    assert {part.result for part in parts_of(table) if part.addressed} == {*counted["id"]}
    told = [
        part.result
        for section in document_of(material).sections
        for part in _parts_in(section)
        if part.addressed and part.result in set(counted["id"])
    ]
    assert sorted(told) == sorted(counted["id"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # More values than a page has columns for; a scale that is itself a change.
        ("values = [0, 1, 2, 3]", "minimum = 0\nmaximum = 72"),
        ("values = [0, 1, 2, 3]", "values = [0, 1, 2, 3]\nneutral = 2"),
    ],
)
def test_shifts_of_many_values_or_of_a_scale_of_change_are_not_counted(run_study, old, new):
    files = {**FILES, "probe.toml": FILES["probe.toml"].replace(old, new)}

    assert "shift_table" not in set(run_study(STUDY, files).table("tasks")["analysis"])


def test_by_visit_has_arms_as_columns_and_no_percent_change_of_grades(run_study):
    run = run_study(STUDY, FILES)
    [height] = grids(run, "endpoint_by_visit", endpoints=("height",), visits=("W4",))

    assert height[0] == ["Visit", "Active cream", "Base alone"]
    lines = {row[0]: row[1:] for row in height[1:]}
    assert lines["n"] == ["2", "3"]
    assert lines["Not analysed"] == ["1 (missed)", "0"]
    assert any("percent" in line for line in lines)
    of_grades = grids(run, "endpoint_by_visit", endpoints=("grade",))
    assert [row for table in of_grades for row in table if "percent" in row[0].lower()] == []


def test_a_choice_of_statistics_is_heeded(run_study):
    run = run_study(STUDY, FILES)
    [height] = grids(run, "endpoint_by_visit", endpoints=("height",), statistics=("mean",))

    assert [row[0] for row in height] == [
        "Visit",
        "Baseline",
        "Mean (SD)",
        "Week 4",
        "Mean (SD)",
    ]


TREATED = """
[sessions]
A = { at = "0 w" }
B = { at = "4 w" }

[intercurrent.rescue]
milestone = "rescue cream"
default = "non-responder"
strategy = { height = "treatment policy" }

[[sources.exposures]]
file = "exposures.csv"

[[sources.milestones]]
file = "milestones.csv"
"""
TREATMENT: dict[str, Any] = {
    **FILES,
    "exposures.csv": "subject,session,dose,unit\n"
    "S1,A,1.0,ml\nS1,B,2.0,ml\nS2,A,1.5,ml\nS4,A,1.0,ml\nS4,B,,ml\n",
    "milestones.csv": "subject,milestone,day\nS1,rescue cream,12\nS4,rescue cream,9\nS4,rescue cream,20\n",
}


def test_exposure_counts_subjects_sessions_and_doses(run_study):
    [table] = grids(run_study(STUDY + TREATED, TREATMENT), "exposure")

    assert table == [
        ["Exposure", "Active cream", "Base alone", "All"],
        ["Treated", "2 (67%)", "1 (33%)", "3 (50%)"],
        ["Session A", "2 (67%)", "1 (33%)", "3 (50%)"],
        ["Session B", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["Number of sessions", "", "", ""],
        ["1", "1 (33%)", "0", "1 (17%)"],
        ["2", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["Sum of the recorded doses of a subject (ml)", "", "", ""],
        ["n", "2", "1", "3"],
        ["Mean (SD)", "2.25 (1.06)", "1.00", "1.83 (1.04)"],
        ["Median", "2.25", "1.00", "1.50"],
        ["Range", "1.50 to 3.00", "1.00 to 1.00", "1.00 to 3.00"],
    ]


def test_intercurrent_events_are_counted_by_subject_with_their_strategies(run_study):
    [table] = grids(run_study(STUDY + TREATED, TREATMENT), "intercurrent_events")

    assert table == [
        ["Event and strategy", "Active cream", "Base alone", "All"],
        ["Rescue cream", "1 (33%)", "1 (33%)", "2 (33%)"],
        ["First day", "12", "9", "9"],
        ["Treatment policy: Height", "", "", ""],
        ["Non-responder: Grade", "", "", ""],
    ]


def test_a_listing_has_a_row_a_row_of_its_table(run_study):
    run = run_study(STUDY + TREATED, TREATMENT)
    [table] = grids(run, "listing_exposure")
    [values] = grids(run, "listing_response", endpoints=("height",), visits=("W4",))

    assert table[0] == ["Subject", "Session", "Dose", "Unit"]
    assert len(table) == 6
    assert [row[0] for row in values[1:]] == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert values[1] == ["S1", "Active cream", "Height", "Week 4", "1", "\u22121", ""]
    assert values[3][-1] == "missed"


COMPARED = STUDY.replace(
    'analyses = ["describe"]', 'compare = ["change", "level"]\nanalyses = ["welch_t"]', 1
).replace(
    "[populations]",
    """[comparisons]
change = { arm = ["active", "base"], visit = ["W4", "baseline"] }
level = { arm = ["active", "base"], visit = ["W4"] }

[populations]""",
)
FAMILY = """
[multiplicity.main]
{how}
hypotheses = ["height.change", "height.level"]
"""


@pytest.mark.parametrize(
    ("how", "told"), [('none = "both are looked at"', 0), ('method = "holm"', 1)]
)
def test_a_table_by_visit_says_that_its_p_is_adjusted_where_it_is(run_study, how, told):
    run = run_study(COMPARED + FAMILY.format(how=how), FILES)
    material = Material(run.study, run.registry, run.table, run.manifest)
    height, _ = PLANS["endpoint_by_visit"].fill(material, TableChoice(use="endpoint_by_visit"))

    assert any(row["p_adjusted"] != row["p_value"] for row in material.hypotheses) == bool(told)
    assert sum("adjusted within it" in remark for remark in height.foot.remarks) == told


def test_patterns_of_missing_values_count_every_subject_of_the_population_once(run_study):
    more = STUDY.replace("W4 = {", 'W2 = { at = "2 w", label = "Week 2" }\nW4 = {').replace(
        "full = {}", "full = { sex = 'f' }"
    )
    subjects = (
        FILES["subjects.csv"].replace("treated\n", "treated,sex\n").replace("true\n", "true,f\n")
    )
    files = {
        **FILES,
        "subjects.csv": f"{subjects}S7,base,true,f\nS8,base,true,m\n",
        "probe.csv": "subject,visit,height,grade\n"
        "S1,W0,2.0,3\nS1,W2,2.0,3\nS1,W4,1.0,1\n"
        "S2,W0,2.0,2\nS2,W2,1.7,2\n"
        "S3,W0,2.0,2\nS3,W4,2.0,2\n"
        "S4,W2,2.0,3\nS4,W4,2.0,3\n"
        "S5,W2,2.0,1\n"
        "S6,W0,4.0,1\nS6,W2,3.2,0\n"
        "S8,W0,2.0,1\n",
    }
    [height] = grids(run_study(more, files), "missing_patterns", endpoints=("height",))

    assert height == [
        ["Pattern", "Baseline", "Week 2", "Week 4", "Active cream", "Base alone", "All"],
        ["missing from a visit on", "yes", "yes", "no", "1 (33%)", "1 (25%)", "2 (29%)"],
        ["all values", "yes", "yes", "yes", "1 (33%)", "0", "1 (14%)"],
        ["missing between values", "yes", "no", "yes", "1 (33%)", "0", "1 (14%)"],
        ["missing up to a visit", "no", "yes", "yes", "0", "1 (25%)", "1 (14%)"],
        ["missing before and after", "no", "yes", "no", "0", "1 (25%)", "1 (14%)"],
        ["no value", "no", "no", "no", "0", "1 (25%)", "1 (14%)"],
    ]
