"""The search for the smallest number of subjects, and the points of a curve."""

from __future__ import annotations

from math import ceil, exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.planning.sample_size import Unreachable, curve, group_sizes, smallest
from dermoutcomes.testing import random_examples


def rising(scale):
    return lambda n: 1 - exp(-sum(n) / scale)


@settings(deadline=None, max_examples=random_examples(60))
@given(
    st.floats(1, 1e5),
    st.floats(0.1, 0.99),
    st.sampled_from([(1.0,), (1.0, 1.0), (2.0, 1.0), (1.0, 3.0)]),
)
def test_one_subject_less_is_too_few(scale, target, allocation):
    power = rising(scale)
    n = smallest(power, target, allocation=allocation)

    assert power(group_sizes(n, allocation)) >= target
    assert n == 2 or power(group_sizes(n - 1, allocation)) < target


def test_sizes_follow_the_allocation():
    assert group_sizes(10, (2.0, 1.0)) == (10, 5)
    assert group_sizes(9, (2.0, 1.0)) == (9, 5)
    assert group_sizes(10, (1.0, 1.5)) == (10, 15)


def test_a_power_in_steps_is_not_lost_again():
    def stepped(n):
        return 0.9 if n[0] % 7 == 0 else rising(30.0)(n)

    assert smallest(stepped, 0.8) < ceil(30 * 1.7)
    n = smallest(stepped, 0.8, stepwise=True)
    assert all(stepped((more,)) >= 0.8 for more in range(n, n + 20))


def test_what_no_number_reaches_is_said():
    with pytest.raises(Unreachable) as refused:
        smallest(lambda _n: 0.4, 0.8)

    assert refused.value.reached == 0.4
    assert refused.value.tried == 10_000_000


@pytest.mark.parametrize("around", [2, 3, 19, 105, 4321])
def test_a_curve_has_the_number_itself_and_goes_past_it(around):
    points = curve(rising(around), around, (1.0,), 2)
    numbers = [n for n, _ in points]

    assert around in numbers
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > around
    assert 3 <= len(numbers) <= 20
