"""Standard tables by name: which a study gets, what it may choose of them, and how they are counted."""

from __future__ import annotations

from typing import Any

import pytest

from dermoutcomes import StudyError
from dermoutcomes.report import Material, Outline
from dermoutcomes.report.sections.standard_tables import standard_shells, standard_tables_section
from dermoutcomes.testing import run_study

__all__ = ["run_study"]

STUDY = """
[study]
id = "TWO"
title = "Two creams"
design = "parallel"
plugins = ["probe.toml"]

[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", label = "Week 4" }

[arms]
active = { label = "Active cream" }
base = { label = "Base alone", reference = true }

[populations]
full = {}
treated = { treated = true }
completers = { finished = "yes", treated = true }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "subjects.csv"
columns.arm = "arm"

[[sources.milestones]]
file = "milestones.csv"

[[sources.probe]]
file = "probe.csv"

[endpoints.height]
label = "Height"
measure = "probe.height"
baseline = { visits = ["W0"] }
analyses = []
handling = ["observed"]

[outputs]
reports = []
"""
FILES: dict[str, Any] = {
    "probe.toml": """
        [instruments.probe]
        label = "Probe"
        [instruments.probe.parameters.height]
        label = "Height"
        unit = "mm"
        definition = "Height of the probe."
        """,
    "subjects.csv": "subject,arm,treated,finished\n"
    "S1,active,true,yes\nS2,active,true,no\nS3,active,false,no\n"
    "S4,base,true,yes\nS5,base,true,yes\nS6,base,true,yes\n",
    "milestones.csv": "subject,milestone,day,reason\nS2,discontinued,10,moved\n",
    "probe.csv": "subject,visit,height\n"
    "S1,W0,1.5\nS1,W4,1.25\nS2,W0,2.0\nS3,W0,1.75\n"
    "S4,W0,2.0\nS4,W4,1.5\nS5,W0,1.75\nS5,W4,1.75\nS6,W0,1.0\nS6,W4,1.0\n",
}


def material_of(run: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest)


def grids(run: Any, name: str) -> list[list[list[str]]]:
    """The tables of one name as text: heads with their n, then the rows."""
    section = standard_tables_section(material_of(run))
    assert section is not None
    [child] = [child for child in section.children if child.name == f"table-{name}"]
    return [
        [
            [
                f"{column.head} {column.n.text}" if column.n else column.head
                for column in table.columns
            ],
            *(["".join(part.text for part in cell) for cell in row.cells] for row in table.rows),
        ]
        for table in child.blocks
        if table.kind == "table"
    ]


def names(run: Any) -> list[str]:
    section = standard_tables_section(material_of(run))
    return [child.name for child in section.children] if section else []


def test_analysis_sets_say_who_is_out_and_why(run_study):
    sets, outside = grids(run_study(STUDY, FILES), "analysis_sets")

    assert sets == [
        ["Analysis set", "Active cream 3", "Base alone 3", "All 6"],
        ["full", "3 (100%)", "3 (100%)", "6 (100%)"],
        ["treated", "2 (67%)", "3 (100%)", "5 (83%)"],
        ["Not: treated = true", "1 (33%)", "0", "1 (17%)"],
        ["completers", "1 (33%)", "3 (100%)", "4 (67%)"],
        ["Not: finished = yes", "2 (67%)", "0", "2 (33%)"],
        ["Not: treated = true", "1 (33%)", "0", "1 (17%)"],
    ]
    assert outside[1:] == [
        ["S2", "Active cream", "completers", "not: finished = yes"],
        [
            "S3",
            "Active cream",
            "treated, completers",
            "not: treated = true; not: finished = yes",
        ],
    ]


