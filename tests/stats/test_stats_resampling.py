"""Tails and limits of tests that rearrange the data, recounted."""

from __future__ import annotations

from math import comb, gcd, sqrt

import numpy as np
import pytest

from dermoutcomes.stats import ResampledTails, decimal_units, limit_rank, monte_carlo_p


def test_a_p_value_counts_the_data_as_one_rearrangement_more():
    assert monte_carlo_p(0, 999) == 1 / 1000
    assert monte_carlo_p(np.int64(49), 999) == 50 / 1000
    assert monte_carlo_p(999, 999) == 1


def test_tails_that_were_counted_and_tails_that_were_drawn():
    counted, drawn = ResampledTails(0.02, 0.99, 0.04), ResampledTails(0.02, 0.99, 0.04, 1999)

    assert [counted.p_value(tail) for tail in ("greater", "less", "two-sided")] == [
        0.02,
        0.99,
        0.04,
    ]
    assert counted.std_error("greater") is None
    assert counted.method == "exact"
    assert drawn.std_error("greater") == pytest.approx(sqrt(0.02 * 0.98 / 1999))
    assert drawn.method == "monte_carlo, 1999 resamples"


@pytest.mark.parametrize("rearrangements", [8, 70, 1000, 2**20, comb(24, 12)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_rank_of_a_limit_leaves_half_of_alpha_outside(rearrangements, confidence):
    rank, level = limit_rank(rearrangements, confidence)
    alpha = 1 - confidence

    assert rank >= 1
    if rank > 1:
        assert 2 * rank / rearrangements <= alpha * (1 + 1e-9)
        assert 2 * (rank + 1) / rearrangements > alpha
    assert level == pytest.approx(min(confidence, 1 - 2 * rank / rearrangements))


def test_a_level_that_so_few_cannot_reach_is_said():
    assert limit_rank(8, 0.95) == (1, 0.75)
    assert limit_rank(40, 0.95) == (1, 0.95)


def test_readings_in_whole_units():
    readings = np.array([0.25, -0.5, 1.75])

    assert decimal_units(readings).tolist() == [1, -2, 7]
    assert decimal_units(np.array([30.0, 12.0, -18.0])).tolist() == [5, 2, -3]
    assert gcd(*decimal_units(np.array([0.3, 0.6, 1.5])).tolist()) == 1


@pytest.mark.parametrize("values", [[1 / 3, 0.5], [0.0, 0.0], [1e-9, 2e-9]])
def test_values_that_no_decimal_unit_fits(values):
    assert decimal_units(np.array(values)) is None
