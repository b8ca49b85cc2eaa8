"""Degrees of freedom that need no derivatives, and those of F tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from dermoutcomes_mmrm.fit import Fit

__all__ = ["between_within", "satterthwaite_denominator"]

Array = np.ndarray[Any, Any]


def satterthwaite_denominator(df: Array) -> float:
    """Of an F test made of independent t tests with these degrees of freedom.

    Fai and Cornelius, 1996.
    """
    if np.ptp(df) < 1e-8:
        return float(df.mean())
    if (df <= 2).any():
        return 2.0
    mean = float(np.sum(df / (df - 2)))
    return 2 * mean / (mean - len(df))


def between_within(fit: Fit, rows: Array) -> Array:
    """Of each contrast the fewest of the coefficients that it uses.

    Those between subjects, or those within.

    A coefficient is between subjects if its column never changes within one; the intercept counts
    as within.
    """
    between = _constant_within(fit)
    df = np.where(
        between, fit.n_subjects - between.sum(), fit.n_obs - fit.n_subjects - (~between).sum()
    ).astype(float)
    df[0] = fit.n_obs - fit.n_subjects - (~between).sum()
    used = np.abs(rows) > 1e-12 * np.abs(rows).max(axis=1, keepdims=True)
    smallest: Array = np.where(used, df, np.inf).min(axis=1)
    return smallest


def _constant_within(fit: Fit) -> Array:
    """Which columns of the design do not change over the visits of any subject."""
    by_visit = fit.pieces.by_visit
    return np.asarray((by_visit == by_visit[:1]).all(axis=(0, 2)))
