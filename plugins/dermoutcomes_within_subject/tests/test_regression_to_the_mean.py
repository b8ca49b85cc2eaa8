"""The mean change that choosing subjects by the outcome makes expected."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Comparison, Endpoint, Task
from dermoutcomes.study.sections.reductions import Baseline
from dermoutcomes.tables import conform
from dermoutcomes_within_subject.regression_to_the_mean import (
    REGRESSION_TO_THE_MEAN,
    RegressionToTheMeanOptions,
)
from dermoutcomes_within_subject.truncated_normal import distance, excess

MEAN, SD, R, LIMIT = 0.31, 0.06, 0.75, 0.31
EXPECTED = (
    -(1 - R) * SD * (2 / np.pi) ** 0.5
)  # half of a normal population: its mean lies sqrt(2/pi) SDs above the bound


def screened(n, seed=3, readings=2):
    """Readings of subjects without any effect.

    Those above the limit at the first were enrolled.
    """
    rng = np.random.default_rng(seed)
    subject = rng.normal(MEAN, SD * R**0.5, n)
    values = subject[:, None] + rng.normal(0, SD * (1 - R) ** 0.5, (n, readings))
    return values[values[:, 0] >= LIMIT]


def task_of(values, visits=("W0", "W12"), baseline=None, text=f">= {LIMIT}", **more):
    counted = baseline or Baseline(visits=("W0",))
    of_base = [list(visits).index(visit) for visit in counted.visits]
    rows = [
        {
            "subject": f"{number:05}",
            "visit": visit,
            "reference_visit": "baseline",
            "value": value,
            "base": base,
            "change": value - base,
        }
        for number, row in enumerate(values.tolist())
        for base in [sum(row[place] for place in of_base) / len(of_base)]
        for visit, value in zip(visits, row, strict=True)
    ]
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    endpoint = Endpoint(measure="probe.height", compare=("w12",), baseline=counted, id="e")
    return Task(
        "t",
        "x",
        {"e": endpoint},
        records,
        records.select("subject").unique(),
        {"w12": Comparison(("W12", "baseline"))},
        "single-arm",
        unit="mm",
        improves="down",
        visits=visits,
        eligibility={"e": text},
        endpoint="e",
        **more,
    )


def found(task, **options):
    return {
        (stat.term, stat.stat): stat
        for stat in REGRESSION_TO_THE_MEAN.run(task, RegressionToTheMeanOptions(**options))
    }


def test_it_is_what_selection_alone_gives():
    stats = found(task_of(screened(40000)))

    assert stats["regression_to_the_mean", "estimate"].value == pytest.approx(EXPECTED, rel=0.06)
    assert stats["observed_change", "mean"].value == pytest.approx(EXPECTED, rel=0.06)
    assert stats["before_selection", "mean"].value == pytest.approx(MEAN, abs=0.003)
    assert stats["before_selection", "sd"].value == pytest.approx(SD, rel=0.05)
    assert stats["regression_to_the_mean", "correlation"].value == pytest.approx(R, abs=0.02)


def test_low_readings_regress_upwards():
    mirrored = found(task_of(2 * LIMIT - screened(4000), text=f"<= {LIMIT}"))
    plain = found(task_of(screened(4000)))

    assert mirrored["regression_to_the_mean", "estimate"].value == pytest.approx(
        -plain["regression_to_the_mean", "estimate"].value
    )


def test_what_is_known_of_the_population_is_used():
    values = screened(200)
    estimate = found(task_of(values), population_mean=MEAN, correlation=R)[
        "regression_to_the_mean", "estimate"
    ]

    assert estimate.value == pytest.approx(-(1 - R) * (values[:, 0].mean() - MEAN))
    assert estimate.warning is None


def test_it_is_said_in_words():
    estimate = found(task_of(screened(200)), population_mean=MEAN, correlation=R)[
        "regression_to_the_mean", "estimate"
    ]

    assert "With no effect at all" in estimate.label
    assert "(>= 0.31 mm)" in estimate.label
    assert "counts as improvement" in estimate.label
    assert "another day" in estimate.label


def test_half_of_it_stays_in_a_mean_of_two_readings():
    values = screened(20000, readings=3)
    task = task_of(values, ("SCR", "W0", "W12"), Baseline(visits=("SCR", "W0"), take="mean"))
    estimate = found(task)["regression_to_the_mean", "estimate"].value

    assert estimate == pytest.approx(EXPECTED / 2, rel=0.08)
    assert found(task)["observed_change", "mean"].value == pytest.approx(EXPECTED / 2, rel=0.15)


def test_none_is_expected_after_a_baseline_read_apart():
    values = screened(20000, readings=3)
    stats = found(task_of(values, ("SCR", "W0", "W12")))

    assert stats["regression_to_the_mean", "estimate"].value == 0
    assert "read apart" in stats["regression_to_the_mean", "estimate"].label
    assert abs(stats["observed_change", "mean"].value) < abs(EXPECTED) / 10


def test_an_endpoint_by_which_nobody_was_chosen_says_nothing():
    task = task_of(screened(50))

    assert (
        list(
            REGRESSION_TO_THE_MEAN.run(
                Task(
                    **{
                        name: getattr(task, name)
                        for name in (
                            "id",
                            "analysis",
                            "endpoints",
                            "records",
                            "subjects",
                            "comparisons",
                            "design",
                        )
                    }
                ),
                RegressionToTheMeanOptions(),
            )
        )
        == []
    )


def test_readings_that_do_not_tell_the_population_ask_for_it():
    values = np.array([[0.31, 0.3], [0.28, 0.3], [0.27, 0.31], [0.26, 0.32], [0.25, 0.3]])
    error = found(task_of(values))["regression_to_the_mean", "estimate"].error

    assert error.startswith("not_estimable: ")
    assert "population_mean" in error


def test_subjects_on_the_other_side_are_told():
    values = np.vstack([screened(200), [[0.2, 0.2]]])

    assert (
        "outside: 1 subject lies"
        in found(task_of(values))["regression_to_the_mean", "estimate"].warning
    )


@pytest.mark.parametrize("alpha", [-8.0, -1.0, 0.0, 2.0, 8.0, 29.0, 31.0])
def test_the_mean_beyond_a_bound(alpha):
    from scipy.stats import truncnorm

    assert excess(alpha) == pytest.approx(
        truncnorm.mean(alpha, np.inf) - alpha, rel=1e-3 if alpha > 20 else 1e-9
    )


@pytest.mark.parametrize("alpha", [-6.0, -0.5, 0.0, 1.5, 10.0])
def test_the_mean_of_all_is_found_from_the_mean_beyond_the_bound(alpha):
    assert distance(2.0 * excess(alpha), 2.0) == pytest.approx(
        2.0 * (excess(alpha) + alpha), rel=1e-6, abs=1e-9
    )


def with_rows(task, **columns):
    """The task with records of further columns, a list each.

    Rows that name no base or reference keep theirs.
    """
    return evolve(
        task,
        records=task.records.with_columns(
            pl.Series(name, values, dtype=task.records.schema[name])
            for name, values in columns.items()
        ),
    )


def test_the_reading_that_enrolled_has_all_of_its_sides():
    """At week 12 the first subject lacks a side.

    Its change there is from the other side's baseline alone.
    """
    task = task_of(np.array([[0.40, 0.30], [0.36, 0.35], [0.34, 0.33], [0.38, 0.31]]))
    base = task.records["base"].to_list()
    sides = [2] * len(base)
    base[1], sides[1] = 0.50, 1

    assert found(with_rows(task, base=base, n_sides=sides))[
        "enrolment_reading", "mean"
    ].value == pytest.approx(0.37)


def test_a_later_reference_visit_enrols_nobody():
    task = task_of(np.array([[0.40, 0.30], [0.36, 0.35], [0.34, 0.33]]))
    later = task.records.filter(visit="W12").with_columns(
        reference_visit=pl.lit("W4"), base=pl.lit(9.0)
    )

    assert found(evolve(task, records=pl.concat([task.records, later])))[
        "enrolment_reading", "mean"
    ].value == pytest.approx(1.1 / 3)


def test_zones_that_read_alike_each_count():
    task = task_of(np.repeat([[0.40, 0.30], [0.36, 0.35], [0.34, 0.33]], 3, axis=0))
    zones = with_rows(
        task,
        subject=[f"S{row // 6}" for row in range(18)],
        location=[f"zone {row % 6 // 2}" for row in range(18)],
    )
    base = [
        0.58 if place % 6 // 2 == 2 else value
        for place, value in enumerate(task.records["base"].to_list())
    ]

    assert found(with_rows(zones, base=base))["enrolment_reading", "mean"].value == pytest.approx(
        np.mean(base)
    )
