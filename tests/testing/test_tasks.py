"""The tasks that a battery gives an analysis: every case is there, and holds what its name says."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dermoutcomes import Analysis
from dermoutcomes.testing.tasks import CASES, PLAIN, task_of, tasks

KINDS = ("continuous", "binary", "ordinal", "time_to_event")


def analysis(**fields: Any) -> Analysis:
    return Analysis(
        **{
            "name": "compared",
            "label": "Compared",
            "run": lambda task, options: (),
            "statistics": (("difference", "estimate"),),
            "kinds": KINDS,
            "needs": "arm pair",
            **fields,
        }
    )


def at(records: pl.DataFrame, visit: str, column: str) -> dict[str, Any]:
    """Subject to what a column holds at a visit."""
    rows = records.filter(pl.col("visit") == visit)
    assert not rows["subject"].is_duplicated().any()
    return dict(rows.select("subject", column).iter_rows())


def test_each_kind_has_every_case() -> None:
    every = {*CASES, "one arm empty", "two sides", "arms inside a subject", "adjusted"}
    inside = analysis(adjusts=True, dependence="paired", designs=("parallel", "within-subject"))
    names = [name for name, _ in tasks(inside)]

    assert sorted(names) == sorted(f"{kind}, {case}" for kind in KINDS for case in every)
    assert {name.rpartition(", ")[2] for name, _ in tasks(analysis())} == every - {
        "arms inside a subject",
        "adjusted",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_of_an_empty_arm_nobody_is_there_and_it_is_compared_all_the_same(kind: str) -> None:
    task = dict(tasks(analysis()))[f"{kind}, one arm empty"]

    assert task.records.height
    assert {*task.records["arm"], *task.subjects["arm"]} == {"A"}
    assert task.arms == ("A", "B")
    assert [comparison.arm for comparison in task.comparisons.values()] == [("A", "B")]


def test_a_visit_has_its_own_value_and_the_change_from_the_first() -> None:
    pairs = dict(CASES["plain"])
    before = {subject: first for subject, (first, _) in pairs.items()}
    after = {subject: second for subject, (_, second) in pairs.items()}
    records = task_of(analysis(), pairs, scale=4.0).records

    assert at(records, "W0", "value") == {name: 4 * value for name, value in before.items()}
    assert at(records, "W12", "value") == {name: 4 * value for name, value in after.items()}
    assert at(records, "W0", "base") == at(records, "W12", "base") == at(records, "W0", "value")
    assert set(at(records, "W0", "change").values()) == {0.0}
    assert at(records, "W12", "change") == {
        name: 4 * (after[name] - before[name]) for name in pairs
    }
    assert at(records, "W12", "pct_change") == pytest.approx(
        {name: 100 * (after[name] / before[name] - 1) for name in pairs}
    )
    assert at(records, "W12", "responder") == {name: after[name] < before[name] for name in pairs}


def test_what_is_missing_is_no_record_and_is_counted_as_lost() -> None:
    task = task_of(analysis(), CASES["some missing"])
    whole, no_later, no_first, nothing = (f"S{len(PLAIN) + number:02d}" for number in range(4))

    assert at(task.records, "W12", "value").keys() == set(CASES["some missing"]) - {
        no_later,
        nothing,
    }
    assert at(task.records, "W0", "value").keys() == set(CASES["some missing"]) - {
        no_first,
        nothing,
    }
    assert at(task.unused, "W12", "reason") == dict.fromkeys((no_later, nothing), "missed")
    assert at(task.unused, "W0", "reason") == dict.fromkeys((no_first, nothing), "missed")
    assert (
        at(task.records, "W12", "base")[no_first],
        at(task.records, "W12", "change")[no_first],
    ) == (None, None)
    assert at(task.records, "W12", "base")[whole] == PLAIN[-1][0]


def test_an_ordinal_endpoint_has_grades_and_no_baseline() -> None:
    task = task_of(analysis(), CASES["plain"], "ordinal")
    grades = set(task.records["value"])

    assert len(grades) > 2
    assert grades <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}
    assert task.records["base"].null_count() == task.records.height
    assert task.records["responder"].to_list() == [grade <= 3 for grade in task.records["value"]]


def test_an_endpoint_of_times_has_one_record_a_subject_and_both_ends() -> None:
    records = task_of(analysis(), CASES["plain"], "time_to_event").records

    assert not records["subject"].is_duplicated().any()
    assert set(records["event"]) == {True, False}
