"""Values after a subject left, as they would be if it went on like the reference arm.

Carpenter JR, Roger JH, Kenward MG. Analysis of longitudinal trials with protocol deviation: a
framework for relevant, accessible assumptions, and inference via multiple imputation. J Biopharm
Stat 2013;23:1352-1371. Each arm has a multivariate normal model of its baseline and visits. With
own and reference means a and r, and the reference covariance R split into the cells before (1) and
after (2) a subject left, what follows is normal with covariance R22 - R21 R11^-1 R12 around

    jump to reference              r2 + R21 R11^-1 (y1 - a1)
    copy reference                 r2 + R21 R11^-1 (y1 - r1)
    copy increments                a_last + (r2 - r_last) + R21 R11^-1 (y1 - a1)

where "last" is the last cell before the subject left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes_multiple_imputation.model_groups import with_ones
from dermoutcomes_multiple_imputation.models import drawn_models
from dermoutcomes_multiple_imputation.monotone import gaps
from dermoutcomes_multiple_imputation.normal import NormalModel, conditional, root_of
from dermoutcomes_multiple_imputation.record_matrix import Layout

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes import Draws

    Array: TypeAlias = np.ndarray[Any, Any]

__all__ = ["COPY", "INCREMENTS", "JUMP", "after_leaving", "centres", "reference_based"]

JUMP, COPY, INCREMENTS = "jump", "copy", "increments"


def reference_based(layout: Layout, draws: Draws, rule: str, between: int) -> list[Array]:
    """`draws.m` completed copies.

    Gaps before a later value, and the reference arm, are filled at random within their arm.

    Where an arm is too small for its model, or there is no reference arm, its cells stay empty.
    """
    if not layout.subjects or not layout.values.shape[1]:
        return [layout.values.copy() for _ in range(draws.m)]
    rng = draws.rng
    rows_of = layout.of_groups()
    design = _varying(with_ones(layout), rows_of)
    copies = [layout.values.copy() for _ in range(draws.m)]
    chains = {
        name: _chain(layout.values[rows], design[rows], draws.m, between, rng)
        for name, rows in rows_of.items()
    }
    reference = chains.get(draws.reference_arm or "")
    for name, rows in rows_of.items():
        own_chain = chains[name]
        if own_chain is None or reference is None:
            continue
        for copy, (model, filled), (other, _) in zip(copies, own_chain, reference, strict=True):
            if name == draws.reference_arm:
                copy[rows] = filled
            else:
                copy[rows] = _continued(
                    layout.values[rows], filled, design[rows], model, other, rule, rng
                )
    return copies


def _varying(design: Array, rows_of: dict[str, Array]) -> Array:
    """The columns that vary in every arm, and the ones.

    A mean of one arm must be had for a subject of another.
    """
    import numpy as np

    varying = [
        column
        for column in range(design.shape[1])
        if column == 0 or all(np.ptp(design[rows, column]) > 0 for rows in rows_of.values())
    ]
    return np.asarray(design[:, varying])


def _chain(
    values: Array, design: Array, m: int, between: int, rng: Any
) -> list[tuple[NormalModel, Array]] | None:
    """The draws of an arm; None where a cell was never seen there, or subjects are too few."""
    import numpy as np

    if np.isnan(values).all(axis=0).any():
        return None
    try:
        return list(drawn_models(values, design, m, between, rng))
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None


def after_leaving(values: Array) -> Array:
    """Which missing cells follow the last one that was seen."""
    import numpy as np

    return np.asarray(np.isnan(values) & ~gaps(values))


def _continued(
    values: Array,
    filled: Array,
    design: Array,
    own_model: NormalModel,
    reference: NormalModel,
    rule: str,
    rng: Any,
) -> Array:
    """The values of an arm.

    Gaps as they were filled, the cells after leaving from the reference arm.
    """
    import numpy as np

    completed, left = filled.copy(), after_leaving(values)
    own_means, reference_means = design @ own_model.coefficients, design @ reference.coefficients
    # All who left before the same cell have the same conditional distribution, but for its centre.
    for width in range(1, values.shape[1] + 1):
        rows = np.flatnonzero(left.sum(axis=1) == width)
        if not len(rows):
            continue
        before = values.shape[1] - width
        after = np.arange(values.shape[1]) >= before
        centre = centres(
            filled[rows], own_means[rows], reference_means[rows], reference.covariance, before, rule
        )
        _, spread = conditional(reference.covariance, after)
        completed[np.ix_(rows, after)] = (
            centre + rng.standard_normal(centre.shape) @ root_of(spread).T
        )
    return completed


def centres(
    values: Array, own_means: Array, reference: Array, covariance: Array, before: int, rule: str
) -> Array:
    """The means of the cells from number `before` on, given those before it, under a rule.

    A row a subject.
    """
    import numpy as np

    slopes, _ = conditional(covariance, np.arange(values.shape[1]) >= before)
    expected = (reference if rule == COPY else own_means)[:, :before]
    start = reference[:, before:]
    if rule == INCREMENTS and before:
        start = start + (own_means - reference)[:, before - 1 : before]
    return np.asarray(start + (values[:, :before] - expected) @ slopes.T)
