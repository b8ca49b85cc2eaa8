"""Distributions with their usual links: what a mean model needs of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["FAMILIES", "Family"]


@frozen(eq=False)
class Family:
    """`mean` of the linear predictor.

    Its `slope` there, the `variance` of an outcome with that mean (up to scale), and a `start`.

    `start` gives a linear predictor from the outcomes alone.
    """

    name: str
    mean: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    variance: Callable[[Array], Array]
    start: Callable[[Array], Array]


def _expit(eta: Array) -> Array:
    from scipy.special import expit

    return expit(eta)  # type: ignore[no-any-return]


def _binomial_slope(eta: Array) -> Array:
    import numpy as np

    return np.asarray(_expit(eta) * _expit(-eta))


def _exp(eta: Array) -> Array:
    import numpy as np

    return np.asarray(np.exp(np.minimum(eta, 500.0)))


def _log(values: Array) -> Array:
    import numpy as np

    return np.asarray(np.log(values))


FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family(
            "gaussian", lambda eta: eta, lambda eta: 0 * eta + 1, lambda mu: 0 * mu + 1, lambda y: y
        ),
        Family(
            "binomial",
            _expit,
            _binomial_slope,
            lambda mu: mu * (1 - mu),
            lambda y: _log((y + 0.5) / (1.5 - y)),
        ),
        Family("poisson", _exp, _exp, lambda mu: mu, lambda y: _log(y + 0.5)),
    )
}
