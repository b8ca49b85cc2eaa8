"""Intraclass correlation in its six forms, with intervals from the F distribution.

Sources: Shrout and Fleiss, Psychol Bull 1979;86:420-428; McGraw and Wong, Psychol Methods
1996;1:30-46 (intervals, with the Satterthwaite degrees of freedom of the agreement form).
"""

from __future__ import annotations

from typing import NamedTuple

from dermoutcomes_reliability.mean_squares import MeanSquares

__all__ = ["FORMS", "Icc", "icc"]


class Icc(NamedTuple):
    """The correlation and its interval.

    F, its degrees of freedom and p against zero, where the form has such a test.
    """

    estimate: float
    conf_low: float
    conf_high: float
    statistic: float | None = None
    df: tuple[float, float] | None = None
    p_value: float | None = None


def icc(squares: MeanSquares, form: str, confidence: float = 0.95) -> Icc:
    """One form: "1_1" one-way, "2_1" two-way agreement, "3_1" two-way consistency.

    "_k" for the mean of the k readings.

    Raises ValueError where nothing differs within subjects, so that no F exists, or nothing between
    them.
    """
    if squares.residual <= 0 or squares.within <= 0:
        raise ValueError("readings of a subject do not differ")
    try:
        return FORMS[form](squares, 1 - confidence)
    except ZeroDivisionError as error:
        raise ValueError("subjects do not differ") from error


def _f(q: float, df1: float, df2: float) -> float:
    from scipy.special import fdtri

    return float(fdtri(df1, df2, q))


def _upper_p(f: float, df: tuple[float, float]) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(*df, f))


def _of_ratio(
    top: float, bottom: float, df: tuple[float, float], k: int, alpha: float
) -> tuple[Icc, Icc]:
    """Single and average form of a ratio of mean squares, whose limits are those of F."""
    f = top / bottom
    low, high = f / _f(1 - alpha / 2, *df), f * _f(1 - alpha / 2, *reversed(df))
    p = _upper_p(f, df)
    single = Icc(
        (f - 1) / (f + k - 1), (low - 1) / (low + k - 1), (high - 1) / (high + k - 1), f, df, p
    )
    return single, Icc(1 - 1 / f, 1 - 1 / low, 1 - 1 / high, f, df, p)


def _one_way(s: MeanSquares, alpha: float) -> tuple[Icc, Icc]:
    return _of_ratio(s.subjects, s.within, (s.n - 1, s.n * (s.k - 1)), s.k, alpha)


def _consistency(s: MeanSquares, alpha: float) -> tuple[Icc, Icc]:
    return _of_ratio(s.subjects, s.residual, (s.n - 1, (s.n - 1) * (s.k - 1)), s.k, alpha)


def _agreement(s: MeanSquares, alpha: float) -> tuple[Icc, Icc]:
    n, k = s.n, s.k
    single = (s.subjects - s.residual) / (
        s.subjects + (k - 1) * s.residual + k * (s.raters - s.residual) / n
    )
    mean = (s.subjects - s.residual) / (s.subjects + (s.raters - s.residual) / n)
    # McGraw and Wong's limits of ICC(A,1), with Satterthwaite's degrees of freedom for the two
    # mean squares that the denominator adds up.
    df = _agreement_df(s, single)
    up, down = _f(1 - alpha / 2, n - 1, df), _f(1 - alpha / 2, df, n - 1)
    rest = k * s.raters + (k * n - k - n) * s.residual
    low = n * (s.subjects - up * s.residual) / (up * rest + n * s.subjects)
    high = n * (down * s.subjects - s.residual) / (rest + n * down * s.subjects)
    # Of a mean of k raters by Spearman and Brown's formula, which moves no order of its limits.
    return Icc(single, low, high), Icc(
        mean, low * k / (1 + low * (k - 1)), high * k / (1 + high * (k - 1))
    )


def _agreement_df(s: MeanSquares, rho: float) -> float:
    n, k, f = s.n, s.k, s.raters / s.residual
    part = n * (1 + (k - 1) * rho) - k * rho
    return (
        (k - 1) * (n - 1) * (k * rho * f + part) ** 2 / ((n - 1) * k**2 * rho**2 * f**2 + part**2)
    )


FORMS = {
    "1_1": lambda s, alpha: _one_way(s, alpha)[0],
    "1_k": lambda s, alpha: _one_way(s, alpha)[1],
    "2_1": lambda s, alpha: _agreement(s, alpha)[0],
    "2_k": lambda s, alpha: _agreement(s, alpha)[1],
    "3_1": lambda s, alpha: _consistency(s, alpha)[0],
    "3_k": lambda s, alpha: _consistency(s, alpha)[1],
}
