"""Roots: of smooth functions against SciPy, of step functions against the steps themselves."""

from __future__ import annotations

from math import cos, inf

import pytest
from scipy.optimize import brentq

from dermoutcomes.stats import bisection, brent_root


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [(lambda x: x**3 - 2, 0, 2), (lambda x: cos(x) - x, 0, 1), (lambda x: 1e6 * (x - 0.3), -5, 1)],
)
def test_smooth_functions_have_the_root_that_scipy_finds(function, low, high):
    expected = brentq(function, low, high, xtol=1e-14, rtol=1e-14)

    assert brent_root(function, low, high) == pytest.approx(expected, abs=1e-12)


def test_a_step_is_found_to_the_tolerance():
    for tolerance in (1e-4, 1e-12):
        root = brent_root(lambda x: -1.0 if x < 0.3 else 1.0, 0, 1, tolerance)
        assert root == pytest.approx(0.3, abs=tolerance)


def test_an_end_at_which_the_function_is_zero_is_the_root():
    assert brent_root(lambda x: x, 0, 1) == 0
    assert brent_root(lambda x: x - 1, 0, 1) == 1


def test_bisection_ends_at_neighbouring_doubles():
    root = bisection(lambda x: x * x < 2, 0, 2)

    assert root == pytest.approx(2**0.5, rel=3e-16)


def test_bisection_takes_a_function_that_is_infinite_at_its_ends():
    assert bisection(lambda x: (1 / x if x else inf) > 4, 0, 1) == pytest.approx(0.25, rel=1e-15)


def test_bisection_of_what_never_turns_is_its_end():
    assert bisection(lambda _: True, 0, 1) == pytest.approx(1, rel=1e-15)
    assert bisection(lambda _: False, 0, 1) == pytest.approx(0, abs=1e-15)
