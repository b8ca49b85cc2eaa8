"""Limits of every interval on tables drawn at random.

On the scale, around the estimate, and with p.
"""

from __future__ import annotations

from math import inf, isnan

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from dermoutcomes.testing import random_examples
from dermoutcomes_proportions.conditional_odds import (
    conditional_odds_ratio,
    exact_odds_ratio_interval,
)
from dermoutcomes_proportions.counts import binomial_p, fisher_p, one_sample_score
from dermoutcomes_proportions.difference_intervals import DIFFERENCE
from dermoutcomes_proportions.difference_score import difference_score
from dermoutcomes_proportions.intervals import ONE_SAMPLE
from dermoutcomes_proportions.mantel_haenszel import (
    Stratum,
    pooled_difference,
    pooled_logit,
    pooled_odds_ratio,
    pooled_ratio,
)
from dermoutcomes_proportions.ratio_intervals import log_interval, odds_ratio, risk_ratio
from dermoutcomes_proportions.ratio_scores import (
    koopman,
    odds_ratio_gart,
    odds_ratio_score,
    risk_ratio_score,
)
from dermoutcomes_proportions.stratified_intervals import (
    pooled_over_iterated,
    stratified_miettinen_nurminen,
    stratified_newcombe,
    stratified_score,
)

quick = settings(deadline=None, max_examples=random_examples(20))
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])
SLACK = 1e-9
# An estimate and so many standard errors to both sides, not cut at the ends of the scale.
UNCUT = {"wald", "agresti_caffo", "agresti_coull", "hauck_anderson"}


@st.composite
def counts(draw, largest=60):
    n = draw(st.integers(1, largest))
    return draw(st.one_of(st.sampled_from([0, n]), st.integers(0, n))), n


@st.composite
def strata_of(draw):
    pairs = draw(st.lists(st.tuples(counts(15), counts(15)), min_size=1, max_size=4))
    return [Stratum((one[0], other[0]), (one[1], other[1])) for one, other in pairs]


def quantile(confidence):
    return float(ndtri((1 + confidence) / 2))


def near(z, confidence):
    """So near the critical value that rounding decides."""
    return abs(abs(z) - quantile(confidence)) < 1e-6


@pytest.mark.parametrize("name", sorted(ONE_SAMPLE))
@quick
@given(counts(), LEVELS)
def test_a_share_has_limits_around_it(name, count, confidence):
    events, n = count
    low, high = ONE_SAMPLE[name](events, n, confidence)

    assert low - SLACK <= events / n <= high + SLACK
    if name not in UNCUT:
        assert low >= 0
        assert high <= 1


@quick
@given(counts(), LEVELS, st.sampled_from(["0.1", "0.25", "0.5", "0.9"]))
def test_a_share_is_outside_the_limits_where_its_p_value_is_small(count, confidence, null):
    events, n = count
    exact = ONE_SAMPLE["clopper_pearson"](events, n, confidence)
    score = ONE_SAMPLE["wilson"](events, n, confidence)
    z, _ = one_sample_score(events, n, float(null))

    if not near(z, confidence):
        assert (abs(z) > quantile(confidence)) == (not score.low <= float(null) <= score.high)
    greater = binomial_p(events, n, float(null), "greater")
    if abs(greater - (1 - confidence) / 2) > SLACK:
        assert (greater < (1 - confidence) / 2) == (exact.low > float(null))


@pytest.mark.parametrize("name", sorted(DIFFERENCE))
@quick
@given(counts(), counts(), LEVELS)
def test_a_difference_has_limits_around_it(name, one, other, confidence):
    events, n = (one[0], other[0]), (one[1], other[1])
    estimate = events[0] / n[0] - events[1] / n[1]
    low, high = DIFFERENCE[name](events, n, confidence)

    if name == "agresti_caffo":  # its centre is that of the arms with two further subjects
        estimate = (events[0] + 1) / (n[0] + 2) - (events[1] + 1) / (n[1] + 2)
    assert low - SLACK <= estimate <= high + SLACK
    if name not in UNCUT:
        assert low >= -1 - SLACK
        assert high <= 1 + SLACK


