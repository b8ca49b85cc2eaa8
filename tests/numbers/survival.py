"""Times to an event in plain NumPy and SciPy: Kaplan-Meier curves, log-rank tests and Cox's model,
with nothing of the program in them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import plain_statistics as plain
from .plain_statistics import Numbers, Z
from .two_arms import quadratic

SCALES = ("log-log", "log", "plain")


class Step(NamedTuple):
    """A day with an event: those at risk before it, its events, the survival after it and
    Greenwood's sum up to it.
    """

    day: float
    at_risk: int
    events: int
    survival: float
    greenwood: float

    def limits(self, scale: str) -> tuple[float | None, float | None]:
        """Normal limits on a scale, within 0 and 1; none where nobody is left."""
        if self.survival == 0:
            return None, None
        reach = Z * math.sqrt(self.greenwood)
        if scale == "plain":
            low, high = self.survival * (1 - reach), self.survival * (1 + reach)
        elif scale == "log":
            low, high = self.survival * math.exp(-reach), self.survival * math.exp(reach)
        else:
            log = math.log(self.survival)
            low, high = (self.survival ** math.exp(sign * reach / abs(log)) for sign in (1, -1))
        return max(0.0, low), min(1.0, high)


def curve(times: Sequence[float], events: Sequence[bool]) -> list[Step]:
    """The product-limit estimate: an event comes before a censoring of the same day."""
    steps, survival, greenwood = [], 1.0, 0.0
    for day in sorted({t for t, e in zip(times, events, strict=True) if e}):
        at_risk = sum(t >= day for t in times)
        d = sum(t == day and e for t, e in zip(times, events, strict=True))
        survival *= 1 - d / at_risk
        greenwood += d / (at_risk * (at_risk - d)) if at_risk > d else math.inf
        steps.append(Step(day, at_risk, d, survival, greenwood))
    return steps


def reached(
    days: Sequence[float], heights: Sequence[float | None], height: float, last: float | None
) -> float | None:
    """The day at which a falling curve comes below a height; the middle of its flat part where it
    rests on that height.

    A flat part that nothing ends goes up to `last`, or counts from its beginning only.
    """
    for place, at in enumerate(heights):
        if at is not None and at <= height + 1e-9:
            if at < height - 1e-9:
                return days[place]
            lower = [
                day
                for day, value in zip(days, heights, strict=True)
                if value is not None and value < height - 1e-9
            ]
            end = lower[0] if lower else last
            return days[place] if end is None else (days[place] + end) / 2
    return None


def restricted_mean(times: Sequence[float], events: Sequence[bool], until: float) -> Numbers:
    """The area under the curve up to a day, with its normal interval."""
    steps = [step for step in curve(times, events) if step.day <= until]
    edges, heights = (
        [0.0, *(step.day for step in steps), until],
        [1.0, *(step.survival for step in steps)],
    )
    areas = np.diff(edges) * heights
    variance = sum(
        areas[place + 1 :].sum() ** 2 * step.events / (step.at_risk * (step.at_risk - step.events))
        for place, step in enumerate(steps)
        if step.at_risk > step.events
    )
    estimate, error = areas.sum(), math.sqrt(variance)
    return {
        "estimate": estimate,
        "std_error": error,
        "conf_low": estimate - Z * error,
        "conf_high": estimate + Z * error,
        "conf_level": 0.95,
    }


def log_rank(
    times: Sequence[float],
    events: Sequence[bool],
    groups: Sequence[str],
    strata: Sequence[str],
    names: Sequence[str],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observed and expected events of the groups over strata, and the hypergeometric covariance of
    their differences.
    """
    seen, expected, covariance = (
        np.zeros(len(names)),
        np.zeros(len(names)),
        np.zeros((len(names), len(names))),
    )
    rows = list(zip(times, events, groups, strata, strict=True))
    for day, stratum in sorted({(t, s) for t, e, _, s in rows if e}):
        at_risk = np.array(
            [sum(t >= day and g == name and s == stratum for t, _, g, s in rows) for name in names]
        )
        d = np.array(
            [
                sum(t == day and e and g == name and s == stratum for t, e, g, s in rows)
                for name in names
            ]
        )
        n, total = at_risk.sum(), d.sum()
        seen, expected = seen + d, expected + total * at_risk / n
        if n > 1:
            covariance += (
                total
                * (n - total)
                / (n - 1)
                * (np.diag(at_risk / n) - np.outer(at_risk, at_risk) / n**2)
            )
    return seen, expected, covariance


