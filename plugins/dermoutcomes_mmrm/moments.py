"""Where the search for a covariance begins."""

from __future__ import annotations

from typing import Any

import numpy as np

from dermoutcomes_mmrm.missing_patterns import Compressed

__all__ = ["moments"]

Array = np.ndarray[Any, Any]
# Eigenvalues of the correlation matrix are kept above this: pairs of visits with different subjects
# may make some negative.
LEAST = 0.05


def moments(data: Compressed, group: int = 0) -> Array:
    """Mean products of the least-squares residuals.

    Each pair of visits from the subjects who have both, made positive definite.
    """
    in_group = data.group == group
    residual = data.rows[in_group[data.of]][:, :, -1]
    present = data.present[in_group].astype(float)
    pairs = np.maximum((present * data.count[in_group][:, None]).T @ present, 1)
    products = residual.T @ residual
    variances = np.diag(products) / np.diag(pairs)
    sd = np.sqrt(np.where(variances > 1e-8, variances, 1.0))
    correlation = _made_positive(products / pairs / np.outer(sd, sd))
    result: Array = correlation * np.outer(sd, sd)
    return result


def _made_positive(correlation: Array) -> Array:
    clipped = np.clip(correlation, -0.99, 0.99)
    np.fill_diagonal(clipped, 1.0)
    values, vectors = np.linalg.eigh(clipped)
    positive = vectors @ (np.maximum(values, LEAST)[:, None] * vectors.T)
    norm = np.sqrt(np.diag(positive))
    result: Array = positive / np.outer(norm, norm)
    return result
