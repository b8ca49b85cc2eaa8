"""The proportional odds model.

What it says where the answer is known another way, and where it has none.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples
from dermoutcomes_ordinal.cumulative_logits import (
    expected_covariance,
    fit,
    likelihood_limits,
    likelihood_ratio,
    slopes,
)
from dermoutcomes_ordinal.proportionality import proportionality

# Koch and Edwards 1988: improvement (none, some, marked) of 84 patients with arthritis, by sex and
# treatment.
ARTHRITIS = {
    ("female", "active"): (6, 5, 16),
    ("female", "placebo"): (19, 7, 6),
    ("male", "active"): (7, 2, 5),
    ("male", "placebo"): (10, 0, 1),
}


def arthritis() -> tuple[list[float], np.ndarray]:
    rows = [
        (grade, treatment == "active", sex == "female")
        for (sex, treatment), counts in ARTHRITIS.items()
        for grade, n in enumerate(counts)
        for _ in range(n)
    ]
    return [float(grade) for grade, _, _ in rows], np.array([row[1:] for row in rows], dtype=float)


def of_seed(seed: int, n: int = 30) -> tuple[list[float], np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.arange(n) % 2, rng.normal(size=n)])
    return np.clip(np.round(1.5 + x @ [0.6, 0.4] + rng.logistic(size=n)), 0, 4).tolist(), x


def test_it_is_what_sas_prints() -> None:
    y, x = arthritis()
    found = fit(y, x)

    assert found.beta == pytest.approx([1.7973, 1.3187], abs=1e-4)
    assert np.sqrt(np.diag(expected_covariance(found)))[2:] == pytest.approx(
        [0.4728, 0.5292], abs=5e-5
    )
    assert proportionality(found, {})["all"] == pytest.approx((1.8833, 2, 0.3900), abs=5e-5)


def test_two_categories_are_a_logistic_regression() -> None:
    """With one binary column the estimates are those of the two by two table."""
    y, x = [0.0] * 12 + [1.0] * 8 + [0.0] * 5 + [1.0] * 15, np.array([[0.0]] * 20 + [[1.0]] * 20)
    found = fit(y, x)

    assert found.beta[0] == pytest.approx(np.log((15 / 5) / (8 / 12)), rel=1e-10)
    assert found.covariance[1, 1] == pytest.approx(1 / 12 + 1 / 8 + 1 / 5 + 1 / 15, rel=1e-9)
    assert proportionality(found, {"arm": [0]})["arm"] is None


@settings(deadline=None, max_examples=random_examples(10))
@given(st.integers(0, 10_000))
def test_derivatives_are_those_of_the_likelihood(seed: int) -> None:
    y, x = of_seed(seed)
    found = fit(y, x)
    template, step = found.parameters + 0.1, 1e-5
    for one, by in enumerate(np.eye(template.size) * step):
        up, down = (slopes(found.category, x, template + sign * by) for sign in (1, -1))
        at = slopes(found.category, x, template)

        assert (up.value - down.value) / (2 * step) == pytest.approx(
            at.gradient[one], rel=1e-5, abs=1e-5
        )
        assert (up.gradient - down.gradient) / (2 * step) == pytest.approx(
            -at.information[one], rel=1e-4, abs=1e-4
        )


@settings(deadline=None, max_examples=random_examples(15))
@given(st.integers(0, 10_000))
def test_turning_the_scale_or_the_arms_turns_the_sign(seed: int) -> None:
    y, x = of_seed(seed)
    found, turned = fit(y, x), fit([-value for value in y], x)
    swapped = fit(y, np.column_stack([1 - x[:, 0], x[:, 1]]))

    assert turned.beta == pytest.approx(-found.beta, rel=1e-7, abs=1e-9)
    assert turned.log_likelihood == pytest.approx(found.log_likelihood, rel=1e-10)
    assert swapped.beta[0] == pytest.approx(-found.beta[0], rel=1e-7, abs=1e-9)


@settings(deadline=None, max_examples=random_examples(2))
@given(st.integers(0, 10_000))
def test_profile_limits_lie_where_the_likelihood_has_fallen(seed: int) -> None:
    """At a limit the best likelihood is half a chi-square quantile lower.

    It is the best of all other parameters, by another search.
    """
    from scipy.optimize import minimize

    y, x = of_seed(seed)
    found = fit(y, x)
    held = len(found.categories) - 1
    others = [one for one in range(found.parameters.size) if one != held]
    for limit in likelihood_limits(found, 0):

        def lost(given: np.ndarray, limit: float = limit) -> float:
            whole = found.parameters.copy()
            whole[held], whole[others] = limit, given
            return (
                -slopes(found.category, x, whole).value
                if (np.diff(whole[:held]) > 0).all()
                else 1e9
            )

        best = minimize(
            lost,
            found.parameters[others],
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 5000, "maxfev": 5000},
        )
        assert 2 * (found.log_likelihood + best.fun) == pytest.approx(3.841458820694124, abs=1e-3)


def test_a_ratio_of_likelihoods_is_never_negative() -> None:
    y, x = of_seed(3)

    assert likelihood_ratio(fit(y, np.random.default_rng(1).permutation(x))).p_value <= 1


@pytest.mark.parametrize(
    ("y", "x", "code"),
    [
        ([1.0] * 6, [[0.0], [1.0]] * 3, "one_category"),
        ([0.0, 0.0, 0.0, 1.0, 1.0, 2.0], [[0.0]] * 3 + [[1.0]] * 3, "separation"),
        ([0.0, 1.0, 2.0, 0.0], [[1.0]] * 4, "not_estimable"),
        (
            [0.0, 1.0, 2.0, 0.0, 1.0, 2.0],
            [[n, 2.0 * n] for n in (1.0, 2.0, 4.0, 3.0, 0.0, 5.0)],
            "not_estimable",
        ),
    ],
)
def test_hopeless_data_are_named(y: list[float], x: list[list[float]], code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}: "):
        fit(y, np.array(x))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_of_a_column_is_that_of_its_coefficient_alone(factor):
    y, x = of_seed(3)
    plain, scaled = fit(y, x), fit(y, x * [1.0, factor])

    assert scaled.beta * [1.0, factor] == pytest.approx(plain.beta, rel=1e-6)
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)
