"""Score intervals of two proportions.

Every small table, both symmetries, and the test that they invert.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import inf, isfinite, log

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import nchypergeom_fisher

from dermoutcomes_proportions.conditional_odds import (
    conditional_odds_ratio,
    exact_odds_ratio_interval,
)
from dermoutcomes_proportions.counts import fisher_p
from dermoutcomes_proportions.difference_intervals import DIFFERENCE
from dermoutcomes_proportions.difference_score import (
    difference_score,
    gart_nam,
    mee,
    miettinen_nurminen,
)
from dermoutcomes_proportions.ratio_intervals import odds_ratio, risk_ratio
from dermoutcomes_proportions.ratio_scores import (
    koopman,
    odds_ratio_gart,
    odds_ratio_score,
    risk_ratio_score,
)
from dermoutcomes_proportions.restricted import at_difference, at_odds_ratio, at_ratio

Z = float(ndtri(0.975))
SIZES = [(n1, n2) for n1, n2 in product(range(1, 7), repeat=2) if n1 + n2 > 1]
TABLES = [((x1, x2), n) for n in SIZES for x1, x2 in product(range(n[0] + 1), range(n[1] + 1))]


@cache
def intervals(method):
    return {(events, n): method(events, n) for events, n in TABLES}


@pytest.mark.parametrize("method", [miettinen_nurminen, mee, gart_nam])
def test_every_table_has_limits_that_hold_the_estimate(method):
    for (events, n), (low, high) in intervals(method).items():
        assert -1 <= low <= events[0] / n[0] - events[1] / n[1] <= high <= 1
        assert high > low


@pytest.mark.parametrize("method", [miettinen_nurminen, mee, gart_nam])
def test_swapping_arms_turns_the_interval(method):
    found = intervals(method)
    for (events, n), (low, high) in found.items():
        assert found[events[::-1], n[::-1]] == pytest.approx((-high, -low), abs=1e-11)


@pytest.mark.parametrize("method", [miettinen_nurminen, mee, gart_nam])
def test_counting_the_others_turns_the_interval(method):
    found = intervals(method)
    for (events, n), (low, high) in found.items():
        assert found[(n[0] - events[0], n[1] - events[1]), n] == pytest.approx(
            (-high, -low), abs=1e-11
        )


@pytest.mark.parametrize("method", [miettinen_nurminen, mee])
def test_more_events_in_the_first_arm_move_both_limits_up(method):
    found = intervals(method)
    for (events, n), (low, high) in found.items():
        if events[0] < n[0]:
            following = found[(events[0] + 1, events[1]), n]
            assert following.low >= low - 1e-11
            assert following.high >= high - 1e-11


def test_the_interval_holds_what_the_test_does_not_reject():
    for (events, n), (low, high) in intervals(miettinen_nurminen).items():
        for difference in np.linspace(-0.98, 0.98, 15):
            if min(abs(difference - low), abs(difference - high)) > 1e-9:
                assert (low < difference < high) == (
                    abs(difference_score(events, n, difference)) < Z
                )


def log_likelihood(events, n, p1, p2):
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [
            np.where(k == 0, 0.0, k * np.log(p))
            for x, m, of in ((events[0], n[0], p1), (events[1], n[1], p2))
            for k, p in ((x, of), (m - x, 1 - of))
        ]
    return sum(parts)


def test_restricted_shares_are_the_likeliest_of_a_fine_grid():
    for (events, n), difference in product(TABLES[::7], (-0.6, -0.05, 0.0, 0.3, 0.9)):
        p2 = np.linspace(max(0.0, -difference), min(1.0, 1 - difference), 2001)
        best = log_likelihood(events, n, np.clip(p2 + difference, 0, 1), p2).max()
        ours = at_difference(events, n, difference)

        assert ours[0] - ours[1] == pytest.approx(difference, abs=1e-15)
        assert log_likelihood(events, n, *ours) >= best - 1e-12


def test_restricted_shares_of_ratios_are_the_likeliest_of_a_fine_grid():
    for (events, n), ratio in product(TABLES[::11], (0.2, 1.0, 3.0)):
        p2 = np.linspace(0, min(1.0, 1 / ratio), 2001)
        assert (
            log_likelihood(events, n, *at_ratio(events, n, ratio))
            >= log_likelihood(events, n, np.clip(ratio * p2, 0, 1), p2).max() - 1e-9
        )
        q2 = np.linspace(0, 1, 2001)
        shares, others = at_odds_ratio(events, n, ratio)
        assert (
            log_likelihood(events, n, *shares)
            >= log_likelihood(events, n, ratio * q2 / (1 - q2 + ratio * q2), q2).max() - 1e-9
        )
        assert [p + q for p, q in zip(shares, others, strict=True)] == pytest.approx(
            [1.0, 1.0], abs=1e-12
        )


@pytest.mark.parametrize(
    ("method", "estimate"),
    [(risk_ratio_score, risk_ratio), (koopman, risk_ratio), (odds_ratio_score, odds_ratio)],
)
def test_limits_of_ratios_hold_the_estimate_and_turn_with_the_arms(method, estimate):
    for events, n in TABLES[::2]:
        low, high = method(events, n)
        ratio = estimate(events, n).estimate
        turned = method(events[::-1], n[::-1])

        assert not ratio < low * (1 - 1e-12)
        assert not ratio > high * (1 + 1e-12)
        assert high > low * 1.01
        assert turned == pytest.approx(
            (1 / high if high else inf, 1 / low if low else inf), rel=1e-9
        )


@pytest.mark.parametrize("method", [odds_ratio_score, odds_ratio_gart, exact_odds_ratio_interval])
def test_odds_of_the_others_are_one_over(method):
    for events, n in TABLES[::3]:
        low, high = method(events, n)
        assert method((n[0] - events[0], n[1] - events[1]), n) == pytest.approx(
            (1 / high if high else inf, 1 / low if low else inf), rel=1e-9
        )


@pytest.mark.parametrize(
    ("method", "open_low", "open_high"),
    [
        (risk_ratio_score, lambda e, n: e[0] == 0, lambda e, n: e[1] == 0),
        (
            odds_ratio_score,
            lambda e, n: e[0] == 0 or e[1] == n[1],
            lambda e, n: e[1] == 0 or e[0] == n[0],
        ),
        (
            exact_odds_ratio_interval,
            lambda e, n: e[0] == 0 or e[1] == n[1],
            lambda e, n: e[1] == 0 or e[0] == n[0],
        ),
    ],
)
def test_limits_are_zero_or_infinite_only_where_cells_are_empty(method, open_low, open_high):
    for events, n in TABLES[::3]:
        low, high = method(events, n)
        assert (low == 0) == open_low(events, n)
        assert isfinite(high) != open_high(events, n)


def test_exact_limits_of_the_odds_ratio_are_where_a_tail_is_half_of_alpha():
    for events, n in [
        ((6, 2), (7, 7)),
        ((3, 5), (12, 9)),
        ((1, 0), (5, 6)),
        ((250, 1), (350, 167)),
    ]:
        low, high = exact_odds_ratio_interval(events, n)
        law = [
            nchypergeom_fisher(sum(n), sum(events), n[0], limit) if 0 < limit < inf else None
            for limit in (low, high)
        ]

        assert law[0] is None or law[0].sf(events[0] - 1) == pytest.approx(0.025, rel=1e-9)
        assert law[1] is None or law[1].cdf(events[0]) == pytest.approx(0.025, rel=1e-9)


def test_the_conditional_odds_ratio_makes_the_observed_count_the_expected_one():
    ratio = conditional_odds_ratio((250, 1), (350, 167))

    assert nchypergeom_fisher(517, 251, 350, ratio).mean() == pytest.approx(250, rel=1e-12)
    assert conditional_odds_ratio((3, 3), (8, 8)) == pytest.approx(1.0)


def test_the_exact_interval_and_the_one_sided_exact_test_agree():
    for events, n in [((6, 2), (7, 7)), ((5, 1), (6, 6)), ((9, 3), (12, 11))]:
        assert (exact_odds_ratio_interval(events, n)[0] > 1) == (
            fisher_p(events, n, "greater") < 0.025
        )


@pytest.mark.parametrize("name", sorted(DIFFERENCE))
def test_a_higher_level_makes_a_wider_interval(name):
    for events, n in (((3, 9), (10, 12)), ((0, 4), (6, 5)), ((6, 6), (6, 6))):
        narrow, wide = (DIFFERENCE[name](events, n, level) for level in (0.8, 0.99))
        assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_large_arms_have_narrow_intervals_around_the_estimate():
    low, high = miettinen_nurminen((50_000, 49_000), (100_000, 100_000))
    ratio = risk_ratio_score((50_000, 49_000), (100_000, 100_000))

    assert (low + high) / 2 == pytest.approx(0.01, abs=1e-6)
    assert log(ratio.high / ratio.low) == pytest.approx(
        2 * Z * (1 / 50_000 + 1 / 49_000 - 2 / 100_000) ** 0.5, rel=1e-3
    )


def test_a_ratio_where_everybody_responded_has_two_limits():
    low, high = koopman((10, 10), (10, 10))

    # (1 - R)^2 = z^2 R (1 - R) / 10 below 1, and the inverse above.
    assert low == pytest.approx(10 / (10 + Z**2), rel=1e-9)
    assert high == pytest.approx(1 / low, rel=1e-9)
