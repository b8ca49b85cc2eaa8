"""Whether hazards are proportional.

Score tests of coefficients that change with time (Grambsch and Therneau 1994).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dermoutcomes_survival.cox_fit import Fit
from dermoutcomes_survival.curves import Curve
from dermoutcomes_survival.hazards import per_time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare

    Numbers = NDArray[np.float64]

__all__ = ["correlations", "proportionality"]


def proportionality(
    model: Fit, all_subjects: Curve, parts: Mapping[str, Sequence[int]]
) -> dict[str, ChiSquare | None]:
    """A test for each part of the model, and for all together under the name "all".

    A part is the columns of x that it has.

    Time enters as 1 minus the Kaplan-Meier survival of everybody just before it. Tested is whether
    adding that time times the columns would raise the likelihood, by its slope and curvature at the
    fit. None where events leave nothing to test it by.
    """
    import numpy as np

    event_terms = model.maximum
    time = _centred_time(event_terms.time, all_subjects)
    centred = time - time.mean()
    plain, crossed, squared = (
        np.tensordot(weight, event_terms.covariance, axes=1)
        for weight in (np.ones(time.size), centred, centred**2)
    )
    slope = centred @ (event_terms.x - event_terms.mean)
    groups = {**parts, "all": tuple(range(slope.size))}
    return {
        name: _test(slope, squared, crossed, plain, list(columns))
        for name, columns in groups.items()
    }


def _test(
    slope: Numbers, squared: Numbers, crossed: Numbers, plain: Numbers, columns: list[int]
) -> ChiSquare | None:
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    size = np.sqrt(np.diag(plain))[columns]
    own_columns = squared[np.ix_(columns, columns)] - crossed[columns] @ np.linalg.solve(
        plain, crossed[columns].T
    )
    if np.linalg.matrix_rank(own_columns / np.outer(size, size), tol=1e-10, hermitian=True) < len(
        columns
    ):
        return None
    statistic = float(slope[columns] @ np.linalg.solve(own_columns, slope[columns]))
    return chi_square_test(statistic, len(columns))


def _centred_time(time: Numbers, all_subjects: Curve) -> Numbers:
    import numpy as np

    before = np.concatenate(([1.0], all_subjects.survival))
    return 1 - before[all_subjects.time.searchsorted(time, side="left")]


def correlations(model: Fit, all_subjects: Curve) -> Numbers:
    """For each column, the correlation of its scaled Schoenfeld residuals with transformed time.

    NaN where one of the two does not vary.

    Events at one time share what was expected of them: Efron's terms, each with its own mean,
    belong to no event in particular, and their order among equal times is arbitrary.
    """
    import numpy as np

    time = _centred_time(model.maximum.time, all_subjects)
    scaled = (model.maximum.x - _expected(model)) @ model.covariance * model.events
    return np.array([_correlation(time, column) for column in scaled.T])


def _expected(model: Fit) -> Numbers:
    """The mean of the covariates of those at risk, for each term.

    The same for all events of a stratum and time.
    """
    import numpy as np

    if model.ties == "exact":
        return model.maximum.mean
    ends = np.cumsum([stratum.tied.sum() for stratum in model.data])
    of_strata = zip(model.data, np.split(model.maximum.mean, ends[:-1]), strict=True)
    return np.concatenate(
        [np.repeat(per_time(stratum, mean), stratum.tied, axis=0) for stratum, mean in of_strata]
    )


def _correlation(first: Numbers, second: Numbers) -> float:
    import numpy as np

    a, b = first - first.mean(), second - second.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else float("nan")
