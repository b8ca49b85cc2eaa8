"""Descriptions: the summaries, and which of them a task gets."""

from __future__ import annotations

import math
import statistics

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study import Baseline, Endpoint, Responder
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_descriptive import register_analyses
from dermoutcomes_descriptive.describe import DescribeOptions
from dermoutcomes_descriptive.summary import (
    geometric_mean_ratio,
    log_ratios,
    mean_with_interval,
    percent_change_of_means,
    quantile,
    summary,
)

DESCRIBE = next(analysis for analysis in register_analyses() if analysis.name == "describe")
VALUES = st.lists(st.integers(-999, 999).map(lambda i: i / 8), min_size=2, max_size=30)
quick = settings(deadline=None, max_examples=random_examples(50))
NUMPY = {2: "averaged_inverted_cdf", 6: "weibull", 7: "linear"}


class TestDescribe(AnalysisContract):
    analysis = DESCRIBE


@quick
@given(VALUES, st.sampled_from([2, 6, 7]), st.sampled_from([0.05, 0.25, 0.5, 0.75, 0.9]))
def test_quantiles_are_those_of_numpy(values, kind, p):
    assert quantile(sorted(values), p, kind) == pytest.approx(
        float(np.quantile(values, p, method=NUMPY[kind])), abs=1e-9
    )


@quick
@given(VALUES)
def test_a_summary_is_that_of_the_standard_library(values):
    short = summary(values)

    assert (short.mean, short.sd) == pytest.approx(
        (statistics.fmean(values), statistics.stdev(values)), rel=1e-12
    )
    assert short.min <= short.q1 <= short.median <= short.q3 <= short.max
    assert summary(values[::-1]) == short


@quick
@given(st.lists(st.floats(-1e9, 1e9) | st.sampled_from([0.0, -0.0]), min_size=2, max_size=40))
def test_a_summary_of_an_array_is_that_of_numbers_one_by_one_to_the_last_bit(values):
    ordered, n = sorted(values), len(values)
    mean = math.fsum(ordered) / n
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in ordered) / (n - 1))

    short = summary(np.array(values))

    assert [x.hex() for x in (short.mean, short.sd, short.min, short.max)] == [
        x.hex() for x in (mean, sd, ordered[0], ordered[-1])
    ]
    assert {type(x) for x in short} <= {float, type(None)}


@quick
@given(VALUES, st.sampled_from([0.125, 16.0]))
def test_another_unit_scales_a_summary(values, factor):
    plain, scaled = summary(values), summary([value * factor for value in values])

    assert scaled.sd == pytest.approx(plain.sd * factor)
    assert scaled.cv_percent is None or scaled.cv_percent == pytest.approx(plain.cv_percent)


def test_the_interval_of_a_mean():
    assert mean_with_interval([1.0, 2.0, 3.0]) == pytest.approx(
        (2.0, 0.5773502692, -0.4841377118, 4.4841377118)
    )


def test_three_relative_changes_are_three_numbers():
    first, base = [2.0, 2.0], [1.0, 4.0]

    assert statistics.fmean([100.0, -50.0]) == 25.0
    assert percent_change_of_means(first, base) == -20.0
    assert geometric_mean_ratio(
        mean_with_interval(log_ratios(first, base))
    ).estimate == pytest.approx(1.0)


def row(subject, visit, value=None, base=None, reference="baseline", ratio=True, **more):
    change = None if value is None or base is None else value - base
    percent = 100 * change / base if ratio and change is not None and base else None
    return {
        "subject": subject,
        "visit": visit,
        "reference_visit": reference,
        "value": value,
        "base": base,
        "change": change,
        "pct_change": percent,
        **more,
    }


def task_of(rows, **more):
    records = conform(pl.DataFrame(rows, infer_schema_length=None), "endpoints", "S")
    known = pl.col("value").is_not_null()
    endpoint = Endpoint(baseline=Baseline(visits=("W0",)))
    return Task(
        "t",
        "describe",
        {"e": endpoint},
        records.filter(known),
        records.select("subject").unique(),
        {},
        more.pop("design", "single-arm"),
        endpoint="e",
        unit="mm",
        visits=("W0", "W12"),
        unused=records.filter(~known),
        **more,
    )


def run(task, options=None):
    return list(DESCRIBE.run(task, options or DescribeOptions()))


