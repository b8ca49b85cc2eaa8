"""Analyses side by side: in the order of the study, with the p-value that each of them has."""

from __future__ import annotations

from typing import Any

from dermoutcomes import TableChoice
from dermoutcomes.report import Material
from dermoutcomes_standard_tables import register_tables

PLANS = {plan.name: plan for plan in register_tables()}
# Neither comparisons, analyses nor populations are in the order of the alphabet.
STUDY = """
[study]
id = "ORDERED"
title = "One cream"
design = "single-arm"
plugins = ["probe.toml"]

[outputs]
reports = []

[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", label = "Week 4" }
W9 = { at = "9 w", label = "Week 9" }

[comparisons]
late = { visit = ["W9", "baseline"], label = "Week 9 against baseline" }
early = { visit = ["W4", "baseline"], label = "Week 4 against baseline" }

[multiplicity.primary]
hypotheses = ["height.late", "height.early"]
method = "holm"

[populations]
treated = { label = "Treated" }
asked = { asked = "yes", label = "Asked" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.probe]]
file = "probe.csv"

[endpoints.height]
label = "Height"
measure = "probe.height"
role = "primary"
compare = ["late", "early"]
baseline = { visits = ["W0"] }
populations = ["treated", "asked"]
analyses = ["wilcoxon_signed_rank", "paired_t"]
handling = ["observed"]

[endpoints.grade]
label = "Grade"
measure = "probe.grade"
role = "secondary"
compare = ["early"]
baseline = { visits = ["W0"] }
populations = ["treated", "asked"]
analyses = ["sign_test"]
handling = ["observed"]
"""
HEIGHTS = {
    "S1": (5.0, 4.0, 3.1),
    "S2": (6.0, 5.5, 4.0),
    "S3": (7.0, 5.2, 4.4),
    "S4": (5.5, 5.0, 4.9),
}
FILES = {
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
    "subjects.csv": "subject,asked,treated\nS1,yes,true\nS2,yes,true\nS3,yes,true\nS4,no,true\n",
    "probe.csv": "subject,visit,height,grade\n"
    + "".join(
        f"{subject},W{week},{height},{grade}\n"
        for subject, heights in HEIGHTS.items()
        for week, height, grade in zip((0, 4, 9), heights, (3, 2, 1), strict=True)
    ),
}


def tables_of(run: Any) -> list[list[list[str]]]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    return [
        [["".join(part.text for part in cell) for cell in row.cells] for row in table.rows]
        for table in PLANS["sensitivity"].fill(material, TableChoice(use="sensitivity"))
    ]


def test_comparisons_analyses_and_populations_stand_in_the_order_of_the_study(run_study):
    height, _ = tables_of(run_study(STUDY, FILES))

    wilcoxon, paired = "Wilcoxon signed-rank test", "Paired t-test"
    ways = [(wilcoxon, "Treated"), (wilcoxon, "Asked"), (paired, "Treated")]
    assert [tuple(row[:2]) for row in height] == [
        ("Week 9 against baseline",),
        *ways,
        ("Week 4 against baseline",),
        *ways,
    ]
    assert [row[-1] for row in height if len(row) > 1] == ["main", "", ""] * 2


def test_an_analysis_that_shows_another_quantity_has_the_p_value_of_its_test(run_study):
    _, [_, treated, asked] = tables_of(run_study(STUDY, FILES))

    # All four and all three improved: two-sided, 0.125 and 0.25, halves away from zero.
    assert treated[:4] == ["Sign test", "Treated", "observed values only", ""]
    assert treated[4].startswith("4 of 4; 100%")
    assert (treated[5], asked[5]) == (".13", ".25")
