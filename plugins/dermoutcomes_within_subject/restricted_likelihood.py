"""The restricted likelihood of a model whose covariance is linear in its parameters.

With its derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes_within_subject.variance_components import Batch

    Floats = NDArray[np.float64]

__all__ = ["Likelihood", "likelihood"]

SINGULAR = 1e-11


@frozen(eq=False)
class Likelihood:
    """At one value of the covariance parameters.

    -2 log restricted likelihood, its gradient, Hessian and expected Hessian.

    `beta` and `phi` are the generalised least squares estimates and their covariance. With V the
    covariance and G its derivatives, `k` has X'V⁻¹G_iV⁻¹X (parameters, p, p) and `q`
    X'V⁻¹G_iV⁻¹G_jV⁻¹X (parameters, parameters, p, p).
    """

    criterion: float
    gradient: Floats
    observed: Floats
    expected: Floats
    beta: Floats
    phi: Floats
    k: Floats
    q: Floats


def likelihood(batches: Sequence[Batch], theta: Floats) -> Likelihood:
    """The restricted likelihood and what goes with it.

    Raises numpy's LinAlgError where the covariance is not positive definite.
    """
    import numpy as np

    parts = [_Part(batch, theta) for batch in batches]
    phi = np.linalg.inv(sum(part.xvx for part in parts))
    # The inverse of a symmetric matrix is symmetric but for rounding, and traces below add that
    # up.
    phi = (phi + phi.T) / 2
    beta = phi @ sum(part.xvy for part in parts)
    n, p, size = sum(batch.y.size for batch in batches), len(beta), len(theta)
    k, q = sum(part.k for part in parts), sum(part.q for part in parts)
    traces, products = np.zeros(size), np.zeros((size, size))
    quadratic, first, second, crossed = (
        0.0,
        np.zeros(size),
        np.zeros((size, size)),
        np.zeros((size, p)),
    )
    for part in parts:
        of = part.residual(beta)
        quadratic, first, second, crossed = (
            quadratic + of[0],
            first + of[1],
            second + of[2],
            crossed + of[3],
        )
        traces, products = traces + part.traces, products + part.products
    pk = phi @ k
    # V is linear in its parameters: of the criterion's second derivatives tr(P G_i P G_j) is what
    # is expected, and 2 y'P G_i P G_j P y less that what is observed.
    expected = products - 2 * np.einsum("ab,ijba->ij", phi, q) + np.einsum("iab,jba->ij", pk, pk)
    observed = 2 * (second - crossed @ phi @ crossed.T) - expected
    # With (n - p) log 2 pi, as SAS counts it; -log|phi| is log|X'V^-1 X|.
    criterion = (
        sum(part.log_det for part in parts)
        - np.linalg.slogdet(phi)[1]
        + quadratic
        + (n - p) * log(2 * pi)
    )
    gradient = traces - np.einsum("iaa->i", pk) - first
    return Likelihood(
        float(criterion),
        gradient,
        (observed + observed.T) / 2,
        (expected + expected.T) / 2,
        beta,
        phi,
        k,
        q,
    )


class _Part:
    """What one batch adds, before and after the fixed effects are known."""

    def __init__(self, batch: Batch, theta: Floats) -> None:
        import numpy as np

        self.batch = batch
        v = np.einsum("i,ibrs->brs", theta, batch.g)
        pivots = np.einsum("brr->br", np.linalg.cholesky(v))
        # Cholesky lets a matrix pass that is singular but for rounding; its pivots tell.
        if pivots.min() ** 2 <= SINGULAR * np.einsum("brr->br", v).max():
            raise np.linalg.LinAlgError("the covariance is singular but for rounding")
        self.log_det = 2 * float(np.log(pivots).sum())
        self.inverse = np.linalg.inv(v)
        self.vx = self.inverse @ batch.x
        self.xvx = np.einsum("bra,brc->ac", batch.x, self.vx)
        self.xvy = np.einsum("bra,br->a", self.vx, batch.y)
        gvx = batch.g @ self.vx
        vg = self.inverse @ batch.g
        self.k = np.einsum("bra,ibrc->iac", self.vx, gvx)
        self.q = np.einsum("ibra,jbrc->ijac", gvx, self.inverse @ gvx)
        self.traces = np.einsum("ibrr->i", vg)
        self.products = np.einsum("ibrs,jbsr->ij", vg, vg)

    def residual(self, beta: Floats) -> tuple[float, Floats, Floats, Floats]:
        """r'V⁻¹r, r'V⁻¹G_iV⁻¹r, r'V⁻¹G_iV⁻¹G_jV⁻¹r and X'V⁻¹G_iV⁻¹r, for the residuals r."""
        import numpy as np

        r = self.batch.y - self.batch.x @ beta
        vr = np.einsum("brs,bs->br", self.inverse, r)
        u = np.einsum("ibrs,bs->ibr", self.batch.g, vr)
        vu = np.einsum("brs,ibs->ibr", self.inverse, u)
        return (
            float((r * vr).sum()),
            np.einsum("br,ibr->i", vr, u),
            np.einsum("ibr,jbr->ij", u, vu),
            np.einsum("bra,ibr->ia", self.vx, u),
        )
