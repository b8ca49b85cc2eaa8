"""The engine of mixed models.

Derivatives, optima on and off their bounds, and what cannot be fitted.
"""

from __future__ import annotations

import numpy as np
import pytest

from dermoutcomes.stats import FixedEffects, formula_terms
from dermoutcomes_within_subject.mixed_model import ModelError, fit, told_apart
from dermoutcomes_within_subject.restricted_likelihood import likelihood
from dermoutcomes_within_subject.small_samples import inference
from dermoutcomes_within_subject.variance_components import LARGEST, RandomTerm, batches

SUBJECTS, SIDES, VISITS = 9, 2, 3


def trial(seed=1, sd=(2.0, 1.0, 1.0), lost=0.0):
    """Records of subjects with two sides at three visits.

    Y, the design matrix, random terms of subject and side in subject.
    """
    rng = np.random.default_rng(seed)
    level, side = rng.normal(0, sd[0], SUBJECTS), rng.normal(0, sd[1], (SUBJECTS, SIDES))
    cells = [
        (i, j, k)
        for i in range(SUBJECTS)
        for j in range(SIDES)
        for k in range(VISITS)
        if rng.random() >= lost
    ]
    y = np.array([level[i] + side[i, j] + 0.5 * j + rng.normal(0, sd[2]) for i, j, k in cells])
    fixed = FixedEffects(
        {"arm": [f"a{j}" for _, j, _ in cells], "visit": [f"v{k}" for *_, k in cells]},
        {"arm": ["a0", "a1"], "visit": ["v0", "v1", "v2"]},
        formula_terms("arm * visit"),
    )
    return (
        y,
        fixed,
        [
            RandomTerm("subject", [i for i, *_ in cells]),
            RandomTerm("unit", [(i, j) for i, j, _ in cells]),
        ],
    )


@pytest.mark.parametrize("lost", [0.0, 0.25])
def test_derivatives_are_those_of_the_criterion(lost):
    y, fixed, terms = trial(lost=lost)
    blocks, theta, step = batches(y, fixed.matrix, terms), np.array([1.5, 0.7, 1.2]), 1e-5
    at = likelihood(blocks, theta)
    sides = [
        [likelihood(blocks, theta + sign * step * np.eye(3)[place]) for sign in (1, -1)]
        for place in range(3)
    ]

    assert at.gradient == pytest.approx(
        [(up.criterion - down.criterion) / (2 * step) for up, down in sides], rel=1e-6
    )
    assert at.observed == pytest.approx(
        np.array([(up.gradient - down.gradient) / (2 * step) for up, down in sides]), rel=1e-6
    )


def test_the_criterion_is_that_of_the_whole_covariance():
    y, fixed, terms = trial(lost=0.2)
    x, theta = fixed.matrix, np.array([1.5, 0.7, 1.2])
    same = [
        np.array([[one == other for other in term.groups] for one in term.groups], dtype=float)
        for term in terms
    ]
    v = theta[0] * same[0] + theta[1] * same[1] + theta[2] * np.eye(len(y))
    inverse = np.linalg.inv(v)
    xvx = x.T @ inverse @ x
    beta = np.linalg.solve(xvx, x.T @ inverse @ y)
    r = y - x @ beta
    whole = (
        np.linalg.slogdet(v)[1]
        + np.linalg.slogdet(xvx)[1]
        + r @ inverse @ r
        + (len(y) - x.shape[1]) * np.log(2 * np.pi)
    )
    at = likelihood(batches(y, x, terms), theta)

    assert at.criterion == pytest.approx(whole)
    assert at.beta == pytest.approx(beta)


def test_balanced_data_give_the_analysis_of_variance():
    y, fixed, terms = trial(seed=3, sd=(2.0, 1.5, 0.7))
    fitted = fit(y, fixed.matrix, terms)
    cube = y.reshape(SUBJECTS, SIDES, VISITS)
    units, subjects = cube.mean(axis=2), cube.mean(axis=(1, 2))
    within = cube - units[:, :, None] - cube.mean(axis=0)[None] + units.mean(axis=0)[None, :, None]
    error = (within**2).sum() / (
        SUBJECTS * SIDES * VISITS - SUBJECTS * SIDES - SIDES * (VISITS - 1)
    )
    apart = units - subjects[:, None] - units.mean(axis=0)[None] + subjects.mean()
    of_units = VISITS * (apart**2).sum() / ((SUBJECTS - 1) * (SIDES - 1))
    of_subjects = SIDES * VISITS * subjects.var(ddof=1)

    assert fitted.theta == pytest.approx(
        [(of_subjects - of_units) / (SIDES * VISITS), (of_units - error) / VISITS, error], rel=1e-9
    )
    assert not fitted.singular


@pytest.mark.parametrize("method", ["kenward-roger", "satterthwaite"])
def test_balanced_data_have_whole_degrees_of_freedom(method):
    y, fixed, terms = trial(seed=3, sd=(2.0, 1.5, 0.7))
    by = inference(fit(y, fixed.matrix, terms), method)
    tests = {term: by.together(fixed.contrasts(term)) for term in fixed.terms}

    assert [(test.df_num, pytest.approx(test.df_den, rel=1e-7)) for test in tests.values()] == [
        (1, 8),
        (2, 32),
        (2, 32),
    ]


