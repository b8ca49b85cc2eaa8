"""Devices, settings and conditions of measurement, by the side that each reading was made on."""

from __future__ import annotations

from typing import Any

from dermoutcomes import TableChoice
from dermoutcomes.report import Material
from dermoutcomes_standard_tables import register_tables

PLANS = {plan.name: plan for plan in register_tables()}
STUDY = """
[study]
id = "DEVICES"
title = "Two sides"
design = "within-subject"
plugins = ["probe.toml"]

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

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]
file = "probe.csv"

[endpoints.height]
label = "Height"
measure = "probe.height"
analyses = []
handling = ["observed"]
sides = { use = ["left", "right"] }
"""
FILES: dict[str, Any] = {
    "probe.toml": """
        [instruments.probe]
        label = "Probe"
        [instruments.probe.parameters.height]
        label = "Height"
        unit = "mm"
        definition = "Height of the probe."
        [instruments.probe.parameters.serial]
        label = "Serial number"
        kind = "setting"
        definition = "Which probe it was."
        [instruments.probe.parameters.room]
        label = "Room temperature"
        unit = "°C"
        decimals = 1
        kind = "circumstance"
        definition = "Temperature of the room."
        """,
    "subjects.csv": "subject\nS1\nS2\n",
    "allocations.csv": "subject,side,arm\n"
    "S1,left,active\nS1,right,base\nS2,left,base\nS2,right,active\n",
    "probe.csv": "subject,visit,side,date,time,rater,height,serial,room\n"
    "S1,W0,left,2024-03-04,09:00,Ann,2.0,A1,20.0\nS1,W0,right,2024-03-04,09:10,Ann,2.0,A1,20.5\n"
    "S2,W0,left,2024-03-04,10:00,Ann,2.0,A1,21.0\nS2,W0,right,2024-03-04,10:10,Bea,2.0,A1,21.5\n"
    "S1,W4,left,2024-04-01,15:00,Ann,1.0,B2,22.0\nS1,W4,right,2024-04-01,15:10,Ann,2.0,A1,23.0\n"
    "S2,W4,left,2024-04-01,,Ann,2.0,A1,22.0\n",
}


def grids(run: Any, name: str) -> list[list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    return [
        [
            [column.head for column in table.columns],
            *(["".join(part.text for part in cell) for cell in row.cells] for row in table.rows),
        ]
        for table in PLANS[name].fill(material, TableChoice(use=name))
    ]


def test_each_value_of_a_setting_is_a_line_with_its_visits_and_arms(run_study):
    [table] = grids(run_study(STUDY, FILES), "devices")

    assert table == [
        ["Setting", "Visits", "Active cream", "Base alone", "All"],
        ["Serial number: A1", "Baseline, Week 4", "2 (67%)", "4 (100%)", "6 (86%)"],
        ["Serial number: B2", "Week 4", "1 (33%)", "0", "1 (14%)"],
        ["Operator: Ann", "Baseline, Week 4", "2 (67%)", "4 (100%)", "6 (86%)"],
        ["Operator: Bea", "Baseline", "1 (33%)", "0", "1 (14%)"],
    ]


def test_conditions_stand_by_visit_and_arm_and_a_bare_date_has_no_hour(run_study):
    [table] = grids(run_study(STUDY, FILES), "measurement_conditions")

    assert table == [
        ["Visit", "Time of day", "Room temperature (°C)"],
        ["Baseline"],
        ["Active cream", "09:35 (09:00 to 10:10)", "20.8 (20.0 to 21.5)"],
        ["Base alone", "09:35 (09:10 to 10:00)", "20.8 (20.5 to 21.0)"],
        ["All", "09:35 (09:00 to 10:10)", "20.8 (20.0 to 21.5)"],
        ["Week 4"],
        ["Active cream", "15:00 (15:00 to 15:00)", "22.0 (22.0 to 22.0)"],
        ["Base alone", "15:10 (15:10 to 15:10)", "22.5 (22.0 to 23.0)"],
        ["All", "15:05 (15:00 to 15:10)", "22.0 (22.0 to 23.0)"],
    ]
