"""An analysis over many imputations in parts: which there are, and that one which fails leaves the task whole.

That numbers and record are those of one process is in the tests of determinism.
"""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Stat, Step
from dermoutcomes.runs.opening import OpenStudy, open_files
from dermoutcomes.runs.spread.imputation_parts import (
    PART,
    parts_of,
    runs_as_table,
    runs_in_table,
    whole_tasks,
)
from dermoutcomes.study.task_plan import TaskPlan, plan_tasks
from dermoutcomes.testing import write_study

STUDY = """
[study]
id = "PARTS"
title = "Parts"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.corneometer]]
file = "readings.csv"

[imputations.many]
use = "mi_monotone"
options = { m = 50 }

[endpoints.hydration]
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["many", "observed"]
"""


@pytest.fixture
def opened(tmp_path) -> OpenStudy:
    readings = pl.DataFrame({"subject": ["S1"], "visit": ["W0"], "hydration": [40.0]})
    return open_files(write_study(tmp_path, STUDY, {"readings.csv": readings}))


def task_of(opened: OpenStudy, handling: str) -> TaskPlan:
    tasks = plan_tasks(opened.study, opened.registry)
    return evolve(next(task for task in tasks if task.analysis == "paired_t"), handling=handling)


def records(most: int) -> pl.DataFrame:
    numbers = [None, *range(1, most + 1)]
    handlings = ["observed", *["many"] * most]
    return pl.DataFrame(
        {"endpoint": "hydration", "handling": handlings, "imputation": numbers},
        schema={"endpoint": pl.String, "handling": pl.String, "imputation": pl.Int32},
    )


@pytest.mark.parametrize(
    ("most", "parts"),
    [(PART, []), (PART + 1, [(1, 20), (21, 21)]), (50, [(1, 20), (21, 40), (41, 50)])],
)
def test_every_imputation_is_in_one_part(
    opened: OpenStudy, most: int, parts: list[tuple[int, int]]
) -> None:
    task = task_of(opened, "many")

    of_task = list(parts_of(opened.study, opened.registry, task, records(most)))

    assert [(part.first, part.last) for part in of_task] == parts
    assert [part.name for part in of_task] == [f"{task.key}#{a}-{b}" for a, b in parts]


def test_what_is_filled_once_or_not_at_all_has_no_parts(opened: OpenStudy) -> None:
    observed = task_of(opened, "observed")

    assert list(parts_of(opened.study, opened.registry, observed, records(50))) == []
    assert list(parts_of(opened.study, opened.registry, task_of(opened, "many"), None)) == []


def runs(*values: float) -> list[list[Stat]]:
    return [[Stat("estimate", value, term="mean", comparison="w4")] for value in values]


def test_statistics_come_back_as_they_were_in_their_order_and_a_failed_task_is_left_whole() -> None:
    values = (0.1 + 0.2, 1e-308, -0.0)
    parts = [
        (Step("imputation", "a#1-2"), {"runs": runs_as_table(runs(*values[:2]))}),
        (Step("imputation", "b#1-2"), {"runs": runs_as_table(runs(1.0))}),
        (Step("imputation", "a#3-3"), {"runs": runs_as_table(runs(values[2]))}),
        (Step("imputation", "b#3-4"), None),
    ]

    whole = whole_tasks(parts)

    assert list(whole) == ["a"]
    assert repr(runs_in_table(whole["a"])) == repr(runs(*values))
