"""Two methods of measuring: bias, limits of agreement, Lin's concordance.

Sources: Bland and Altman, Lancet 1986;327:307-310 and Stat Methods Med Res 1999;8:135-160; exact
intervals of the limits by the noncentral t, Carkeet, Optom Vis Sci 2015;92:e71-80; Lin, Biometrics
1989;45:255-268 (variance with the note of 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, fsum, sqrt, tanh
from typing import NamedTuple

__all__ = ["Concordance", "Limits", "concordance", "limits_of_agreement", "proportional_bias"]

Interval = tuple[float, float]


class Limits(NamedTuple):
    """The bias (first minus second) and the limits of agreement, each with its interval.

    `bias_interval` is that of t, `low_interval` and `high_interval` are exact or approximate;
    `p_value` is of no bias, two-sided.
    """

    n: int
    bias: float
    sd: float
    bias_interval: Interval
    low: float
    high: float
    low_interval: Interval
    high_interval: Interval
    p_value: float


def limits_of_agreement(
    first: Sequence[float],
    second: Sequence[float],
    confidence: float = 0.95,
    intervals: str = "exact",
    multiplier: float | None = None,
) -> Limits:
    """Limits hold the stated share of differences, where these are normal.

    `multiplier` replaces the normal quantile (1.96, 2).

    `intervals` is "exact", "1999" (t, variance of mean and SD) or "1986" (t, 3 s^2 / n). Raises
    ValueError for fewer than two pairs or differences that do not vary.
    """
    from scipy.special import stdtr

    from dermoutcomes.stats import critical_value

    d = [a - b for a, b in zip(first, second, strict=True)]
    n = len(d)
    if n < 2:
        raise ValueError("fewer than two pairs")
    bias = fsum(d) / n
    sd = sqrt(fsum((value - bias) ** 2 for value in d) / (n - 1))
    if sd <= 1e-14 * max(map(abs, [*first, *second])):
        raise ValueError("the differences do not vary")
    z = multiplier or critical_value(confidence)
    t = critical_value(confidence, n - 1)
    low, high = bias - z * sd, bias + z * sd
    of_low, of_high = (
        _exact(bias, sd, n, z, confidence)
        if intervals == "exact"
        else _approximate((low, high), sd, n, z, t, intervals)
    )
    p = 2 * float(stdtr(n - 1, -abs(bias) / (sd / sqrt(n))))
    return Limits(
        n,
        bias,
        sd,
        (bias - t * sd / sqrt(n), bias + t * sd / sqrt(n)),
        low,
        high,
        of_low,
        of_high,
        p,
    )


def _approximate(
    limits: Interval, sd: float, n: int, z: float, t: float, form: str
) -> tuple[Interval, Interval]:
    half_width = t * sd * (sqrt(3 / n) if form == "1986" else sqrt(1 / n + z**2 / (2 * (n - 1))))
    return (limits[0] - half_width, limits[0] + half_width), (
        limits[1] - half_width,
        limits[1] + half_width,
    )


def _exact(
    bias: float, sd: float, n: int, z: float, confidence: float
) -> tuple[Interval, Interval]:
    # (limit - bias) / (sd / √n) is noncentral t; the lower limit is the mirror image of the upper.
    near, far = (_quantile(p, n, z) / sqrt(n) for p in ((1 - confidence) / 2, (1 + confidence) / 2))
    return (bias - far * sd, bias - near * sd), (bias + near * sd, bias + far * sd)


def _quantile(p: float, n: int, z: float) -> float:
    """The p quantile of t with n - 1 degrees of freedom and noncentrality z sqrt(n)."""
    from scipy.optimize import brentq
    from scipy.special import nctdtr, nctdtrit

    centre = z * sqrt(n)
    # SciPy's inverse is rough; it says where the root is bracketed and found to the last digits.
    near = float(nctdtrit(n - 1, centre, p))
    radius = 1e-3 * (1 + abs(near))
    while (float(nctdtr(n - 1, centre, near - radius)) - p) * (
        float(nctdtr(n - 1, centre, near + radius)) - p
    ) > 0:
        radius *= 2
    return float(
        brentq(
            lambda q: float(nctdtr(n - 1, centre, q)) - p,
            near - radius,
            near + radius,
            xtol=1e-13,
            rtol=1e-14,
            maxiter=500,
        )
    )


def proportional_bias(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """The slope of the difference on the mean of the two, and its p-value.

    Raises ValueError for fewer than three pairs.
    """
    from dermoutcomes.stats import tail_probability

    n = len(first)
    if n < 3:
        raise ValueError("fewer than three pairs")
    means = [(a + b) / 2 for a, b in zip(first, second, strict=True)]
    d = [a - b for a, b in zip(first, second, strict=True)]
    centre, bias = fsum(means) / n, fsum(d) / n
    sxx = fsum((m - centre) ** 2 for m in means)
    if not sxx:
        raise ValueError("the means do not vary")
    slope = fsum((m - centre) * (value - bias) for m, value in zip(means, d, strict=True)) / sxx
    rest = fsum(
        (value - bias - slope * (m - centre)) ** 2 for m, value in zip(means, d, strict=True)
    )
    t = slope / sqrt(rest / (n - 2) / sxx) if rest else float("inf")
    return slope, tail_probability(t, df=n - 2)


class Concordance(NamedTuple):
    """Lin's concordance correlation with its interval on Fisher's scale."""

    estimate: float
    conf_low: float
    conf_high: float


def concordance(
    first: Sequence[float], second: Sequence[float], confidence: float = 0.95
) -> Concordance:
    """Raises ValueError for fewer than three pairs or values that do not vary."""
    from dermoutcomes.stats import critical_value

    n = len(first)
    mean_1, mean_2 = fsum(first) / n, fsum(second) / n
    s1, s2 = (
        fsum((value - mean) ** 2 for value in values) / (n - 1)
        for values, mean in ((first, mean_1), (second, mean_2))
    )
    s12 = fsum((a - mean_1) * (b - mean_2) for a, b in zip(first, second, strict=True)) / (n - 1)
    if n < 3 or not s1 or not s2:
        raise ValueError("fewer than three pairs, or values that do not vary")
    # Moments over n, as Lin defines the estimate; the correlation is the same with either divisor.
    m = (n - 1) / n
    value, r = 2 * s12 * m / (s1 * m + s2 * m + (mean_1 - mean_2) ** 2), s12 / sqrt(s1 * s2)
    u2 = (mean_1 - mean_2) ** 2 / sqrt(s1 * s2 * m * m)
    if abs(value) >= 1 or not r:
        return Concordance(value, value, value)
    # Lin's variance (1989, as corrected in 2000). Limits are those of its inverse hyperbolic tangent,
    # which is nearer to normal than the coefficient and keeps them within -1 and 1.
    variance = (
        (1 - r**2) * value**2 * (1 - value**2) / r**2
        + 2 * value**3 * (1 - value) * u2 / r
        - 0.5 * value**4 * u2**2 / r**2
    ) / (n - 2)
    half_width = critical_value(confidence) * sqrt(variance / (1 - value**2) ** 2)
    return Concordance(value, tanh(atanh(value) - half_width), tanh(atanh(value) + half_width))
