"""The arithmetic of repeated measures.

Against direct computation, and in what must hold of any data.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes.testing import random_examples
from dermoutcomes_repeated_measures.anova import between_subjects, effects, generalised_eta_squared
from dermoutcomes_repeated_measures.area import difference_of_means, mean_of, trapezoids
from dermoutcomes_repeated_measures.friedman_test import friedman
from dermoutcomes_repeated_measures.occasions import Occasion, hours_of, in_order
from dermoutcomes_repeated_measures.signed_rank import signed_rank
from dermoutcomes_repeated_measures.sphericity import greenhouse_geisser, huynh_feldt, mauchly
from dermoutcomes_repeated_measures.step_down import ADJUSTMENTS, adjusted

quick = settings(deadline=None, max_examples=random_examples(25))
WHOLE = st.integers(-40, 40).map(lambda i: i / 8)
BLOCK = (
    st.integers(2, 4)
    .flatmap(
        lambda k: st.lists(st.lists(WHOLE, min_size=k, max_size=k), min_size=k + 2, max_size=9)
    )
    .map(np.array)
)
P_VALUES = st.lists(st.floats(1e-6, 1), min_size=1, max_size=8)


def one_way(values):
    """Sums of squares by their definitions."""
    grand, rows, columns = (
        values.mean(),
        values.mean(axis=1, keepdims=True),
        values.mean(axis=0, keepdims=True),
    )
    return (
        len(values) * ((columns - grand) ** 2).sum(),
        ((values - rows - columns + grand) ** 2).sum(),
        values.shape[1] * ((rows - grand) ** 2).sum(),
    )


@quick
@given(BLOCK)
def test_sums_of_squares_are_those_of_the_definitions(values):
    ss, error, subjects = one_way(values)
    assume(error > 1e-9)
    (effect,) = effects(values[:, None, :], [0] * len(values))

    assert (effect.ss, effect.ss_error) == pytest.approx((ss, error))
    assert between_subjects(values[:, None, :], [0] * len(values)) == pytest.approx(subjects)
    assert generalised_eta_squared(effect, [effect], subjects) == pytest.approx(
        ss / (ss + error + subjects)
    )
    assert effect.p_value() == pytest.approx(stats.f.sf(effect.f, effect.df, effect.df_error))


@quick
@given(BLOCK)
def test_two_visits_give_the_square_of_the_paired_t(values):
    pair = values[:, :2]
    assume(np.ptp(pair[:, 0] - pair[:, 1]) > 1e-6)
    (effect,) = effects(pair[:, None, :], [0] * len(pair))

    assert effect.f == pytest.approx(stats.ttest_rel(*pair.T).statistic ** 2)
    assert effect.sphericity is None


@quick
@given(BLOCK, st.randoms(use_true_random=False))
def test_orders_of_subjects_and_visits_do_not_matter(values, random):
    assume(one_way(values)[1] > 1e-9)
    turned = values[random.sample(range(len(values)), len(values))][
        :, random.sample(range(values.shape[1]), values.shape[1])
    ]
    (one,), (other,) = (effects(block[:, None, :], [0] * len(block)) for block in (values, turned))

    assert other[3:7] == pytest.approx(one[3:7])
    if one.sphericity is not None:
        assert other.sphericity[:3] == pytest.approx(one.sphericity[:3])


@quick
@given(BLOCK)
def test_corrections_lie_where_they_must(values):
    assume(one_way(values)[1] > 1e-9 and values.shape[1] > 2)
    groups = [i % 2 for i in range(len(values))]
    table = effects(values[:, None, :], groups)
    for effect in table:
        if effect.sphericity is not None:
            shape, d = effect.sphericity, values.shape[1] - 1
            assert 1 / d - 1e-12 <= shape.greenhouse_geisser <= 1 + 1e-12
            assert shape.huynh_feldt >= shape.huynh_feldt_lecoutre - 1e-12 or shape.huynh_feldt == 1
            assert all(0 <= effect.p_value(epsilon) <= 1 for epsilon in shape[:3])


def test_arms_of_a_balanced_trial_are_compared_by_their_means():
    rng = np.random.default_rng(1)
    values, groups = rng.normal(size=(12, 3)), [i % 2 for i in range(12)]
    arm, visit, both = effects(values[:, None, :], groups)
    means = values.mean(axis=1)

    assert arm.f == pytest.approx(stats.ttest_ind(means[::2], means[1::2]).statistic ** 2)
    assert (visit.df, visit.df_error, both.df) == (2, 20, 2)


def test_unequal_arms_weigh_the_same():
    """The visit's sum of squares is that of the unweighted mean of arm means."""
    rng = np.random.default_rng(2)
    values, groups = rng.normal(size=(9, 3)), [0] * 3 + [1] * 6
    _, visit, _ = effects(values[:, None, :], groups)
    mean = (values[:3].mean(axis=0) + values[3:].mean(axis=0)) / 2
    harmonic = 4 / (1 / 3 + 1 / 6)

    assert visit.ss == pytest.approx(harmonic * ((mean - mean.mean()) ** 2).sum())


