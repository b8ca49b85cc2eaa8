"""The columns of a model, from the records of a task.

Arms against a reference, covariates as numbers or as words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from attrs import frozen

from dermoutcomes.stats.design_columns import covariate_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Design", "complete_cases", "model_columns"]


@frozen(eq=False)
class Design:
    """The columns of a model, without an intercept.

    `x` is records × columns; `names` has the name of each column, `parts` the places of the columns
    of each part ("arm", or a covariate), `reference` the arm that has none.
    """

    x: NDArray[np.float64]
    names: tuple[str, ...]
    parts: dict[str, tuple[int, ...]]
    reference: str

    def contrast(self, group: str, reference_group: str) -> NDArray[np.float64]:
        """The weight of each coefficient in the first arm minus the second.

        Raises ValueError for an arm that has no column.
        """
        weights = np.zeros(len(self.names))
        for arm, sign in ((group, 1.0), (reference_group, -1.0)):
            if arm != self.reference:
                weights[self.names.index(f"arm: {arm}")] = sign
        return weights


def complete_cases(frame: pl.DataFrame, covariates: tuple[str, ...]) -> pl.DataFrame:
    """The rows in which every covariate is known, in their order.

    Raises ValueError for a column that is not there; its text is code and sentence of an error row,
    "no_column: …".
    """
    for name in covariates:
        if name not in frame.columns:
            raise ValueError(f"no_column: There is no covariate {name!r} in the records.")
    return frame.drop_nulls(list(covariates)) if covariates else frame


def model_columns(
    frame: pl.DataFrame, arms: tuple[str, ...], reference: str, covariates: tuple[str, ...]
) -> Design:
    """The columns of arms and covariates.

    One an arm that is not the reference, one a numeric covariate, one a further word of any other
    covariate. `frame` has the columns `arm` and those of the covariates, without nulls
    (`complete_cases`); columns are named "arm: B", "age" and "sex: male", words in alphabetical
    order.
    """
    columns = [
        ("arm", f"arm: {arm}", (frame["arm"] == arm).to_numpy().astype(float))
        for arm in arms
        if arm != reference
    ]
    for name in covariates:
        columns += _of_covariate(frame[name])
    x = np.empty((frame.height, len(columns)), order="F")
    parts: dict[str, tuple[int, ...]] = {}
    for number, (part, _, column) in enumerate(columns):
        x[:, number] = column
        parts[part] = (*parts.get(part, ()), number)
    return Design(x, tuple(name for _, name, _ in columns), parts, reference)


def _of_covariate(values: pl.Series) -> list[tuple[str, str, NDArray[np.float64]]]:
    """Part, name and column; a level is named as Polars writes it."""
    words = values if values.dtype.is_numeric() else values.cast(pl.String)
    return [
        (values.name, values.name if level is None else f"{values.name}: {level}", column)
        for level, column in covariate_columns(words)
    ]
