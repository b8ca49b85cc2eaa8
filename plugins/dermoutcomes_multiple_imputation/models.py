"""Draws of a multivariate normal model.

Directly where missing values are monotone, by data augmentation where they are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes_multiple_imputation.monotone import fits_of, gaps
from dermoutcomes_multiple_imputation.normal import NormalModel, augmented, drawn_missing, patterns

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]
    Generator: TypeAlias = np.random.Generator

__all__ = ["drawn_models"]


def drawn_models(
    values: Array, design: Array, m: int, between: int, rng: Generator
) -> Iterator[tuple[NormalModel, Array]]:
    """`m` draws of model and completed values.

    Monotone data need no Markov chain: each cell given those before it has a regression of its own,
    whose posterior is drawn from, and the regressions together are the model (Schafer 1997, section
    6.5). Raises ValueError where subjects are too few.
    """
    if gaps(values).any():
        yield from augmented(values, design, m, between, rng)
    else:
        yield from _monotone(values, design, m, rng)


def _monotone(
    values: Array, design: Array, m: int, rng: Generator
) -> Iterator[tuple[NormalModel, Array]]:
    import numpy as np

    every = fits_of(values, design)
    fits = [fit for fit in every if fit is not None]
    if len(fits) < len(every):
        raise ValueError(f"{values.shape[0]} subjects are too few for {values.shape[1]} cells")
    missing_patterns = patterns(np.isnan(values))
    for _ in range(m):
        model = _together([(fit.used, *fit.draw(rng)) for fit in fits], design.shape[1])
        yield (
            model,
            drawn_missing(
                values, design @ model.coefficients, model.covariance, missing_patterns, rng
            ),
        )


def _together(draws: list[tuple[Array, Array, float]], width: int) -> NormalModel:
    """The model whose conditionals are these regressions.

    Each on the design and all cells before.
    """
    import numpy as np

    size = len(draws)
    coefficients, covariance = np.zeros((width, size)), np.zeros((size, size))
    for cell, (used, beta, sd) in enumerate(draws):
        # Cell by cell: a cell is its regression on those before it, and noise, so that means and
        # covariances of those before give its own.
        every = np.zeros(width + cell)
        every[used] = beta
        of_columns, before = every[:width], every[width:]
        coefficients[:, cell] = of_columns + coefficients[:, :cell] @ before
        across = covariance[:cell, :cell] @ before
        covariance[cell, :cell] = covariance[:cell, cell] = across
        covariance[cell, cell] = sd**2 + before @ across
    return NormalModel(coefficients, covariance)
