"""Logistic regression by maximum likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["Logistic", "SeparationError", "fit", "log_likelihood", "separates"]

ROUNDS, HALVINGS = 100, 30
# A linear predictor beyond this is looked at for separation: odds of one to 160,000.
FAR = 12.0


class SeparationError(ValueError):
    """Some combination of the columns has responders (or the others) on one side alone.

    The likelihood rises with it for ever, so that no finite coefficients are the likeliest.
    """


@frozen(eq=False)
class Logistic:
    """Coefficients, their covariance and the log-likelihood.

    The covariance is the inverse information at the solution.
    """

    beta: Array
    covariance: Array
    log_likelihood: float
    n: int

    @property
    def aic(self) -> float:
        """Minus twice the log-likelihood, plus twice the number of coefficients."""
        return 2 * len(self.beta) - 2 * self.log_likelihood


def fit(y: Array, x: Array, offset: Array | None = None) -> Logistic:
    """The likeliest coefficients.

    Raises SeparationError where there are none, ValueError where the search fails.

    Newton's steps, halved where they do not climb; columns are scaled to their largest value first.
    """
    import numpy as np

    scale = np.maximum(np.abs(x).max(axis=0), 1e-300)
    scaled, base = x / scale, np.zeros(len(y)) if offset is None else offset
    beta, reached = _search(y, scaled, base)
    covariance = np.linalg.inv(_information(scaled, scaled @ beta + base)) / np.outer(scale, scale)
    return Logistic(beta / scale, covariance, reached, len(y))


def _search(y: Array, x: Array, offset: Array) -> tuple[Array, float]:
    import numpy as np

    beta, likelihood, overlaps = np.zeros(x.shape[1]), log_likelihood(y, offset), False
    for _ in range(ROUNDS):
        eta = x @ beta + offset
        score = x.T @ (y - _expit(eta))
        try:
            step = np.linalg.solve(_information(x, eta), score)
        except np.linalg.LinAlgError:
            break
        step, next_likelihood = _rising_step(y, x, offset, beta, step, likelihood)
        beta = beta + step
        converged = np.abs(step).max() <= 1e-12 * (1 + np.abs(beta).max())
        likelihood = next_likelihood
        # A linear programme, asked once: whether columns separate does not depend on the
        # coefficients.
        overlaps = overlaps or _check_overlap(y, x, x @ beta)
        if converged:
            return beta, likelihood
    # Steps may end before any predictor is far.
    _check_overlap(y, x)
    if np.abs(x.T @ (y - _expit(x @ beta + offset))).max() < 1e-8 * len(y):
        return beta, likelihood
    raise ValueError("the search for the likeliest coefficients did not converge")


def _check_overlap(y: Array, x: Array, eta: Array | None = None) -> bool:
    """True once it is known that nothing separates.

    Looked at where the predictor is far (always, without one).
    """
    import numpy as np

    if eta is not None and np.abs(eta).max() <= FAR:
        return False
    if separates(y, x):
        raise SeparationError(
            "a combination of the columns has responders on one side alone, so that no finite odds "
            "ratio is the likeliest"
        )
    return True


def _rising_step(
    y: Array, x: Array, offset: Array, beta: Array, step: Array, likelihood: float
) -> tuple[Array, float]:
    """The step, halved until the likelihood does not fall (beyond rounding)."""
    for _ in range(HALVINGS):
        next_likelihood = log_likelihood(y, x @ (beta + step) + offset)
        if next_likelihood >= likelihood - 1e-9 * (1 + abs(likelihood)):
            break
        step = step / 2
    return step, next_likelihood


def log_likelihood(y: Array, eta: Array) -> float:
    """Of the outcomes at these log odds."""
    import numpy as np

    return float((y * eta - np.logaddexp(0.0, eta)).sum())


def _information(x: Array, eta: Array) -> Array:
    import numpy as np

    # p (1 - p) as two such functions: 1 - p would lose all digits of a p near 1.
    return np.asarray((x.T * (_expit(eta) * _expit(-eta))) @ x)


def _expit(eta: Array) -> Array:
    from scipy.special import expit

    return expit(eta)  # type: ignore[no-any-return]


def separates(y: Array, x: Array) -> bool:
    """Whether a combination of the columns separates the outcomes, by a linear programme.

    It is never on the wrong side and somewhere on the right one.
    """
    import numpy as np
    from scipy.optimize import linprog

    signed = x * (2 * y - 1)[:, None]
    # Within a box, since every multiple of a combination that separates does so too.
    solution = linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(y)),
        bounds=[(-1, 1)] * x.shape[1],
        method="highs",
    )
    return bool(solution.status == 0 and -solution.fun > 1e-7)
