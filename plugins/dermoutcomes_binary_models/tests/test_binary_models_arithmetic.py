"""Logistic regression and estimating equations against formulas that hold in special cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from dermoutcomes.testing import random_examples
from dermoutcomes_binary_models.clusters import Clusters
from dermoutcomes_binary_models.designs import design
from dermoutcomes_binary_models.estimating_equations import fit
from dermoutcomes_binary_models.formulas import design_of
from dermoutcomes_binary_models.likelihood_profile import profile_interval, signed_root
from dermoutcomes_binary_models.maximum_likelihood import SeparationError, log_likelihood, separates
from dermoutcomes_binary_models.maximum_likelihood import fit as fit_logistic
from dermoutcomes_binary_models.standardisation import standardised_difference

quick = settings(deadline=None, max_examples=random_examples(15))


def data(n=60, seed=0, p=2):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.integers(0, 2, n), rng.normal(size=(n, p - 1))])
    return (rng.random(n) < 1 / (1 + np.exp(-(x @ np.linspace(-0.4, 0.8, x.shape[1]))))).astype(
        float
    ), x


def two_arms(a, n1, c, n2):
    y = np.asarray([1.0] * a + [0.0] * (n1 - a) + [1.0] * c + [0.0] * (n2 - c))
    return y, np.column_stack([np.ones(n1 + n2), [1.0] * n1 + [0.0] * n2])


def test_without_covariates_it_is_the_odds_ratio_with_woolfs_error():
    y, x = two_arms(18, 40, 8, 38)
    best = fit_logistic(y, x)

    assert best.beta[1] == pytest.approx(np.log(18 * 30 / (22 * 8)), rel=1e-12)
    assert best.covariance[1, 1] == pytest.approx(1 / 18 + 1 / 22 + 1 / 8 + 1 / 30, rel=1e-12)


@quick
@given(st.integers(0, 10_000))
def test_the_likelihood_is_highest_there(seed):
    y, x = data(seed=seed)
    best = fit_logistic(y, x)
    found = minimize(
        lambda beta: -log_likelihood(y, x @ beta),
        best.beta + 0.05,
        method="BFGS",
        options={"gtol": 1e-9},
    )

    assert -found.fun <= best.log_likelihood + 1e-9
    assert best.beta == pytest.approx(found.x, abs=1e-4)


@quick
@given(st.integers(0, 10_000), st.sampled_from([1e-9, 1e9]))
def test_units_and_order_do_not_matter(seed, unit):
    y, x = data(seed=seed)
    order, scale = np.random.default_rng(seed).permutation(len(y)), np.asarray([1.0, 1.0, unit])
    plain, other = fit_logistic(y, x), fit_logistic(y[order], (x * scale)[order])

    assert other.beta * scale == pytest.approx(plain.beta, rel=1e-8, abs=1e-10)
    assert np.sqrt(np.diag(other.covariance)) * scale == pytest.approx(
        np.sqrt(np.diag(plain.covariance)), rel=1e-8
    )


@quick
@given(st.integers(0, 10_000))
def test_profile_limits_lose_as_much_likelihood_as_they_may(seed):
    y, x = data(seed=seed)
    best, contrast = fit_logistic(y, x), np.asarray([0.0, 1.0, 0.0])
    low, high = profile_interval(y, x, best, contrast)

    assert low < best.beta[1] < high
    for at, sign in ((low, 1), (high, -1)):
        assert signed_root(y, x, best, contrast, at) == pytest.approx(
            sign * 1.959963984540054, abs=1e-7
        )


def test_a_contrast_of_two_coefficients_is_profiled_as_one():
    y, x = data(p=3)
    turned = x.copy()
    turned[:, 3] = x[:, 2] + x[:, 3]
    # b2 x2 + b3 x3 = (b2 - b3) x2 + b3 (x2 + x3)
    whole = profile_interval(y, x, fit_logistic(y, x), np.asarray([0.0, 0.0, 1.0, -1.0]))
    single = profile_interval(y, turned, fit_logistic(y, turned), np.asarray([0.0, 0.0, 1.0, 0.0]))

    assert whole == pytest.approx(single, rel=1e-7)


@pytest.mark.parametrize("table", [(5, 5, 2, 6), (0, 5, 2, 6), (5, 5, 0, 6)])
def test_an_empty_cell_is_separation(table):
    y, x = two_arms(*table)

    assert separates(y, x)
    with pytest.raises(SeparationError):
        fit_logistic(y, x)


def test_a_covariate_that_tells_all_is_separation():
    x = np.column_stack([np.ones(20), np.arange(20.0)])

    with pytest.raises(SeparationError):
        fit_logistic((np.arange(20) >= 11).astype(float), x)
    assert not separates(np.asarray([0.0] * 10 + [1.0, 0.0] + [1.0] * 8), x)


def test_far_predictors_alone_are_no_separation():
    y, x = data(200)
    x[0, 2] = 60.0 if y[0] else -60.0

    assert np.isfinite(fit_logistic(y, x).beta).all()


def test_without_covariates_the_standardised_difference_is_the_plain_one():
    y, x = two_arms(18, 40, 8, 38)
    found = standardised_difference(
        fit_logistic(y, x), np.ones((78, 2)), np.column_stack([np.ones(78), np.zeros(78)])
    )

    assert found.estimate == pytest.approx(18 / 40 - 8 / 38)
    assert found.std_error**2 == pytest.approx(18 * 22 / 40**3 + 8 * 30 / 38**3)


def singles(family="binomial", correction="none", n=50):
    y, x = data(n)
    y = (
        y
        if family == "binomial"
        else x @ np.asarray([1.0, 2.0, -1.0]) + np.random.default_rng(4).normal(size=n)
    )
    return (
        y,
        x,
        fit(
            Clusters.of(y, x, list(range(n)), [0] * n),
            family,
            "exchangeable",
            "adjusted",
            correction,
        ),
    )


def test_one_record_a_cluster_is_logistic_regression_with_a_sandwich():
    y, x, found = singles()
    best = fit_logistic(y, x)
    mean = 1 / (1 + np.exp(-x @ best.beta))

    assert found.beta == pytest.approx(best.beta, rel=1e-9)
    assert found.robust == pytest.approx(
        best.covariance @ ((x.T * (y - mean) ** 2) @ x) @ best.covariance, rel=1e-7
    )


@pytest.mark.parametrize(
    ("correction", "power"), [("none", 0.0), ("kauermann_carroll", 1.0), ("mancl_derouen", 2.0)]
)
def test_corrections_of_one_record_a_cluster_are_those_of_heteroscedastic_regression(
    correction, power
):
    """White's covariance, HC2 and HC3."""
    y, x, found = singles("gaussian", correction)
    bread = np.linalg.inv(x.T @ x)
    residual, leverage = y - x @ bread @ x.T @ y, np.einsum("ij,jk,ik->i", x, bread, x)

    assert found.robust == pytest.approx(
        bread @ ((x.T * (residual**2 / (1 - leverage) ** power)) @ x) @ bread, rel=1e-7
    )


