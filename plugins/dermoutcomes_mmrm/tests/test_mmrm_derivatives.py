"""Gradients and Hessians against finite differences, and the likelihood against its definition."""

from __future__ import annotations

from math import log, pi

import numpy as np
import pytest

from dermoutcomes_mmrm.design import pieces_of
from dermoutcomes_mmrm.fit import fit
from dermoutcomes_mmrm.missing_patterns import compress
from dermoutcomes_mmrm.model import columns_of
from dermoutcomes_mmrm.optimum import Criterion
from dermoutcomes_mmrm.structures import STRUCTURES

CODES = tuple(STRUCTURES)
TERMS = (("arm",), ("visit",), ("base",), ("arm", "visit"))


@pytest.fixture
def criterion(trial):
    """The criterion of a structure on simulated data."""

    def of(code, *, reml=True, per_arm=False):
        data = trial(per_arm=per_arm)
        compressed = compress(
            pieces_of(columns_of(TERMS, data.factors), data),
            data.outcome,
            data.group,
            len(data.groups),
        )
        return Criterion(compressed, STRUCTURES[code], reml)

    return of


def central(function, at, step=1e-5):
    """Central differences of a function of a vector, one along each axis."""
    return np.array(
        [
            (function(at + step * unit) - function(at - step * unit)) / (2 * step)
            for unit in np.eye(len(at))
        ]
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("m", [2, 4])
def test_derivatives_of_a_covariance(code, m):
    structure = STRUCTURES[code]
    at = np.random.default_rng(m).normal(0.2, 0.3, structure.n_parameters(m))
    found = structure.covariance(at, m)

    assert np.allclose(found.matrix, structure.matrix(at, m))
    assert np.allclose(found.first, central(lambda t: structure.matrix(t, m), at), atol=1e-8)

    second = central(lambda t: structure.covariance(t, m).first, at)
    by_entry, by_pair = (
        np.random.default_rng(7).normal(size=(size, size)) for size in (m, len(at))
    )
    assert np.allclose(found.second.bent(by_entry), np.tensordot(second, by_entry, 2), atol=1e-7)
    assert np.allclose(found.second.spread(by_pair), np.tensordot(by_pair, second, 2), atol=1e-7)


@pytest.mark.parametrize("code", CODES)
def test_a_start_is_near_the_moments_it_comes_from(code):
    structure = STRUCTURES[code]
    at = np.random.default_rng(5).normal(0.2, 0.2, structure.n_parameters(4))
    matrix = structure.matrix(at, 4)

    assert np.allclose(structure.matrix(structure.start(matrix), 4), matrix, rtol=1e-9)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize(
    ("code", "per_arm"), [*((code, False) for code in CODES), ("us", True), ("toeph", True)]
)
def test_derivatives_of_the_likelihood(criterion, code, per_arm, reml):
    of = criterion(code, reml=reml, per_arm=per_arm)
    at = of.start() + 0.1
    template = of.point(at, of.state(at))

    gradient = central(lambda t: of.state(t).value, at)
    hessian = central(lambda t: of.point(t, of.state(t)).curvature.gradient, at)

    assert np.allclose(template.curvature.gradient, gradient, atol=1e-5)
    assert np.allclose(template.curvature.hessian, hessian, rtol=1e-6, atol=1e-5)


def test_the_change_of_the_coefficients_covariance(criterion):
    of = criterion("us")
    at = of.start()
    template = of.point(at, of.state(at))
    p = of.data.rows.shape[2] - 1  # the last column is the outcome

    def covariance(parameters):
        root = of.state(parameters).root
        return root @ root.T

    numeric = central(covariance, at)
    assert np.allclose(
        template.state.root @ template.curvature.turned[:, :p, :p] @ template.state.root.T,
        numeric,
        atol=1e-8,
    )


@pytest.mark.parametrize("reml", [True, False])
def test_the_likelihood_is_that_of_the_definition(trial, reml):
    data = trial()
    model = fit(data, TERMS, "us", reml=reml)

    assert model.minus2_loglik == pytest.approx(by_definition(model, reml=reml), rel=1e-12)


def by_definition(model, *, reml):
    """Subject by subject, without patterns or scaling."""
    value, information = 0.0, 0.0
    for rows, outcome in zip(model.pieces.rows(), model.data.outcome, strict=True):
        seen = ~np.isnan(outcome)
        matrix, design = model.matrix()[np.ix_(seen, seen)], rows[seen]
        left = outcome[seen] - design @ model.coefficients
        value += np.linalg.slogdet(matrix)[1] + left @ np.linalg.solve(matrix, left)
        information = information + design.T @ np.linalg.solve(matrix, design)
    free = model.n_obs - (len(model.columns) if reml else 0)
    return value + free * log(2 * pi) + (np.linalg.slogdet(information)[1] if reml else 0.0)
