"""Cox's proportional hazards model: the fit, its three tests, profile limits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_survival.hazards import Risks, Terms, Ties, risks, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare

    Numbers = NDArray[np.float64]

__all__ = ["Fit", "fit", "likelihood_limits", "likelihood_ratio", "score_test", "wald_test"]

STEPS = 60
PRECISION = 1e-12
# A hazard that differs by this factor (in logs) between two subjects is no estimate but a
# likelihood without a maximum.
RUNAWAY = 20.0


class Fit(NamedTuple):
    """The maximum of the partial likelihood.

    `null` are the terms where all coefficients are 0, `maximum` those at the maximum.
    """

    data: tuple[Risks, ...]
    ties: Ties
    beta: Numbers
    covariance: Numbers
    log_likelihood: float
    null_log_likelihood: float
    null: Terms
    maximum: Terms
    events: int


def fit(
    time: Sequence[float],
    event: Sequence[bool],
    x: Numbers,
    strata: Sequence[Hashable] | None = None,
    ties: Ties = "efron",
) -> Fit:
    """The coefficients of the columns of x, by Newton's method from 0.

    Raises ValueError without an event, where the columns of x do not differ among those at risk
    (`not estimable`), and where the likelihood has no maximum (`monotone`).
    """
    import numpy as np

    if not any(event):
        raise ValueError("no_events: There is no event.")
    # Coefficients are the same; exp(x beta) does not overflow for a covariate far from 0, as a year.
    centred = x - x.mean(axis=0)
    data = risks(time, event, centred, strata)
    null = terms(data, np.zeros(x.shape[1]), ties)
    _check_estimable(null)
    beta, at_maximum = maximum(data, np.zeros(x.shape[1]), ties)
    covariance = np.linalg.inv(at_maximum.covariance.sum(axis=0))
    return Fit(
        data,
        ties,
        beta,
        covariance,
        log_likelihood(at_maximum, beta),
        log_likelihood(null, np.zeros(x.shape[1])),
        null,
        at_maximum,
        int(sum(event)),
    )


def _check_estimable(null: Terms) -> None:
    import numpy as np

    information = null.covariance.sum(axis=0)
    spread = np.sqrt(np.diag(information))
    if (spread <= 1e-10 * max(1.0, float(np.abs(null.x).max()))).any():
        raise ValueError(
            "not_estimable: A column of the model does not differ among those at risk when events "
            "happened."
        )
    if (
        np.linalg.matrix_rank(information / np.outer(spread, spread), tol=1e-9, hermitian=True)
        < spread.size
    ):
        raise ValueError(
            "not_estimable: The columns of the model are not independent of each other."
        )


def log_likelihood(event_terms: Terms, beta: Numbers) -> float:
    """The log partial likelihood of these terms."""
    return float((event_terms.x @ beta - event_terms.log_sum).sum())


def maximum(
    data: tuple[Risks, ...], beta: Numbers, ties: Ties, free: NDArray[np.intp] | None = None
) -> tuple[Numbers, Terms]:
    """The coefficients at the maximum and the terms there.

    Only those in `free` move, where it is given.

    Raises ValueError where a coefficient runs away or Newton's steps do not end.
    """
    import numpy as np

    moving = np.arange(beta.size) if free is None else free
    # A coefficient runs away by what it does over the width of its column, not by its own size.
    widths = np.max([np.ptp(stratum.x, axis=0) for stratum in data], axis=0)
    event_terms = terms(data, beta, ties)
    for _ in range(STEPS):
        score = (event_terms.x - event_terms.mean).sum(axis=0)[moving]
        information = event_terms.covariance.sum(axis=0)[np.ix_(moving, moving)]
        if not moving.size:
            return beta, event_terms
        step = np.zeros(beta.size)
        step[moving] = _solve(information, score)
        beta, event_terms, gained = _rising_step(data, beta, event_terms, step, ties)
        if (np.abs(beta * widths)[moving] > RUNAWAY).any():
            raise ValueError(
                "monotone: The likelihood has no maximum: a column of the model separates those "
                "with events from those without."
            )
        if (
            float(score @ step[moving]) < PRECISION * (1 + abs(log_likelihood(event_terms, beta)))
            and not gained > PRECISION
        ):
            return beta, event_terms
    raise ValueError("no_convergence: Newton's method found no maximum of the likelihood.")


def _solve(information: Numbers, score: Numbers) -> Numbers:
    import numpy as np

    try:
        return np.asarray(np.linalg.solve(information, score), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise ValueError(
            "monotone: The likelihood has no maximum: its curvature vanishes."
        ) from None


def _rising_step(
    data: tuple[Risks, ...], beta: Numbers, terms_before: Terms, step: Numbers, ties: Ties
) -> tuple[Numbers, Terms, float]:
    """Along the step, halved until the likelihood is no smaller."""
    before = log_likelihood(terms_before, beta)
    for _ in range(30):
        terms_after = terms(data, beta + step, ties)
        gained = log_likelihood(terms_after, beta + step) - before
        # Rounding alone may take so much at the maximum: no reason to halve.
        if gained >= -1e-10 * (1 + abs(before)):
            return beta + step, terms_after, gained
        step = step / 2
    return beta, terms_before, 0.0


def likelihood_ratio(model: Fit) -> ChiSquare:
    """All coefficients against 0, by twice the gain in log likelihood."""
    from dermoutcomes.stats import chi_square_test

    return chi_square_test(2 * (model.log_likelihood - model.null_log_likelihood), model.beta.size)


def wald_test(
    model: Fit, columns: Sequence[int] | None = None, covariance: Numbers | None = None
) -> ChiSquare:
    """Those coefficients (all, unless named) against 0, by their size."""
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    chosen = np.arange(model.beta.size) if columns is None else np.asarray(columns)
    beta, spread = (
        model.beta[chosen],
        (model.covariance if covariance is None else covariance)[np.ix_(chosen, chosen)],
    )
    return chi_square_test(float(beta @ np.linalg.solve(spread, beta)), chosen.size)


def score_test(model: Fit) -> ChiSquare:
    """All coefficients against 0, by the slope of the likelihood at 0.

    The log-rank test, where ties are exact.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    slope = (model.null.x - model.null.mean).sum(axis=0)
    return chi_square_test(
        float(slope @ np.linalg.solve(model.null.covariance.sum(axis=0), slope)), model.beta.size
    )


def likelihood_limits(
    model: Fit, column: int, confidence: float = 0.95
) -> tuple[float | None, float | None]:
    """The limits of a coefficient by the profile likelihood.

    None on a side where it never falls far enough.
    """
    import numpy as np

    from dermoutcomes.stats import profile_limits

    free = np.array([other for other in range(model.beta.size) if other != column], dtype=int)

    def fall(value: float) -> float:
        start = model.beta.copy()
        start[column] = value
        beta, event_terms = maximum(model.data, start, model.ties, free)
        return model.log_likelihood - log_likelihood(event_terms, beta)

    error = float(model.covariance[column, column]) ** 0.5
    return profile_limits(fall, float(model.beta[column]), error, confidence)
