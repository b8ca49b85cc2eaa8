"""Imputation models against what theory says of them.

Likelihoods in closed form, conditional means, moments of posteriors.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from dermoutcomes_multiple_imputation.chained import chained
from dermoutcomes_multiple_imputation.logistic import augmented_rows, drawn_binary, fit_logistic
from dermoutcomes_multiple_imputation.models import drawn_models
from dermoutcomes_multiple_imputation.monotone import gaps, sequential
from dermoutcomes_multiple_imputation.normal import (
    augmented,
    conditional,
    maximum_likelihood,
    patterns,
    posterior_draw,
)
from dermoutcomes_multiple_imputation.reference_based import (
    COPY,
    INCREMENTS,
    JUMP,
    after_leaving,
    centres,
)
from dermoutcomes_multiple_imputation.regression import fit_linear, matched, usable_columns


def dropout(n=80, seed=1, visits=3, effect=0.0):
    """Correlated normal visits; whoever is high at one visit leaves more often before the next."""
    rng = np.random.default_rng(seed)
    covariance = 4.0 * (0.6 + 0.4 * np.eye(visits))
    values = rng.multivariate_normal(np.arange(visits) * effect + 10, covariance, n)
    for visit in range(1, visits):
        leaves = rng.random(n) < 1 / (1 + np.exp(-(values[:, visit - 1] - 11.5)))
        values[leaves | np.isnan(values[:, visit - 1]), visit] = np.nan
    return values


def ones(values):
    return np.ones((len(values), 1))


def factored_means(values):
    """Means at the maximum of the likelihood of monotone normal data.

    Each visit regressed on those before it, one after the other.
    """
    filled = values.copy()
    for visit in range(1, values.shape[1]):
        seen = ~np.isnan(values[:, visit])
        design = np.column_stack([np.ones(len(values)), filled[:, :visit]])
        at = np.linalg.lstsq(design[seen], values[seen, visit], rcond=None)[0]
        filled[~seen, visit] = design[~seen] @ at
    return filled.mean(axis=0)


@pytest.mark.parametrize("impute", ["sequential", "chained", "augmented"])
def test_under_missing_at_random_the_mean_is_that_of_the_likelihood(impute):
    values, m = dropout(), 400
    rng = np.random.default_rng(5)
    copies = {
        "sequential": lambda: sequential(values, ones(values), m, 5, rng),
        "chained": lambda: chained(values, ones(values), m, 5, rng, "normal"),
        "augmented": lambda: [filled for _, filled in augmented(values, ones(values), m, 5, rng)],
    }[impute]()

    means = np.array([copy.mean(axis=0) for copy in copies])

    error = means.std(axis=0, ddof=1) / math.sqrt(m)
    assert np.isnan(values[:, 2]).mean() > 0.25
    assert np.abs(means.mean(axis=0) - factored_means(values))[1:] == pytest.approx(
        [0, 0], abs=4 * error[1:].max()
    )


def test_the_observed_mean_is_off_where_the_likelihood_is_not():
    values = dropout(4000)

    assert abs(np.nanmean(values[:, 2]) - 10) > 0.5
    assert factored_means(values)[2] == pytest.approx(10, abs=0.15)


def test_maximum_likelihood_is_the_factored_one():
    values = dropout()

    assert maximum_likelihood(values, ones(values)).coefficients[0] == pytest.approx(
        factored_means(values), rel=1e-6
    )


def test_posterior_of_the_covariance_has_the_mean_of_an_inverse_wishart():
    values = dropout(30)[:, :1]
    complete = np.column_stack([values, values + np.arange(30)[:, None] % 4])
    rng = np.random.default_rng(3)

    draws = np.array(
        [posterior_draw(ones(complete), complete, rng).covariance for _ in range(4000)]
    )

    residual = complete - complete.mean(axis=0)
    assert draws.mean(axis=0) == pytest.approx(residual.T @ residual / (30 - 1 - 2 - 1), rel=0.04)


def test_a_conditional_is_the_regression_of_the_partitioned_covariance():
    covariance = np.array([[4.0, 2.0, 1.0], [2.0, 3.0, 1.5], [1.0, 1.5, 2.0]])

    slopes, left = conditional(covariance, np.array([False, True, True]))

    assert slopes == pytest.approx(np.array([[0.5], [0.25]]))
    assert left == pytest.approx(np.array([[2.0, 1.0], [1.0, 1.75]]))


def test_means_after_leaving_follow_the_published_rules():
    covariance = np.array([[4.0, 2.0, 1.0], [2.0, 3.0, 1.5], [1.0, 1.5, 2.0]])
    own, reference, y = (
        np.array([[10.0, 6.0, 4.0]]),
        np.array([[11.0, 10.0, 9.0]]),
        np.array([[12.0, 7.0, np.nan]]),
    )
    slopes = np.linalg.solve(covariance[:2, :2], covariance[:2, 2])

    assert centres(y, own, reference, covariance, 2, JUMP) == pytest.approx(
        9 + np.array([[2.0, 1.0]]) @ slopes[:, None]
    )
    assert centres(y, own, reference, covariance, 2, COPY) == pytest.approx(
        9 + np.array([[1.0, -3.0]]) @ slopes[:, None]
    )
    assert centres(y, own, reference, covariance, 2, INCREMENTS) == pytest.approx(
        6 - 1 + np.array([[2.0, 1.0]]) @ slopes[:, None]
    )


def test_gaps_and_what_follows_leaving():
    values = np.array(
        [[1.0, np.nan, 2.0, np.nan], [1.0, 2.0, np.nan, np.nan], [np.nan, np.nan, np.nan, 4.0]]
    )

    assert gaps(values).tolist() == [
        [False, True, False, False],
        [False] * 4,
        [True, True, True, False],
    ]
    assert after_leaving(values).tolist() == [
        [False, False, False, True],
        [False, False, True, True],
        [False] * 4,
    ]
    assert sorted(tuple(rows) for _, rows in patterns(np.isnan(values))) == [(0,), (1,), (2,)]


def test_a_gap_is_filled_before_the_visits_after_it():
    values = dropout(60)
    values[3, 1], values[3, 2] = np.nan, 9.0

    copies = sequential(values, ones(values), 20, 5, np.random.default_rng(2))

    assert all(np.isfinite(copy).all() for copy in copies)
    assert np.std([copy[3, 1] for copy in copies]) > 0.3
    assert {copy[3, 2] for copy in copies} == {9.0}


def test_matched_values_were_observed():
    values = np.round(dropout(), 1)
    copies = [
        *sequential(values, ones(values), 5, 5, np.random.default_rng(2), matching=True),
        *chained(values, ones(values), 5, 3, np.random.default_rng(2), "matching"),
    ]

    for copy in copies:
        assert set(copy[:, 2]) <= set(values[:, 2])


def test_drawn_coefficients_have_the_posterior_of_the_regression():
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(20), np.linspace(-1, 1, 20)])
    y = 3 + 2 * x[:, 1] + rng.normal(0, 1, 20)
    fit = fit_linear(x, y)
    drawn = np.array([fit.draw(rng)[0] for _ in range(8000)])

    expected = fit.residual / (fit.df - 2) * np.linalg.inv(x.T @ x)
    assert drawn.mean(axis=0) == pytest.approx(fit.coefficients, abs=0.05)
    assert np.cov(drawn.T) == pytest.approx(expected, rel=0.12, abs=0.01)


def test_collinear_columns_are_left_out_and_too_few_subjects_give_no_fit():
    x = np.column_stack([np.ones(5), np.arange(5.0), 2 * np.arange(5.0), np.zeros(5)])

    assert usable_columns(x).tolist() == [0, 1]
    assert fit_linear(x[:2], np.arange(2.0)) is None


def test_nearest_predictions_are_the_donors():
    x = np.column_stack([np.ones(40), np.arange(40.0)])
    fit = fit_linear(x, 10 * x[:, 1])

    got = matched(fit, fit.coefficients, x, 10 * x[:, 1], x[[20]], np.random.default_rng(1))

    assert abs(got[0] - 200) <= 20


def test_logistic_draws_survive_separation_and_keep_proportions():
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(400), np.repeat([0.0, 1.0], 200)])
    separated = x[:, 1].copy()
    drawn = drawn_binary(x, separated, x, rng)

    assert set(drawn) == {0.0, 1.0}
    assert np.mean(drawn == separated) > 0.95
    at, _ = fit_logistic(x, np.tile([0.0, 0.0, 0.0, 1.0], 100), np.ones(400))
    assert at == pytest.approx([math.log(1 / 3), 0], abs=1e-8)
    assert augmented_rows(x, separated)[2].sum() == pytest.approx(402)


def test_too_few_subjects_for_a_covariance_are_refused():
    values = dropout(6)[:3]

    with pytest.raises(ValueError, match="too few"):
        list(augmented(values, ones(values), 1, 1, np.random.default_rng(1)))


def test_direct_draws_of_a_monotone_model_are_those_of_the_chain():
    values, m = dropout(200), 600
    direct, chain = (
        [model for model, _ in draw(values, ones(values), m, 3, np.random.default_rng(4))]
        for draw in (drawn_models, augmented)
    )

    for part in ("coefficients", "covariance"):
        first, second = (
            np.array([getattr(model, part) for model in models]) for models in (direct, chain)
        )
        assert first.mean(axis=0) == pytest.approx(
            second.mean(axis=0), abs=0.25 if part == "covariance" else 0.06
        )
        assert first.std(axis=0) == pytest.approx(second.std(axis=0), rel=0.15)


def test_draws_of_a_model_give_its_conditionals_back():
    values = dropout(50)
    model, filled = next(drawn_models(values, ones(values), 1, 1, np.random.default_rng(4)))

    assert np.isfinite(filled).all()
    assert np.linalg.eigvalsh(model.covariance).min() > 0
    assert np.allclose(filled[~np.isnan(values)], values[~np.isnan(values)])
