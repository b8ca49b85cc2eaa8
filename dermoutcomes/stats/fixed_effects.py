"""The fixed part of a model.

Factors and numbers, terms made of them, and the design matrix with its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, reduce
from itertools import product
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from dermoutcomes.stats.design_columns import independent_columns
from dermoutcomes.stats.formulas import ModelTerm

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FixedEffects"]

# A level of a factor or a number; a variable that is not named is averaged: levels with equal
# weight, numbers over the records.
Point = Mapping[str, str | float]


@frozen(eq=False)
class FixedEffects:
    """Terms over the variables of records, as the columns of a design matrix.

    The first level of a factor is its reference; columns that depend on earlier ones are dropped
    (`kept` has the places of the others). Rows over all columns are what `row` and `contrasts`
    give: records × columns. `variables` has a list of texts for a factor
    and of numbers otherwise, `levels` the levels of each factor in order.
    """

    variables: Mapping[str, Sequence[str | float]]
    levels: Mapping[str, Sequence[str]]
    terms: Sequence[ModelTerm]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, dropped ones too, as R writes them."""
        return ("(Intercept)", *(name for term in self.terms for name in self._names(term)))

    @cached_property
    def full(self) -> NDArray[np.float64]:
        """The design matrix with all columns, a row a record."""
        n = len(next(iter(self.variables.values())))
        return np.array(
            [
                self.row({name: values[record] for name, values in self.variables.items()})
                for record in range(n)
            ]
        ).reshape(n, -1)

    @cached_property
    def kept(self) -> NDArray[np.intp]:
        """Places of the columns that do not depend on earlier ones."""
        return np.array(independent_columns(self.full), dtype=np.intp)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The design matrix without dropped columns."""
        return self.full[:, self.kept]

    def row(self, point: Point) -> NDArray[np.float64]:
        """The row of the full matrix at a point.

        With a point that names few variables, the row of a marginal mean.
        """
        return np.concatenate([np.ones(1), *(self._block(term, point) for term in self.terms)])

    def estimable(self, row: NDArray[np.float64]) -> bool:
        """Whether the data say anything about a combination of coefficients.

        It must be a combination of the rows of records, but for rounding.
        """
        return bool(
            np.all(
                np.abs(row[self.kept] @ self._dependence - row)
                <= 1e-8 * max(1.0, float(np.abs(row).max()))
            )
        )

    @cached_property
    def _dependence(self) -> NDArray[np.float64]:
        """Every column as a combination of the kept ones."""
        return np.asarray(np.linalg.lstsq(self.matrix, self.full, rcond=None)[0], dtype=np.float64)

    def contrasts(self, term: ModelTerm) -> NDArray[np.float64]:
        """The Type III hypothesis of a term, as rows over all columns.

        They are zero where marginal means of equal weight do not depend on the term. The rows are
        level less first level; in a model of one term, those of the forward elimination of X'X, as
        R's lmerTest has them. F is the same for any such rows, Satterthwaite's degrees of freedom
        differ a little.
        """
        if len(self.terms) == 1:
            return self._eliminated()
        factors = [name for name in term if name in self.levels]
        numbers = [name for name in term if name not in self.levels]
        if numbers:
            return self._slopes(factors, numbers)
        rows = [
            self._interaction(dict(zip(factors, levels, strict=True)))
            for levels in product(*(self.levels[name][1:] for name in factors))
        ]
        return np.array(rows)

    def _eliminated(self) -> NDArray[np.float64]:
        """The rows below the first of X'X after forward elimination, each divided by its pivot."""
        rows = self.matrix.T @ self.matrix
        # The kept columns are independent, so that no pivot is 0.
        for pivot in range(len(rows)):
            rows[pivot + 1 :] -= np.outer(
                rows[pivot + 1 :, pivot] / rows[pivot, pivot], rows[pivot]
            )
        contrasts = np.zeros((len(rows) - 1, len(self.names)))
        contrasts[:, self.kept] = (rows / np.diag(rows)[:, None])[1:]
        return contrasts

    def _slopes(self, factors: list[str], numbers: list[str]) -> NDArray[np.float64]:
        """How the slope of numbers differs between levels.

        The mean slope itself where the term has no factor.
        """

        def slope(point: Point) -> NDArray[np.float64]:
            return self.row({**point, **dict.fromkeys(numbers, 1.0)}) - self.row(
                {**point, **dict.fromkeys(numbers, 0.0)}
            )

        if not factors:
            return np.array([slope({})])
        points = [
            dict(zip(factors, levels, strict=True))
            for levels in product(*(self.levels[name] for name in factors))
        ]
        return np.array([slope(point) - slope(points[0]) for point in points[1:]])

    def _interaction(self, point: dict[str, str]) -> NDArray[np.float64]:
        """The difference of differences between these levels and the first ones.

        Where slopes differ, at numbers of zero, as SAS has it.
        """
        zero: dict[str, str | float] = {
            name: 0.0 for name in self.variables if name not in self.levels
        }
        signed = []
        for keep in product((True, False), repeat=len(point)):
            levels = {
                name: level if kept else self.levels[name][0]
                for (name, level), kept in zip(point.items(), keep, strict=True)
            }
            # The sign is + for the row with all levels kept, and changes with each level put back
            # to the first.
            signed.append((-1) ** keep.count(False) * self.row({**zero, **levels}))
        return reduce(lambda first, second: first + second, signed)

    def _block(self, term: ModelTerm, point: Point) -> NDArray[np.float64]:
        """The columns of one term at a point, its first variable running fastest."""
        columns: NDArray[np.float64] = np.ones(1)
        for name in term:
            # The new variable first: `ravel` runs along the last axis, the variables before it.
            columns = np.outer(self._coded(name, point), columns).ravel()
        return columns

    def _coded(self, name: str, point: Point) -> NDArray[np.float64]:
        if name not in self.levels:
            return np.array([point[name] if name in point else self._means[name]], dtype=float)
        levels = self.levels[name]
        if name not in point:
            # Equal weights: what they lack of 1 is the reference level's, which has no column.
            return np.full(len(levels) - 1, 1 / len(levels))
        return np.array([float(level == point[name]) for level in levels[1:]])

    @cached_property
    def _means(self) -> dict[str, float]:
        return {
            name: fsum(map(float, values)) / len(values)
            for name, values in self.variables.items()
            if name not in self.levels
        }

    def _names(self, term: ModelTerm) -> list[str]:
        by_variable = [
            [f"{name}{level}" for level in self.levels[name][1:]] if name in self.levels else [name]
            for name in term
        ]
        # Reversed twice: the first variable runs fastest, as in `_block`, and is named first.
        return [":".join(reversed(parts)) for parts in product(*reversed(by_variable))]
