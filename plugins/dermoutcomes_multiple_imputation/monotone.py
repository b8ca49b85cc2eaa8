"""Sequential regression by visit.

Each visit from the baseline and all visits before, within an arm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes_multiple_imputation.normal import augmented
from dermoutcomes_multiple_imputation.regression import LinearFit, fit_linear, matched

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]
    Generator: TypeAlias = np.random.Generator

__all__ = ["fits_of", "gaps", "sequential"]


def gaps(values: Array) -> Array:
    """Which missing cells have a later one that was seen.

    What keeps a pattern from being monotone.
    """
    import numpy as np

    observed = ~np.isnan(values)
    later = np.cumsum(observed[:, ::-1], axis=1)[:, ::-1] > 0
    return np.asarray(~observed & later)


def sequential(
    values: Array, design: Array, m: int, between: int, rng: Generator, *, matching: bool = False
) -> list[Array]:
    """`m` completed copies of one arm's values.

    Gaps before a later value are first drawn from a multivariate normal model by data augmentation,
    anew for each copy; then each cell is regressed on all before it. A cell that cannot be
    regressed, for want of subjects, stays empty, and so do those after it.
    """
    between_gaps = gaps(values)
    if not between_gaps.any():
        fits = fits_of(values, design)
        return [_filled(values, design, fits, rng, matching=matching) for _ in range(m)]
    try:
        chain = [filled for _, filled in augmented(values, design, m, between, rng)]
    except (ValueError, ArithmeticError):
        return [values] * m
    completed = []
    for filled in chain:
        start = values.copy()
        start[between_gaps] = filled[between_gaps]
        completed.append(_filled(start, design, fits_of(start, design), rng, matching=matching))
    return completed


def fits_of(values: Array, design: Array) -> list[LinearFit | None]:
    """The regression of each cell on the design and all cells before; None where too few have it.

    Each is of the subjects who have the cell, who in monotone data have all before it too.
    """
    import numpy as np

    fits = []
    for column in range(values.shape[1]):
        observed = ~np.isnan(values[:, column])
        fits.append(
            fit_linear(
                np.column_stack([design, values[:, :column]])[observed], values[observed, column]
            )
            if observed.any()
            else None
        )
    return fits


def _filled(
    values: Array, design: Array, fits: list[LinearFit | None], rng: Generator, *, matching: bool
) -> Array:
    import numpy as np

    filled = values.copy()
    for column, fit in enumerate(fits):
        if fit is None or not np.isnan(values[:, column]).any():
            continue
        before = np.column_stack([design, filled[:, :column]])
        missing = np.isnan(values[:, column]) & ~np.isnan(before).any(axis=1)
        coefficients, sd = fit.draw(rng)
        if matching:
            observed = ~np.isnan(values[:, column])
            filled[missing, column] = matched(
                fit, coefficients, before[observed], values[observed, column], before[missing], rng
            )
        else:
            filled[missing, column] = before[missing][
                :, fit.used
            ] @ coefficients + sd * rng.standard_normal(int(missing.sum()))
    return filled
