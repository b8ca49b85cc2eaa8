"""Joint procedures.

Against known distributions, against simulation, and where correlations are not known.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from dermoutcomes import Hypothesis
from dermoutcomes.testing import AdjustmentContract
from dermoutcomes_multiplicity import adjusted, register_adjustments
from dermoutcomes_multiplicity.largest_t import common_factor, tail_of_max
from dermoutcomes_multiplicity.single_step import adjusted_single_step, adjusted_step_down

ADJUSTMENTS = {adjustment.name: adjustment for adjustment in register_adjustments()}
HALVES = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
TUKEY = np.array([[1, 0.5, -0.5], [0.5, 1, 0.5], [-0.5, 0.5, 1]])


class TestDunnett(AdjustmentContract):
    adjustment = ADJUSTMENTS["dunnett"]


class TestSingleStep(AdjustmentContract):
    adjustment = ADJUSTMENTS["single_step"]


class TestStepDown(AdjustmentContract):
    adjustment = ADJUSTMENTS["step_down"]


def family(p, matrix, df=20.0, sided=2):
    names = [f"h{place}" for place in range(1, len(p) + 1)]
    return [
        Hypothesis(
            name,
            value,
            df=df,
            sided=sided,
            correlations={other: r for other, r in zip(names, row, strict=True) if other != name},
        )
        for name, value, row in zip(names, p, matrix, strict=True)
    ]


def test_a_common_control_as_dunnetts_tables_have_it():
    # Two-sided 5 % points with equal arms: 3 treatments and 20 df, 2 treatments and 10 df (Dunnett
    # 1964); no df as many.
    assert tail_of_max(2.54, HALVES, 20) == pytest.approx(0.05, abs=3e-4)
    assert tail_of_max(2.57, HALVES[:2, :2], 10) == pytest.approx(0.05, abs=3e-4)
    assert tail_of_max(2.35, HALVES, None) == pytest.approx(0.05, abs=5e-4)


@pytest.mark.parametrize(("df", "sided"), [(7, 2), (7, 1), (None, 2), (None, 1)])
def test_independent_normals_multiply(df, sided):
    chance = tail_of_max(2.0, np.eye(4), df, sided=sided)
    if df is None:
        assert chance == pytest.approx(1 - (1 - sided * stats.norm.sf(2.0)) ** 4, rel=1e-9)
    else:
        scale = stats.chi(df, scale=df**-0.5)
        inside, _ = quad(
            lambda s: (1 - sided * stats.norm.sf(2.0 * s)) ** 4 * scale.pdf(s), 0, 5, epsabs=1e-12
        )
        assert chance == pytest.approx(1 - inside, rel=1e-9)


def test_all_pairs_are_the_studentized_range():
    assert common_factor(TUKEY) is None
    assert tail_of_max(2.5, TUKEY, 20) == pytest.approx(
        stats.studentized_range.sf(2.5 * np.sqrt(2), 3, 20), abs=2e-6
    )


def test_both_ways_of_integration_agree():
    from dermoutcomes_multiplicity.largest_t import _by_sequence

    factor = np.array([0.9, -0.4, 0.2])
    matrix = np.outer(factor, factor)
    np.fill_diagonal(matrix, 1.0)

    assert common_factor(matrix) == pytest.approx(factor)
    assert tail_of_max(2.2, matrix, 15) == pytest.approx(
        1 - _by_sequence(2.2, matrix, 15, 2), abs=5e-6
    )
    assert tail_of_max(2.2, matrix, 15, sided=1) == pytest.approx(
        1 - _by_sequence(2.2, matrix, 15, 1), abs=5e-6
    )


@pytest.mark.parametrize(
    "matrix", [np.ones((2, 2)), np.array([[1.0, -1.0], [-1.0, 1.0]]), np.ones((3, 3))]
)
def test_one_statistic_under_several_names_is_one(matrix):
    assert tail_of_max(2.1, matrix, 12) == pytest.approx(2 * stats.t.sf(2.1, 12), abs=3e-6)


def test_the_same_inputs_give_the_same_number(monkeypatch):
    monkeypatch.setattr(
        "dermoutcomes_multiplicity.largest_t.POWER", 10
    )  # the seeds are fixed however many points there are
    matrix = np.array([[1, 0.8, 0.1], [0.8, 1, 0.5], [0.1, 0.5, 1]])

    assert tail_of_max(2.0, matrix, 9) == tail_of_max(2.0, matrix, 9)


def test_correlation_helps_and_step_down_helps_more():
    p = [0.012, 0.02, 0.3]
    single, down = adjusted_single_step(family(p, HALVES)), adjusted_step_down(family(p, HALVES))

    assert all(one <= other for one, other in zip(single, adjusted.bonferroni(p), strict=True))
    assert all(one <= other for one, other in zip(down, adjusted.holm(p), strict=True))
    assert single[0] == pytest.approx(down[0])
    assert down[1] < single[1]
    assert down[2] == pytest.approx(0.3)


def test_without_correlations_it_is_bonferroni():
    p = [0.01, 0.02, 0.2]

    assert adjusted_single_step(
        [Hypothesis(f"h{i}", value) for i, value in enumerate(p)]
    ) == pytest.approx(adjusted.bonferroni(p))


def test_two_analyses_add_up():
    a, b = family([0.01, 0.02], HALVES[:2, :2]), [Hypothesis("other", 0.04)]

    assert adjusted_single_step([*a, *b])[0] == pytest.approx(adjusted_single_step(a)[0] + 0.01)


def test_a_missing_p_value_counts_as_another_hypothesis():
    one, two, three = family([0.01, 0.02, None], HALVES)
    decisions = ADJUSTMENTS["dunnett"].decide((one, two, three), 0.05, None)

    assert decisions[0].p_adjusted > adjusted_single_step([one, two])[0]
    assert (decisions[2].p_adjusted, decisions[2].rejected) == (None, False)


def test_extreme_p_values_stay_what_they_are():
    assert adjusted_single_step(family([0.0, 1.0, 0.5], HALVES))[:2] == [0.0, 1.0]
    assert adjusted_single_step(family([1e-200, 0.5, 0.5], HALVES, df=None))[0] < 1e-190
