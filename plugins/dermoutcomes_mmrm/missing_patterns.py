"""The data as a likelihood needs them.

A few rows for each pattern of missing visits, however many subjects there are.

Within a pattern the likelihood depends on the subjects only through sums of products of what they
have (the subject's part of the design, and the outcomes). An orthogonal rotation of the subjects
leaves these sums as they are, so the triangular factor of a QR decomposition stands for all of
them: at most as many pseudo-subjects as a subject has numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes_mmrm.design import Pieces

__all__ = ["CollinearError", "Compressed", "compress"]

Array = np.ndarray[Any, Any]
# As R's lm: a column that loses more than this to the columns before it adds nothing.
TOLERANCE = 1e-7


class CollinearError(ValueError):
    """Columns of the design that the others already say; `columns` are their positions."""

    def __init__(self, columns: list[int]) -> None:
        super().__init__(f"columns {columns} of the design are combinations of the others")
        self.columns = columns


@frozen(eq=False)
class Compressed:
    """Pseudo-subjects, ordered by pattern.

    With orthonormal design columns and a residual outcome of unit scale.

    `rows` is pseudo-subjects x visits x (columns + 1), the outcome last; what a pattern does not
    have is zero. `start` is where each pattern begins. `present`, `group` and `count` (subjects)
    are by pattern; `pattern` is that of each subject, `of` that of each pseudo-subject. A
    coefficient of the original design is `scale * (back @ (coefficient + shift))`.
    """

    rows: Array
    start: Array
    of: Array
    present: Array
    group: Array
    count: Array
    pattern: Array
    back: Array
    shift: Array
    scale: float
    n_groups: int

    @property
    def n_obs(self) -> int:
        """Observed outcomes."""
        return int((self.present.sum(1) * self.count).sum())


def compress(
    pieces: Pieces, outcome: Array, group: Array | None = None, n_groups: int = 1
) -> Compressed:
    """Pseudo-subjects of the data; subjects without any outcome are left out.

    Raises CollinearError for columns of the design that depend on each other.
    """
    observed = ~np.isnan(outcome)
    with_outcome = np.flatnonzero(observed.any(axis=1))
    codes = np.zeros(len(outcome), dtype=np.int64) if group is None else group
    patterns, pattern_of_row, count = _patterns(
        np.column_stack([codes[with_outcome], observed[with_outcome]]).astype(np.int64)
    )
    # A missing outcome is 0 here; `present` blanks its visit in all that is made of it.
    stacked = np.hstack([pieces.by_subject, np.where(observed, outcome, 0.0)])[with_outcome]
    factors = [_triangle(stacked[pattern_of_row == k]) for k in range(len(patterns))]
    of = np.repeat(np.arange(len(patterns)), [len(factor) for factor in factors])
    start = np.searchsorted(of, np.arange(len(patterns)))
    present = patterns[:, 1:].astype(bool)
    rows, back, shift, scale = _normalised(np.vstack(factors), pieces, present[of])
    pattern = np.full(len(outcome), -1)
    pattern[with_outcome] = pattern_of_row
    return Compressed(
        rows, start, of, present, patterns[:, 0], count, pattern, back, shift, scale, n_groups
    )


def _patterns(keys: Array) -> tuple[Array, Array, Array]:
    """Distinct rows, which of them each row is, and how many there are of each; sorted."""
    # The packed number below has a bit a visit and the group above them, in 63 bits.
    if keys.shape[1] > 60:
        patterns, pattern, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
        return patterns, pattern.reshape(-1), count
    # One number a row, which sorts as the row does: NumPy sorts numbers far quicker than rows.
    packed = keys @ (1 << np.arange(keys.shape[1] - 1, -1, -1))
    _, first, pattern, count = np.unique(
        packed, return_index=True, return_inverse=True, return_counts=True
    )
    return keys[first], pattern, count


def _triangle(rows: Array) -> Array:
    return rows if len(rows) <= rows.shape[1] else np.asarray(np.linalg.qr(rows, mode="r"))


def _normalised(
    stacked: Array, pieces: Pieces, present: Array
) -> tuple[Array, Array, Array, float]:
    """Rows by visit with orthonormal columns and the outcome's residual, and the way back.

    `stacked` is pseudo-subjects x (pieces of subjects, then visits), `present` pseudo-subjects x
    visits. Given back are `rows`, `back`, `shift` and `scale` of `Compressed`.
    """
    q = pieces.by_subject.shape[1]
    design = (
        np.einsum("tq,mpq->tmp", stacked[:, :q], pieces.by_visit, optimize=True)
        * present[:, :, None]
    )
    t, m, p = design.shape
    flat, outcome = design.reshape(t * m, p), stacked[:, q:].reshape(t * m)
    size = np.linalg.norm(flat, axis=0)
    # A column of zeros stays one, and is refused as collinear below.
    size[size == 0] = 1.0
    basis, triangle = np.linalg.qr(flat / size)
    _refuse_collinear(triangle, p)
    shift = basis.T @ outcome
    residual = outcome - basis @ shift
    scale = _scale(residual, outcome, int(present.sum()))
    back = np.linalg.inv(triangle) / size[:, None]
    divisor = scale or 1.0
    rows = np.concatenate([basis.reshape(t, m, p), (residual / divisor).reshape(t, m, 1)], axis=2)
    return np.ascontiguousarray(rows), back, shift / divisor, scale


def _refuse_collinear(triangle: Array, p: int) -> None:
    diagonal = np.zeros(p)
    diagonal[: len(triangle)] = np.abs(np.diag(triangle))[:p]
    if (diagonal < TOLERANCE).any():
        raise CollinearError(np.flatnonzero(diagonal < TOLERANCE).tolist())


def _scale(residual: Array, outcome: Array, n: int) -> float:
    """A power of two near the residual's root mean square, so that dividing by it is exact.

    0 where nothing is left over.
    """
    size, norm = float(np.linalg.norm(residual)), float(np.linalg.norm(outcome))
    if size <= 1e-13 * norm or size == 0.0:
        return 0.0
    return float(2.0 ** np.round(np.log2(size / np.sqrt(n))))
