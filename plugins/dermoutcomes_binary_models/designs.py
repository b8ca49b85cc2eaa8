"""Design matrices from the records of a task: arms, visits, covariates and strata as named columns."""

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
    """Columns by name, in order; `aliased` are names of columns that others already say, and that were left out."""

    names: tuple[str, ...]
    x: Array
    aliased: tuple[str, ...] = ()

    def contrast(self, weights: Mapping[str, float]) -> Array:
        """The combination of coefficients with these weights; a column that is not there counts as the reference, whose coefficient is 0."""
        import numpy as np

        return np.asarray([weights.get(name, 0.0) for name in self.names])


def arm_of(arm: str, visit: str | None = None) -> str:
    """The name of an arm's column, alone or at a visit."""
    return f"arm {arm}" if visit is None else f"arm {arm}, visit {visit}"


def adjusting(records: pl.DataFrame, covariates: Sequence[str], strata: Sequence[str]) -> Columns:
    """Numbers as they are; text and strata as indicators of every level but the first."""
    columns: Columns = {}
    for name in dict.fromkeys((*covariates, *strata)):
        series = records[name]
        if series.dtype.is_numeric() and name not in strata:
            columns[name] = series.to_numpy().astype(float)
        else:
            levels = series.unique().sort().to_list()
            columns |= {
                f"{name} {level}": (series == level).to_numpy().astype(float)
                for level in levels[1:]
            }
    return columns


def design(n: int, columns: Columns) -> Design:
    """An intercept and the columns; each that earlier ones already say (also one that never varies) is left out and named."""
    import numpy as np

    kept, names, aliased = [np.ones(n)], ["intercept"], []
    basis = [np.ones(n) / max(n, 1) ** 0.5]
    for name, column in columns.items():
        rest = column.astype(float)
        for _ in range(2):  # twice, so that rounding leaves nothing of the others
            for direction in basis:
                rest = rest - (rest @ direction) * direction
        size = float(np.linalg.norm(rest))
        if size <= 1e-9 * max(float(np.linalg.norm(column)), 1e-300):
            aliased.append(name)
            continue
        basis.append(rest / size)
        kept.append(column)
        names.append(name)
    return Design(tuple(names), np.column_stack(kept), tuple(aliased))
