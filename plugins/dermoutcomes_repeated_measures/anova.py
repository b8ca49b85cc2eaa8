"""Analysis of variance of repeated measures.

Factors within subjects, one between them, Type III.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_repeated_measures.sphericity import Sphericity, sphericity

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Effect", "Pillai", "effects", "f_tail", "generalised_eta_squared"]


class Pillai(NamedTuple):
    """The multivariate test of an effect: Pillai's trace and its F, which needs no sphericity."""

    trace: float
    f: float
    df_num: float
    df_den: float
    p_value: float


class Effect(NamedTuple):
    """One line of the table.

    `sphericity` and `pillai` are None where the effect lies between subjects or has one contrast.
    """

    between: bool
    second: bool
    occasion: bool
    ss: float
    ss_error: float
    df: int
    df_error: int
    sphericity: Sphericity | None
    pillai: Pillai | None

    @property
    def f(self) -> float:
        """The ratio of mean squares."""
        return (self.ss / self.df) / (self.ss_error / self.df_error)

    @property
    def partial_eta_squared(self) -> float:
        """Share of the effect in the sum of its own and its error's sum of squares."""
        return self.ss / (self.ss + self.ss_error)

    def p_value(self, epsilon: float = 1.0) -> float:
        """The upper tail of F with both degrees of freedom times epsilon, cut at 1."""
        factor = min(1.0, epsilon)
        return f_tail(self.f, factor * self.df, factor * self.df_error)


def f_tail(f: float, df_num: float, df_den: float) -> float:
    """P(F > f), from the incomplete beta function, which keeps its digits far out."""
    from scipy.special import betainc

    return float(betainc(df_den / 2, df_num / 2, df_den / (df_den + df_num * f)))


def effects(values: np.ndarray, groups: Sequence[int]) -> list[Effect]:
    """The effects of a complete block (subjects, levels, occasions).

    `groups` the number of each subject's group from 0.

    Hypotheses weight groups equally (Type III), whatever their sizes. A factor with one level
    brings no effect. Needs more subjects than groups.
    """
    n, levels, occasions = values.shape
    kinds = max(groups) + 1
    return [
        _effect(values.reshape(n, -1), groups, within, between, second, occasion)
        for second, occasion, within in _within(levels, occasions)
        for between in (False, True)
        if (between and kinds > 1) or (not between and (second or occasion))
    ]


def generalised_eta_squared(effect: Effect, table: Sequence[Effect], subjects: float) -> float:
    """Effect over effect plus every error sum of squares, `subjects` that between subjects.

    Olejnik and Algina 2003.

    All factors count as manipulated.
    """
    errors = {(other.second, other.occasion): other.ss_error for other in table}
    errors[False, False] = subjects
    return effect.ss / (effect.ss + fsum(errors.values()))


def between_subjects(values: np.ndarray, groups: Sequence[int]) -> float:
    """The sum of squares of subjects within their groups."""
    _, error = _sums(
        values.reshape(len(values), -1).mean(axis=1, keepdims=True), groups, between=False
    )
    return float(error[0, 0] * values[0].size)


def _within(levels: int, occasions: int) -> Iterator[tuple[bool, bool, np.ndarray]]:
    """Orthonormal contrasts of each stratum: the subject's mean, second factor, occasions, both."""
    import numpy as np

    for second in (False, True):
        for occasion in (False, True):
            columns = np.kron(
                _columns(levels, contrast=second), _columns(occasions, contrast=occasion)
            )
            if columns.shape[1]:
                yield second, occasion, columns


def _columns(k: int, *, contrast: bool) -> np.ndarray:
    """The normalised mean of k numbers, or their k - 1 orthonormal contrasts (Helmert)."""
    import numpy as np

    if not contrast:
        return np.full((k, 1), k**-0.5)
    columns = np.triu(np.ones((k, k)), 1)[:, 1:] - np.diag(np.arange(1.0, k), -1)[:, : k - 1]
    unit: np.ndarray = columns / np.sqrt((columns**2).sum(axis=0))
    return unit


def _effect(
    rows: np.ndarray,
    groups: Sequence[int],
    within: np.ndarray,
    between: bool,  # noqa: FBT001
    second: bool,  # noqa: FBT001
    occasion: bool,  # noqa: FBT001
) -> Effect:
    hypothesis, error = _sums(rows @ within, groups, between=between)
    kinds, dim = max(groups) + 1, within.shape[1]
    rank, df = kinds - 1 if between else 1, len(rows) - kinds
    inside = second or occasion
    shape = sphericity(error, df, len(rows)) if inside and dim > 1 and error.trace() > 0 else None
    multivariate = pillai(hypothesis, error, rank, df) if inside and df >= dim else None
    return Effect(
        between,
        second,
        occasion,
        float(hypothesis.trace()),
        float(error.trace()),
        rank * dim,
        df * dim,
        shape,
        multivariate,
    )


def _sums(
    transformed: np.ndarray, groups: Sequence[int], *, between: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of squares and products of a hypothesis and of error, of contrasts of each subject."""
    import numpy as np

    group = np.asarray(groups)
    kinds = int(group.max()) + 1
    counts = np.bincount(group, minlength=kinds)
    means = np.vstack([transformed[group == index].mean(axis=0) for index in range(kinds)])
    residual = transformed - means[group]
    # Groups count alike, whatever their size: contrasts of their means between, their plain mean
    # within.
    rule = (
        np.eye(kinds - 1, kinds) - np.eye(kinds)[-1] if between else np.full((1, kinds), 1 / kinds)
    )
    estimate = rule @ means
    return estimate.T @ np.linalg.solve((rule / counts) @ rule.T, estimate), residual.T @ residual


def pillai(hypothesis: np.ndarray, error: np.ndarray, rank: int, df: int) -> Pillai | None:
    """Pillai's trace of a hypothesis of that rank, with its approximate F (exact for rank 1).

    None where error is singular.
    """
    import numpy as np

    dim = len(error)
    if np.linalg.matrix_rank(error) < dim:
        return None
    trace = float(np.trace(np.linalg.solve((hypothesis + error).T, hypothesis.T)))
    s = min(rank, dim)
    # 2 m + s + 1 and 2 n + s + 1 with the m and n of textbooks.
    wide, deep = abs(dim - rank) + s, df - dim + s
    f = deep / wide * trace / (s - trace)
    return Pillai(trace, f, s * wide, s * deep, f_tail(f, s * wide, s * deep))