def repeated(n=40, visits=3, seed=3, drop=0.0):
    rng = np.random.default_rng(seed)
    arm, subject = np.repeat(rng.integers(0, 2, n), visits), np.repeat(np.arange(n), visits)
    visit = np.tile(np.arange(visits), n)
    eta = -0.5 + 0.6 * arm + 0.3 * visit + np.repeat(rng.normal(size=n), visits)
    y = (rng.random(n * visits) < 1 / (1 + np.exp(-eta))).astype(float)
    kept = rng.random(n * visits) >= drop
    return (
        y[kept],
        np.column_stack([np.ones(n * visits), arm, visit])[kept],
        subject[kept],
        visit[kept],
    )


@pytest.mark.parametrize("structure", ["independence", "exchangeable", "ar1", "unstructured"])
@pytest.mark.parametrize("correction", ["none", "kauermann_carroll", "mancl_derouen"])
def test_order_of_records_and_names_of_clusters_do_not_matter(structure, correction):
    y, x, subject, visit = repeated(drop=0.2)
    order = np.random.default_rng(9).permutation(len(y))
    found = fit(
        Clusters.of(y, x, list(subject), list(visit)), "binomial", structure, "adjusted", correction
    )
    other = fit(
        Clusters.of(
            y[order], x[order], [f"S{1000 - s}" for s in subject[order]], list(visit[order])
        ),
        "binomial",
        structure,
        "adjusted",
        correction,
    )

    assert other.beta == pytest.approx(found.beta, rel=1e-9)
    assert other.robust == pytest.approx(found.robust, rel=1e-8)


