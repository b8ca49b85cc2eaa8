"""Design matrices from the records of a task.

Arms, visits, covariates and strata as named columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Array = np.ndarray

__all__ = ["Design", "adjusting", "arm_of", "design"]

Columns = dict[str, "Array"]


@frozen(eq=False)
class Design:
    """Columns by name, in order.

    `aliased` are names of columns that others already say, and that were left out.
    """

    names: tuple[str, ...]
    x: Array
    aliased: tuple[str, ...] = ()

    def contrast(self, weights: Mapping[str, float]) -> Array:
        """The combination of coefficients with these weights.

        A column that is not there counts as the reference, whose coefficient is 0.
        """
        import numpy as np

        return np.asarray([weights.get(name, 0.0) for name in self.names])


def arm_of(arm: str, visit: str | None = None) -> str:
    """The name of an arm's column, alone or at a visit."""
    return f"arm {arm}" if visit is None else f"arm {arm}, visit {visit}"


def adjusting(records: pl.DataFrame, covariates: Sequence[str], strata: Sequence[str]) -> Columns:
    """Numbers as they are; text and strata as indicators of every level but the first."""
    from dermoutcomes.stats import covariate_columns

    return {
        name if level is None else f"{name} {level}": column
        for name in dict.fromkeys((*covariates, *strata))
        for level, column in covariate_columns(records[name], factor=name in strata)
    }


def design(n: int, columns: Columns) -> Design:
    """An intercept and the columns that earlier ones do not say already.

    The others (also one that never varies) are left out and named.
    """
    import numpy as np

    from dermoutcomes.stats import independent_columns

    every = {"intercept": np.ones(n), **columns}
    x, names = np.column_stack([*every.values()]), tuple(every)
    independent = independent_columns(x)
    return Design(
        tuple(names[index] for index in independent),
        x[:, independent],
        tuple(name for index, name in enumerate(names) if index not in independent),
    )
