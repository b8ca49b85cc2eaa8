"""Columns of a design matrix, against NumPy's ranks and plain counting."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dermoutcomes.stats import (
    contrast_correlation,
    covariate_columns,
    independent_columns,
    indicators,
)


def test_a_level_is_an_indicator_and_the_first_is_the_reference():
    assert indicators(["b", "a", "c"], ["a", "b", "c"]).tolist() == [[1, 0], [0, 0], [0, 1]]
    assert indicators(["a", "a"], ["a"]).shape == (2, 0)
    assert indicators([], ["a", "b"]).shape == (0, 1)


def test_a_covariate_is_a_number_or_levels():
    numbers = pl.Series("age", [40, 38, 51])
    words = pl.Series("sex", ["m", "f", "m"])

    ((level, column),) = covariate_columns(numbers)
    assert (level, column.tolist()) == (None, [40.0, 38.0, 51.0])
    assert [(level, column.tolist()) for level, column in covariate_columns(words)] == [
        ("m", [1.0, 0.0, 1.0])
    ]
    assert [level for level, _ in covariate_columns(numbers, factor=True)] == [40, 51]


def test_columns_that_others_already_say_are_left_out():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(30, 4))
    matrix = np.column_stack(
        [np.ones(30), x[:, 0], np.zeros(30), 3 * x[:, 0] - 2, x[:, 1], x[:, 0] + x[:, 1], x[:, 2]]
    )

    assert independent_columns(matrix) == (0, 1, 4, 6)


@pytest.mark.parametrize("seed", range(5))
def test_as_many_columns_are_kept_as_the_rank(seed):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 3, size=(12, 5)).astype(float)
    matrix = np.column_stack([base, base @ rng.integers(-2, 3, size=(5, 4))])
    kept = independent_columns(matrix)

    assert len(kept) == np.linalg.matrix_rank(matrix)
    assert np.linalg.matrix_rank(matrix[:, kept]) == len(kept)


def test_how_much_of_a_column_must_be_its_own():
    first = np.array([1.0, 1.0, 1.0, 1.0])
    near = first + 1e-5 * np.array([1.0, -1.0, 1.0, -1.0])

    assert independent_columns(np.column_stack([first, near])) == (0, 1)
    assert independent_columns(np.column_stack([first, near]), 1e-4) == (0,)


def test_the_correlation_of_two_contrasts():
    rng = np.random.default_rng(11)
    root = rng.normal(size=(3, 3))
    covariance = root @ root.T
    first, second = np.array([1.0, -1.0, 0.0]), np.array([0.0, 1.0, -1.0])
    both = np.vstack([first, second]) @ covariance @ np.vstack([first, second]).T

    expected = both[0, 1] / np.sqrt(both[0, 0] * both[1, 1])
    assert contrast_correlation(first, second, covariance) == pytest.approx(expected, rel=1e-12)
    assert contrast_correlation(first, first, covariance) == pytest.approx(1)
    assert contrast_correlation(first, np.zeros(3), covariance) is None


def test_equal_treatments_against_one_reference_correlate_by_a_half():
    # Dunnett CW. J Am Stat Assoc 1955;50:1096-1121: 1/2 with groups of one size.
    assert contrast_correlation([1, 0, -1], [0, 1, -1], np.eye(3) / 10) == pytest.approx(0.5)
