"""Values that differ by the noise of arithmetic alone."""

from __future__ import annotations

import numpy as np
import pytest

from dermoutcomes.stats import with_ties


def test_noise_does_not_break_a_tie():
    assert with_ties([0.1 + 0.2, 0.3, 0.4]).tolist() == [0.3, 0.3, 0.4]


def test_values_that_differ_by_more_stay_as_they_are_to_the_last_digit():
    values = [1 / 3, 1e-9, -5.1, 2.0000001, 2.0]

    assert with_ties(values).tolist() == values


def test_what_is_noise_depends_on_the_largest_value():
    assert len(set(with_ties([3e-12, 2e-12]).tolist())) == 2
    assert len(set(with_ties([3e-12, 2e-12, 1.0]).tolist())) == 2


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_ties_do_not_depend_on_the_unit(size):
    rng = np.random.default_rng(5)
    readings = np.round(rng.normal(50, 3, 40), 1)
    sums = (readings + 0.1 + 0.2 - 0.3) * size

    assert len(set(with_ties(sums.tolist()).tolist())) == len(set(readings.tolist()))


def test_none_has_none():
    assert with_ties([]).tolist() == []
