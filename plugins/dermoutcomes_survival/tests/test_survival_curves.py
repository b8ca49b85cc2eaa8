"""Curves, their limits and means, and rank tests, against counting by hand and each other."""

from __future__ import annotations

from itertools import permutations
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples
from dermoutcomes_survival.curves import curve, limits, median, quantile, restricted_mean
from dermoutcomes_survival.rank_tests import one_step, overall, rank_test, trend
from dermoutcomes_survival.runs import Seen, Spell, duration, sustained

TIMES = st.lists(st.tuples(st.integers(0, 12).map(float), st.booleans()), min_size=1, max_size=25)
# Freireich 1963: weeks of remission under 6-mercaptopurine and placebo; + is censored.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(text: str) -> tuple[list[float], list[bool]]:
    return [float(word.strip("+")) for word in text.split()], [
        not word.endswith("+") for word in text.split()
    ]


def both() -> tuple[list[float], list[bool], list[int]]:
    (first, happened), (second, also) = read(MERCAPTOPURINE), read(PLACEBO)
    return first + second, happened + also, [0] * len(first) + [1] * len(second)


def by_hand(rows: list[tuple[float, bool]], day: float) -> float:
    """The product over days with an event, one subject counted at a time."""
    survival = 1.0
    for time in sorted({time for time, event in rows if event and time <= day}):
        at_risk = sum(other >= time for other, _ in rows)
        survival *= 1 - sum(other == time and event for other, event in rows) / at_risk
    return survival


def test_the_curve_of_a_published_trial() -> None:
    """As printed in textbooks: S(6) = 0.857, S(10) = 0.753, S(23) = 0.448; median 23."""
    found = curve(*read(MERCAPTOPURINE))

    assert [found.survival_at(week) for week in (6, 10, 23)] == pytest.approx(
        [0.857, 0.753, 0.448], abs=5e-4
    )
    assert found.std_error_at(10) == pytest.approx(0.0963, abs=5e-5)
    assert quantile(found, 0.5).estimate == 23


def test_the_log_rank_test_of_a_published_trial() -> None:
    test = rank_test(*both(), 2)

    assert overall(test).statistic == pytest.approx(16.793, abs=5e-4)
    assert test.expected == pytest.approx([19.251, 10.749], abs=5e-4)


@settings(deadline=None, max_examples=random_examples(30))
@given(TIMES)
def test_a_curve_is_the_product_of_its_steps(rows: list[tuple[float, bool]]) -> None:
    found = curve(*zip(*rows, strict=True))

    assert [found.survival_at(day) for day in range(14)] == pytest.approx(
        [by_hand(rows, day) for day in range(14)], abs=1e-12
    )
    assert [found.risk_at(day) for day in range(14)] == [
        sum(time >= day for time, _ in rows) for day in range(14)
    ]
    assert restricted_mean(found, 12).estimate == pytest.approx(
        sum(by_hand(rows, day) for day in range(12)), abs=1e-9
    )


@settings(deadline=None, max_examples=random_examples(30))
@given(TIMES, st.sampled_from(["log-log", "log", "plain"]), st.sampled_from([0.8, 0.95]))
def test_limits_hold_the_curve_between_them(
    rows: list[tuple[float, bool]], transform: str, level: float
) -> None:
    found = curve(*zip(*rows, strict=True))
    within = limits(found, level, transform)
    known = found.survival > 0

    assert (within.low[known] <= found.survival[known] + 1e-12).all()
    assert (within.high[known] >= found.survival[known] - 1e-12).all()
    assert ((within.low[known] >= 0) & (within.high[known] <= 1)).all()
    assert np.isnan(within.low[~known]).all()


def test_without_censoring_greenwood_is_binomial() -> None:
    found = curve([1.0, 2, 3, 4, 5, 6, 7, 8], [True] * 8)

    assert found.survival_at(3) == pytest.approx(5 / 8)
    assert found.std_error_at(3) == pytest.approx(sqrt(5 / 8 * 3 / 8 / 8))
    assert quantile(found, 0.5).estimate == 4.5  # flat at one half from 4 to 5
    assert limits(found, 0.95, "plain").low[2] == pytest.approx(
        5 / 8 - 1.959963984540054 * sqrt(15 / 512)
    )


def test_a_curve_that_stays_at_one_half_reached_its_median_when_it_came_there() -> None:
    """R's survfit prints 17; its quantile(), which goes on to the last time, 41."""
    found = curve([2.0, 12, 17, 65], [False, False, True, False])

    assert median(found).estimate == 17
    assert quantile(found, 0.5).estimate == 41


