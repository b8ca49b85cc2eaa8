"""The optimum of the likelihood by Newton steps on its exact Hessian."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes_mmrm.likelihood import Curvature, State, curvature, state
from dermoutcomes_mmrm.missing_patterns import Compressed
from dermoutcomes_mmrm.moments import moments
from dermoutcomes_mmrm.structures import Covariance, Structure

__all__ = ["Criterion", "NotConvergedError", "Optimum", "optimum"]

Array = np.ndarray[Any, Any]
MOST_STEPS = 50
LONGEST_STEP = 2.0
# Of the gradient of -2 log L, relative to the number of observations: where to stop, and what is
# near enough if rounding stops it.
FLAT = 1e-12
FLAT_ENOUGH = 1e-9
# Of -2 log L of data of unit scale, relative to the number of observations: variances below this
# are none.
BOTTOMLESS = -12.0
# Of the smallest eigenvalue of the Hessian, relative to the largest entry.
SINGULAR = 1e-10


class NotConvergedError(ValueError):
    """No optimum was found; the message says what stood in the way."""


@frozen(eq=False)
class Optimum:
    """A point of the likelihood, in the end its optimum.

    Parameters group by group, and derivatives there.
    """

    parameters: Array
    covariances: list[Covariance]
    state: State
    curvature: Curvature
    iterations: int

    @property
    def largest_gradient(self) -> float:
        """Of -2 log L in the parameters of the scaled data."""
        return float(np.abs(self.curvature.gradient).max())

    @property
    def smallest_eigenvalue(self) -> float:
        """Of the Hessian of -2 log L."""
        return float(np.linalg.eigvalsh(self.curvature.hessian)[0])


@frozen(eq=False)
class Criterion:
    """-2 log L as a function of the covariance parameters."""

    data: Compressed
    structure: Structure
    reml: bool

    def start(self) -> Array:
        """Parameters from moments of the least-squares residuals."""
        return np.concatenate(
            [self.structure.start(moments(self.data, group)) for group in range(self.data.n_groups)]
        )

    def state(self, parameters: Array) -> State | None:
        """The likelihood there; None where the covariance matrix is not positive definite."""
        m = self.data.rows.shape[1]
        matrices = np.stack(
            [self.structure.matrix(part, m) for part in np.split(parameters, self.data.n_groups)]
        )
        try:
            likelihood = state(self.data, matrices, reml=self.reml)
        except np.linalg.LinAlgError:
            return None
        return likelihood if np.isfinite(likelihood.value) else None

    def point(self, parameters: Array, state: State, iterations: int = 0) -> Optimum:
        """That point with its derivatives."""
        m = self.data.rows.shape[1]
        covariances = [
            self.structure.covariance(part, m) for part in np.split(parameters, self.data.n_groups)
        ]
        return Optimum(
            parameters,
            covariances,
            state,
            curvature(self.data, state, covariances, reml=self.reml),
            iterations,
        )

    def moved(self, current: Optimum) -> Optimum | None:
        """The point after a step along which -2 log L does not rise; None where there is none."""
        step = _newton_step(current.curvature)
        # Near the optimum values differ by rounding alone: a full step is excused by that, a part
        # of one that gains nothing is the end.
        slack = 1e-10 * (1 + abs(current.state.value))
        for halved in range(40):
            parameters = current.parameters - step * 0.5**halved
            state = self.state(parameters)
            if state is not None and state.value <= current.state.value + (
                slack if halved == 0 else 0.0
            ):
                return self.point(parameters, state, current.iterations + 1)
        return None


def optimum(data: Compressed, structure: Structure, *, reml: bool = True) -> Optimum:
    """The optimum for that covariance structure.

    Raises NotConvergedError where there is none to be found.
    """
    criterion = Criterion(data, structure, reml)
    try:
        return _check(_search(criterion), data.n_obs)
    except np.linalg.LinAlgError:
        raise NotConvergedError("the covariance matrix became singular") from None


def _search(criterion: Criterion) -> Optimum:
    parameters = criterion.start()
    first = criterion.state(parameters)
    if first is None:
        raise NotConvergedError("there is no positive definite start")
    current, n = criterion.point(parameters, first), criterion.data.n_obs
    for _ in range(MOST_STEPS):
        if current.largest_gradient <= FLAT * n:
            break
        following = criterion.moved(current)
        if following is None or (
            current.largest_gradient <= FLAT_ENOUGH * n
            and following.largest_gradient >= current.largest_gradient
        ):
            break
        current = following
        if current.state.value < BOTTOMLESS * n:
            raise NotConvergedError("the variance of some combination of visits goes to zero")
    return current


def _newton_step(state: Curvature) -> Array:
    """Newton's step.

    Where the Hessian is not positive definite, along its eigenvectors with their curvature made
    positive.
    """
    values, vectors = np.linalg.eigh(state.hessian)
    floor = 1e-6 * float(np.abs(values).max())
    step = vectors @ ((vectors.T @ state.gradient) / np.maximum(np.abs(values), floor))
    # Parameters are logs of standard deviations and mapped correlations: 2 is a long way in either.
    longest = float(np.abs(step).max())
    result: Array = step if longest <= LONGEST_STEP else step * (LONGEST_STEP / longest)
    return result


def _check(optimum: Optimum, n: int) -> Optimum:
    if not optimum.largest_gradient <= FLAT_ENOUGH * n:
        raise NotConvergedError(
            f"the gradient is still {optimum.largest_gradient:.2g} after {optimum.iterations} steps"
        )
    if optimum.smallest_eigenvalue <= SINGULAR * float(np.abs(optimum.curvature.hessian).max()):
        raise NotConvergedError(
            "the Hessian is not positive definite, so some covariance parameters cannot be told "
            "from these data"
        )
    return optimum
