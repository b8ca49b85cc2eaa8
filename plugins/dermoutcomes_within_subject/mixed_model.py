"""Linear mixed models by restricted maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes_within_subject.restricted_likelihood import Likelihood, likelihood
from dermoutcomes_within_subject.variance_components import (
    LARGEST,
    Batch,
    RandomTerm,
    batches,
    largest,
    parameters,
    start,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Fit", "ModelError", "fit", "told_apart"]

STEPS, HALVINGS = 200, 40
# Of the Newton decrement, in units of the criterion: the estimates are then within a
# hundred-thousandth of a millionth of their own error.
CONVERGED, NEAR = 1e-22, 1e-14


class ModelError(ValueError):
    """Why a model could not be fitted: "code: sentence"."""


@frozen(eq=False)
class Fit:
    """A fitted model in the unit of the data.

    `likelihood` is the likelihood at the estimates, of data divided by `scale`.

    `names` has term and columns of each covariance parameter, `theta` their estimates. `free` tells
    those that are not held at zero by the bound of a variance; where one is, the fit is singular.
    """

    names: tuple[tuple[str, str, str], ...]
    theta: Floats
    free: NDArray[np.bool_]
    likelihood: Likelihood
    scale: float
    n: int

    @property
    def beta(self) -> Floats:
        """Estimates of the fixed effects."""
        return self.likelihood.beta * self.scale

    @property
    def phi(self) -> Floats:
        """Covariance of the fixed effects with the covariance parameters taken as known."""
        return self.likelihood.phi * self.scale**2

    @property
    def criterion(self) -> float:
        """-2 log restricted likelihood, with its constant."""
        from math import log

        return self.likelihood.criterion + 2 * (self.n - len(self.likelihood.beta)) * log(
            self.scale
        )

    @property
    def singular(self) -> bool:
        """Whether a variance is estimated as zero."""
        return not bool(self.free.all())


def fit(y: Floats, x: Floats, terms: Sequence[RandomTerm]) -> Fit:
    """The model with fixed effects `x` (full column rank) and these random terms.

    At the optimum of the restricted likelihood.

    Newton's method on the variances and covariances themselves, which may not be negative (and
    whose blocks stay positive definite). Raises ModelError where there is nothing to estimate, or
    no optimum was found.
    """
    import numpy as np

    if len(y) <= x.shape[1]:
        raise ModelError(
            f"too_few: {len(y)} records cannot tell {x.shape[1]} fixed effects and a variance."
        )
    if largest(terms, len(y)) > LARGEST:
        raise ModelError(
            f"too_large: The random effects tie more than {LARGEST} records together; leave out "
            "the one that does (as site)."
        )
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    scale = float(np.sqrt((left**2).sum() / (len(y) - x.shape[1])))
    if scale <= 1e-12 * max(1e-300, float(np.abs(y).max())):
        raise ModelError(
            "no_variance: The fixed effects leave nothing over, so nothing tells how sure they are."
        )
    # In units of the residual, so that the bounds of the search mean the same for every outcome.
    blocks = batches(y / scale, x, terms)
    theta, evaluation = _search(blocks, start(terms, 1.0), terms)
    return Fit(
        tuple(parameters(terms)),
        theta * scale**2,
        _free(theta, evaluation, terms),
        evaluation,
        scale,
        len(y),
    )


def told_apart(y: Floats, x: Floats, terms: Sequence[RandomTerm]) -> bool:
    """Whether the records can tell these variances from each other and from the residual's.

    As the expected information has it.
    """
    import numpy as np

    if largest(terms, len(y)) > LARGEST:
        return True  # the fit says what is wrong
    try:
        information = likelihood(batches(y, x, terms), start(terms, 1.0)).expected
    except np.linalg.LinAlgError:
        return False
    return _curved(information, 1e-6)


def _search(
    blocks: list[Batch], theta: Floats, terms: Sequence[RandomTerm]
) -> tuple[Floats, Likelihood]:
    evaluation = likelihood(blocks, theta)
    for _ in range(STEPS):
        step, decrement = _step(theta, evaluation, terms)
        if decrement < CONVERGED:
            return theta, evaluation
        following = _moved(blocks, theta, evaluation, step, decrement, terms)
        if following is None:
            if decrement < NEAR:
                return theta, evaluation
            break
        theta, evaluation = following
    raise ModelError(
        "no_convergence: No optimum of the restricted likelihood was found; the random effects may "
        "be more than the data can tell."
    )


def _step(
    theta: Floats, evaluation: Likelihood, terms: Sequence[RandomTerm]
) -> tuple[Floats, float]:
    """The step to the optimum of the criterion's quadratic approximation, and twice its gain.

    The optimum is sought among variances that are not negative.

    The curvature is the observed one, or the expected one where the former has no minimum.
    """
    import numpy as np

    hessian = (
        evaluation.observed
        if _curved(evaluation.observed)
        else evaluation.expected
        if _curved(evaluation.expected)
        else evaluation.expected + 1e-6 * np.diag(np.diag(evaluation.expected))
    )
    free = _free(theta, evaluation, terms)
    step = np.zeros(len(theta))
    step[free] = -np.linalg.solve(hessian[np.ix_(free, free)], evaluation.gradient[free])
    if (theta + step)[_single(terms)].min(initial=0.0) < 0:
        step = _bounded(theta, evaluation, hessian, terms) - theta
    return step, float(-step @ evaluation.gradient)


def _curved(hessian: Floats, least: float = 1e-10) -> bool:
    """Whether it is positive definite, in units of its own diagonal."""
    import numpy as np

    size = np.sqrt(np.abs(np.diag(hessian)))
    return bool(size.all()) and bool(
        np.linalg.eigvalsh(hessian / np.outer(size, size)).min() > least
    )


def _bounded(
    theta: Floats, evaluation: Likelihood, hessian: Floats, terms: Sequence[RandomTerm]
) -> Floats:
    """The minimum of the quadratic approximation within the bounds.

    A least squares problem of the Cholesky factor.
    """
    import numpy as np
    from scipy.optimize import lsq_linear

    factor = np.linalg.cholesky(hessian)
    target = factor.T @ theta - np.linalg.solve(factor, evaluation.gradient)
    low = np.where(_single(terms), 0.0, -np.inf)
    return np.asarray(
        lsq_linear(factor.T, target, (low, np.full(len(low), np.inf)), method="bvls", tol=1e-14).x
    )


def _moved(
    blocks: list[Batch],
    theta: Floats,
    evaluation: Likelihood,
    step: Floats,
    decrement: float,
    terms: Sequence[RandomTerm],
) -> tuple[Floats, Likelihood] | None:
    """The next point: the full step, or a half, a quarter … of it, that is allowed and better.

    None where none is.
    """
    import numpy as np

    # So near that rounding of the criterion hides what a step gains.
    near_maximum = decrement < 1e-8
    for halving in range(HALVINGS):
        candidate = theta + step / 2**halving
        if not _positive(candidate, terms):
            continue
        try:
            evaluation_there = likelihood(blocks, candidate)
        except np.linalg.LinAlgError:
            continue
        if evaluation_there.criterion < evaluation.criterion or (
            near_maximum
            and halving == 0
            and abs(_step(candidate, evaluation_there, terms)[1]) < decrement
        ):
            return candidate, evaluation_there
    return None


def _single(terms: Sequence[RandomTerm]) -> NDArray[np.bool_]:
    """Which parameters are variances that stand alone.

    The residual's may be zero too, where other effects still tell records apart.
    """
    import numpy as np

    return np.array([*(term.width == 1 for term in terms for _ in term.pairs), True])


def _free(theta: Floats, evaluation: Likelihood, terms: Sequence[RandomTerm]) -> NDArray[np.bool_]:
    """Parameters that are not held at zero.

    A variance of zero is, as long as a larger one would be less likely.
    """
    import numpy as np

    return np.asarray(~(_single(terms) & (theta == 0) & (evaluation.gradient >= 0)))


def _positive(theta: Floats, terms: Sequence[RandomTerm]) -> bool:
    """Whether the covariance of every term with several columns is positive definite."""
    import numpy as np

    offset = 0
    for term in terms:
        if term.width > 1:
            block = np.zeros((term.width, term.width))
            # Not strict: theta goes on with the parameters of the terms after.
            for value, (row, column) in zip(theta[offset:], term.pairs, strict=False):
                block[row, column] = block[column, row] = value
            if np.linalg.eigvalsh(block).min() <= 0:
                return False
        offset += len(term.pairs)
    return True
