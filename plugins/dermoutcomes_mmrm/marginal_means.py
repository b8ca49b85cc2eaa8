"""Least-squares means, and Type III tests as contrasts of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from dermoutcomes.stats import ModelTerm
from dermoutcomes_mmrm.design import design_row, row_means
from dermoutcomes_mmrm.fit import Fit
from dermoutcomes_mmrm.model import INTERCEPT, coded_by_differences

__all__ = ["margin", "margins", "type3"]

Array = np.ndarray[Any, Any]


def margin(
    fit: Fit, levels: Mapping[str, str], covariates: Mapping[str, float] | None = None
) -> Array:
    """The row of the mean at those levels.

    Other factors at equal weights, covariates at their means over the analysed rows.
    """
    weights = {
        name: {levels[name]: 1.0}
        if name in levels
        else dict.fromkeys(factor.levels, 1 / len(factor.levels))
        for name, factor in fit.data.factors.items()
    }
    return design_row(
        fit.columns, weights, covariates if covariates is not None else row_means(fit.data)
    )


def margins(fit: Fit, over: Sequence[str]) -> Iterator[tuple[dict[str, str], Array]]:
    """Every combination of levels of those factors, with its row; the first factor runs fastest."""
    levels = [fit.data.factors[name].levels for name in over]
    means = row_means(fit.data)
    for reversed_levels in product(*reversed(levels)):
        cell = dict(zip(over, reversed(reversed_levels), strict=True))
        yield cell, margin(fit, cell, means)


def type3(fit: Fit, term: ModelTerm, covariates: str = "mean") -> Array:
    """The contrasts that a term's Type III test says are zero.

    Each level less the first, in every combination.

    A covariate in the term gives contrasts of its slopes; other covariates stand at their row
    means, or at zero as SAS has them.
    """
    model_terms = {frozenset(other) for other in (INTERCEPT, *fit.terms)}
    factors = [name for name in term if name in fit.data.factors]
    slopes = [name for name in term if name in fit.data.covariates]
    sides = [
        _contrasted(
            fit.data.factors[name].levels, differences=coded_by_differences(term, name, model_terms)
        )
        for name in factors
    ]
    return np.array(
        [
            _combined(fit, dict(zip(factors, weights, strict=True)), slopes, covariates)
            for weights in product(*sides)
        ]
    )


def _contrasted(levels: Sequence[str], *, differences: bool) -> list[dict[str, float]]:
    if differences:
        return [{level: 1.0, levels[0]: -1.0} for level in levels[1:]]
    return [{level: 1.0} for level in levels]


def _combined(
    fit: Fit, weights: Mapping[str, Mapping[str, float]], slopes: Sequence[str], covariates: str
) -> Array:
    everywhere = {
        name: weights.get(name) or dict.fromkeys(factor.levels, 1 / len(factor.levels))
        for name, factor in fit.data.factors.items()
    }
    values = (
        row_means(fit.data) if covariates == "mean" else dict.fromkeys(fit.data.covariates, 0.0)
    )
    row = _row(fit, everywhere, weights, values | dict.fromkeys(slopes, 1.0))
    for name in slopes:  # a slope is what the covariate's columns add
        row = row * [name in column.covariates for column in fit.columns]
    return row


def _row(
    fit: Fit,
    everywhere: Mapping[str, Mapping[str, float]],
    contrasted: Mapping[str, Mapping[str, float]],
    values: Mapping[str, float],
) -> Array:
    """A contrast is a product over factors.

    Columns that lack a contrasted factor take the sum of its weights.
    """
    row = design_row(fit.columns, everywhere, values)
    for p, column in enumerate(fit.columns):
        factors = {name for name, _ in column.indicators}
        for name, weights in contrasted.items():
            if name not in factors:
                row[p] *= sum(weights.values())
    return row
