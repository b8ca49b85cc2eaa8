"""Ratios of geometric means, and what the new analyses of pairs say of a task."""

from __future__ import annotations

from math import exp, log

import polars as pl
import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes import Task
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples
from dermoutcomes_paired import register_analyses
from dermoutcomes_paired.bootstrap import BootstrapOptions
from dermoutcomes_paired.geometric_mean_ratio import GeometricMeanRatioOptions
from dermoutcomes_paired.log_ratio import ratio_of_arms, ratio_of_pairs
from dermoutcomes_paired.permutation_paired import PermutationOptions

quick = settings(deadline=None, max_examples=random_examples(30))
POSITIVE = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=3, max_size=15)
ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


def task_of(pairs, comparison=None, arms=None, **more):
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
        for i, (value, base) in enumerate(pairs)
    ]
    records = conform(pl.DataFrame(rows, schema_overrides={"arm": pl.String}), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": comparison or Comparison(("W12", "baseline"))},
        more.pop("design", "parallel" if arms else "single-arm"),
        unit="mm",
        improves="up",
        arms=("a", "b"),
        seed=7,
        **more,
    )


def run(name, task, options=None):
    analysis = ANALYSES[name]
    return {
        (stat.term, stat.stat): stat
        for stat in analysis.run(task, options or analysis.options())
        if stat.level is None and (stat.reference_group is not None or stat.group is None)
    }


def test_the_ratio_of_pairs_is_students_t_of_logarithms():
    pairs = [(2.0, 1.0), (3.0, 2.0), (5.0, 2.5), (4.0, 4.5)]
    found = run("geometric_mean_ratio", task_of(pairs))
    wanted = stats.ttest_rel([log(a) for a, _ in pairs], [log(b) for _, b in pairs])

    assert found["geometric_mean_ratio", "p_value"].value == pytest.approx(wanted.pvalue)
    assert found["geometric_mean_ratio", "conf_high"].value == pytest.approx(
        exp(wanted.confidence_interval().high)
    )
    assert found["percent_change", "estimate"].value == pytest.approx(
        100 * (found["geometric_mean_ratio", "estimate"].value - 1)
    )


@pytest.mark.parametrize("pooled", [False, True])
def test_the_ratio_of_arms_is_a_t_of_logarithms(pooled):
    x, y = [log(v) for v in (2.0, 3.0, 7.0, 4.0)], [log(v) for v in (1.0, 1.5, 2.0)]
    found, wanted = ratio_of_arms(x, y, pooled=pooled), stats.ttest_ind(x, y, equal_var=pooled)

    assert (found.statistic, found.df, found.p_value) == pytest.approx(
        (wanted.statistic, wanted.df, wanted.pvalue)
    )
    assert log(found.conf_low) == pytest.approx(wanted.confidence_interval().low)


@pytest.mark.parametrize(
    ("analyse", "visit", "logs"),
    [
        ("change", ("W12",), lambda value, base: log(value / base)),
        ("value", ("W12",), lambda value, base: log(value)),
        ("value", ("W12", "baseline"), lambda value, base: log(value / base)),
    ],
)
def test_arms_are_compared_by_what_is_analysed(analyse, visit, logs):
    pairs = [(2.0, 1.0), (3.0, 2.0), (5.0, 2.5), (4.0, 4.5), (6.0, 3.0), (1.0, 2.0)]
    found = run(
        "geometric_mean_ratio",
        task_of(pairs, Comparison(visit, ("a", "b")), arms="aabbab", analyse=analyse),
    )
    x, y = (
        [logs(*pair) for pair, arm in zip(pairs, "aabbab", strict=True) if arm == own]
        for own in "ab"
    )

    assert log(found["geometric_mean_ratio", "estimate"].value) == pytest.approx(
        sum(x) / 3 - sum(y) / 3
    )
    assert found["geometric_mean_ratio", "p_value"].value == pytest.approx(
        stats.ttest_ind(x, y, equal_var=False).pvalue
    )


