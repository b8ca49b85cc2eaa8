"""Cox's model against likelihoods written out, and where it has no answer."""

from __future__ import annotations

from itertools import combinations
from math import log

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples
from dermoutcomes_survival.concordance import concordance
from dermoutcomes_survival.cox_fit import (
    fit,
    likelihood_limits,
    likelihood_ratio,
    log_likelihood,
    score_test,
    wald_test,
)
from dermoutcomes_survival.curves import curve
from dermoutcomes_survival.hazards import risks, terms
from dermoutcomes_survival.proportionality import correlations, proportionality
from dermoutcomes_survival.rank_tests import overall, rank_test
from dermoutcomes_survival.robust import robust_covariance, score_residuals

SEEDS = st.integers(0, 10_000)
TIES = st.sampled_from(["efron", "breslow", "exact"])


def of_seed(seed: int, n: int = 24) -> tuple[list[float], list[bool], np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.arange(n) % 2, rng.normal(size=n)])
    return np.ceil(rng.exponential(4, n)).tolist(), (rng.random(n) < 0.8).tolist(), x


def written_out(
    time: list[float], event: list[bool], x: np.ndarray, beta: np.ndarray, ties: str
) -> float:
    """The log partial likelihood, term by term from its definition."""
    risk, total = np.exp(x @ beta), 0.0
    for day in sorted({one for one, happened in zip(time, event, strict=True) if happened}):
        at_risk = [row for row in range(len(time)) if time[row] >= day]
        dead = [row for row in at_risk if time[row] == day and event[row]]
        total += sum(float(x[row] @ beta) for row in dead)
        whole, tied = sum(risk[row] for row in at_risk), sum(risk[row] for row in dead)
        if ties == "exact":
            total -= log(
                sum(
                    float(np.prod([risk[row] for row in chosen]))
                    for chosen in combinations(at_risk, len(dead))
                )
            )
        else:
            total -= sum(
                log(whole - (nth / len(dead) * tied if ties == "efron" else 0.0))
                for nth in range(len(dead))
            )
    return total


@settings(deadline=None, max_examples=random_examples(12))
@given(SEEDS, TIES)
def test_the_likelihood_is_its_definition_and_its_slopes_are_its_own(seed: int, ties: str) -> None:
    time, event, x = of_seed(seed, 12)
    assume(any(event))
    beta, step = np.array([0.3, -0.2]), 1e-5
    data = risks(time, event, x)
    at = terms(data, beta, ties)

    assert log_likelihood(at, beta) == pytest.approx(
        written_out(time, event, x, beta, ties), rel=1e-10
    )
    for one, by in enumerate(np.eye(2) * step):
        up, down = (terms(data, beta + sign * by, ties) for sign in (1, -1))
        assert (log_likelihood(up, beta + by) - log_likelihood(down, beta - by)) / (
            2 * step
        ) == pytest.approx((at.x - at.mean).sum(axis=0)[one], abs=1e-5)
        assert ((down.x - down.mean).sum(axis=0) - (up.x - up.mean).sum(axis=0))[one] / (
            -2 * step
        ) == pytest.approx(-at.covariance.sum(axis=0)[one, one], abs=1e-4)


