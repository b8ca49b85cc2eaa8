"""The largest of several correlated t statistics.

P(max |T| >= c), for the multivariate t distribution of estimates from one model.

T = Z / S, with Z multivariate normal and df S² chi-square on df degrees of freedom, independent.
Correlations of the form l_i l_k, as those of several arms with one control, need one integral over
a common normal and one over S, both by Gauss-Legendre quadrature, exact to about 1e-10. All others
are integrated by Genz's separation of variables over a scrambled Sobol sequence with fixed seeds,
to about 1e-6: the same inputs give the same number everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["common_factor", "tail_of_max"]

ALIKE = 1e-7
NODES = 96
POWER, SCRAMBLES = 17, 8


def tail_of_max(c: float, correlation: Any, df: float | None, *, sided: int = 2) -> float:
    """P(max |T_i| >= c) for `sided` 2, P(max T_i >= c) for 1.

    `df` None or infinite is the normal limit.

    `correlation` is a symmetric m × m matrix, which may be singular.
    """
    import numpy as np
    from scipy.stats import norm, t

    matrix = np.asarray(correlation, dtype=float)
    finite = df is not None and np.isfinite(df)
    single = sided * float(t.sf(c, df) if finite else norm.sf(c))
    if len(matrix) == 1 or not np.isfinite(c):
        return min(1.0, single)
    factor = common_factor(matrix)
    inside = (
        _by_quadrature(c, factor, df if finite else None, sided)
        if factor is not None
        else _by_sequence(c, matrix, df if finite else None, sided)
    )
    # Never less than the one alone, never more than Bonferroni.
    return float(min(max(1 - inside, single), len(matrix) * single, 1.0))


def common_factor(matrix: Array) -> Array | None:
    """Factors l with correlations l_i l_k off the diagonal and |l| < 1.

    None where there is none.
    """
    import numpy as np

    size = len(matrix)
    # Any two loadings with this product would do: these are equal in size.
    if size == 2:
        root = np.sqrt(abs(matrix[0, 1]))
        return np.array([root, np.sign(matrix[0, 1]) * root]) if root < 1 - ALIKE else None
    off_diagonal = np.abs(matrix - np.eye(size))
    strongest = np.unravel_index(np.argmax(off_diagonal), matrix.shape)
    if off_diagonal[strongest] < ALIKE:
        return np.zeros(size)
    i, k = (int(index) for index in strongest)
    # Of three with one factor r_ik r_it / r_kt is the square of i's loading. The third is the one
    # that hangs together with both most, so that nothing near zero is divided by.
    third = max(
        (index for index in range(size) if index not in (i, k)),
        key=lambda index: abs(matrix[i, index] * matrix[k, index]),
    )
    if abs(matrix[k, third]) < ALIKE or matrix[i, k] * matrix[i, third] / matrix[k, third] < 0:
        return None
    loading = np.sqrt(matrix[i, k] * matrix[i, third] / matrix[k, third])
    factor = np.where(np.arange(size) == i, loading, matrix[i] / loading)
    wrong = np.abs(np.outer(factor, factor) - matrix)[~np.eye(size, dtype=bool)].max()
    return factor if wrong < ALIKE and np.abs(factor).max() < 1 - ALIKE else None


def _by_quadrature(c: float, factor: Array, df: float | None, sided: int) -> float:
    """The chance that all are inside, where correlations have one factor.

    P = ∫ f(s) ∫ φ(z) Π_i [Φ((c s − l_i z)/√(1 − l_i²)) − Φ((−c s − l_i z)/√(1 − l_i²))] dz ds.
    """
    import numpy as np
    from scipy.special import ndtr

    z, z_weight = _legendre(-9.0, 9.0)
    z_weight = z_weight * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    s, s_weight = _scale(df)
    spread = np.sqrt(1 - factor**2)[:, None, None]
    shift = (factor[:, None] * z)[:, None, :]
    edge = c * s[None, :, None]
    inside = ndtr((edge - shift) / spread) - (ndtr((-edge - shift) / spread) if sided == 2 else 0.0)
    return float(s_weight @ (inside.prod(axis=0) @ z_weight) / (s_weight.sum() * z_weight.sum()))


def _legendre(low: float, high: float) -> tuple[Array, Array]:
    """Nodes and weights on an interval, in four panels, so that narrow factors are met."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    edges = np.linspace(low, high, 5)
    half = (edges[1:] - edges[:-1]) / 2
    return ((nodes[None, :] + 1) * half[:, None] + edges[:-1, None]).ravel(), (
        weights[None, :] * half[:, None]
    ).ravel()