def test_arms_inside_subjects_are_pairs():
    rows = [
        {
            "subject": f"{i // 2}",
            "arm": "ab"[i % 2],
            "visit": "W12",
            "reference_visit": "baseline",
            "value": value,
            "base": 1.0,
            "change": value - 1,
        }
        for i, value in enumerate((2.0, 1.0, 3.0, 2.0, 5.0, 4.0, 4.5))
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    task = evolve(
        task_of([(1, 1)], Comparison(("W12",), ("a", "b")), design="within-subject"),
        records=records,
    )
    found = run("geometric_mean_ratio", task)
    wanted = ratio_of_pairs([log(2), log(1.5), log(1.25)])

    assert found["geometric_mean_ratio", "estimate"].value == pytest.approx(wanted.estimate)
    assert found["geometric_mean_ratio", "p_value"].value == pytest.approx(wanted.p_value)
    assert (
        found["geometric_mean_ratio", "n"].value,
        found["geometric_mean_ratio", "n_missing"].value,
    ) == (3, 1)


@pytest.mark.parametrize("bad", [(0.0, 1.0), (1.0, -2.0)])
def test_what_has_no_logarithm_is_an_error(bad):
    found = run("geometric_mean_ratio", task_of([(2.0, 1.0), (3.0, 2.0), bad]))

    assert found["geometric_mean_ratio", "estimate"].error.startswith("not_positive: 1 value")
    assert found["geometric_mean_ratio", "p_value"].value is None


def test_its_null_is_one():
    assert ANALYSES["geometric_mean_ratio"].null == 1.0
    assert GeometricMeanRatioOptions() == GeometricMeanRatioOptions(pooled=False)


@quick
@given(POSITIVE, st.sampled_from([0.001, 8.0, 1000.0]))
def test_units_leave_a_ratio_alone(pairs, factor):
    logs = [log(a) - log(b) for a, b in pairs]
    assume(max(logs) - min(logs) > 1e-6)
    plain, scaled = (
        ratio_of_pairs(logs),
        ratio_of_pairs([log(a * factor) - log(b * factor) for a, b in pairs]),
    )

    assert scaled == pytest.approx(plain, rel=1e-6)
    assert plain.conf_low <= plain.estimate <= plain.conf_high
    assert 0 <= plain.p_value <= 1


@quick
@given(POSITIVE)
def test_the_other_way_round_is_the_reciprocal(pairs):
    logs = [log(a) - log(b) for a, b in pairs]
    assume(max(logs) - min(logs) > 1e-6)
    plain, turned = ratio_of_pairs(logs), ratio_of_pairs([-value for value in logs])

    assert turned.estimate * plain.estimate == pytest.approx(1)
    assert (turned.conf_low, turned.p_value) == pytest.approx((1 / plain.conf_high, plain.p_value))


def test_a_permutation_says_how_it_was_made():
    pairs = [
        (i + j, i)
        for i, j in zip(range(1, 13), (1, 2, -1, 3, 4, 1, 2, 0, 5, 2, -2, 3), strict=True)
    ]
    every, some = (
        run("permutation_paired", task_of(pairs), PermutationOptions(method=method, resamples=999))
        for method in ("auto", "monte_carlo")
    )

    assert every["mean_difference", "p_value"].text == "two-sided, exact"
    assert some["mean_difference", "p_value"].text == "two-sided, monte_carlo, 999 resamples"
    assert some["mean_difference", "permutation_paired_resamples"].value == 999
    assert some["mean_difference", "p_value"].value == pytest.approx(
        every["mean_difference", "p_value"].value, abs=0.02
    )


def test_too_many_signs_are_refused_where_all_were_asked_for():
    pairs = [(1 + (i * 0.6180339887) % 1, 1.0) for i in range(50)]
    found = run("permutation_paired", task_of(pairs), PermutationOptions(method="exact"))

    assert found["mean_difference", "p_value"].error.startswith("too_many: ")


def test_few_pairs_cannot_reach_the_level():
    found = run("permutation_paired", task_of([(3, 1), (4, 1), (6, 1)]))

    assert (
        found["mean_difference", "conf_low"].warning
        == "level_not_reached: 75% is the most that 3 pairs can give."
    )
    assert found["mean_difference", "conf_level"].value == 0.75


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_the_bootstrap_decides_by_the_interval_that_was_asked_for(statistic):
    task = task_of([(i + (i * 7 % 5) - 1, i) for i in range(1, 20)])
    options = BootstrapOptions(statistic=statistic, interval="percentile", resamples=999)
    rows = list(ANALYSES["bootstrap"].run(task, options))
    limit = {stat.level: stat.value for stat in rows if stat.stat == "conf_low"}

    assert limit[None] == limit["percentile"]
    assert {"percentile", "bca", "basic", "normal"} < limit.keys()
    assert [stat.value for stat in rows if stat.stat == "bootstrap_resamples"] == [999]


def test_one_side_needs_a_direction():
    for name in ("permutation_paired", "bootstrap", "geometric_mean_ratio"):
        found = run(name, evolve(task_of([(2, 1), (3, 1), (5, 2), (2, 3)]), sided=1, improves=None))

        assert found[ANALYSES[name].decides, "p_value"].error.startswith("no_direction: ")


def test_medians_are_not_corrected_unless_that_is_asked_for():
    task = task_of([(i + (i * 7 % 5), i) for i in range(1, 20)])
    auto, bca = (
        run(
            "bootstrap",
            task,
            BootstrapOptions(statistic="median", interval=interval, resamples=999),
        )
        for interval in ("auto", "bca")
    )

    assert auto["change", "conf_low"].text == "percentile"
    assert auto["change", "conf_low"].warning is None
    assert bca["change", "conf_low"].warning.startswith("ties: ")
    assert BootstrapOptions().kind == "bca"
