"""What a model adjusts for: covariates and strata of the subjects, as numbers or as levels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from dermoutcomes_mmrm.model import Factor

__all__ = ["Adjusting", "adjusting", "factor_of"]

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class Adjusting:
    """Factors and covariates that vary.

    `lacking` says which subjects miss one, `constant` names those that do not vary.
    """

    factors: dict[str, Factor]
    covariates: dict[str, Array]
    lacking: Array
    constant: tuple[str, ...]


def adjusting(
    known: pl.DataFrame, names: Sequence[str], strata: Collection[str], observed: Array
) -> Adjusting:
    """The columns as factors (strata, and what is no number) or covariates.

    `observed` are the subjects that have an outcome.
    """
    factors = {
        name: factor_of(known[name])
        for name in names
        if name in strata or not known[name].dtype.is_numeric()
    }
    covariates = {
        name: known[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in names
        if name not in factors
    }
    unknown = [
        *(_codes(factor) < 0 for factor in factors.values()),
        *(np.isnan(values) for values in covariates.values()),
    ]
    lacking = np.any(unknown, axis=0) if unknown else np.zeros(known.height, dtype=bool)
    # Levels and spread are of those who will be in the model.
    used = observed & ~lacking
    factors = {name: _of_used(factor, used) for name, factor in factors.items()}
    constant = [name for name, factor in factors.items() if len(factor.levels) < 2]
    constant += [
        name for name, values in covariates.items() if used.any() and np.ptp(values[used]) == 0
    ]
    return Adjusting(
        {name: factor for name, factor in factors.items() if name not in constant},
        {name: values for name, values in covariates.items() if name not in constant},
        lacking,
        tuple(constant),
    )


def factor_of(column: pl.Series, levels: tuple[str, ...] | None = None) -> Factor:
    """A factor of the column's values in their own order.

    The order is not that of their spelling where they are numbers.
    """
    if column.dtype.is_float() and (column.drop_nulls() % 1 == 0).all():
        column = column.cast(pl.Int64)  # a numbered centre is 703, not 703.0
    ordered = levels or tuple(column.drop_nulls().unique().sort().cast(pl.String).to_list())
    codes = column.cast(pl.String).replace_strict(
        {level: code for code, level in enumerate(ordered)}, default=-1, return_dtype=pl.Int64
    )
    return Factor(ordered, codes.fill_null(-1).to_numpy())


def _codes(factor: Factor) -> Array:
    assert factor.codes is not None
    return factor.codes


def _of_used(factor: Factor, used: Array) -> Factor:
    """The factor with the levels alone that subjects of the model have."""
    # An arm or centre of which everybody is left out would be a column of zeros.
    present = np.unique(_codes(factor)[used & (_codes(factor) >= 0)])
    # One place more than there are levels: the code -1 of an unknown level reads the last, -1.
    renumbered = np.full(len(factor.levels) + 1, -1)
    renumbered[present] = np.arange(len(present))
    return Factor(tuple(factor.levels[code] for code in present), renumbered[_codes(factor)])
