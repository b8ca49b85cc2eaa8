"""What a study prints of pairs is what was proven: a case of the reference sent through a task."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes_normality import register_analyses
from dermoutcomes_normality.normality import ShapiroWilkOptions
from dermoutcomes_normality.reference import REFERENCE_METHODS

ANALYSIS = next(iter(register_analyses()))


@pytest.mark.parametrize("case", list(cases_of(REFERENCE_METHODS[0]))[:3], ids=lambda case: case.id)
def test_a_task_of_pairs_gives_the_reference(case):
    rows = [
        {
            "subject": f"{i:03}",
            "visit": "W12",
            "reference_visit": "baseline",
            "value": float(value),
            "base": float(base),
            "change": float(value - base),
        }
        for i, (value, base) in enumerate(zip(case.inputs["x"], case.inputs["y"], strict=True))
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    task = Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": Comparison(("W12", "baseline"))},
        "single-arm",
        unit="mm",
        improves="up",
    )
    found = {
        (stat.term, stat.stat): stat.value for stat in ANALYSIS.run(task, ShapiroWilkOptions())
    }

    assert found["shapiro_wilk", "statistic"] == pytest.approx(case.result["W"], rel=1e-6)
    assert found["shapiro_wilk", "p_value"] == pytest.approx(case.result["p"], rel=1e-5)
