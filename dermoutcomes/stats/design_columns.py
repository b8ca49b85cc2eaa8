"""Columns of a design matrix.

Indicators of levels, columns that others already say, and contrasts of coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "contrast_correlation",
    "covariate_columns",
    "independent_columns",
    "indicators",
    "restricted_columns",
]


def indicators(values: Sequence[object], levels: Sequence[object]) -> NDArray[np.float64]:
    """One column a level but the first, which is the reference.

    1 where a value is that level, else 0; values × (levels - 1).
    """
    rows = [[float(value == level) for level in levels[1:]] for value in values]
    return np.array(rows, dtype=float).reshape(len(values), max(0, len(levels) - 1))


def covariate_columns(
    values: pl.Series, *, factor: bool = False
) -> list[tuple[Any, NDArray[np.float64]]]:
    """Level and column of a covariate.

    Numbers as they are, under the level None; words as indicators of every level but the first.
    `factor` takes numbers as levels too. Levels are in their own order. There are no nulls:
    `complete_cases` leaves them out.
    """
    if values.dtype.is_numeric() and not factor:
        return [(None, values.to_numpy().astype(float))]
    levels = values.unique().sort().to_list()
    return [(level, (values == level).to_numpy().astype(float)) for level in levels[1:]]


def independent_columns(matrix: NDArray[np.float64], tolerance: float = 1e-9) -> tuple[int, ...]:
    """The places of the columns that are no combination of columns before them.

    The first of two that say the same is kept. `matrix` is records × columns. A column depends on
    earlier ones if of its length no more than `tolerance` is orthogonal to them, by Gram-Schmidt;
    each direction is taken out twice, so that rounding leaves nothing of it. A column of zeros
    depends on none and is left out.
    """
    basis: list[NDArray[np.float64]] = []
    kept = []
    for place, column in enumerate(matrix.T):
        size = float(np.linalg.norm(column))
        rest = column / (size or 1.0)
        for direction in (*basis, *basis):
            rest = rest - (direction @ rest) * direction
        own = float(np.linalg.norm(rest))
        if size and own > tolerance:
            basis.append(rest / own)
            kept.append(place)
    return tuple(kept)


def contrast_correlation(
    first: ArrayLike, second: ArrayLike, covariance: ArrayLike
) -> float | None:
    """The correlation of two linear functions of coefficients, a'Vb / √(a'Va b'Vb).

    Held within -1 and 1. `first` and `second` have the weight of each coefficient, `covariance`
    is coefficients × coefficients. None where one of the two does not vary.
    """
    a, b, v = np.asarray(first), np.asarray(second), np.asarray(covariance)
    size = float((a @ v @ a) * (b @ v @ b)) ** 0.5
    return max(-1.0, min(1.0, float(a @ v @ b) / size)) if size else None


def restricted_columns(
    matrix: NDArray[np.float64], contrasts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The columns of the model in which every contrast of its coefficients is 0.

    `matrix` is records × columns; a row of `contrasts` has one coefficient, whose column is left
    out, or the difference of two, whose columns become their sum. Other columns stay as they are,
    with their scale. Raises ValueError for any other contrast.
    """
    columns, left_out = matrix.copy(), set()
    for contrast in contrasts:
        places = np.flatnonzero(contrast)
        if len(places) == 2 and contrast.sum() == 0:
            columns[:, places[0]] += columns[:, places[1]]
        elif len(places) != 1:
            raise ValueError("a contrast is of one coefficient, or the difference of two")
        # Of a difference, the second column: the first is the sum now.
        left_out.add(int(places[-1]))
    return columns[:, [place for place in range(matrix.shape[1]) if place not in left_out]]
