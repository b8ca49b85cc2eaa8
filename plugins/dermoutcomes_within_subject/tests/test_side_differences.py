"""Differences of two sides: of changes, and at a difference before treatment of zero."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes import Comparison, NoOptions, Task
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples
from dermoutcomes_within_subject.least_squares import correlation, line, mean
from dermoutcomes_within_subject.side_analyses import (
    ADJUSTED_SIDE_DIFFERENCE,
    DIFFERENCE_OF_CHANGES,
)

RNG = np.random.default_rng(8)
N = 14
BASE, NOW = RNG.normal(50, 4, (N, 2)), RNG.normal(45, 4, (N, 2))


def task_of(base=BASE, now=NOW, comparison=None, arms=("A", "B"), **more):
    rows = [
        {
            "subject": f"{number:02}",
            "arm": arm,
            "side": "left" if place else "right",
            "visit": "W4",
            "reference_visit": "baseline",
            "value": now[number][place],
            "base": base[number][place],
            "change": now[number][place] - base[number][place],
        }
        for number in range(len(now))
        for place, arm in enumerate(arms)
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"w4": comparison or Comparison(("W4", "baseline"), ("A", "B"))},
        more.pop("design", "within-subject"),
        unit="mm",
        improves="down",
        visits=("W4",),
        arms=arms,
        sides_randomised=more.pop("sides_randomised", True),
        **more,
    )


def found(analysis, task):
    return {(stat.term, stat.stat): stat for stat in analysis.run(task, NoOptions())}


def test_the_difference_of_changes_is_a_t_test_of_four_values():
    said = found(DIFFERENCE_OF_CHANGES, task_of())
    changes = NOW - BASE
    t = stats.ttest_rel(changes[:, 0], changes[:, 1])

    numbers = [
        said["difference_of_changes", stat].value
        for stat in ("n", "estimate", "statistic", "df", "p_value", "conf_low", "conf_high")
    ]
    assert numbers == pytest.approx(
        [
            N,
            (changes[:, 0] - changes[:, 1]).mean(),
            t.statistic,
            N - 1,
            t.pvalue,
            *t.confidence_interval(),
        ]
    )
    assert said["difference_before_treatment", "mean"].value == pytest.approx(
        (BASE[:, 0] - BASE[:, 1]).mean()
    )
    assert said["treatments_within_subject", "correlation"].value == pytest.approx(
        np.corrcoef(NOW.T)[0, 1]
    )


def test_the_adjusted_difference_is_the_intercept():
    said = found(ADJUSTED_SIDE_DIFFERENCE, task_of())
    before, now = BASE[:, 0] - BASE[:, 1], NOW[:, 0] - NOW[:, 1]
    fit = stats.linregress(before, now)

    assert said["adjusted_side_difference", "estimate"].value == pytest.approx(fit.intercept)
    assert said["adjusted_side_difference", "std_error"].value == pytest.approx(
        fit.intercept_stderr
    )
    assert said["adjusted_side_difference", "df"].value == N - 2
    assert said["slope_on_difference_before", "estimate"].value == pytest.approx(fit.slope)
    assert said["difference_before_and_after", "correlation"].value == pytest.approx(fit.rvalue)


@pytest.mark.parametrize("said", [False, None])
def test_sides_that_were_not_drawn_are_not_adjusted(said):
    task = task_of(sides_randomised=said)
    refused = found(ADJUSTED_SIDE_DIFFERENCE, task)["adjusted_side_difference", "estimate"]

    assert refused.error.startswith("sides_not_randomised: ")
    label = found(DIFFERENCE_OF_CHANGES, task)["difference_of_changes", "estimate"].label
    assert "a difference may be one between sides" in label


def test_an_endpoint_that_is_a_difference_gives_the_same():
    plain = found(DIFFERENCE_OF_CHANGES, task_of())
    task = task_of()
    rows = [
        {
            "subject": f"{number:02}",
            "visit": "W4",
            "reference_visit": "baseline",
            "value": now[0] - now[1],
            "base": base[0] - base[1],
        }
        for number, (base, now) in enumerate(zip(BASE, NOW, strict=True))
    ]
    said = found(
        DIFFERENCE_OF_CHANGES,
        evolve(
            task,
            records=conform(pl.DataFrame(rows), "endpoints", "S"),
            comparisons={"w4": Comparison(("W4", "baseline"))},
        ),
    )

    for stat in ("estimate", "p_value", "n"):
        assert said["difference_of_changes", stat].value == pytest.approx(
            plain["difference_of_changes", stat].value
        )


def test_one_side_missing_leaves_the_subject_out_and_counts_it():
    task = task_of()
    said = found(DIFFERENCE_OF_CHANGES, evolve(task, records=task.records[1:]))

    assert (
        said["difference_of_changes", "n"].value,
        said["difference_of_changes", "n_missing"].value,
    ) == (N - 1, 1)


@pytest.mark.parametrize(("n", "code"), [(0, "no_data"), (1, "too_few")])
def test_few_subjects_are_an_error(n, code):
    task = task_of()
    kept = task.records.filter(pl.col("subject").is_in([f"{number:02}" for number in range(n)]))

    for analysis in (DIFFERENCE_OF_CHANGES, ADJUSTED_SIDE_DIFFERENCE):
        assert found(analysis, evolve(task, records=kept))[
            analysis.decides, "p_value"
        ].error.startswith(f"{code}: ")


def test_sides_that_were_alike_before_need_no_line():
    base = np.full((N, 2), 50.0)

    assert found(ADJUSTED_SIDE_DIFFERENCE, task_of(base))[
        "adjusted_side_difference", "estimate"
    ].error.startswith("no_variance: ")


numbers = st.lists(
    st.tuples(*(st.floats(0, 100).map(lambda value: round(value, 2)) for _ in range(4))),
    min_size=4,
    max_size=9,
)


@settings(max_examples=random_examples(25), deadline=None)
@given(numbers, st.sampled_from([DIFFERENCE_OF_CHANGES, ADJUSTED_SIDE_DIFFERENCE]))
def test_what_does_not_matter_does_not(rows, analysis):
    four = np.array(rows)
    task = task_of(four[:, :2], four[:, 2:])
    plain = found(analysis, task)[analysis.decides, "estimate"]
    if plain.error:
        return

    def numbers_of(task):
        said = found(analysis, task)
        return [
            said[analysis.decides, stat].value
            for stat in ("estimate", "std_error", "conf_low", "conf_high", "p_value")
        ]

    estimate, std_error, low, high, p = numbers_of(task)
    assert low <= estimate <= high
    assert 0 <= p <= 1
    assert numbers_of(evolve(task, records=task.records.reverse())) == [
        estimate,
        std_error,
        low,
        high,
        p,
    ]
    turned = evolve(task, comparisons={"w4": Comparison(("W4", "baseline"), ("B", "A"))})
    assert numbers_of(turned) == pytest.approx(
        [-estimate, std_error, -high, -low, p], rel=1e-7, abs=1e-9
    )
    scaled = task_of(four[:, :2] * 1000, four[:, 2:] * 1000)
    assert numbers_of(scaled) == pytest.approx(
        [1000 * part for part in (estimate, std_error, low, high)] + [p], rel=1e-6, abs=1e-6
    )


def test_what_does_not_vary_has_no_error():
    with pytest.raises(ValueError, match="equal"):
        mean([2.0, 2.0, 2.0])
    with pytest.raises(ValueError, match="lie on the line"):
        line([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    assert correlation([1.0, 1.0], [1.0, 2.0]) is None
