"""How far the covariance of within-subject contrasts is from sphericity.

The degrees of freedom are multiplied by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Mauchly", "Sphericity", "greenhouse_geisser", "huynh_feldt", "mauchly", "sphericity"]


class Mauchly(NamedTuple):
    """Mauchly's W, its degrees of freedom, and its p-values, named r, anderson and chi_square."""

    w: float
    df: int
    p_values: Mapping[str, float]


class Sphericity(NamedTuple):
    """Epsilons as they come, not cut at 1; `mauchly` is None where the error matrix is singular."""

    greenhouse_geisser: float
    huynh_feldt: float
    huynh_feldt_lecoutre: float
    mauchly: Mauchly | None


def sphericity(error: np.ndarray, df: int, subjects: int) -> Sphericity:
    """The epsilons of the error matrix of orthonormal contrasts, and Mauchly's test of it.

    `error` has sums of squares and products, d × d; `df` is subjects less groups.
    """
    dim = len(error)
    epsilon = greenhouse_geisser(error)
    return Sphericity(
        epsilon,
        huynh_feldt(epsilon, dim, df, subjects),
        huynh_feldt(epsilon, dim, df, df + 1),
        mauchly(error, df),
    )


def greenhouse_geisser(error: np.ndarray) -> float:
    """Box's epsilon of the sample: (tr S)² / (d tr S²), between 1/d and 1."""
    return float(error.trace() ** 2 / (len(error) * (error * error).sum()))


def huynh_feldt(epsilon: float, dim: int, df: int, subjects: int) -> float:
    """(N d ε - 2) / (d (df - d ε)), N the number of subjects.

    Lecoutre's correction puts df + 1 in the place of N, which is the same in one group. 1 where the
    denominator is not positive, as with very few subjects: then nothing is corrected.
    """
    below = dim * (df - dim * epsilon)
    return (subjects * dim * epsilon - 2) / below if below > 1e-12 * dim * df else 1.0


def mauchly(error: np.ndarray, df: int) -> Mauchly | None:
    """Mauchly's test of the error matrix of d orthonormal contrasts; None where it is singular.

    `anderson` is the chi-square expansion to second order (Anderson 2003, section 10.7),
    `chi_square` its first term, which SAS and SPSS print. `r` is the second order with 3 (d + 1)
    where the expansion has 3 d, as R's mauchly.test prints it: up to a thousandth of the p-value
    away.
    """
    import numpy as np
    from scipy.special import chdtrc

    d = len(error)
    sign, log_det = np.linalg.slogdet(error)
    if df < d or sign <= 0 or np.linalg.matrix_rank(error) < d:
        return None
    # W is at most 1 (geometric against arithmetic mean of the eigenvalues), but for rounding.
    log_w = min(0.0, float(log_det) - d * log(error.trace() / d))
    rho = 1 - (2 * d * d + d + 2) / (6 * d * df)
    z, f = -df * rho * log_w, d * (d + 1) // 2 - 1
    first, next_ = float(chdtrc(f, max(z, 0.0))), float(chdtrc(f + 4, max(z, 0.0)))
    second = {
        name: _second_order(d, df, rho, linear)
        for name, linear in (("r", d + 1), ("anderson", d), ("chi_square", None))
    }
    return Mauchly(
        exp(log_w),
        f,
        {name: min(1.0, max(0.0, first + w * (next_ - first))) for name, w in second.items()},
    )


def _second_order(d: int, df: int, rho: float, linear: int | None) -> float:
    """The weight of the second term.

    0 where only the first is wanted, or where so few subjects leave no expansion.
    """
    if linear is None or rho <= 0:
        return 0.0
    return (
        (d + 2)
        * (d - 1)
        * (d - 2)
        * (2 * d**3 + 6 * d * d + 3 * linear + 2)
        / (288 * (d * df * rho) ** 2)
    )