def one(task, term, stat, options=None, **where):
    found = [
        row
        for row in run(task, options)
        if (row.term, row.stat) == (term, stat)
        and all(getattr(row, k) == v for k, v in where.items())
    ]
    assert len(found) == 1
    return found[0]


PLAIN = [
    row("1", "W0", 4.0, 4.0),
    row("2", "W0", 2.0, 2.0),
    row("1", "W12", 3.0, 4.0),
    row("2", "W12", 1.0, 2.0),
    row("3", "W12"),
]


def test_a_visit_is_counted_with_those_who_are_missing():
    assert (
        one(task_of(PLAIN), "value", "n", visit="W12").value,
        one(task_of(PLAIN), "value", "n_missing", visit="W12").value,
    ) == (2, 1)
    assert one(task_of(PLAIN), "value", "n_missing", visit="W0").value == 1


def test_the_change_of_the_baseline_from_itself_is_not_described():
    assert {row.visit for row in run(task_of(PLAIN)) if row.term == "change"} == {"W12"}


def test_a_change_has_its_mean_interval_and_unit():
    mean = one(task_of(PLAIN), "mean_change", "estimate")

    assert (mean.value, mean.unit, mean.visit, mean.reference_visit) == (
        -1.0,
        "mm",
        "W12",
        "baseline",
    )


def test_relative_changes_are_for_ratio_scales_only():
    scales = [
        {
            row.term
            for row in run(
                task_of(
                    [row("1", "W12", 3.0, 4.0, ratio=ratio), row("2", "W12", 5.0, 4.0, ratio=ratio)]
                )
            )
        }
        for ratio in (True, False)
    ]

    assert scales[0] - scales[1] == {
        "mean_percent_change",
        "percent_change_of_means",
        "geometric_mean_ratio",
    }


def test_a_ratio_of_zero_is_not_given_and_says_so():
    found = one(
        task_of([row("1", "W12", 0.0, 4.0), row("2", "W12", 5.0, 4.0)]),
        "geometric_mean_ratio",
        "estimate",
    )

    assert (found.value, found.error, found.warning.split(":")[0]) == (None, None, "not_positive")


def test_changes_from_another_visit_stand_apart():
    rows = [
        *PLAIN,
        row("1", "W12", 3.0, 2.5, reference="W4"),
        row("2", "W12", 1.0, 2.5, reference="W4"),
    ]

    assert one(task_of(rows), "mean_change", "estimate", reference_visit="W4").value == -0.5
    assert [
        row.reference_visit
        for row in run(task_of(rows))
        if (row.term, row.stat, row.visit) == ("value", "n", "W12")
    ] == ["baseline"]


def test_one_value_has_no_spread():
    found = one(task_of([row("1", "W12", 3.0)]), "value", "sd")

    assert (found.value, found.error) == (None, "too_few: One value has no spread.")


GRADES = [row(str(i), "W12", float(grade)) for i, grade in enumerate((1, 2, 2, 3))]
LABELS = {1.0: "very much improved", 2.0: "much improved", 3.0: "improved", 4.0: "no change"}


def test_every_grade_is_counted_given_or_not():
    task = task_of(GRADES, kind="ordinal", labels=LABELS)
    found = {
        row.level: (row.value, row.label)
        for row in run(task)
        if (row.term, row.stat) == ("distribution", "n")
    }

    assert found == {
        "1": (1, LABELS[1.0]),
        "2": (2, LABELS[2.0]),
        "3": (1, LABELS[3.0]),
        "4": (0, LABELS[4.0]),
    }
    assert one(task, "distribution", "percent", level="2").value == 50
    assert one(task, "distribution", "denominator", level="4").value == 4


def test_a_visit_at_which_nothing_was_expected_is_not_described():
    assert {row.visit for row in run(task_of(GRADES, kind="ordinal", labels=LABELS))} == {"W12"}


def test_a_visit_at_which_all_are_missing_says_so():
    found = one(
        task_of([row("1", "W0", 4.0, 4.0), row("1", "W12")]), "value", "median", visit="W12"
    )

    assert found.error == "no_data: There is no value at this visit."


def test_words_have_no_mean():
    stats = {(row.term, row.stat) for row in run(task_of(GRADES, kind="ordinal", labels=LABELS))}

    assert ("value", "median") in stats
    assert not stats & {("value", "mean"), ("value", "sd"), ("mean_value", "estimate")}


