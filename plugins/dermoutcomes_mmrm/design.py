"""The design by subject and visit, and the rows of it that a margin needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes_mmrm.model import Column, Data

__all__ = ["Pieces", "design_row", "pieces_of", "row_means"]

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class Pieces:
    """A design that separates: row i of subject s is `by_visit[i] @ by_subject[s]`.

    `by_subject` is subjects x q (products of what a subject has), `by_visit` visits x columns x q.
    """

    by_subject: Array
    by_visit: Array

    def rows(self, subjects: Array | slice = slice(None)) -> Array:
        """Subjects x visits x columns."""
        result: Array = np.einsum(
            "sq,mpq->smp", self.by_subject[subjects], self.by_visit, optimize=True
        )
        return result


def pieces_of(columns: Sequence[Column], data: Data) -> Pieces:
    """The design of the columns.

    A product that is constant over visits is kept once, one that is not, once a visit.
    """
    n, m = data.outcome.shape
    index_of_piece: dict[Any, int] = {}
    parts: list[Array] = []
    placed: list[tuple[int, int, int, float]] = []
    for p, column in enumerate(columns):
        over_visits, varies = _over_visits(column, data), _varies(column, data)
        of_subjects = tuple(pair for pair in column.indicators if pair[0] != data.visit)
        product: Array | None = None
        for i in range(m):
            # Columns that differ by their visit alone (arm at week 4, at week 8) share a piece.
            piece = (of_subjects, column.covariates, i if varies else None)
            if piece not in index_of_piece:
                product = _of_subjects(column, data) if product is None else product
                index_of_piece[piece] = len(parts)
                parts.append(product if product.ndim == 1 else product[:, i])
            if over_visits[i]:
                placed.append((i, p, index_of_piece[piece], over_visits[i]))
    by_visit = np.zeros((m, len(columns), len(parts)))
    for i, p, q, weight in placed:
        by_visit[i, p, q] = weight
    return Pieces(np.column_stack(parts) if parts else np.zeros((n, 0)), by_visit)


def _over_visits(column: Column, data: Data) -> Array:
    level = dict(column.indicators).get(data.visit)
    return (
        np.ones(len(data.visits))
        if level is None
        else np.array([float(visit == level) for visit in data.visits])
    )


def _varies(column: Column, data: Data) -> bool:
    return any(data.covariates[name].ndim == 2 for name in column.covariates)


def _of_subjects(column: Column, data: Data) -> Array:
    result: Array = np.ones(len(data.outcome))
    for name, level in column.indicators:
        if name != data.visit:
            factor = data.factors[name]
            result = result * (factor.codes == factor.levels.index(level))
    for name in column.covariates:
        # An unknown covariate goes with an outcome that is not used, and NaN times 0 would be NaN.
        result = _times(result, np.nan_to_num(data.covariates[name]))
    return result


def _times(first: Array, second: Array) -> Array:
    if first.ndim == second.ndim:
        return first * second
    return first[:, None] * second if first.ndim < second.ndim else first * second[:, None]


def design_row(
    columns: Sequence[Column],
    levels: Mapping[str, Mapping[str, float]],
    covariates: Mapping[str, float],
) -> Array:
    """The row of a margin: each factor at its weights over levels, each covariate at its value."""
    row = np.ones(len(columns))
    for p, column in enumerate(columns):
        for name, level in column.indicators:
            row[p] *= levels[name].get(level, 0.0)
        for name in column.covariates:
            row[p] *= covariates[name]
    return row


def row_means(data: Data) -> dict[str, float]:
    """The mean of each covariate over the rows that are analysed."""
    observed = ~np.isnan(data.outcome)
    return {
        name: float(
            np.mean(
                np.broadcast_to(values if values.ndim == 2 else values[:, None], observed.shape)[
                    observed
                ]
            )
        )
        for name, values in data.covariates.items()
    }