@quick
@given(counts(), counts(), LEVELS)
def test_a_score_interval_leaves_out_equality_where_its_p_value_is_small(one, other, confidence):
    events, n = (one[0], other[0]), (one[1], other[1])
    z = difference_score(events, n)
    assume(not near(z, confidence))
    for interval, equal in (
        (DIFFERENCE["miettinen_nurminen"], 0),
        (risk_ratio_score, 1),
        (odds_ratio_score, 1),
    ):
        low, high = interval(events, n, confidence)
        assert (abs(z) > quantile(confidence)) == (not low <= equal <= high)


@quick
@given(counts(), counts(), LEVELS)
def test_a_ratio_has_limits_around_it(one, other, confidence):
    events, n = (one[0], other[0]), (one[1], other[1])
    for ratio, intervals in (
        (risk_ratio(events, n), (risk_ratio_score, koopman)),
        (odds_ratio(events, n), (odds_ratio_score, odds_ratio_gart)),
    ):
        for low, high in (interval(events, n, confidence) for interval in intervals):
            assert 0 <= low <= high <= inf
            if not isnan(ratio.estimate):  # without events in either arm there is no ratio
                assert low * (1 - SLACK) <= ratio.estimate <= high * (1 + SLACK)


@quick
@given(counts(30), counts(30), LEVELS)
def test_an_exact_odds_ratio_has_limits_around_it_and_with_its_p_value(one, other, confidence):
    events, n = (one[0], other[0]), (one[1], other[1])
    low, high = exact_odds_ratio_interval(events, n, confidence)
    estimate, greater = conditional_odds_ratio(events, n), fisher_p(events, n, "greater")

    assert 0 <= low <= high <= inf
    assert isnan(estimate) or low * (1 - SLACK) <= estimate <= high * (1 + SLACK)
    if abs(greater - (1 - confidence) / 2) > SLACK:
        assert (greater < (1 - confidence) / 2) == (low > 1)


@quick
@given(strata_of(), LEVELS)
@example([Stratum((0, 0), (3, 1)), Stratum((3, 0), (3, 3))], 0.95)
def test_a_difference_over_strata_has_limits_around_it(strata, confidence):
    pooled, iterated = pooled_difference(strata).estimate, pooled_over_iterated(strata)
    score = stratified_miettinen_nurminen
    for estimate, (low, high) in (
        (pooled, stratified_newcombe(strata, confidence)),
        (pooled, score(strata, confidence)),
        (iterated, score(strata, confidence, iterated=True)),
    ):
        assert -1 <= low <= estimate + SLACK
        assert estimate - SLACK <= high <= 1


@quick
@given(strata_of(), LEVELS)
@example([Stratum((1, 0), (1, 7)), Stratum((2, 4), (2, 4))], 0.99)
def test_a_score_interval_over_strata_leaves_out_zero_only_where_p_is_small(strata, confidence):
    """The converse needs strata that vary: one in which all respond has little variance near 0."""
    for iterated in (False, True):
        z = stratified_score(strata, 0.0, iterated=iterated)
        low, high = stratified_miettinen_nurminen(strata, confidence, iterated=iterated)
        if near(z, confidence):
            continue
        assert abs(z) > quantile(confidence) or low <= 0 <= high
        if all(0 < sum(stratum.events) < sum(stratum.n) for stratum in strata):
            assert abs(z) < quantile(confidence) or not low <= 0 <= high


@quick
@given(strata_of(), LEVELS)
def test_a_ratio_over_strata_has_limits_around_it(strata, confidence):
    for ratio in (pooled_ratio(strata), pooled_odds_ratio(strata), pooled_logit(strata)):
        limits = log_interval(ratio, confidence)
        if limits is not None:
            low, high = limits
            assert 0 <= low * (1 - SLACK) <= ratio.estimate <= high * (1 + SLACK)
