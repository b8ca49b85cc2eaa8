"""Multiplicity procedures: against brute force, in what they allow, and in what they say."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import Hypothesis, StudyError
from dermoutcomes.testing import AdjustmentContract, random_examples
from dermoutcomes_multiplicity import adjusted, register_adjustments

ADJUSTMENTS = {adjustment.name: adjustment for adjustment in register_adjustments()}
FAMILY = st.lists(st.floats(0, 1), min_size=1, max_size=6)
quick = settings(deadline=None, max_examples=random_examples(60))


def decide(name, *p_values, alpha=0.05, weights=None):
    weights = weights or [1.0] * len(p_values)
    hypotheses = tuple(
        Hypothesis(f"h{i}", p, weight=w)
        for i, (p, w) in enumerate(zip(p_values, weights, strict=True), 1)
    )
    return list(ADJUSTMENTS[name].decide(hypotheses, alpha, ADJUSTMENTS[name].options()))


def closed(p, local):
    """Adjusted p-values of the closed test.

    The largest p-value of all intersections that contain the hypothesis.
    """
    subsets = [
        subset for size in range(1, len(p) + 1) for subset in combinations(range(len(p)), size)
    ]
    return [
        max(min(1.0, local([p[i] for i in subset])) for subset in subsets if index in subset)
        for index in range(len(p))
    ]


def simes(p):
    return min(len(p) * value / rank for rank, value in enumerate(sorted(p), 1))


class TestBonferroni(AdjustmentContract):
    adjustment = ADJUSTMENTS["bonferroni"]


class TestHolm(AdjustmentContract):
    adjustment = ADJUSTMENTS["holm"]


class TestHochberg(AdjustmentContract):
    adjustment = ADJUSTMENTS["hochberg"]


class TestHommel(AdjustmentContract):
    adjustment = ADJUSTMENTS["hommel"]


class TestBenjaminiHochberg(AdjustmentContract):
    adjustment = ADJUSTMENTS["benjamini_hochberg"]


class TestFixedSequence(AdjustmentContract):
    adjustment = ADJUSTMENTS["fixed_sequence"]


class TestAllMustWin(AdjustmentContract):
    adjustment = ADJUSTMENTS["all_must_win"]


class TestSidak(AdjustmentContract):
    adjustment = ADJUSTMENTS["sidak"]


class TestHolmSidak(AdjustmentContract):
    adjustment = ADJUSTMENTS["holm_sidak"]


class TestBenjaminiYekutieli(AdjustmentContract):
    adjustment = ADJUSTMENTS["benjamini_yekutieli"]


class TestTruncatedHolm(AdjustmentContract):
    adjustment = ADJUSTMENTS["truncated_holm"]


@quick
@given(FAMILY)
def test_holm_is_the_closed_bonferroni_test(p):
    assert adjusted.holm(p) == pytest.approx(
        closed(p, lambda part: len(part) * min(part)), rel=1e-12
    )


@quick
@given(FAMILY)
def test_hommel_is_the_closed_simes_test(p):
    assert adjusted.hommel(p) == pytest.approx(closed(p, simes), rel=1e-12)


@quick
@given(FAMILY)
def test_stronger_procedures_never_adjust_more(p):
    every = zip(
        adjusted.bonferroni(p),
        adjusted.holm(p),
        adjusted.hochberg(p),
        adjusted.hommel(p),
        p,
        strict=True,
    )
    assert all(a >= b >= c - 1e-15 and c >= d - 1e-15 and d >= raw for a, b, c, d, raw in every)


@quick
@given(FAMILY, st.randoms(use_true_random=False))
def test_the_order_of_hypotheses_does_not_matter(p, chance):
    order = list(range(len(p)))
    chance.shuffle(order)
    for function in (
        adjusted.bonferroni,
        adjusted.holm,
        adjusted.hochberg,
        adjusted.hommel,
        adjusted.benjamini_hochberg,
        adjusted.benjamini_yekutieli,
        adjusted.sidak,
        adjusted.holm_sidak,
    ):
        there = function(p)

        assert function([p[i] for i in order]) == [there[i] for i in order]


def test_weights_share_the_level_out():
    assert adjusted.bonferroni([0.02, 0.02], [3.0, 1.0]) == pytest.approx([0.08 / 3, 0.08])
    assert adjusted.holm([0.02, 0.02], [3.0, 1.0]) == pytest.approx([0.08 / 3, 0.08 / 3])


def test_a_missing_p_value_counts_in_the_family():
    one, missing, other = decide("holm", 0.02, None, 0.03)

    assert (one.p_adjusted, one.rejected) == (pytest.approx(0.06), False)
    assert (missing.p_adjusted, missing.rejected) == (None, False)
    assert "no p-value" in missing.reason
    assert other.p_adjusted == pytest.approx(0.06)


def test_a_sequence_stops_at_the_first_that_is_not_rejected():
    assert [decision.rejected for decision in decide("fixed_sequence", 0.01, 0.2, 0.001)] == [
        True,
        False,
        False,
    ]


def test_a_sequence_stops_at_one_that_could_not_be_tested():
    assert [decision.rejected for decision in decide("fixed_sequence", 0.01, None, 0.001)] == [
        True,
        False,
        False,
    ]


def test_all_win_together():
    assert [
        (decision.rejected, decision.p_adjusted) for decision in decide("all_must_win", 0.01, 0.04)
    ] == [(True, 0.04), (True, 0.04)]


def test_one_that_loses_is_named_to_all():
    assert ["h2" in decision.reason for decision in decide("all_must_win", 0.01, 0.06)] == [
        True,
        True,
    ]


def test_why_one_is_not_rejected_is_said():
    close, far = decide("bonferroni", 0.04, 0.6)

    assert close.reason == "Its own p-value is within 0.05, but not after adjustment (0.080)."
    assert far.reason == "Its p-value is above 0.05."


def test_a_p_value_at_alpha_is_rejected():
    assert decide("bonferroni", 0.025, 0.9)[0].rejected


def test_weights_are_refused_where_they_would_be_ignored():
    with pytest.raises(StudyError, match="h2 = 2"):
        decide("hommel", 0.01, 0.02, weights=[1.0, 2.0])


def test_a_weight_of_nothing_is_refused():
    with pytest.raises(StudyError, match="above zero"):
        decide("holm", 0.01, 0.02, weights=[1.0, 0.0])


@quick
@given(FAMILY)
def test_holm_sidak_is_the_closed_sidak_test(p):
    assert adjusted.holm_sidak(p) == pytest.approx(
        closed(p, lambda part: 1 - (1 - min(part)) ** len(part)), rel=1e-9, abs=1e-12
    )


@quick
@given(FAMILY)
def test_truncated_holm_lies_between_bonferroni_and_holm(p):
    assert adjusted.truncated_holm(p, 0) == pytest.approx(adjusted.bonferroni(p), rel=1e-12)
    assert adjusted.truncated_holm(p, 1) == pytest.approx(adjusted.holm(p), rel=1e-12)
    for low, half, high in zip(
        adjusted.holm(p), adjusted.truncated_holm(p, 0.5), adjusted.bonferroni(p), strict=True
    ):
        assert low - 1e-12 <= half <= high + 1e-12


def test_a_small_p_value_keeps_its_digits():
    assert adjusted.sidak([1e-18, 1.0]) == pytest.approx([2e-18, 1.0], rel=1e-12)


def test_only_false_discovery_rates_hold_no_familywise_error():
    assert {name for name, adjustment in ADJUSTMENTS.items() if not adjustment.familywise} == {
        "benjamini_hochberg",
        "benjamini_yekutieli",
    }
