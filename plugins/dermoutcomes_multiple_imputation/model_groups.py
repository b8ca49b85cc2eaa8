"""One model for each arm, or one for all with the arm among its predictors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dermoutcomes import Draws
from dermoutcomes_multiple_imputation.record_matrix import Layout

__all__ = ["by_group", "with_ones"]


def with_ones(layout: Layout, *, arms: bool = False) -> Any:
    """The design with a column of ones first, then covariates.

    Arms are columns too where that is asked for.
    """
    import numpy as np

    group_of_row = np.array(layout.groups, dtype=object)
    of_arms = (
        [(group_of_row == name).astype(float) for name in sorted(set(layout.groups))[1:]]
        if arms
        else []
    )
    return np.column_stack([np.ones(len(layout.subjects)), layout.design, *of_arms])


def by_group(
    layout: Layout, draws: Draws, impute: Callable[[Any, Any, Any], list[Any]], *, by_arm: bool
) -> list[Any]:
    """`draws.m` completed matrices, of each arm by itself (`by_arm`) or of all subjects at once.

    `impute(values, design, rng)` gives as many completed copies of the rows of one group. Columns
    without a value in a group are not modelled there, and a design column without variance is left
    out.
    """
    import numpy as np

    if not layout.subjects or not layout.values.shape[1]:
        return [layout.values.copy() for _ in range(draws.m)]
    # One stream for all groups in the order of their names: the same draws for the same data.
    rng = draws.rng
    design = with_ones(layout, arms=not by_arm)
    copies = [layout.values.copy() for _ in range(draws.m)]
    for rows in (layout.of_groups() if by_arm else {"": np.arange(len(layout.subjects))}).values():
        values, design_of_group = layout.values[rows], design[rows]
        with_values = np.flatnonzero(~np.isnan(values).all(axis=0))
        varying = [
            column
            for column in range(design_of_group.shape[1])
            if column == 0 or np.ptp(design_of_group[:, column]) > 0
        ]
        for copy, filled in zip(
            copies, impute(values[:, with_values], design_of_group[:, varying], rng), strict=True
        ):
            copy[np.ix_(rows, with_values)] = filled
    return copies