def test_a_second_factor_inside_splits_the_error():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(7, 2, 3))
    visit, side, both = effects(values, [0] * 7)
    total = ((values - values.mean()) ** 2).sum()
    parts = sum(effect.ss + effect.ss_error for effect in (visit, side, both))

    assert parts + between_subjects(values, [0] * 7) == pytest.approx(total)
    assert side.f == pytest.approx(stats.ttest_rel(*values.mean(axis=2).T).statistic ** 2)


def test_one_visit_pair_of_multivariate_tests_is_hotelling():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(10, 3))
    (effect,) = effects(values[:, None, :], [0] * 10)
    differences = values[:, 1:] - values[:, :1]
    mean = differences.mean(axis=0)
    t2 = 10 * mean @ np.linalg.solve(np.cov(differences.T), mean)

    assert effect.pillai.f == pytest.approx(8 / (9 * 2) * t2)


def test_spherical_errors_need_no_correction():
    assert greenhouse_geisser(np.eye(3)) == pytest.approx(1)
    found = mauchly(np.eye(3) * 5, 12)
    assert (found.w, found.df) == (pytest.approx(1), 5)
    assert all(p == pytest.approx(1) for p in found.p_values.values())


def test_too_few_subjects_have_no_mauchly():
    assert mauchly(np.eye(4), 3) is None
    assert huynh_feldt(1.0, 4, 4, 5) == 1.0


def test_mauchly_holds_its_level():
    draws = np.random.default_rng(5).normal(size=(600, 11, 3))
    found = [mauchly(rows.T @ rows, 11).p_values for rows in draws]

    for name in ("r", "anderson", "chi_square"):
        assert np.mean([p[name] < 0.05 for p in found]) == pytest.approx(0.05, abs=0.025)


@quick
@given(BLOCK)
def test_friedman_is_that_of_scipy(values):
    assume(np.ptp(values, axis=1).max() > 0 and values.shape[1] > 2)
    found, wanted = friedman(values), stats.friedmanchisquare(*values.T)

    assert (found.chi_square, found.p_value) == pytest.approx(
        (wanted.statistic, wanted.pvalue), abs=1e-12
    )
    assert 0 <= found.w <= 1 + 1e-12
    assert found.w_uncorrected <= found.w + 1e-12


@quick
@given(BLOCK, st.sampled_from([0.001, 8.0, 3.7]))
def test_ranks_do_not_know_units(values, factor):
    assume(np.ptp(values, axis=1).max() > 0)
    assert friedman(values * factor) == friedman(values)


def test_subjects_that_rank_alike_agree_wholly():
    found = friedman(np.array([[1.0, 2.0, 3.0]] * 5))

    assert found.w == 1
    assert (found.f, found.f_p) == (None, None)


def test_no_difference_has_no_ranks():
    with pytest.raises(ValueError, match="differ"):
        friedman(np.ones((4, 3)))


