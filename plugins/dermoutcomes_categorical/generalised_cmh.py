"""The Cochran-Mantel-Haenszel family for any number of rows, columns and strata.

Landis, Heyman and Koch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_categorical.scores import Scoring, scores_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ChiSquare", "correlation", "general_association", "row_mean_scores"]

# Singular values of the summed covariance below this share of the largest are zero: its rank is the
# degrees of freedom.
NEGLIGIBLE = 1e-9


class ChiSquare(NamedTuple):
    """A chi-square statistic.

    Without degrees of freedom there is nothing to test, and no p-value.
    """

    statistic: float
    df: int
    p_value: float | None


Contrast = Callable[["np.ndarray"], "np.ndarray"]


def general_association(tables: Sequence[np.ndarray]) -> ChiSquare:
    """Whether the distributions over columns differ in any way between rows.

    Tables are rows by columns, one a stratum.
    """
    return _quadratic(tables, _all_but_last(0), _all_but_last(1))


def row_mean_scores(
    tables: Sequence[np.ndarray], values: Sequence[float], scoring: Scoring = "table"
) -> ChiSquare:
    """Whether mean column scores differ between rows.

    `values` are the scores that "table" uses, one a column.
    """
    return _quadratic(tables, _all_but_last(0), _column_scores(values, scoring))


def correlation(
    tables: Sequence[np.ndarray],
    rows: Sequence[float],
    values: Sequence[float],
    scoring: Scoring = "table",
) -> ChiSquare:
    """Whether column scores rise or fall with row scores, by one degree of freedom."""
    return _quadratic(tables, _row_scores(rows, scoring), _column_scores(values, scoring))


def _all_but_last(axis: int) -> Contrast:
    def contrast(table: np.ndarray) -> np.ndarray:
        import numpy as np

        return np.eye(table.shape[axis])[:-1]

    return contrast


def _column_scores(values: Sequence[float], scoring: Scoring) -> Contrast:
    return lambda table: scores_of(scoring, table.sum(axis=0), values)[None, :]


def _row_scores(values: Sequence[float], scoring: Scoring) -> Contrast:
    return lambda table: scores_of(scoring, table.sum(axis=1), values)[None, :]


def _quadratic(tables: Sequence[np.ndarray], of_rows: Contrast, of_columns: Contrast) -> ChiSquare:
    """Observed minus expected under the hypergeometric law of each stratum, summed.

    In the metric of the summed covariance.

    A stratum of one subject says nothing. The generalised inverse and the rank serve strata that
    lack a row or a column.
    """
    import numpy as np

    deviation, covariance = 0.0, 0.0
    for table in tables:
        n = table.sum()
        if n < 2:
            continue
        a, b, rows, columns = (
            of_rows(table),
            of_columns(table),
            table.sum(axis=1) / n,
            table.sum(axis=0) / n,
        )
        deviation = deviation + (a @ (table - n * np.outer(rows, columns)) @ b.T).ravel()
        covariance = covariance + n**2 / (n - 1) * np.kron(
            a @ _spread(rows) @ a.T, b @ _spread(columns) @ b.T
        )
    return _chi_square(np.atleast_1d(deviation), np.atleast_2d(covariance))


def _spread(shares: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.diag(shares) - np.outer(shares, shares)


def _chi_square(deviation: np.ndarray, covariance: np.ndarray) -> ChiSquare:
    import numpy as np
    from scipy.special import gammaincc

    sizes, directions = np.linalg.eigh(covariance)
    positive = sizes > NEGLIGIBLE * max(sizes.max(initial=0.0), 0.0)
    if not positive.any():
        return ChiSquare(0.0, 0, None)
    along = directions[:, positive].T @ deviation
    statistic, df = float((along**2 / sizes[positive]).sum()), int(positive.sum())
    return ChiSquare(statistic, df, float(gammaincc(df / 2, statistic / 2)))
