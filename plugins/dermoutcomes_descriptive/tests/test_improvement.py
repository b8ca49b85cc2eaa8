"""Who improved: beside what share, and what a study without one is told."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes.stats import count_needed, improvement
from dermoutcomes.testing import AnalysisContract, run_study
from dermoutcomes_descriptive.improvement import IMPROVEMENT

__all__ = ["run_study"]


class TestImprovement(AnalysisContract):
    analysis = IMPROVEMENT


STUDY = """
[study]
id = "IMPROVED"
title = "Two creams"
design = "parallel"
data_origin = "simulated"
plugins = ["probe.toml"]

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
active = {}
base = { reference = true }

[populations]
full = {}

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "subjects.csv"
columns.arm = "arm"

[[sources.probe]]
file = "probe.csv"

[endpoints.depth]
measure = "probe.depth"
role = "primary"
baseline = { visits = ["W0"] }
improves = "down"
analyses = ["improvement"]
also = []
handling = ["observed"]
"""
PROBE = """
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.depth]
label = "Depth"
unit = "mm"
definition = "Depth of the probe."
"""
# Of twelve under the active cream nine fell, two stayed and one rose; of the others three of six fell.
CHANGES = {"active": [-1.0] * 9 + [0.0] * 2 + [1.0], "base": [-1.0] * 3 + [0.5] * 3}


def improved(run_study, study=STUDY):
    """(term, arm, stat) = value or text or error, at week 4."""
    people = [
        (f"{arm}{number}", arm, change)
        for arm, changes in CHANGES.items()
        for number, change in enumerate(changes)
    ]
    readings = [
        {"subject": name, "visit": visit, "depth": value}
        for name, _, change in people
        for visit, value in (("W0", 5.0), ("W4", 5.0 + change))
    ]
    files = {
        "probe.toml": PROBE,
        "subjects.csv": pl.DataFrame(
            {"subject": [name for name, _, _ in people], "arm": [arm for _, arm, _ in people]}
        ),
        "probe.csv": pl.DataFrame(readings),
    }
    results = run_study(study, files).table("results")
    return {
        (row["term"], row["group"], row["stat"]): row["error"] or row["text"] or row["value"]
        for row in results.filter(analysis="improvement", visit="W4").iter_rows(named=True)
    }


def test_beside_the_share_of_the_reference_arm_no_number_is_needed(run_study):
    rows = improved(run_study)

    assert [
        rows[term, "active", "n_with_event"] for term in ("improved", "unchanged", "worse")
    ] == [
        9.0,
        2.0,
        1.0,
    ]
    assert rows["improved", "active", "estimate"] == 0.75
    assert rows["no_effect", "active", "estimate"] == 0.5
    assert ("no_effect", "base", "estimate") not in rows
    assert ("needed", "active", "n") not in rows


def test_beside_a_share_that_is_stated_the_exact_test_says_how_many(run_study):
    study = STUDY + '[analyses.improvement]\nuse = "improvement"\noptions = { no_effect = 30 }\n'
    rows = improved(run_study, study)

    assert rows["no_effect", "active", "estimate"] == 0.3
    assert rows["needed", "active", "n"] == 8.0
    assert rows["needed", "base", "n"] == 5.0


def test_too_few_are_said_to_be_too_few(run_study):
    study = STUDY + '[analyses.improvement]\nuse = "improvement"\noptions = { no_effect = 70 }\n'
    rows = improved(run_study, study)

    assert rows["needed", "base", "n"] == "no number of so few"


def test_without_a_direction_nobody_improves_and_it_is_said(run_study):
    rows = improved(run_study, STUDY.replace('improves = "down"\n', ""))

    assert rows["improved", "active", "estimate"].startswith("no_direction:")


@pytest.mark.parametrize(
    ("n", "share", "expected"),
    [(33, 0.5, 23), (17, 0.5, 13), (20, 0.5, 15), (5, 0.5, None), (20, 0.0, None), (20, 1.0, None)],
)
def test_the_number_needed_is_that_of_the_exact_test(n, share, expected):
    assert count_needed(n, share) == expected


def test_noise_of_arithmetic_is_no_change_and_a_direction_is_asked_for():
    assert improvement([0.3 - 0.1 - 0.2, -1.0], "down")[:3] == (1, 1, 0)
    with pytest.raises(ValueError, match='expected "up" or "down"'):
        improvement([1.0], "higher")