def test_disposition_is_that_of_the_ledger(run_study):
    [table] = grids(run_study(STUDY, FILES), "disposition")

    assert table == [
        ["Step", "Active cream 3", "Base alone 3", "All 6"],
        ["Seen to the end", "1 (33%)", "3 (100%)", "4 (67%)"],
        ["Not seen to the end", "2 (67%)", "0", "2 (33%)"],
        ["Not treated", "1 (33%)", "0", "1 (17%)"],
        ["Left the study: discontinued", "1 (33%)", "0", "1 (17%)"],
    ]


def test_who_failed_the_screening_is_in_no_denominator(run_study):
    subjects = FILES["subjects.csv"].rstrip("\n")
    width = subjects.splitlines()[0].count(",")
    files = {
        **FILES,
        "subjects.csv": f"{subjects}\nX9{',' * width}\n",
        "milestones.csv": FILES["milestones.csv"].rstrip("\n") + "\nX9,screen failure,\n",
    }

    run = run_study(STUDY, files)

    [table] = grids(run, "disposition")
    sets, _ = grids(run, "analysis_sets")
    assert table[0] == [
        "Step",
        "Active cream 3",
        "Base alone 3",
        "All allocated 6",
        "Not allocated 1",
    ]
    assert table[1][-2:] == ["4 (67%)", "0"]
    assert ["No reading in any file: screen failure", "0", "0", "0", "1 (100%)"] in table
    assert sets[0][-1] == "All listed 7"


def test_a_study_lists_its_tables_and_makes_its_own(run_study):
    chosen = (
        'tables = ["disposition"]\n[tables.actives]\nuse = "analysis_sets"\n'
        'title = "Sets of the active arm"\narms = ["active"]\n'
    )
    run = run_study(f"{STUDY}\n{chosen}", FILES)

    assert names(run) == ["table-disposition", "table-actives"]
    heads = grids(run, "actives")[0][0]
    assert heads == ["Analysis set", "Active cream 3", "All 6"]
    section = standard_tables_section(material_of(run))
    assert section is not None
    assert section.children[1].label == "Sets of the active arm"


def test_no_table_is_asked_for(run_study):
    assert names(run_study(f"{STUDY}\ntables = []\n", FILES)) == []


def test_the_plan_alone_gives_every_table_empty(run_study):
    run = run_study(STUDY, FILES)
    shells = list(standard_shells(Outline(run.study, run.registry)))

    assert {"analysis_sets", "disposition"} <= {
        section.name.removeprefix("table-") for section in shells
    }
    filled = {
        table.caption: [column.head for column in table.columns]
        for child in standard_tables_section(material_of(run)).children
        for table in child.blocks
        if table.kind == "table"
    }
    (sets,) = next(one.blocks for one in shells if one.name == "table-analysis_sets")
    assert [column.head for column in sets.columns] == filled[sets.caption]
    assert [part.text for row in sets.rows for cell in row.cells[1:] for part in cell] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'tables = ["dispositon"]',
            ["outputs.tables[1]", "there is no table 'dispositon'", "'disposition'"],
        ),
        (
            '[tables.mine]\nuse = "analysis_set"',
            ["tables.mine.use", "there is no standard table", "'analysis_sets'"],
        ),
        (
            '[tables.mine]\nuse = "disposition"\nvisits = ["W4"]',
            ["tables.mine.visits", "has no choice of visits", "arms"],
        ),
        (
            '[tables.mine]\nuse = "disposition"\narms = ["activ"]',
            ["tables.mine.arms[1]", "there is no arm 'activ'", "'active'"],
        ),
        (
            '[tables.disposition]\nuse = "disposition"',
            ["tables.disposition", "there is a standard table 'disposition' already"],
        ),
        ('[tables.mine]\ntitel = "x"', ["tables.mine", "'titel'", "'title'"]),
    ],
)
def test_a_table_that_cannot_be_made_is_refused_where_it_stands(run_study, text, words):
    with pytest.raises(StudyError) as refused:
        run_study(f"{STUDY}\n{text}\n", FILES)

    assert [word for word in words if word not in str(refused.value)] == []
