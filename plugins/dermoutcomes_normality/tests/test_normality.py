"""The check of normality through the battery, its arithmetic, and that it cannot choose a test."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes import Task
from dermoutcomes.stats import normal_scores
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_normality import register_analyses
from dermoutcomes_normality.normality import ShapiroWilkOptions
from dermoutcomes_normality.shape import (
    dagostino_skewness,
    k_squared,
    kurtosis_test,
    moments,
    shapiro_wilk,
)

quick = settings(deadline=None, max_examples=random_examples(30))
FREE = st.lists(st.integers(-4000, 4000).map(lambda i: i / 64), min_size=20, max_size=40)
ANALYSIS = next(iter(register_analyses()))


class TestShapiroWilk(AnalysisContract):
    analysis = ANALYSIS
    options = {"moments": True}


def task_of(values, bases=None, arms=None, **more):
    rows = [
        {
            "subject": f"{i:03}",
            "arm": arms[i] if arms else None,
            "visit": "W12",
            "reference_visit": "baseline",
            "value": float(value),
            "base": float(base),
            "change": float(value - base),
        }
        for i, (value, base) in enumerate(zip(values, bases or [0.0] * len(values), strict=True))
    ]
    records = conform(pl.DataFrame(rows, schema_overrides={"arm": pl.String}), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": Comparison(("W12", "baseline"), ("a", "b") if arms else None)},
        "parallel" if arms else "single-arm",
        unit="mm",
        improves="up",
        **more,
    )


def run(task, **options):
    return list(ANALYSIS.run(task, ShapiroWilkOptions(**options)))


def test_residuals_are_taken_within_arms():
    values = [1.0, 2.0, 4.0, 11.0, 12.5, 13.0, 15.0]
    found = {
        (stat.term, stat.stat): stat for stat in run(task_of(values, arms="aaabbbb"), points=False)
    }
    residuals = [
        *np.subtract(values[:3], np.mean(values[:3])),
        *np.subtract(values[3:], np.mean(values[3:])),
    ]

    assert found["shapiro_wilk", "statistic"].value == pytest.approx(
        stats.shapiro(residuals).statistic
    )
    assert found["shapiro_wilk", "statistic"].label == "Residuals within arms"


def test_points_are_ordered_values_at_normal_quantiles():
    points = [stat for stat in run(task_of([3.0, 1.0, 2.0, 7.0])) if stat.term == "qq"]

    assert [stat.value for stat in points] == [1, 2, 3, 7]
    assert [stat.at for stat in points] == pytest.approx(
        list(stats.norm.ppf((np.arange(1, 5) - 0.375) / 4.25))
    )
    assert {stat.unit for stat in points} == {"mm"}
    assert [stat for stat in run(task_of([3.0, 1.0, 2.0]), points=False) if stat.term == "qq"] == []


def test_it_cannot_choose_a_test():
    """Nothing of it decides a hypothesis, and its method says what does."""
    assert ANALYSIS.decides is None
    assert "selects nothing" in ANALYSIS.method


@quick
@given(FREE)
def test_tests_of_shape_are_those_of_scipy(d):
    assume(max(d) > min(d))
    for ours, theirs in (
        (dagostino_skewness, stats.skewtest),
        (kurtosis_test, stats.kurtosistest),
        (k_squared, stats.normaltest),
    ):
        found, wanted = ours(d), theirs(d)
        assert (found.statistic, found.p_value) == pytest.approx(
            (wanted.statistic, wanted.pvalue), rel=1e-6, abs=1e-9
        )


@quick
@given(FREE)
def test_moments_are_those_of_scipy(d):
    assume(max(d) > min(d))
    found = moments(d)

    assert found == pytest.approx(
        (
            stats.skew(d),
            stats.kurtosis(d),
            stats.skew(d, bias=False),
            stats.kurtosis(d, bias=False),
        ),
        rel=1e-7,
        abs=1e-9,
    )


@quick
@given(FREE, st.sampled_from([0.001, 8.0, 1000.0]))
def test_shape_does_not_know_units_or_order(d, factor):
    assume(max(d) > min(d))

    assert shapiro_wilk([factor * value for value in reversed(d)]) == pytest.approx(
        shapiro_wilk(d), rel=1e-6
    )
    assert 0 <= shapiro_wilk(d).p_value <= 1


def test_positions_are_symmetric():
    assert normal_scores(5)[2] == pytest.approx(0)
    assert normal_scores(4)[0] == pytest.approx(-normal_scores(4)[3])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([1.0, 2.0], "too_few"),
        ([2.0] * 5, "no_variance"),
        ([float(i) for i in range(5001)], "too_many"),
    ],
)
def test_what_cannot_be_tested_says_why(values, code):
    found = {(stat.term, stat.stat): stat for stat in run(task_of(values), points=False)}

    assert found["shapiro_wilk", "p_value"].error.startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("values", "code"), [([1.0, 2.0], "too_few"), ([2.0] * 5, "no_variance"), ([], "no_data")]
)
def test_moments_that_cannot_be_had_say_why(values, code):
    found = {(stat.term, stat.stat): stat for stat in run(task_of(values), moments=True)}

    for term in ("skewness", "kurtosis"):
        assert found[term, "estimate"].value is None
        assert found[term, "estimate"].error.startswith(f"{code}: ")
