"""Whether odds are proportional.

The score test of effects that differ from threshold to threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dermoutcomes_ordinal.cumulative_logits import Fit, slopes

if TYPE_CHECKING:
    from dermoutcomes.stats import ChiSquare

__all__ = ["proportionality"]


def proportionality(model: Fit, parts: Mapping[str, Sequence[int]]) -> dict[str, ChiSquare | None]:
    """A test for each part of the model, and for all together under the name "all".

    A part is the columns of x that it has.

    Each column of the part gets a further effect at every threshold but the first; the slope of the
    likelihood by these, at the proportional fit, is set against its observed information, as SAS
    PROC LOGISTIC does. None with two categories, where nothing can differ, and where a threshold
    has too few data.
    """
    groups = {**parts, "all": tuple(range(model.x.shape[1]))}
    return {name: _score_test(model, columns) for name, columns in groups.items()}


def _score_test(model: Fit, columns: Sequence[int]) -> ChiSquare | None:
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    df = len(columns) * (len(model.categories) - 2)
    if not df:
        return None
    slopes_at = slopes(model.category, model.x, model.parameters, columns)
    size = np.sqrt(np.abs(np.diag(slopes_at.information)))
    if (
        not (size > 0).all()
        or not (np.linalg.eigvalsh(slopes_at.information / np.outer(size, size)) > 1e-9).all()
    ):
        return None
    statistic = float(
        slopes_at.gradient @ np.linalg.solve(slopes_at.information, slopes_at.gradient)
    )
    return chi_square_test(statistic, df)
