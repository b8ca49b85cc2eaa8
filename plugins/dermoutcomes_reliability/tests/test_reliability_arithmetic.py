"""Agreement and error of measurement: identities, invariance, what cannot be computed."""

from __future__ import annotations

from itertools import product
from math import isclose, sqrt
from statistics import stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples
from dermoutcomes_reliability.icc import FORMS, icc
from dermoutcomes_reliability.important_change import predicted_change, roc_cutoff
from dermoutcomes_reliability.kappa import crossed, kappa
from dermoutcomes_reliability.limits_of_agreement import (
    concordance,
    limits_of_agreement,
    proportional_bias,
)
from dermoutcomes_reliability.mean_squares import mean_squares
from dermoutcomes_reliability.measurement_error import (
    agreement_error,
    detectable_change,
    within_subject,
)
from dermoutcomes_reliability.method_agreement import two_one_sided
from dermoutcomes_reliability.repeated_correlation import spearman, within_correlation
from dermoutcomes_reliability.several_raters import fleiss, krippendorff

QUICK = settings(deadline=None, max_examples=random_examples(25))
values = st.integers(-50, 50).map(lambda number: number / 4)
tables = st.integers(2, 4).flatmap(
    lambda k: st.lists(st.lists(values, min_size=k, max_size=k), min_size=4, max_size=8)
)
grades = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=4, max_size=20)


def varied(table):
    s = mean_squares(table)
    return s.residual > 1e-9 and s.within > 1e-9 and s.subjects > 1e-9


@QUICK
@given(tables)
def test_correlations_do_not_depend_on_unit_origin_or_order(table):
    if not varied(table):
        return
    moved = [[8 * value + 3 for value in row] for row in reversed(table)]

    for form in FORMS:
        one, other = icc(mean_squares(table), form), icc(mean_squares(moved), form)
        assert isclose(one.estimate, other.estimate, rel_tol=1e-7, abs_tol=1e-7)


@QUICK
@given(tables)
def test_an_interval_covers_its_correlation_and_p_is_a_probability(table):
    if not varied(table):
        return
    for form in ("1_1", "3_1"):
        one = icc(mean_squares(table), form)
        assert one.conf_low <= one.estimate <= one.conf_high
        assert 0 <= one.p_value <= 1


def test_the_spread_within_subjects_is_the_pooled_standard_deviation():
    groups = [[1.0, 2.0, 4.0], [3.0, 3.5], [9.0]]

    found = within_subject(groups)

    assert found.sd == pytest.approx(sqrt((2 * stdev(groups[0]) ** 2 + stdev(groups[1]) ** 2) / 3))
    assert found.df == 3
    assert found.conf_low < found.sd < found.conf_high


def test_a_systematic_difference_between_days_counts_as_error_of_agreement_only():
    table = [
        [value, value + 5 + wobble]
        for value, wobble in zip((1.0, 4.0, 7.0, 9.0), (0.1, -0.1, 0.2, -0.2), strict=True)
    ]
    s = mean_squares(table)

    assert agreement_error(s) > 3
    assert sqrt(s.residual) < 0.5


def test_the_detectable_change_of_a_standard_error_is_2_77_times_it():
    assert detectable_change(1.0) == pytest.approx(2.7718, abs=1e-4)


@QUICK
@given(grades)
def test_kappa_is_1_for_equal_ratings_and_the_same_for_either_order(pairs):
    levels = sorted({grade for pair in pairs for grade in pair})
    if len(levels) < 2:
        return
    first, second = zip(*pairs, strict=True)
    for weights in ("unweighted", "linear", "quadratic"):
        try:
            one = kappa(crossed(first, second, levels), weights)
        except ValueError:
            continue
        other = kappa(crossed(second, first, levels), weights)
        assert isclose(one.estimate, other.estimate, abs_tol=1e-12)
        assert isclose(one.std_error, other.std_error, abs_tol=1e-9)
        assert one.conf_low <= one.estimate <= one.conf_high
        assert 0 <= one.p_value <= 1
        if len(set(first)) > 1:
            assert isclose(kappa(crossed(first, first, levels), weights).estimate, 1)


@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_full_agreement_has_no_error(weights):
    found = kappa(
        [[30, 0, 0, 0, 0], [0, 33, 0, 0, 0], [0, 0, 38, 0, 0], [0, 0, 0, 41, 0], [0, 0, 0, 0, 31]],
        weights,
    )

    assert found.std_error == pytest.approx(0, abs=1e-14)
    assert found.conf_high == pytest.approx(1, abs=1e-14)


def test_a_rater_who_says_the_same_of_all_agrees_as_chance_has_it():
    with pytest.raises(ValueError, match="of one rater"):
        kappa([[2, 0], [1, 0]])