@quick
@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=3, max_size=12))
def test_signed_ranks_are_those_of_scipy(pairs):
    first, second = np.array(pairs).T
    found = signed_rank(first, second)
    if found is None:
        assert not (first - second).any()
        return
    wanted = stats.wilcoxon(
        first, second, zero_method="wilcox", correction=True, method="asymptotic"
    )

    assert found.p_value == pytest.approx(min(1.0, wanted.pvalue))


def test_noise_does_not_break_a_tie():
    assert signed_rank(np.array([0.3, 1.2, 1.0]), np.array([0.1, 1.0, 1.2])).v == pytest.approx(4)


@quick
@given(P_VALUES)
def test_adjusted_p_values_are_those_of_scipy_and_in_order(p):
    assert adjusted(p, "benjamini_hochberg") == pytest.approx(
        list(stats.false_discovery_control(p))
    )
    for name in ADJUSTMENTS:
        found = adjusted(p, name)
        assert all(one >= raw - 1e-15 and one <= 1 for one, raw in zip(found, p, strict=True))
    assert all(
        hochberg <= holm + 1e-15
        for hochberg, holm in zip(adjusted(p, "hochberg"), adjusted(p, "holm"), strict=True)
    )


def test_a_test_without_a_p_value_does_not_count():
    assert adjusted([0.01, None, 0.04], "bonferroni") == [0.02, None, 0.08]


@pytest.mark.parametrize("p", [(0.01, 0.02, 0.03), (0.04, 0.01, 0.01)])
def test_holm_steps_down(p):
    for order in permutations(p):
        found = dict(zip(order, adjusted(order, "holm"), strict=True))
        smallest = min(p)
        assert found[smallest] == pytest.approx(
            3 * smallest if p.count(smallest) == 1 else found[smallest]
        )


@pytest.mark.parametrize(
    ("values", "whole", "positive"),
    [
        ((0.0, 2.0, 0.0), 2.0, 2.0),
        ((0.0, -2.0, 2.0), -1.0, 0.5),
        ((2.0, -2.0, -1.0), -1.5, 0.5),
        ((-1.0, -1.0, -3.0), -3.0, 0.0),
    ],
)
def test_areas_are_those_of_triangles(values, whole, positive):
    assert trapezoids((0.0, 1.0, 2.0), values) == pytest.approx(whole)
    assert trapezoids((0.0, 1.0, 2.0), values, positive_only=True) == pytest.approx(positive)


@quick
@given(st.lists(WHOLE, min_size=2, max_size=6))
def test_what_lies_above_less_what_lies_below_is_the_area(values):
    times = list(range(len(values)))
    above, below = (
        trapezoids(times, values, positive_only=True),
        trapezoids(times, [-value for value in values], positive_only=True),
    )

    assert above - below == pytest.approx(trapezoids(times, values))


def test_means_of_areas_are_tested_by_t():
    x, y = [1.0, 2.0, 4.0, 3.5], [0.5, 1.0, 2.5]

    assert mean_of(x).p_value == pytest.approx(stats.ttest_1samp(x, 0).pvalue)
    assert difference_of_means(x, y).p_value == pytest.approx(
        stats.ttest_ind(x, y, equal_var=False).pvalue
    )
    with pytest.raises(ValueError, match="equal"):
        mean_of([2.0, 2.0])


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("8 h", 8),
        ("T+8h", 8),
        ("T0", 0),
        ("30 min", 0.5),
        ("before", 0),
        (None, 0),
        ("after 2 h", 2),
        ("24h", 24),
        ("1 d", 24),
        ("evening", None),
    ],
)
def test_hours_are_read_from_names(name, hours):
    assert hours_of(name) == hours


def test_occasions_come_in_order():
    given = [
        Occasion("W4", "24 h"),
        Occasion("W0"),
        Occasion("W4", "8 h"),
        Occasion("W4", "T0"),
        Occasion("W4", "evening"),
    ]

    assert [one.name for one in in_order(given, ("W0", "W4"))] == [
        "W0",
        "W4 T0",
        "W4 8 h",
        "W4 24 h",
        "W4 evening",
    ]
