"""Welch's t-test: its arithmetic, and what it says of a task."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermoutcomes import NoOptions, Task
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_between_arms import register_analyses
from dermoutcomes_between_arms.two_means import welch

WELCH_T = {analysis.name: analysis for analysis in register_analyses()}["welch_t"]
VALUES = st.lists(st.integers(-999, 999).map(lambda i: i / 8), min_size=2, max_size=12)
quick = settings(deadline=None, max_examples=random_examples(40))


class TestWelchT(AnalysisContract):
    analysis = WELCH_T


def task_of(groups, **more):
    rows = [
        {
            "subject": f"{arm}{i}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "value": 1.0,
            "change": change,
        }
        for arm, changes in groups.items()
        for i, change in enumerate(changes)
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    comparisons = {
        "w12": Comparison(("W12", "baseline"), ("a", "b")),
        "alone": Comparison(("W12", "baseline")),
    }
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        "parallel",
        unit="mm",
        arms=("a", "b"),
        **more,
    )


def run(task):
    return {
        (stat.term, stat.stat, stat.group, stat.reference_group): stat
        for stat in WELCH_T.run(task, NoOptions())
    }


@quick
@given(VALUES, VALUES)
def test_swapping_arms_turns_the_sign(first, second):
    assume(len(set(first)) > 1)
    one, other = welch(first, second), welch(second, first)

    assert (other.estimate, other.conf_low, other.statistic) == (
        -one.estimate,
        -one.conf_high,
        -one.statistic,
    )
    assert other.p_value == one.p_value
    assert 0 <= one.p_value <= 1
    assert one.conf_low <= one.estimate <= one.conf_high


@quick
@given(VALUES, VALUES, st.sampled_from([0.25, 64.0]))
def test_order_and_unit_do_not_matter(first, second, factor):
    assume(len(set(first)) > 1)
    plain = welch(first, second)

    assert welch(first[::-1], second[::-1]) == plain
    assert welch(
        [v * factor for v in first], [v * factor for v in second]
    ).p_value == pytest.approx(plain.p_value, rel=1e-12)


def test_the_first_arm_minus_the_second():
    found = run(task_of({"a": [3.0, 4.0, 5.0], "b": [1.0, 2.0, 2.5]}))

    assert found["mean_difference", "estimate", "a", "b"].value == pytest.approx(4 - 5.5 / 3)
    assert [found["arm", "n", arm, None].value for arm in "ab"] == [3, 3]
    assert {stat.comparison for stat in found.values()} == {"w12"}


def test_one_side_is_the_one_in_which_the_first_arm_is_better():
    groups = {"a": [3.0, 4.0, 5.0], "b": [1.0, 2.0, 2.5]}
    both, up, down = (
        run(task_of(groups, sided=sided, improves=improves))[
            "mean_difference", "p_value", "a", "b"
        ].value
        for sided, improves in ((2, "up"), (1, "up"), (1, "down"))
    )

    assert up == pytest.approx(both / 2)
    assert down == pytest.approx(1 - both / 2)


def test_one_side_needs_a_direction():
    found = run(task_of({"a": [3.0, 4.0], "b": [1.0, 2.0]}, sided=1))[
        "mean_difference", "p_value", "a", "b"
    ]

    assert (found.value, found.error.split(":")[0]) == (None, "no_direction")


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        ({"a": [1.0, 2.0]}, "one_arm_empty"),
        ({"a": [1.0, 2.0], "b": [1.0]}, "too_few"),
        ({"a": [1.0, 1.0], "b": [2.0, 2.0]}, "no_variance"),
    ],
)
def test_what_cannot_be_computed_has_a_code(groups, code):
    assert run(task_of(groups))["mean_difference", "p_value", "a", "b"].error.split(":")[0] == code


def test_percent_changes_are_in_percent():
    task = task_of({"a": [3.0, 4.0], "b": [1.0, 2.0]}, analyse="pct_change")
    records = task.records.with_columns(pct_change=pl.col("change") * 10)
    from attrs import evolve

    assert run(evolve(task, records=records))["mean_difference", "estimate", "a", "b"].unit == "%"