def _scale(df: float | None) -> tuple[Array, Array]:
    """Nodes of S = √(χ²/df) and the weights of its density; S is 1 in the normal limit."""
    import numpy as np
    from scipy.stats import chi

    if df is None:
        return np.ones(1), np.ones(1)
    low, high = chi.ppf(1e-15, df), chi.isf(1e-15, df)
    nodes, weights = _legendre(float(low), float(high))
    return nodes / np.sqrt(df), weights * chi.pdf(nodes, df)


def _by_sequence(c: float, matrix: Array, df: float | None, sided: int) -> float:
    """Genz's transformation to the unit cube, averaged over scrambled Sobol points."""
    import numpy as np
    from scipy.stats import chi, qmc

    size = len(matrix)
    root = _root(matrix)
    tails = []
    for seed in range(SCRAMBLES):
        points = qmc.Sobol(size, scramble=True, rng=np.random.default_rng(seed)).random_base2(POWER)
        s = np.ones(len(points)) if df is None else chi.ppf(points[:, -1], df) / np.sqrt(df)
        tails.append(_inside(c * s, root, points, sided).mean())
    return float(np.mean(tails))


def _root(matrix: Array) -> Array:
    """A lower triangular root of a matrix that may be singular.

    A column of zeros where nothing new comes in.
    """
    import numpy as np

    size = len(matrix)
    root = np.zeros((size, size))
    for k in range(size):
        left = matrix[k, k] - root[k, :k] @ root[k, :k]
        if left > ALIKE:
            root[k, k] = np.sqrt(left)
            root[k + 1 :, k] = (matrix[k + 1 :, k] - root[k + 1 :, :k] @ root[k, :k]) / root[k, k]
    return root


def _inside(edge: Array, root: Array, points: Array, sided: int) -> Array:
    """For each point, the product of the conditional chances that T_1, T_2 … lie inside.

    Edge = c s.

    A statistic that is settled by earlier ones narrows the bounds of the last of those (Genz and
    Kwong 2000).
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    free = [k for k in range(len(root)) if root[k, k] > 0]
    # Each row is settled by the last free variable that it rests on; its bounds belong there.
    last = [
        max((k for k in free if abs(root[row, k]) > ALIKE), default=free[0])
        for row in range(len(root))
    ]
    draws = np.zeros((len(points), len(root)))
    chance = np.ones(len(points))
    for index, k in enumerate(free):
        bounds = [
            _bounds(edge, draws[:, :k] @ root[row, :k], root[row, k], sided)
            for row in range(len(root))
            if last[row] == k
        ]
        low = ndtr(np.max([bound[0] for bound in bounds], axis=0))
        width = np.maximum(ndtr(np.min([bound[1] for bound in bounds], axis=0)) - low, 0.0)
        chance = chance * width
        if index < points.shape[1] - 1:
            # A point at 0 or 1 would have an infinite quantile.
            draws[:, k] = ndtri(np.clip(low + points[:, index] * width, 1e-300, 1 - 1e-16))
    return chance


def _bounds(edge: Array, drawn: Array, slope: float, sided: int) -> tuple[Array, Array]:
    """Where y keeps given + slope y between -edge and edge, or below edge."""
    import numpy as np

    ends = (
        (-edge - drawn) / slope if sided == 2 else np.full(len(edge), -np.inf * slope),
        (edge - drawn) / slope,
    )
    return (ends[0], ends[1]) if slope > 0 else (ends[1], ends[0])
