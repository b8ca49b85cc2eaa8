"""Profile likelihood of one combination of coefficients: its test and its interval."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from dermoutcomes_binary_models.maximum_likelihood import Logistic, fit

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["profile_interval", "signed_root"]

WIDEST = 60.0


def signed_root(
    y: Array, x: Array, maximum: Logistic, contrast: Array, value: float = 0.0
) -> float:
    """The root of twice the likelihood lost by fixing the contrast at a value.

    With the sign of its distance from the estimate.
    """
    import numpy as np

    along, across = _rotated(contrast)
    restricted = fit(y, x @ across, x @ along * value)
    lost = max(0.0, 2 * (maximum.log_likelihood - restricted.log_likelihood))
    return float(np.sign(contrast @ maximum.beta - value)) * sqrt(lost)


def profile_interval(
    y: Array, x: Array, maximum: Logistic, contrast: Array, confidence: float = 0.95
) -> tuple[float, float]:
    """Values of the contrast that the likelihood ratio test does not reject."""
    from scipy.optimize import brentq

    from dermoutcomes.stats import critical_value

    z, centre, spread = (
        critical_value(confidence),
        float(contrast @ maximum.beta),
        sqrt(float(contrast @ maximum.covariance @ contrast)),
    )
    limits = []
    for side in (-1, 1):
        radius = 1.5 * z * spread
        while (
            side * signed_root(y, x, maximum, contrast, centre + side * radius) + z > 0
            and radius < WIDEST
        ):
            radius *= 1.5
        limits.append(
            float(
                brentq(
                    # The side of this round: a plain lambda would see that of the last.
                    lambda value, side=side: side * signed_root(y, x, maximum, contrast, value) + z,
                    centre,
                    centre + side * radius,
                    xtol=1e-12,
                    rtol=1e-12,
                )
            )
        )
    return limits[0], limits[1]


def _rotated(contrast: Array) -> tuple[Array, Array]:
    """A vector with contrast 1, and columns that span those with contrast 0."""
    import numpy as np

    unit = contrast / (contrast @ contrast)
    _, _, directions = np.linalg.svd(contrast[None, :])
    return unit, directions[1:].T