def test_corrections_widen():
    y, x, subject, visit = repeated(20)
    errors = [
        np.sqrt(
            np.diag(
                fit(
                    Clusters.of(y, x, list(subject), list(visit)),
                    "binomial",
                    "exchangeable",
                    "adjusted",
                    correction,
                ).robust
            )
        )
        for correction in ("none", "kauermann_carroll", "mancl_derouen")
    ]

    assert all((small < large).all() for small, large in pairwise(errors))


def test_two_visits_have_one_correlation_whatever_it_is_called():
    y, x, subject, visit = repeated(visits=2)
    found = [
        fit(Clusters.of(y, x, list(subject), list(visit)), "binomial", structure)
        for structure in ("exchangeable", "ar1", "unstructured")
    ]

    for one, other in pairwise(found):
        assert one.beta == pytest.approx(other.beta, rel=1e-9)
        assert one.robust == pytest.approx(other.robust, rel=1e-8)


def test_balanced_exchangeable_means_of_arms_are_the_plain_ones():
    """With equal numbers of visits the estimate does not depend on the working correlation."""
    y, x, subject, visit = repeated()
    plain, working = (
        fit(Clusters.of(y, x[:, :2], list(subject), list(visit)), "gaussian", structure)
        for structure in ("independence", "exchangeable")
    )

    assert working.beta == pytest.approx(plain.beta, rel=1e-10)
    assert working.robust == pytest.approx(plain.robust, rel=1e-8)


@quick
@given(st.sampled_from([2.0**-30, 2.0**30]))
def test_another_unit_scales_means_and_errors(unit):
    y, x, subject, visit = repeated(drop=0.1)
    y = y + np.random.default_rng(1).normal(size=len(y))
    plain, scaled = (
        fit(Clusters.of(y * by, x, list(subject), list(visit)), "gaussian", "ar1")
        for by in (1.0, unit)
    )

    assert scaled.beta == pytest.approx(plain.beta * unit, rel=1e-9)
    assert scaled.robust == pytest.approx(plain.robust * unit**2, rel=1e-8)
    assert scaled.alpha == pytest.approx(plain.alpha, rel=1e-9)


def test_two_records_of_one_wave_are_refused():
    with pytest.raises(ValueError, match="two records of one wave"):
        Clusters.of(np.ones(2), np.ones((2, 1)), ["a", "a"], [0, 0])


def test_columns_that_others_say_are_left_out_and_named():
    built = design(
        4,
        {
            "a": np.asarray([1.0, 0, 1, 0]),
            "b": np.asarray([0.0, 1, 0, 1]),
            "constant": np.full(4, 7.0),
            "tiny": 1e-12 * np.asarray([1.0, 2, 3, 5]),
        },
    )

    assert built.names == ("intercept", "a", "tiny")
    assert built.aliased == ("b", "constant")


def test_formulas_of_reference_cases_are_read_as_r_does():
    y, x = design_of(
        "y ~ a * t", {"y": [1, 0, 1], "a": ["p", "q", "q"], "t": [2, 3, 4]}, {"a": ["p", "q"]}
    )

    assert list(y) == [1, 0, 1]
    assert x.tolist() == [[1, 0, 2, 0], [1, 1, 3, 3], [1, 1, 4, 4]]


@pytest.mark.parametrize("correction", ["kauermann_carroll", "mancl_derouen"])
def test_a_subject_that_alone_determines_a_coefficient_cannot_be_corrected(correction):
    x = np.column_stack([np.ones(6), [1.0, 0, 0, 0, 0, 0]])

    with pytest.raises(ValueError, match="one subject alone"):
        fit(
            Clusters.of(np.arange(6.0), x, list(range(6)), [0] * 6),
            "gaussian",
            "independence",
            "adjusted",
            correction,
        )
