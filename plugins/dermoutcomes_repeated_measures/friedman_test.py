"""Friedman's test: ranks within subjects, corrected for ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Friedman", "friedman", "rounded"]

DECIMALS = 12


class Friedman(NamedTuple):
    """Friedman's chi-square, Kendall's W, and the F of Iman and Davenport.

    W stands with and without the correction for ties.

    `f` and `f_p` are None where all subjects rank alike, which makes F infinite.
    """

    n: int
    k: int
    mean_ranks: tuple[float, ...]
    chi_square: float
    df: int
    p_value: float
    w: float
    w_uncorrected: float
    f: float | None
    f_df: tuple[int, int]
    f_p: float | None


def friedman(values: np.ndarray) -> Friedman:
    """Of complete values, shape (subjects, occasions), rounded as below.

    Raises ValueError where no subject's values differ.
    """
    import numpy as np
    from scipy.special import chdtrc
    from scipy.stats import rankdata

    n, k = values.shape
    # Twice the mid-ranks: whole numbers, so that sums are exact.
    doubled = np.rint(2 * rankdata(rounded(values), axis=1)).astype(int)
    deviations = doubled.sum(axis=0) - n * (k + 1)
    between, total = int((deviations**2).sum()), int((doubled**2).sum()) - n * k * (k + 1) ** 2
    if not total:
        raise ValueError("no subject's values differ")
    chi_square = (k - 1) * between / total
    freedom = (k - 1, (n - 1) * (k - 1))
    f = (n - 1) * chi_square / (n * (k - 1) - chi_square) if n * total - between > 0 else None
    return Friedman(
        n,
        k,
        tuple(float(rank) / 2 / n for rank in doubled.sum(axis=0)),
        chi_square,
        k - 1,
        float(chdtrc(k - 1, chi_square)),
        chi_square / (n * (k - 1)),
        3 * between / (n * n * (k**3 - k)),
        f,
        freedom,
        None if f is None else _f_tail(f, *freedom),
    )


def rounded(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Values rounded to 12 decimals of the magnitude of the largest, whatever the unit.

    Of differences it is the largest of the values that they are differences of.

    So 0.3 - 0.1 and 0.2 tie.
    """
    import numpy as np

    top = float(np.abs(values).max(initial=0.0)) if largest is None else largest
    scale = 2.0 ** np.ceil(np.log2(top)) if top > 0 else 1.0
    return np.round(values / scale, DECIMALS) * scale


def _f_tail(f: float, df_num: int, df_den: int) -> float | None:
    from scipy.special import betainc

    return (
        float(betainc(df_den / 2, df_num / 2, df_den / (df_den + df_num * f))) if df_den else None
    )
