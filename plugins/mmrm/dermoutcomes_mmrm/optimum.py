"""The optimum of the likelihood by Newton steps on its exact Hessian."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from dermoutcomes_mmrm.likelihood import Curvature, State, curvature, state
from dermoutcomes_mmrm.patterns import Compressed
from dermoutcomes_mmrm.structures import Covariance, Structure

__all__ = ["NotConverged", "Optimum", "optimum"]

Array = np.ndarray[Any, Any]
MOST_STEPS = 100
# Of the gradient of -2 log L, relative to the number of observations.
FLAT = 1e-12
FLAT_ENOUGH = 1e-8


class NotConverged(ValueError):
    """No optimum was found; the message says what stood in the way."""


@frozen(eq=False)
class Optimum:
    """Where the likelihood is largest: parameters group by group, and derivatives there."""

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


def optimum(data: Compressed, structure: Structure, reml: bool = True) -> Optimum:
    """The optimum for that covariance structure. Raises NotConverged where there is none to be found."""
    m = data.rows.shape[1]
    try:
        at = _start(data, structure)
        here = _evaluated(data, structure, at, m, reml)
        for iteration in range(MOST_STEPS):
            if _flat(here, data, FLAT):
                break
            moved = _moved(data, structure, here, m, reml)
            if moved is None:
                break
            here = _evaluated(data, structure, moved, m, reml, iteration + 1)
    except np.linalg.LinAlgError:
        raise NotConverged("the covariance matrix became singular") from None
    return _checked(here, data)


def _checked(here: Optimum, data: Compressed) -> Optimum:
    if not _flat(here, data, FLAT_ENOUGH):
        raise NotConverged(f"the largest gradient is {here.largest_gradient:.2g} after {here.iterations} steps")
    hessian = here.curvature.hessian
    if here.smallest_eigenvalue <= 1e-10 * float(np.abs(hessian).max()):
        raise NotConverged("the Hessian is not positive definite: some covariance parameters cannot be told from these data")
    return here


def _flat(here: Optimum, data: Compressed, limit: float) -> bool:
    return here.largest_gradient <= limit * data.n_obs


def _evaluated(data: Compressed, structure: Structure, parameters: Array, m: int, reml: bool, iteration: int = 0) -> Optimum:
    covariances = [structure.covariance(part, m) for part in np.split(parameters, data.n_groups)]
    found = state(data, np.stack([covariance.matrix for covariance in covariances]), reml)
    return Optimum(parameters, covariances, found, curvature(data, found, covariances, reml), iteration)


def _moved(data: Compressed, structure: Structure, here: Optimum, m: int, reml: bool) -> Array | None:
    """The parameters after a step that does not raise the likelihood's negative; None where no step helps."""
    step = _step(here.curvature)
    slack = 1e-10 * (1 + abs(here.state.value))
    for halved in range(40):
        moved = here.parameters - step * 0.5**halved
        value = _value(data, structure, moved, m, reml)
        if value is not None and value <= here.state.value + (slack if halved == 0 else 0.0):
            return moved if halved == 0 or value < here.state.value else None
    return None


def _step(found: Curvature) -> Array:
    """Newton's step; where the Hessian is not positive definite, along its eigenvectors with their curvature made positive."""
    values, vectors = np.linalg.eigh(found.hessian)
    floor = 1e-6 * float(np.abs(values).max())
    step = vectors @ ((vectors.T @ found.gradient) / np.maximum(np.abs(values), floor))
    longest = float(np.abs(step).max())
    made: Array = step if longest <= 2.0 else step * (2.0 / longest)
    return made


def _value(data: Compressed, structure: Structure, parameters: Array, m: int, reml: bool) -> float | None:
    matrices = np.stack([structure.matrix(part, m) for part in np.split(parameters, data.n_groups)])
    try:
        value = state(data, matrices, reml).value
    except np.linalg.LinAlgError:
        return None
    return value if np.isfinite(value) else None


def _start(data: Compressed, structure: Structure) -> Array:
    """From the moments of least-squares residuals, each pair of visits from the subjects who have both."""
    return np.concatenate([structure.start(_moments(data, group)) for group in range(data.n_groups)])


def _moments(data: Compressed, group: int) -> Array:
    mine = data.group == group
    residual = data.rows[mine[data.of]][:, :, -1]
    present = data.present[mine].astype(float)
    pairs = (present * data.count[mine][:, None]).T @ present
    products = residual.T @ residual
    variances = np.diag(products) / np.maximum(np.diag(pairs), 1)
    variances = np.where(variances > 1e-8, variances, 1.0)
    sd = np.sqrt(variances)
    correlation = products / np.maximum(pairs, 1) / np.outer(sd, sd)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(np.clip(correlation, -0.99, 0.99) * (1 - np.eye(len(sd))) + np.eye(len(sd)))
    mended = vectors @ (np.maximum(values, 0.05)[:, None] * vectors.T)
    norm = np.sqrt(np.diag(mended))
    moments: Array = mended / np.outer(norm, norm) * np.outer(sd, sd)
    return moments
