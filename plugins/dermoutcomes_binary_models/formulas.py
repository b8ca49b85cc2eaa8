"""Design matrices of the formulas in reference cases: sums of columns, factors and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes.stats import formula_terms

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["design_of"]


def design_of(
    formula: str, data: Mapping[str, Sequence[object]], levels: Mapping[str, Sequence[str]]
) -> tuple[Array, Array]:
    """Outcome and design of "y ~ a + b * c": intercept, then terms by order.

    The first level of a factor is the reference.
    """
    import numpy as np

    from dermoutcomes.stats import FixedEffects

    outcome, right = (part.strip() for part in formula.split("~"))
    terms = formula_terms(right)
    used = {name for term in terms for name in term} or {outcome}
    variables: dict[str, list[Any]] = {
        name: [str(value) for value in data[name]] if name in levels else [*data[name]]
        for name in used
    }
    factors = {name: levels_of_factor for name, levels_of_factor in levels.items() if name in used}
    y = np.asarray(data[outcome], dtype=float)
    return y, FixedEffects(variables, factors, terms).full
