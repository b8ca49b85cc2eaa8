"""Standardised mean differences.

The noncentral t distribution behind their intervals, and the factor that takes out their bias.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, gamma, lgamma, log, sqrt

from scipy.special import chdtri, gammaincinv, nctdtr

from dermoutcomes.stats.roots import bisection

__all__ = ["hedges_factor", "noncentrality", "noncentrality_limits"]

# Beyond it the noncentral t of SciPy is slow, then no number.
FAR = 1e5
# Beyond it Γ itself is no double.
LARGEST_GAMMA_DF = 100


def noncentrality_limits(t: float, df: int, confidence: float = 0.95) -> tuple[float, float]:
    """The limits of a noncentrality, from the `t` seen with `df` degrees of freedom.

    Those at which a noncentral t lies above, and below, the one seen as rarely as is not covered.
    Times the scale of t (1 / √n of one mean, √(1/m + 1/n) of two) they are the limits of a
    standardised mean difference (Steiger and Fouladi, in What if there were no significance tests?,
    1997).
    """
    edge = (1 - confidence) / 2
    return noncentrality(t, df, 1 - edge), noncentrality(t, df, edge)


@lru_cache(maxsize=64)  # a standardised difference and its unbiased form are asked for in turn
def noncentrality(t: float, df: int, probability: float) -> float:
    """The noncentrality at which a noncentral t falls below `t` with that probability.

    The probability falls as the noncentrality grows. Beyond |t| = 100,000 the normal deviate is
    nothing beside it, and the root of a mean chi-square alone decides.
    """
    if abs(t) > FAR:
        # Of chi-square; `scipy.stats` says it in one word, and takes half a second to import.
        quantile = chdtri(df, probability) if t > 0 else 2 * gammaincinv(df / 2, probability)
        return t * sqrt(float(quantile) / df)
    reach = 10 + 10 * abs(t)
    return bisection(
        lambda centre: float(nctdtr(df, centre, t)) > probability, t - reach, t + reach
    )


def hedges_factor(df: int) -> float:
    """Γ(df/2) / (√(df/2) Γ((df - 1)/2)), which makes a standardised mean difference unbiased.

    0 below two degrees of freedom. Hedges LV (J Educ Stat 1981;6:107-128), exact, not its
    approximation 1 - 3 / (4 df - 1).
    """
    if df < 2:
        return 0.0
    if df < LARGEST_GAMMA_DF:
        return gamma(df / 2) / (sqrt(df / 2) * gamma((df - 1) / 2))
    return exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))
