"""Fully conditional specification.

Each incomplete cell is regressed on all others in turn, again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes_multiple_imputation.logistic import drawn_binary
from dermoutcomes_multiple_imputation.regression import fit_linear, matched

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]
    Generator: TypeAlias = np.random.Generator

__all__ = ["chained"]


def chained(
    values: Array, design: Array, m: int, cycles: int, rng: Generator, method: str
) -> list[Array]:
    """`m` completed copies of one group's values, each from a chain of its own of so many cycles.

    A chain starts from values drawn at random from those observed in the cell. A cell that cannot
    be regressed for want of subjects stays empty and predicts nothing.
    """
    import numpy as np

    missing = np.isnan(values)
    # The fullest cells first: fewer drawn values stand behind the regressions of all others.
    order = [
        int(column)
        for column in np.argsort(missing.sum(axis=0), kind="stable")
        if missing[:, column].any()
    ]
    imputable = [
        column
        for column in range(values.shape[1])
        if column not in order or _fit(values, design, column) is not None
    ]
    copies = []
    for _ in range(m):
        filled = values.copy()
        for column in order:
            observed = values[~missing[:, column], column]
            filled[missing[:, column], column] = rng.choice(observed, int(missing[:, column].sum()))
        for _ in range(cycles):
            for column in (column for column in order if column in imputable):
                _update(filled, values, design, column, imputable, method, rng)
        # They held the values of the start, which were no imputation.
        for column in (column for column in order if column not in imputable):
            filled[missing[:, column], column] = np.nan
        copies.append(filled)
    return copies


def _fit(values: Array, design: Array, column: int) -> Any:
    """The regression of a cell on everything else; None where too few subjects have it."""
    import numpy as np

    observed = ~np.isnan(values[:, column])
    other_columns = np.delete(np.where(np.isnan(values), 0.0, values), column, axis=1)
    return fit_linear(np.column_stack([design, other_columns])[observed], values[observed, column])


def _update(
    filled: Array,
    values: Array,
    design: Array,
    column: int,
    imputable: list[int],
    method: str,
    rng: Generator,
) -> None:
    """Draw the missing values of one cell given the present ones of all others."""
    import numpy as np

    missing = np.isnan(values[:, column])
    predictors = np.column_stack(
        [design, filled[:, [other for other in imputable if other != column]]]
    )
    outcome = values[~missing, column]
    if method == "logistic":
        filled[missing, column] = drawn_binary(
            predictors[~missing], outcome, predictors[missing], rng
        )
        return
    fit = fit_linear(predictors[~missing], outcome)
    if fit is None:
        return
    coefficients, sd = fit.draw(rng)
    if method == "matching":
        filled[missing, column] = matched(
            fit, coefficients, predictors[~missing], outcome, predictors[missing], rng
        )
    else:
        filled[missing, column] = predictors[missing][
            :, fit.used
        ] @ coefficients + sd * rng.standard_normal(int(missing.sum()))