def log_rank_test(seen: np.ndarray, expected: np.ndarray, covariance: np.ndarray) -> Numbers:
    """The chi-square of all groups."""
    return quadratic((seen - expected)[1:], covariance[1:, 1:])


class Cox(NamedTuple):
    """A fit at some coefficients: log-likelihood, gradient and information; of each event its day,
    covariates, and mean and covariance of the covariates of those at risk.
    """

    likelihood: float
    gradient: np.ndarray
    information: np.ndarray
    days: np.ndarray
    x: np.ndarray
    means: np.ndarray
    covariances: np.ndarray


def cox_at(
    beta: np.ndarray,
    times: np.ndarray,
    events: np.ndarray,
    x: np.ndarray,
    strata: np.ndarray,
    ties: str,
) -> Cox:
    """Cox's partial likelihood over strata; ties as Efron took them (those with an event leave one
    after the other) or Breslow (none does).
    """
    likelihood, days, own, means, covariances = 0.0, [], [], [], []
    hazard = np.exp(x @ beta)
    for stratum, day in sorted(
        {(s, t) for s, t, e in zip(strata, times, events, strict=True) if e}
    ):
        at_risk, now = (
            (strata == stratum) & (times >= day),
            (strata == stratum) & (times == day) & events,
        )
        d = now.sum()
        of_day = []
        for k in range(d):
            weight = hazard * (at_risk - (k / d if ties == "efron" else 0.0) * now)
            mean = weight @ x / weight.sum()
            of_day.append((mean, (weight[:, None] * (x - mean)).T @ (x - mean) / weight.sum()))
            likelihood -= math.log(weight.sum())
        likelihood += (x[now] @ beta).sum()
        average = np.mean([mean for mean, _ in of_day], axis=0)
        for row, (_, covariance) in zip(x[now], of_day, strict=True):
            days.append(day)
            own.append(row)
            means.append(average)
            covariances.append(covariance)
    days, own, means, covariances = map(np.array, (days, own, means, covariances))
    return Cox(
        likelihood,
        (own - means).sum(axis=0),
        covariances.sum(axis=0),
        days,
        own,
        means,
        covariances,
    )


def cox(
    times: np.ndarray, events: np.ndarray, x: np.ndarray, strata: np.ndarray, ties: str
) -> tuple[np.ndarray, Cox, Cox]:
    """The likeliest coefficients by Newton's method, the fit there, and that without any effect."""
    x = x - x.mean(axis=0)
    nothing = np.zeros(x.shape[1])
    beta = nothing
    for _ in range(30):
        fit = cox_at(beta, times, events, x, strata, ties)
        beta = beta + np.linalg.solve(fit.information, fit.gradient)
    return (
        beta,
        cox_at(beta, times, events, x, strata, ties),
        cox_at(nothing, times, events, x, strata, ties),
    )


def proportionality(
    fit: Cox, times: np.ndarray, events: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of coefficients that change with 1 - Kaplan-Meier just before each event: the score, its
    variance, and how each column's scaled residuals go with that time.
    """
    before = np.array(
        [
            next((step.survival for step in reversed(curve(times, events)) if step.day < day), 1.0)
            for day in fit.days
        ]
    )
    g = (1 - before) - (1 - before).mean()
    score = g @ (fit.x - fit.means)
    plain_sum, crossed, squared = (
        np.tensordot(weight, fit.covariances, axes=1) for weight in (np.ones(len(g)), g, g**2)
    )
    residuals = (fit.x - fit.means) @ np.linalg.inv(fit.information)
    correlations = np.array([np.corrcoef(g, column)[0, 1] for column in residuals.T])
    return score, np.array([plain_sum, crossed, squared]), correlations


def proportionality_test(score: np.ndarray, sums: np.ndarray, columns: list[int]) -> Numbers:
    """Grambsch and Therneau's score test of some columns."""
    plain_sum, crossed, squared = sums
    variance = squared[np.ix_(columns, columns)] - crossed[columns] @ np.linalg.solve(
        plain_sum, crossed[columns].T
    )
    return plain.chi_square(
        score[columns] @ np.linalg.solve(variance, score[columns]), len(columns)
    )
