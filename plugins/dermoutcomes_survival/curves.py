"""The Kaplan-Meier curve of one group, its intervals, quantiles and restricted mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = [
    "Curve",
    "Limits",
    "Mean",
    "Quantile",
    "Transform",
    "curve",
    "limits",
    "median",
    "quantile",
    "restricted_mean",
]

Transform = Literal["log-log", "log", "plain"]
# Products of the same steps in another order differ in the last digits; a curve that is flat at one
# half must be seen to be.
TOLERANCE = 1e-9


class Curve(NamedTuple):
    """Steps at the times with an event: numbers at risk just before, events, survival after.

    `hazard_variance` is Greenwood's sum, the variance of the log of the survival (infinite once
    nobody survives); `times` are all observed times, sorted.
    """

    time: Numbers
    at_risk: Numbers
    events: Numbers
    survival: Numbers
    hazard_variance: Numbers
    times: Numbers

    def at(self, time: float) -> int:
        """Number of steps up to that time, the step at it included."""
        return int(self.time.searchsorted(time, side="right"))

    def risk_at(self, time: float) -> int:
        """How many are still observed and without an event just before that time."""
        return int(self.times.size - self.times.searchsorted(time, side="left"))

    def survival_at(self, time: float) -> float:
        """The share without an event up to that time, the event at it included."""
        step = self.at(time)
        return float(self.survival[step - 1]) if step else 1.0

    def std_error_at(self, time: float) -> float:
        """Greenwood's standard error of `survival_at`."""
        step = self.at(time)
        if not step or self.survival[step - 1] == 0:
            return 0.0
        return float(self.survival[step - 1] * sqrt(self.hazard_variance[step - 1]))


class Limits(NamedTuple):
    """Pointwise limits of the survival at each step; NaN where nobody survives."""

    low: Numbers
    high: Numbers


class Quantile(NamedTuple):
    """A time at which a share has had the event, with its limits.

    None where the curve does not fall so far.
    """

    estimate: float | None
    low: float | None
    high: float | None


class Mean(NamedTuple):
    """The area under the curve up to a time, and its standard error."""

    estimate: float
    std_error: float


def curve(time: Sequence[float], event: Sequence[bool]) -> Curve:
    """The product-limit estimate (Kaplan and Meier 1958).

    An event and a censoring at one time: the event comes first.
    """
    import numpy as np

    times = np.asarray(time, dtype=float)
    happened = np.asarray(event, dtype=bool)
    ordered = np.sort(times)
    steps, counts = np.unique(times[happened], return_counts=True)
    events = counts.astype(float)
    at_risk = (ordered.size - ordered.searchsorted(steps, side="left")).astype(float)
    survival = np.cumprod(1 - events / at_risk)
    left = at_risk - events
    variance = np.cumsum(
        np.divide(events, at_risk * left, out=np.full(steps.size, np.inf), where=left > 0)
    )
    return Curve(steps, at_risk, events, survival, variance, ordered)


def limits(km_curve: Curve, confidence: float = 0.95, transform: Transform = "log-log") -> Limits:
    """Limits of the survival at each step.

    Normal for the survival itself, its log, or the log of minus its log; within 0 and 1.
    """
    import numpy as np

    from dermoutcomes.stats import critical_value

    z = critical_value(confidence)
    alive = km_curve.survival > 0
    survival, spread = km_curve.survival[alive], np.sqrt(km_curve.hazard_variance[alive])
    if transform == "plain":
        low, high = survival * (1 - z * spread), survival * (1 + z * spread)
    elif transform == "log":
        low, high = survival * np.exp(-z * spread), survival * np.exp(z * spread)
    else:
        # Each step has an event, so that no survival is 1 and this is nowhere 0.
        minus_log = -np.log(survival)
        low, high = (np.exp(-minus_log * np.exp(sign * z * spread / minus_log)) for sign in (1, -1))
    return Limits(*(_filled(alive, np.clip(side, 0.0, 1.0)) for side in (low, high)))


def _filled(known: NDArray[np.bool_], values: Numbers) -> Numbers:
    import numpy as np

    filled = np.full(known.size, np.nan)
    filled[known] = values
    return filled


def quantile(km_curve: Curve, share: float, within: Limits | None = None) -> Quantile:
    """When that share has had the event.

    The limits are where the limits of the curve cross the same height (Brookmeyer and Crowley
    1982).

    A curve that is flat at exactly that height gives the middle of its flat part, up to the last
    time where it falls no more.
    """
    return _reached(km_curve, 1 - share, within, float(km_curve.times[-1]))


def median(km_curve: Curve, within: Limits | None = None) -> Quantile:
    """When half have had the event.

    A curve that stays at exactly one half gives the time at which it came there, as R prints
    medians.
    """
    return _reached(km_curve, 0.5, within, None)


def _reached(km_curve: Curve, height: float, within: Limits | None, last: float | None) -> Quantile:
    low, high = (
        (None, None)
        if within is None
        else (_crossing(km_curve, side, height, last) for side in within)
    )
    return Quantile(_crossing(km_curve, km_curve.survival, height, last), low, high)


def _crossing(km_curve: Curve, values: Numbers, height: float, last: float | None) -> float | None:
    import numpy as np

    under = np.flatnonzero(values <= height + TOLERANCE)
    if not under.size:
        return None
    first = int(under[0])
    if values[first] < height - TOLERANCE:
        return float(km_curve.time[first])
    lower = np.flatnonzero(values < height - TOLERANCE)
    begin = float(km_curve.time[first])
    end = float(km_curve.time[int(lower[0])]) if lower.size else last
    return begin if end is None else (begin + end) / 2


def restricted_mean(km_curve: Curve, until: float) -> Mean:
    """Mean time without an event within [0, until].

    The variance adds (area to the right of a step)^2 times its part of Greenwood's sum.
    """
    import numpy as np

    steps = km_curve.at(until)
    edges = np.concatenate(([0.0], km_curve.time[:steps], [until]))
    areas = np.diff(edges) * np.concatenate(([1.0], km_curve.survival[:steps]))
    right = areas[::-1].cumsum()[::-1][1:]
    events, at_risk = km_curve.events[:steps], km_curve.at_risk[:steps]
    left = at_risk - events
    # Once nobody is left the curve is 0, and so is the area to the right of it.
    parts = np.divide(events, at_risk * left, out=np.zeros(steps), where=left > 0)
    return Mean(float(areas.sum()), sqrt(float((right**2 * parts).sum())))
