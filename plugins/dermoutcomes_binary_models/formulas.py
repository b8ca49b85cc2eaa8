"""Design matrices of the formulas in reference cases: sums of columns, factors and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["design_of"]


def design_of(
    formula: str, data: Mapping[str, Sequence[object]], levels: Mapping[str, Sequence[str]]
) -> tuple[Array, Array]:
    """Outcome and design of "y ~ a + b * c": intercept, then terms by order; the first level of a factor is the reference."""
    import numpy as np

    outcome, _, right = formula.partition("~")
    columns = [np.ones(len(data[outcome.strip()]))]
    for term in _terms(right):
        parts = [_columns(name, data, levels) for name in term]
        columns += [np.prod(chosen, axis=0) for chosen in _products(parts)]
    return np.asarray(data[outcome.strip()], dtype=float), np.column_stack(columns)


def _terms(right: str) -> list[tuple[str, ...]]:
    terms: list[tuple[str, ...]] = []
    for part in right.split("+"):
        names = tuple(name.strip() for name in part.replace("*", ":").split(":"))
        wanted = [(name,) for name in names] + [names] if "*" in part else [names]
        terms += [term for term in wanted if term not in terms]
    return sorted(terms, key=len)


def _products(parts: Sequence[Sequence[Array]]) -> list[list[Array]]:
    """In R's order: the first factor varies fastest."""
    return [list(reversed(chosen)) for chosen in product(*reversed(parts))]


def _columns(
    name: str, data: Mapping[str, Sequence[object]], levels: Mapping[str, Sequence[str]]
) -> list[Array]:
    import numpy as np

    if name not in levels:
        return [np.asarray(data[name], dtype=float)]
    values = np.asarray([str(value) for value in data[name]])
    return [(values == level).astype(float) for level in levels[name][1:]]