def test_quadratic_kappa_of_equal_margins_is_the_correlation():
    pairs = [(1, 2), (2, 1), (2, 3), (3, 2), (1, 1), (3, 3), (2, 2)]
    first, second = zip(*pairs, strict=True)
    mean = sum(first) / len(first)
    correlation = sum((a - mean) * (b - mean) for a, b in pairs) / sum(
        (a - mean) ** 2 for a in first
    )

    assert kappa(crossed(first, second, [1, 2, 3]), "quadratic").estimate == pytest.approx(
        correlation
    )


def test_alpha_of_two_raters_on_interval_data_is_that_of_all_pairs():
    units = [[1, 2], [3, 3], [5, 4], [2, 2]]
    flat = [value for unit in units for value in unit]
    within = sum((a - b) ** 2 for a, b in units) / len(units)
    between = sum((a - b) ** 2 for a, b in product(flat, flat)) / (len(flat) * (len(flat) - 1))

    assert krippendorff(units, "interval")[0] == pytest.approx(1 - within / between)


def test_ratings_that_nobody_gave_are_left_out():
    assert krippendorff([[1, 2, None], [3, None, None], [2, 2, 2]], "nominal")[1] == 5


def test_fleiss_needs_equally_many_ratings():
    with pytest.raises(ValueError, match="equally often"):
        fleiss([[2, 1], [1, 1]])


@QUICK
@given(st.lists(st.tuples(values, values), min_size=4, max_size=15))
def test_limits_hold_their_bias_and_turn_with_the_methods(pairs):
    first, second = zip(*pairs, strict=True)
    differences = [a - b for a, b in pairs]
    if max(differences) - min(differences) < 1e-6:
        return
    one, other = limits_of_agreement(first, second), limits_of_agreement(second, first)

    assert one.low < one.bias < one.high
    assert one.low_interval[0] < one.low < one.low_interval[1]
    assert isclose(one.high, -other.low, abs_tol=1e-9)
    assert isclose(one.high_interval[1], -other.low_interval[0], rel_tol=1e-7, abs_tol=1e-7)


def test_methods_that_agree_wholly_have_concordance_1():
    assert concordance([1.0, 2.0, 4.0], [1.0, 2.0, 4.0]).estimate == pytest.approx(1)


def test_a_constant_shift_lowers_concordance_though_the_correlation_stays_1():
    assert concordance([1.0, 2.0, 4.0, 5.0], [3.0, 4.0, 6.0, 7.0]).estimate < 0.8


def test_a_difference_that_grows_is_a_proportional_bias():
    slope, p = proportional_bias([1.1, 2.2, 3.3, 4.41], [1.0, 2.0, 3.0, 4.0])

    assert slope > 0.09
    assert p < 0.01


@QUICK
@given(st.lists(values, min_size=3, max_size=12), st.floats(0.1, 30))
def test_two_one_sided_tests_agree_with_their_interval(differences, margin):
    if max(differences) - min(differences) < 1e-6:
        return
    _, low, high, _, _, p = two_one_sided(differences, margin, 0.05)

    assert (p < 0.05) == (-margin < low and high < margin) or isclose(p, 0.05, abs_tol=1e-9)


def test_the_cutoff_is_the_best_of_all():
    improved, others = [3.0, 4.0, 5.0, 2.0], [1.0, 2.5, 0.0, 1.5]
    cut = roc_cutoff(improved, others)

    best = max(
        sum(v > c / 100 for v in improved) / 4 + sum(v <= c / 100 for v in others) / 4
        for c in range(-100, 700)
    )
    assert cut.sensitivity + cut.specificity == pytest.approx(best)
    assert cut.area == pytest.approx(15 / 16)


def test_the_predicted_change_is_where_the_model_gives_the_odds_of_the_group():
    improved, others = [3.0, 4.0, 5.0, 2.0, 1.0], [1.0, 2.5, 0.0, 1.5, 3.5]

    assert predicted_change(improved, others) == pytest.approx(
        predicted_change([8 * v for v in improved], [8 * v for v in others]) / 8
    )


def test_changes_that_part_the_groups_wholly_are_refused():
    with pytest.raises(ValueError, match="wholly"):
        predicted_change([3.0, 4.0], [1.0, 2.0])


def test_the_correlation_within_subjects_ignores_differences_between_them():
    rising = {
        f"S{i}": [
            (x + 100 * i, x + (7 if i % 2 else 0) * i + wobble)
            for x, wobble in ((0, 0.1), (1, -0.1), (2, 0.05))
        ]
        for i in range(5)
    }

    assert within_correlation(rising).estimate > 0.98


def test_midranks_make_the_rank_correlation():
    assert spearman([1, 2, 2, 4], [1, 2, 2, 3]) == pytest.approx(1)
