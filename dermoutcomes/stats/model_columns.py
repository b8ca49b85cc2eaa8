"""The columns of a model, from the records of a task: arms against a reference, covariates as numbers or as words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Design", "complete_cases", "model_columns"]


@frozen(eq=False)
class Design:
    """The columns, their names, which columns each part (the arms, a covariate) has, and the arm that has none."""

    x: NDArray[np.float64]
    names: tuple[str, ...]
    parts: dict[str, tuple[int, ...]]
    reference: str

    def contrast(self, group: str, reference_group: str) -> NDArray[np.float64]:
        """The weights of the coefficients in the first arm minus the second."""
        import numpy as np

        weights = np.zeros(len(self.names))
        for arm, sign in ((group, 1.0), (reference_group, -1.0)):
            if arm != self.reference:
                weights[self.names.index(f"arm: {arm}")] = sign
        return weights


def complete_cases(frame: pl.DataFrame, covariates: tuple[str, ...]) -> pl.DataFrame:
    """The rows in which every covariate is known. Raises ValueError for a column that is not there."""
    for name in covariates:
        if name not in frame.columns:
            raise ValueError(f"no_column: There is no covariate {name!r} in the records.")
    return frame.drop_nulls(list(covariates)) if covariates else frame


def model_columns(
    frame: pl.DataFrame, arms: tuple[str, ...], reference: str, covariates: tuple[str, ...]
) -> Design:
    """One column an arm that is not the reference, one a numeric covariate, one a further word of any other covariate."""
    import numpy as np

    columns: list[tuple[str, str, pl.Series]] = [
        ("arm", f"arm: {arm}", frame["arm"] == arm) for arm in arms if arm != reference
    ]
    for name in covariates:
        columns += _of_covariate(frame[name])
    x = (
        np.array([column.cast(pl.Float64).to_list() for _, _, column in columns], dtype=float)
        .reshape(len(columns), frame.height)
        .T
    )
    parts: dict[str, tuple[int, ...]] = {}
    for number, (part, _, _) in enumerate(columns):
        parts[part] = (*parts.get(part, ()), number)
    return Design(x, tuple(name for _, name, _ in columns), parts, reference)


def _of_covariate(values: pl.Series) -> list[tuple[str, str, pl.Series]]:
    if values.dtype.is_numeric():
        return [(values.name, values.name, values)]
    words = values.cast(pl.String)
    return [
        (values.name, f"{values.name}: {word}", words == word)
        for word in sorted(words.unique().to_list())[1:]
    ]