def test_scores_without_words_have_one():
    assert one(task_of(GRADES, kind="ordinal"), "value", "mean").value == 2.0


def test_arms_of_a_parallel_study_stand_beside_everybody():
    rows = [row("1", "W12", 3.0, arm="a"), row("2", "W12", 1.0, arm="b")]

    assert {row.group for row in run(task_of(rows, design="parallel", arms=("b", "a")))} == {
        None,
        "a",
        "b",
    }
    assert {row.group for row in run(task_of(rows, design="within-subject", arms=("b", "a")))} == {
        "a",
        "b",
    }


def test_responders_are_counted():
    rows = [
        row(str(i), "W12", 3.0, responder=flag) for i, flag in enumerate((True, False, False, None))
    ]

    assert (
        one(task_of(rows), "responders", "n_with_event").value,
        one(task_of(rows), "responders", "denominator").value,
    ) == (1, 3)


@pytest.mark.parametrize("of_nobody", [False, True])
def test_of_an_endpoint_of_others_responders_alone_are_described(of_nobody):
    flags = (None, None) if of_nobody else (True, False)
    rows = [row(str(i), "W12", responder=flag) for i, flag in enumerate(flags)]
    rows += [row(str(i), "W0") for i in range(2)]
    joint = Endpoint(responder=Responder(all_of=("a", "b")), baseline=Baseline(visits=("W0",)))
    task = task_of(rows)
    used = task.unused.filter(pl.col("responder").is_not_null())
    lost = task.unused.filter(pl.col("responder").is_null())

    stats = run(evolve(task, endpoints={"e": joint}, records=used, unused=lost))

    assert {(stat.visit, stat.term) for stat in stats} == {("W12", "responders")}
    errors = [(stat.error or "").partition(":")[0] for stat in stats]
    assert errors == (["no_data"] if of_nobody else ["", "", ""])


def test_quartiles_can_be_those_of_another_program():
    task = task_of([row(str(i), "W12", float(i)) for i in range(6)])

    assert [one(task, "value", "q1", DescribeOptions(kind)).value for kind in (2, 6, 7)] == [
        1.0,
        0.75,
        1.25,
    ]


@pytest.mark.parametrize("wrong", [1, "7", True])
def test_a_quantile_type_that_is_not_offered_is_refused(wrong):
    problems = []

    assert (
        parse_options(
            {"quantile": wrong},
            DescribeOptions,
            path="analyses.describe.options",
            problems=problems,
        )
        is None
    )
    assert "2, 6 or 7" in str(problems[0])


def test_row_order_does_not_matter():
    task = task_of(PLAIN)
    turned = evolve(task, records=task.records.reverse())

    assert [(row.term, row.stat, row.visit, row.value) for row in run(task)] == [
        (row.term, row.stat, row.visit, row.value) for row in run(turned)
    ]


def test_who_is_drawn_again_is_missed_in_the_arm_of_the_visit():
    drawn = {
        ("A", "W0"): "new",
        ("A", "W8"): "old",
        ("B", "W0"): "old",
        ("B", "W8"): "new",
        ("C", "W0"): "new",
        ("C", "W8"): "new",
    }
    rows = [
        {
            "subject": who,
            "visit": visit,
            "arm": arm,
            "reference_visit": "baseline",
            "value": 1.0 + place,
            "used": True,
        }
        for place, ((who, visit), arm) in enumerate(drawn.items())
        if (who, visit) != ("C", "W8")
    ]
    lost = [
        {
            "subject": "C",
            "visit": "W8",
            "arm": "new",
            "reference_visit": "baseline",
            "used": False,
            "reason": "missed",
        }
    ]
    records, unused = (conform(pl.DataFrame(some), "endpoints", "S") for some in (rows, lost))
    task = Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {},
        "parallel",
        unused=unused,
        arms=("new", "old"),
        visits=("W0", "W8"),
    )

    missing = {
        (stat.group, stat.visit): stat.value
        for stat in DESCRIBE.run(task, DescribeOptions())
        if stat.stat == "n_missing"
    }

    assert missing == {
        (None, "W0"): 0,
        (None, "W8"): 1,
        ("new", "W0"): 0,
        ("new", "W8"): 1,
        ("old", "W0"): 0,
        ("old", "W8"): 0,
    }
