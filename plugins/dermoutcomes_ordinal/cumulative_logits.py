"""The proportional odds model: logit P(Y <= j) = threshold j - x'beta, by maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare

    Numbers = NDArray[np.float64]

__all__ = ["Fit", "expected_covariance", "fit", "likelihood_limits", "likelihood_ratio", "slopes"]

STEPS = 100
# How far profile limits are looked for, in reaches of a Wald interval: beyond, thresholds run away.
REACHES = (1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
PRECISION = 1e-13
# Odds that differ by this factor (in logs) between two subjects are no estimate but a likelihood
# without a maximum.
RUNAWAY = 20.0


class Fit(NamedTuple):
    """The maximum of the likelihood.

    `parameters` are the thresholds, then beta; `categories` those that occur, in order.

    `category` and `x` are the data: the position of each value among the categories, and the
    columns of the model.
    """

    categories: tuple[float, ...]
    category: NDArray[np.intp]
    x: Numbers
    parameters: Numbers
    covariance: Numbers
    log_likelihood: float
    null_log_likelihood: float

    @property
    def thresholds(self) -> Numbers:
        """One fewer than categories."""
        return self.parameters[: len(self.categories) - 1]

    @property
    def beta(self) -> Numbers:
        """Log odds ratios of a higher category, one a column of x."""
        return self.parameters[len(self.categories) - 1 :]


class Slopes(NamedTuple):
    """The log likelihood at some parameters, its gradient, and minus its second derivatives."""

    value: float
    gradient: Numbers
    information: Numbers


def fit(y: Sequence[float], x: Numbers) -> Fit:
    """The model of the values y with the columns of x.

    By Newton's method with exact second derivatives.

    Raises ValueError for values of one category only, columns that depend on each other, and a
    likelihood without a maximum.
    """
    import numpy as np

    categories, category, counts = np.unique(
        np.asarray(y, dtype=float), return_inverse=True, return_counts=True
    )
    if categories.size < 2:
        raise ValueError("one_category: All values lie in one category.")
    share = np.cumsum(counts)[:-1] / counts.sum()
    start = np.concatenate([np.log(share / (1 - share)), np.zeros(x.shape[1])])
    null = float((counts * np.log(counts / counts.sum())).sum())
    _independent(x)
    # With centred columns the thresholds lie near those of no columns, where the search starts.
    centre = x.mean(axis=0)
    centred = x - centre
    parameters, slopes_at = maximum(category, centred, start)
    estimates = _from_centred(
        parameters,
        np.asarray(np.linalg.inv(slopes_at.information), dtype=np.float64),
        centre,
        categories.size - 1,
    )
    return Fit(tuple(categories.tolist()), category, x, *estimates, slopes_at.value, null)


def _from_centred(
    parameters: Numbers, covariance: Numbers, centre: Numbers, thresholds: int
) -> tuple[Numbers, Numbers]:
    """Parameters and covariance of the columns as given.

    Thresholds move by what the centre of the columns brings.
    """
    import numpy as np

    move = np.eye(parameters.size)
    move[:thresholds, thresholds:] = centre
    return move @ parameters, move @ covariance @ move.T


def _independent(x: Numbers) -> None:
    import numpy as np

    centred = x - x.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    if (size <= 1e-10 * np.maximum(1.0, np.abs(x).max(axis=0, initial=0.0))).any():
        raise ValueError("not_estimable: A column of the model is the same for everybody.")
    if x.shape[1] and np.linalg.matrix_rank(centred / size, tol=1e-8) < x.shape[1]:
        raise ValueError(
            "not_estimable: The columns of the model are not independent of each other."
        )


def maximum(
    category: NDArray[np.intp], x: Numbers, start: Numbers, fixed: int | None = None
) -> tuple[Numbers, Slopes]:
    """The parameters at the maximum and the slopes there.

    The parameter `fixed` keeps its value, where one is named.
    """
    import numpy as np

    moving = np.array([index for index in range(start.size) if index != fixed])
    widths = np.ptp(x, axis=0)
    thresholds = start.size - widths.size
    parameters, slopes_there = start, slopes(category, x, start)
    for _ in range(STEPS):
        step = np.zeros(start.size)
        step[moving] = _solve(
            slopes_there.information[np.ix_(moving, moving)], slopes_there.gradient[moving]
        )
        gain = float(slopes_there.gradient @ step)
        parameters, slopes_there = _rising_step(category, x, parameters, slopes_there, step)
        free = [index - thresholds for index in moving if index >= thresholds]
        # Over the width of its column: how large a coefficient is depends on the column's unit.
        runaway = np.abs(parameters[thresholds:] * widths)[free] > RUNAWAY
        if (
            runaway.any()
            or np.abs(parameters[:thresholds]).max() > 1e3 + np.abs(start[:thresholds]).max()
        ):
            raise ValueError(
                "separation: The likelihood has no maximum: a column of the model separates low "
                "categories from high ones."
            )
        if gain < PRECISION * (1 + abs(slopes_there.value)):
            return parameters, slopes_there
    raise ValueError("no_convergence: Newton's method found no maximum of the likelihood.")


def _solve(information: Numbers, gradient: Numbers) -> Numbers:
    import numpy as np

    try:
        return np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise ValueError(
            "separation: The likelihood has no maximum: its curvature vanishes."
        ) from None


def _rising_step(
    category: NDArray[np.intp],
    x: Numbers,
    parameters: Numbers,
    slopes_before: Slopes,
    step: Numbers,
) -> tuple[Numbers, Slopes]:
    """Along the step, halved until the thresholds are in order and the likelihood is no smaller."""
    import numpy as np

    thresholds = parameters.size - x.shape[1]
    for _ in range(60):
        moved = parameters + step
        if (np.diff(moved[:thresholds]) > 0).all():
            slopes_there = slopes(category, x, moved)
            if slopes_there.value >= slopes_before.value - 1e-11 * (1 + abs(slopes_before.value)):
                return moved, slopes_there
        step = step / 2
    return parameters, slopes_before


class Cuts(NamedTuple):
    """For each value the log of its probability, and its derivatives.

    These are by the upper and by the lower cut of its category.

    `turn_upper` and `turn_lower` are 1 - 2F at the cuts; the columns say how the cuts depend on the
    parameters.
    """

    log_probability: Numbers
    by_upper: Numbers
    by_lower: Numbers
    turn_upper: Numbers
    turn_lower: Numbers
    columns_upper: Numbers
    columns_lower: Numbers


def _cuts(
    category: NDArray[np.intp], x: Numbers, parameters: Numbers, own_columns: Sequence[int]
) -> Cuts:
    """With u and l the upper and lower cut, P = F(u) F(-l) (1 - exp(l - u)) for the logistic F.

    It keeps its digits near 0 and 1.
    """
    import numpy as np
    from scipy.special import expit, log_expit

    size = parameters.size - x.shape[1]
    cuts = np.concatenate([[-np.inf], parameters[:size], [np.inf]])
    shift = x @ parameters[size:]
    upper, lower = cuts[category + 1] - shift, cuts[category] - shift
    difference = -np.expm1(cuts[category] - cuts[category + 1])
    return Cuts(
        log_expit(upper) + log_expit(-lower) + np.log(difference),
        expit(-upper) / (expit(-lower) * difference),
        -expit(lower) / (expit(upper) * difference),
        1 - 2 * expit(upper),
        1 - 2 * expit(lower),
        *(_columns(category + offset, x, size, list(own_columns)) for offset in (0, -1)),
    )


def slopes(
    category: NDArray[np.intp], x: Numbers, parameters: Numbers, own_columns: Sequence[int] = ()
) -> Slopes:
    """The log likelihood with its first and second derivatives.

    `own_columns` names columns of x with a further effect at each threshold but the first:
    parameters that are 0, by which derivatives are taken all the same.
    """
    cuts = _cuts(category, x, parameters, own_columns)
    # With f'/P = (f/P)(1 - 2F): the second derivatives of log P by u twice, by l twice, and by
    # both.
    twice_upper = cuts.by_upper * cuts.turn_upper - cuts.by_upper**2
    twice_lower = cuts.by_lower * cuts.turn_lower - cuts.by_lower**2
    mixed = (cuts.columns_upper * (cuts.by_upper * cuts.by_lower)[:, None]).T @ cuts.columns_lower
    information = (
        (cuts.columns_upper * twice_upper[:, None]).T @ cuts.columns_upper
        + (cuts.columns_lower * twice_lower[:, None]).T @ cuts.columns_lower
        - mixed
        - mixed.T
    )
    return Slopes(
        float(cuts.log_probability.sum()),
        cuts.by_upper @ cuts.columns_upper + cuts.by_lower @ cuts.columns_lower,
        -information,
    )


def expected_covariance(model: Fit) -> Numbers:
    """The covariance from the information that is expected at the fit.

    Over all categories that a value might have had (Fisher).
    """
    import numpy as np

    information = np.zeros_like(model.covariance)
    for category in range(len(model.categories)):
        cuts = _cuts(np.full(model.category.size, category), model.x, model.parameters, ())
        score = (
            cuts.columns_upper * cuts.by_upper[:, None]
            + cuts.columns_lower * cuts.by_lower[:, None]
        )
        information += (score * np.exp(cuts.log_probability)[:, None]).T @ score
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def _columns(threshold: NDArray[np.intp], x: Numbers, size: int, own_columns: list[int]) -> Numbers:
    """How a cut depends on the parameters: 1 for its threshold, minus x for effects.

    Nothing for the cuts at infinity.
    """
    import numpy as np

    indicators = [threshold == number for number in range(size)]
    inside = (threshold >= 0) & (threshold < size)
    own_effects = (
        [-x[:, own_columns] * at_threshold[:, None] for at_threshold in indicators[1:]]
        if own_columns
        else []
    )
    return np.column_stack([*indicators, -x * inside[:, None], *own_effects]).astype(float)


def likelihood_ratio(model: Fit) -> ChiSquare:
    """All columns against none, by twice the gain in log likelihood."""
    from dermoutcomes.stats import chi_square_test

    statistic = max(0.0, 2 * (model.log_likelihood - model.null_log_likelihood))
    return chi_square_test(statistic, model.x.shape[1])


def likelihood_limits(
    model: Fit, column: int, confidence: float = 0.95
) -> tuple[float | None, float | None]:
    """The limits of the coefficient of a column of x by the profile likelihood.

    None on a side where it never falls far enough.
    """
    from dermoutcomes.stats import profile_limits

    fixed = len(model.categories) - 1 + column
    centre = model.x.mean(axis=0)
    centred, start = model.x - centre, model.parameters.copy()
    start[: len(model.categories) - 1] -= centre @ model.beta

    def fall(value: float) -> float:
        shifted = start.copy()
        shifted[fixed] = value
        return model.log_likelihood - maximum(model.category, centred, shifted, fixed)[1].value

    error = float(model.covariance[fixed, fixed]) ** 0.5
    return profile_limits(fall, float(model.parameters[fixed]), error, confidence, REACHES)
