"""Rows that all analyses write alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dermoutcomes import Stat
from dermoutcomes.stats import (
    clustered_warning,
    exponentiated,
    failed_rows,
    with_limits,
    with_warning,
)

ROW = Stat("n", comparison="w4", visit="W4", unit="AU", n_records=3)


def test_each_stat_that_failed_is_a_row_with_the_reason_and_without_a_value():
    rows = list(failed_rows(ROW, "change", ("estimate", "p_value"), "too_few", "Two are needed."))

    assert [(row.term, row.stat, row.value, row.error) for row in rows] == [
        ("change", "estimate", None, "too_few: Two are needed."),
        ("change", "p_value", None, "too_few: Two are needed."),
    ]
    assert {(row.comparison, row.visit, row.n_records) for row in rows} == {("w4", "W4", 3)}
    assert [row.unit for row in rows] == ["AU", ""]


def test_a_further_warning_stands_behind_the_first():
    once = with_warning(ROW, "ties: Many.")

    assert once.warning == "ties: Many."
    assert (
        with_warning(once, "boundary: At the edge.").warning == "ties: Many. boundary: At the edge."
    )
    assert with_warning(once, None) is once


def test_several_records_of_a_subject_are_told_in_one_wording():
    assert clustered_warning(12, 12) is None
    assert clustered_warning(12, 6, "pairs") == (
        "clustered: 12 pairs of 6 subjects are counted as if independent; "
        "intervals may be too narrow and p-values too small."
    )


@pytest.mark.parametrize("logarithm", [-699.5, -1.25, 0.0, 0.5, 699.5])
def test_the_ratio_of_a_logarithm(logarithm):
    (row,) = Stat("n").rows("odds_ratio", estimate=logarithm)

    assert exponentiated(row).value == pytest.approx(float(Decimal(logarithm).exp()), rel=1e-15)


@pytest.mark.parametrize(("logarithm", "word"), [(701.0, "larger than"), (-701.0, "nearer 0 than")])
def test_a_ratio_beyond_numbers_is_said_to_be(logarithm, word):
    (row,) = Stat("n").rows("odds_ratio", estimate=logarithm)
    ratio = exponentiated(row)

    assert ratio.value is None
    assert ratio.error.startswith("beyond_numbers: ")
    assert word in ratio.error


def test_limits_given_as_logarithms_take_the_place_of_the_rows_own():
    own = Stat("n").rows("odds_ratio", estimate=2.0, conf_low=1.0, conf_high=4.0)
    estimate, low, high = with_limits(own, -1.5, None)

    assert estimate.value == 2.0
    assert low.value == pytest.approx(0.22313016014842982, rel=1e-15)
    assert (high.value, high.error.partition(":")[0]) == (None, "no_limit")