def test_an_optimum_on_a_bound_is_no_worse_than_any_point_near_it():
    y, fixed, terms = trial(seed=5, sd=(0.0, 0.0, 1.0))
    fitted = fit(y, fixed.matrix, terms)
    blocks = batches(y, fixed.matrix, terms)
    best = likelihood(blocks, fitted.theta).criterion

    assert fitted.singular
    assert fitted.theta.min() == 0
    for place in range(3):
        for move in (1e-3, 1e-2):
            assert likelihood(blocks, fitted.theta + move * np.eye(3)[place]).criterion >= best
    assert np.isfinite(
        [
            inference(fitted, method).effect(np.eye(6)[1]).df
            for method in ("kenward-roger", "satterthwaite")
        ]
    ).all()


def test_crossed_effects_tie_all_records_together():
    y, fixed, terms = trial(seed=2)
    visit = RandomTerm("visit", list(range(VISITS)) * (SUBJECTS * SIDES))
    crossed = batches(y, fixed.matrix, [terms[0], visit])

    assert [batch.y.shape for batch in crossed] == [(1, len(y))]
    assert [batch.y.shape for batch in batches(y, fixed.matrix, terms)] == [
        (SUBJECTS, SIDES * VISITS)
    ]
    only_arm = FixedEffects({"arm": fixed.variables["arm"]}, {"arm": ["a0", "a1"]}, [("arm",)])
    fitted = fit(y, only_arm.matrix, [terms[0], visit])
    assert fitted.likelihood.gradient[fitted.free] == pytest.approx(0, abs=1e-7)
    assert (fitted.likelihood.gradient[~fitted.free] >= 0).all()


def test_effects_that_cannot_be_told_apart_are_seen():
    y, fixed, terms = trial()

    assert told_apart(y, fixed.matrix, terms)
    assert not told_apart(y, fixed.matrix, [terms[0], RandomTerm("again", terms[0].groups)])
    assert not told_apart(y, fixed.matrix, [RandomTerm("record", list(range(len(y))))])


def test_what_cannot_be_fitted_says_why():
    y, fixed, terms = trial()

    with pytest.raises(ModelError, match=r"^too_few: "):
        fit(y[:5], fixed.matrix[:5], [])
    with pytest.raises(ModelError, match=r"^no_variance: "):
        fit(fixed.matrix @ np.arange(1.0, 7.0), fixed.matrix, terms)
    with pytest.raises(ModelError, match=r"^too_large: "):
        fit(
            np.arange(LARGEST + 1.0),
            np.ones((LARGEST + 1, 1)),
            [RandomTerm("one", [0] * (LARGEST + 1))],
        )


def test_without_random_effects_it_is_least_squares():
    y, fixed, _ = trial()
    x = fixed.matrix
    beta, rest, *_ = np.linalg.lstsq(x, y, rcond=None)
    variance = rest[0] / (len(y) - x.shape[1])
    fitted = fit(y, x, [])
    effect = inference(fitted, "kenward-roger").effect(np.eye(6)[1])

    assert fitted.theta == pytest.approx([variance])
    assert (effect.estimate, effect.std_error) == pytest.approx(
        (beta[1], (variance * np.linalg.inv(x.T @ x)[1, 1]) ** 0.5)
    )
    assert effect.df == pytest.approx(len(y) - 6)


def test_slopes_and_numbers_have_type_three_tests():
    x = [0.0, 1.0, 2.0, 3.0] * 3
    fixed = FixedEffects(
        {"x": x, "arm": ["a", "b", "c"] * 4},
        {"arm": ["a", "b", "c"]},
        [("x",), ("arm",), ("x", "arm")],
    )

    assert fixed.contrasts(("x",)) == pytest.approx(np.array([[0, 1, 0, 0, 1 / 3, 1 / 3]]))
    assert fixed.contrasts(("x", "arm")) == pytest.approx(
        np.array([[0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]])
    )
    assert fixed.contrasts(("arm",)) == pytest.approx(
        np.array([[0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0]])
    )


def test_few_records_give_an_interval_or_a_reason():
    """Few records of few subjects: every interval is a number, or there is none for a reason."""
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(60):
        cells = [
            (i, j, k) for i in range(5) for j in range(2) for k in range(2) if rng.random() > 1 / 3
        ]
        fixed = FixedEffects(
            {"arm": [f"a{j}" for _, j, _ in cells], "visit": [f"v{k}" for *_, k in cells]},
            {"arm": ["a0", "a1"], "visit": ["v0", "v1"]},
            [("arm",), ("visit",)],
        )
        terms = [
            RandomTerm("subject", [i for i, *_ in cells]),
            RandomTerm("unit", [(i, j) for i, j, _ in cells]),
        ]
        try:
            by = inference(fit(rng.normal(size=len(cells)), fixed.matrix, terms), "kenward-roger")
        except ModelError as error:
            seen.add(str(error).partition(":")[0])
            continue
        seen.add(by.reduced)
        assert all(
            effect.std_error > 0 and np.isfinite(effect.limits()).all()
            for effect in map(by.effect, np.eye(len(fixed.kept)))
        )

    assert False in seen
    assert seen <= {False, True, "no_convergence", "no_correction"}
