"""One model for each arm, or one for all with the arm among its predictors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dermoutcomes import Draws
from dermoutcomes_multiple_imputation.layout import Layout

__all__ = ["by_group", "with_ones"]


def with_ones(made: Layout, *, arms: bool = False) -> Any:
    """The design with a column of ones first, then covariates and, where asked for, arms as columns."""
    import numpy as np

    named = np.array(made.groups, dtype=object)
    of_arms = (
        [(named == name).astype(float) for name in sorted(set(made.groups))[1:]] if arms else []
    )
    return np.column_stack([np.ones(len(made.subjects)), made.design, *of_arms])


def by_group(
    made: Layout, draws: Draws, one: Callable[[Any, Any, Any], list[Any]], *, apart: bool
) -> list[Any]:
    """`draws.m` completed matrices; `one(values, design, rng)` completes the rows of a group so often.

    Columns without a value in a group are not modelled there, and a design column without variance is left out.
    """
    import numpy as np

    if not made.subjects or not made.values.shape[1]:
        return [made.values.copy() for _ in range(draws.m)]
    rng = draws.rng
    design = with_ones(made, arms=not apart)
    copies = [made.values.copy() for _ in range(draws.m)]
    for rows in (made.of_groups() if apart else {"": np.arange(len(made.subjects))}).values():
        values, mine = made.values[rows], design[rows]
        seen = np.flatnonzero(~np.isnan(values).all(axis=0))
        kept = [
            column for column in range(mine.shape[1]) if column == 0 or np.ptp(mine[:, column]) > 0
        ]
        for copy, filled in zip(copies, one(values[:, seen], mine[:, kept], rng), strict=True):
            copy[np.ix_(rows, seen)] = filled
    return copies