@settings(deadline=None, max_examples=random_examples(20))
@given(TIMES, st.floats(0.5, 20))
def test_another_unit_of_time_changes_times_only(
    rows: list[tuple[float, bool]], factor: float
) -> None:
    time, event = zip(*rows, strict=True)
    one, other = curve(time, event), curve([factor * value for value in time], event)

    assert one.survival == pytest.approx(other.survival)
    assert restricted_mean(other, 12 * factor).std_error == pytest.approx(
        factor * restricted_mean(one, 12).std_error, rel=1e-9, abs=1e-12
    )


@settings(deadline=None, max_examples=random_examples(20))
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6).map(float), st.booleans(), st.integers(0, 2), st.sampled_from("xy")
        ),
        min_size=4,
        max_size=25,
    ),
    st.sampled_from(["log_rank", "peto_peto", "gehan", "tarone_ware"]),
)
def test_rank_tests_do_not_mind_order_and_names(
    rows: list[tuple[float, bool, int, str]], weights: str
) -> None:
    time, event, group, strata = zip(*rows, strict=True)
    plain, turned = (
        rank_test(*part, 3, names, weights)
        for part, names in (
            ((time, event, group), strata),
            ((time[::-1], event[::-1], [2 - one for one in group[::-1]]), strata[::-1]),
        )
    )

    assert plain.observed - plain.expected == pytest.approx(
        (turned.observed - turned.expected)[::-1], abs=1e-9
    )
    assert plain.covariance == pytest.approx(turned.covariance[::-1, ::-1], abs=1e-9)
    assert (plain.observed - plain.expected).sum() == pytest.approx(0, abs=1e-9)
    try:
        assert 0 <= overall(plain).p_value <= 1
    except ValueError:
        assert not plain.covariance.any() or (plain.expected > 0).sum() < 2


def test_without_censoring_scores_have_the_mean_and_variance_of_all_allocations() -> None:
    """The log-rank statistic of small groups over all ways to allocate them: its mean is 0."""
    time, event = [1.0, 2, 3, 4, 5], [True] * 5
    values = [rank_test(time, event, group, 2) for group in set(permutations([0, 0, 1, 1, 1]))]

    assert float(np.mean([one.observed[0] - one.expected[0] for one in values])) == pytest.approx(
        0, abs=1e-12
    )


def test_gehan_is_wilcoxon_without_censoring() -> None:
    """The weighted difference counts pairs.

    Those of the first group that end first, less those that end last.
    """
    first, second = [1.0, 3, 6], [2.0, 4, 5, 7]
    test = rank_test(first + second, [True] * 7, [0] * 3 + [1] * 4, 2, weights="gehan")

    assert test.observed[0] - test.expected[0] == pytest.approx(
        sum((a < b) - (a > b) for a in first for b in second)
    )


def test_a_trend_in_two_groups_is_their_comparison() -> None:
    test = rank_test(*both(), 2)

    assert trend(test, [0, 81]) == pytest.approx(overall(test))
    assert one_step(test).estimate == pytest.approx((9 - 19.2505) / 6.2570, abs=1e-4)
    assert exp(one_step(test).estimate) < 1 < exp(one_step(test, 1).estimate)


@pytest.mark.parametrize(
    ("pattern", "options", "spell"),
    [
        ("0011", {}, Spell(3, event=True)),
        ("1011", {}, Spell(3, event=True)),
        ("1100", {}, Spell(4, event=False)),
        ("1100", {"hold": "visits"}, Spell(1, event=True)),
        ("0001", {}, Spell(4, event=False)),
        ("0001", {"n_visits": 1}, Spell(4, event=True)),
        ("1?11", {}, Spell(3, event=True)),
        ("1?11", {"skip": True}, Spell(1, event=True)),
        ("011?", {}, Spell(2, event=True)),
        ("????", {}, None),
        ("0000", {}, Spell(4, event=False)),
        ("1?1?", {}, Spell(3, event=False)),
        ("1101", {"hold": "visits"}, Spell(1, event=True)),
    ],
)
def test_a_response_that_lasts(
    pattern: str, options: dict[str, object], spell: Spell | None
) -> None:
    assert sustained(seen(pattern), **options) == spell


@pytest.mark.parametrize(
    ("pattern", "spell"),
    [
        ("0110", Spell(2, event=True)),
        ("0111", Spell(2, event=False)),
        ("0000", None),
        ("01?0", Spell(2, event=True)),
        ("0001", Spell(0, event=False)),
        ("1?1?", Spell(2, event=False)),
    ],
)
def test_how_long_a_response_lasts(pattern: str, spell: Spell | None) -> None:
    assert duration(seen(pattern)) == spell


def seen(pattern: str) -> list[Seen]:
    return [
        Seen(None, None) if sign == "?" else Seen(float(day), sign == "1")
        for day, sign in enumerate(pattern, 1)
    ]
