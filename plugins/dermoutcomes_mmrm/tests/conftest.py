"""Simulated trials for the tests of the repeated-measures model."""

from __future__ import annotations

import numpy as np
import pytest

from dermoutcomes_mmrm.model import Data, Factor


def simulated(seed=1, n=30, m=4, missing=0.15, arms=2, per_arm=False):
    """Arms by visits, with values missing at random.

    A covariate varies over subjects, and visits are correlated.
    """
    rng = np.random.default_rng(seed)
    arm, base = rng.permutation(np.arange(n) % arms), rng.normal(50, 8, n)
    lower = np.tril(rng.normal(0.4, 0.3, (m, m)), -1) + np.diag(rng.uniform(0.7, 1.4, m))
    outcome = (
        10
        + 0.3 * base[:, None]
        + np.arange(m)
        + arm[:, None] * np.linspace(0, 2, m)
        + 3 * rng.normal(size=(n, m)) @ lower.T
    )
    outcome[rng.random((n, m)) < missing] = np.nan
    levels = tuple("PQR"[:arms])
    factors = {"visit": Factor(tuple(f"V{i}" for i in range(m))), "arm": Factor(levels, arm)}
    return Data(
        outcome, "visit", factors, {"base": base}, *((arm, levels) if per_arm else (None, ("",)))
    )


@pytest.fixture(scope="session")
def trial():
    """The function that simulates one."""
    return simulated