def test_the_remission_trial_as_printed() -> None:
    """6-mercaptopurine against placebo (Freireich 1963).

    Log hazard ratio 1.5721 with Efron's ties, 1.5092 with Breslow's.
    """
    treated, control = (
        [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
        [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
    )
    censored = {3, 5, 7, 8, 11, 12, 13, 16, 17, 18, 19, 20}
    time, event = (
        [*map(float, treated), *map(float, control)],
        [row not in censored for row in range(21)] + [True] * 21,
    )
    x = np.array([[0.0]] * 21 + [[1.0]] * 21)

    assert [
        fit(time, event, x, ties=ties).beta[0] for ties in ("efron", "breslow", "exact")
    ] == pytest.approx([1.57213, 1.50919, 1.62822], abs=1e-4)
    assert fit(time, event, x).covariance[0, 0] ** 0.5 == pytest.approx(0.41240, abs=1e-4)
    exact = score_test(fit(time, event, x, ties="exact"))
    assert exact == pytest.approx(overall(rank_test(time, event, [0] * 21 + [1] * 21, 2)))


@settings(deadline=None, max_examples=random_examples(10))
@given(SEEDS)
def test_order_units_and_arms(seed: int) -> None:
    time, event, x = of_seed(seed)
    found = fit(time, event, x)
    turned = fit(
        [3 * value for value in time[::-1]],
        event[::-1],
        np.column_stack([1 - x[::-1, 0], 100 + 10 * x[::-1, 1]]),
    )

    assert turned.beta == pytest.approx(found.beta * [-1, 0.1], rel=1e-8, abs=1e-10)
    assert turned.log_likelihood == pytest.approx(found.log_likelihood, rel=1e-10)
    assert all(0 <= test(found).p_value <= 1 for test in (likelihood_ratio, score_test, wald_test))


def test_strata_of_one_kind_add_up() -> None:
    time, event, x = of_seed(5, 40)
    strata = [number % 2 for number in range(0, 80, 2)]

    assert fit(time, event, x, strata).beta == pytest.approx(fit(time, event, x).beta)
    split = fit(time, event, x, [f"s{row // 20}" for row in range(40)])
    parts = sum(
        log_likelihood(
            terms(risks(time[part], event[part], x[part] - x.mean(axis=0)), split.beta, "efron"),
            split.beta,
        )
        for part in (slice(0, 20), slice(20, 40))
    )
    assert split.log_likelihood == pytest.approx(parts)


@settings(deadline=None, max_examples=random_examples(3))
@given(SEEDS, TIES)
def test_profile_limits_lie_where_the_likelihood_has_fallen(seed: int, ties: str) -> None:
    time, event, x = of_seed(seed)
    found = fit(time, event, x[:, :1], ties=ties)
    data = risks(time, event, x[:, :1])
    limits = likelihood_limits(found, 0)
    assert None not in limits
    for limit in limits:
        at = np.array([limit])
        assert 2 * (
            found.log_likelihood - log_likelihood(terms(data, at, ties), at)
        ) == pytest.approx(3.841458820694124, abs=1e-6)


@settings(deadline=None, max_examples=random_examples(10))
@given(SEEDS, st.sampled_from(["efron", "breslow"]))
def test_score_residuals_add_up_to_nothing(seed: int, ties: str) -> None:
    time, event, x = of_seed(seed)
    residuals = score_residuals(fit(time, event, x, ties=ties), len(time))

    assert residuals.sum(axis=0) == pytest.approx([0, 0], abs=1e-8)


def test_a_subject_counted_twice_is_one_cluster() -> None:
    """Doubling all data halves the model's variance; the robust one, by subject, stays."""
    time, event, x = of_seed(7, 60)
    names = [str(row) for row in range(60)]
    one, two = (
        fit(time, event, x, ties="breslow"),
        fit(time * 2, event * 2, np.vstack([x, x]), ties="breslow"),
    )

    assert two.covariance == pytest.approx(one.covariance / 2, rel=1e-8)
    assert robust_covariance(two, names * 2) == pytest.approx(
        robust_covariance(one, names), rel=1e-8
    )
    with pytest.raises(ValueError, match=r"^no_robust_variance: "):
        robust_covariance(fit(time, event, x, ties="exact"), names)


def test_hazards_that_cross_are_seen() -> None:
    rng = np.random.default_rng(2)
    x = np.repeat([[0.0], [1.0]], 150, axis=0)
    time = np.where(x[:, 0] == 0, rng.weibull(0.6, 300), rng.weibull(3.0, 300))
    found = fit(time.tolist(), [True] * 300, x)
    everybody = curve(time.tolist(), [True] * 300)
    test = proportionality(found, everybody, {"arm": [0]})["arm"]

    assert test is not None
    assert test.p_value < 1e-6
    assert correlations(found, everybody)[0] > 0.2


def test_residuals_of_tied_events_know_no_order() -> None:
    """A covariate that is turned round turns its correlation round.

    Whatever the order of events at one time.
    """
    time, event = [1.0, 1, 1, 2, 2, 3, 3, 3, 4, 5], [True] * 9 + [False]
    x = np.array([[0.0], [2], [1], [3], [0], [1], [1], [4], [2], [0]])
    everybody = curve(time, event)

    assert correlations(fit(time, event, -x), everybody) == pytest.approx(
        -correlations(fit(time, event, x), everybody), rel=1e-9
    )


def test_predictions_apart_by_rounding_are_equal() -> None:
    """0.1 + 0.2 and 0.3 stand for one set of covariates, summed in two orders."""
    assert concordance([1.0, 2.0], [True, True], np.array([0.1 + 0.2, 0.3])).estimate == 0.5


def test_concordance_counts_ordered_pairs() -> None:
    time, event, hazard = [1.0, 2, 3, 3], [True, False, True, False], np.array([3.0, 1, 2, 2])

    assert concordance(time, event, hazard).estimate == pytest.approx((3 + 0.5) / 4)
    with pytest.raises(ValueError, match="no pair"):
        concordance([1.0, 2.0], [False, False], np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("event", "x", "code"),
    [
        ([False] * 6, [0, 1] * 3, "no_events"),
        ([True] * 6, [1] * 6, "not_estimable"),
        ([True, True, True, False, False, False], [1, 1, 1, 0, 0, 0], "monotone"),
    ],
)
def test_hopeless_data_are_named(event: list[bool], x: list[float], code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}: "):
        fit([1.0, 2, 3, 4, 5, 6], event, np.array(x, dtype=float)[:, None])
