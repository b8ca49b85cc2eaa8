"""The analysis `kaplan_meier`."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, option
from dermoutcomes_survival.curves import Curve, Limits, Quantile, Transform, curve, limits, quantile, restricted_mean
from dermoutcomes_survival.samples import Sample, failing, sample, unitless

__all__ = ["KAPLAN_MEIER", "REFERENCES", "KaplanMeierOptions", "arm_rows"]

TRANSFORMS: tuple[Transform, ...] = ("log-log", "log", "plain")
QUARTILES = {"first_quartile": 0.25, "median": 0.5, "third_quartile": 0.75}
POINT = ("estimate", "std_error", "conf_low", "conf_high")
RISK, HAPPENED, CENSORED = "kaplan_meier_at_risk", "kaplan_meier_events", "kaplan_meier_censored"
REFERENCES = (
    Reference("Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc 1958;53:457-481.",
              "10.1080/01621459.1958.10501452"),
    Reference("Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics 1982;38:29-41.", "10.2307/2530286"))


def _positive(value: object) -> tuple[float, ...]:
    if not isinstance(value, (list, tuple)) or any(isinstance(day, bool) or not isinstance(day, (int, float)) or not 0 <= day < 1e9 for day in value):
        raise ValueError("a list of numbers of days, none below 0")
    return tuple(float(day) for day in value)


@frozen
class KaplanMeierOptions:
    """How limits are made, and where the curve is read off."""

    transform: str = option("log-log", "Scale on which limits are normal: log-log as SAS PROC LIFETEST, log as R survfit, or plain. Medians and "
                            "quartiles have the limits of all three.", choices=TRANSFORMS)
    times: tuple[float, ...] = option((), "Days at which the share without an event is given.", parse=_positive,
                                      schema={"type": "array", "items": {"type": "number", "minimum": 0}})
    until: float | None = option(None, "Day up to which the mean is taken; the last at which every arm is still observed unless stated.", at_least=0)
    first_day: int = option(0, "What the day of the start counts as: 0, or 1 as in the ADaM variable AVAL.", at_least=0, at_most=1)


def run(task: Task, options: KaplanMeierOptions) -> Iterator[Stat]:
    """Each arm's curve, its quartiles and median, its value at given days and its mean up to a day."""
    everybody = sample(task, options.first_day)
    until = options.until if options.until is not None else common_end(everybody)
    for arm in everybody.arms:
        yield from arm_rows(task, everybody, arm, options, until)


def common_end(everybody: Sample) -> float | None:
    """The last day at which every arm that has anybody is still observed."""
    last = [everybody.of(arm)["time"].max() for arm in everybody.arms]
    return min((float(time) for time in last if isinstance(time, float)), default=None)


def arm_rows(task: Task, everybody: Sample, arm: str | None, options: KaplanMeierOptions, until: float | None) -> Iterator[Stat]:
    """The rows of one arm."""
    rows, here = everybody.of(arm), everybody.here(arm)
    events = rows["event"].sum()
    yield from here.rows("subjects", n=rows.height, n_missing=everybody.missing[arm], n_events=events)
    if not rows.height:
        yield from failing(here, "median", ("estimate",), "no_data", "Nobody has a time.")
        return
    found = curve(rows["time"].to_list(), rows["event"].to_list())
    transform: Transform = options.transform  # type: ignore[assignment]
    within = {name: limits(found, task.confidence, name) for name in TRANSFORMS}
    yield from _steps(unitless(here), found, within[transform])
    yield from _quartiles(task, here, found, within, transform)
    for day in options.times:
        yield from _at(task, evolve(unitless(here), at=day), found, within[transform], day)
    if until is not None:
        yield from _mean(task, evolve(here, at=until), found, until)


def _steps(here: Stat, found: Curve, within: Limits) -> Iterator[Stat]:
    for step, time in enumerate(found.time.tolist()):
        row = evolve(here, at=time)
        yield from row.rows("survival", **{RISK: found.at_risk[step], HAPPENED: found.events[step]})
        yield from _point(row, "survival", float(found.survival[step]), found.std_error_at(time), float(within.low[step]), float(within.high[step]))
    left = _censored(found)
    for time, count in left.items():
        yield from evolve(here, at=time).rows("censoring", **{CENSORED: count})


def _censored(found: Curve) -> dict[float, int]:
    """Times at which somebody was censored, and how many; an event and a censoring may share a time."""
    import numpy as np

    times, counts = np.unique(found.times, return_counts=True)
    events = dict(zip(found.time.tolist(), found.events.tolist(), strict=True))
    left = {time: int(count - events.get(time, 0)) for time, count in zip(times.tolist(), counts.tolist(), strict=True)}
    return {time: count for time, count in left.items() if count}


def _point(here: Stat, term: str, estimate: float, error: float, low: float, high: float) -> Iterator[Stat]:
    """A share with its limits, which do not exist where nobody is left."""
    yield from here.rows(term, estimate=estimate, std_error=error)
    for row in here.rows(term, conf_low=low if isfinite(low) else None, conf_high=high if isfinite(high) else None):
        yield row if row.value is not None else evolve(row, warning="nobody_left: Everybody left had the event; the method has no limits there.")


def _quartiles(task: Task, here: Stat, found: Curve, within: dict[Transform, Limits], chosen: Transform) -> Iterator[Stat]:
    for term, share in QUARTILES.items():
        yield from _reached(here, term, share, quantile(found, share, within[chosen]))
        yield from here.rows(term, conf_level=task.confidence)
        for name, side in within.items():
            yield from _reached(evolve(here, level=name), term, share, quantile(found, share, side))


def _reached(here: Stat, term: str, share: float, result: Quantile) -> Iterator[Stat]:
    said = f"not_reached: The curve stays above {1 - share:g}."
    for row in here.rows(term, estimate=result.estimate, conf_low=result.low, conf_high=result.high):
        yield row if row.value is not None else evolve(row, text="not reached", warning=said if row.stat == "estimate" else here.warning)


def _at(task: Task, here: Stat, found: Curve, within: Limits, day: float) -> Iterator[Stat]:
    """The share without an event at a day; unknown after the last observation, unless everybody had the event."""
    term, step = "survival_at", found.at(day) - 1
    yield from here.rows(term, **{RISK: found.risk_at(day)})
    if day > found.times[-1] and found.survival_at(day) > 0:
        yield from failing(here, term, POINT, "beyond_observation", f"Nobody was observed as long as {day:g} days.")
        return
    low, high = (float(within.low[step]), float(within.high[step])) if step >= 0 else (1.0, 1.0)
    yield from _point(here, term, found.survival_at(day), found.std_error_at(day), low, high)
    yield from here.rows(term, conf_level=task.confidence)


def _mean(task: Task, here: Stat, found: Curve, until: float) -> Iterator[Stat]:
    from scipy.special import ndtri

    term = "restricted_mean"
    if until > found.times[-1] and found.survival_at(until) > 0:
        yield from failing(here, term, POINT, "beyond_observation", f"Nobody was observed as long as {until:g} days.")
        return
    mean = restricted_mean(found, until)
    reach = float(ndtri((1 + task.confidence) / 2)) * mean.std_error
    yield from here.rows(term, estimate=mean.estimate, std_error=mean.std_error, conf_low=mean.estimate - reach, conf_high=mean.estimate + reach,
                         conf_level=task.confidence)


KAPLAN_MEIER = Analysis(
    "kaplan_meier", "Kaplan-Meier curves", run, kinds=("time_to_event",), options=KaplanMeierOptions,
    statistics=(*(("subjects", stat) for stat in ("n", "n_missing", "n_events")), ("censoring", CENSORED),
                *(("survival", stat) for stat in (RISK, HAPPENED, *POINT)), *(("survival_at", stat) for stat in (RISK, *POINT, "conf_level")),
                *((term, stat) for term in QUARTILES for stat in ("estimate", "conf_low", "conf_high", "conf_level")),
                *(("restricted_mean", stat) for stat in (*POINT, "conf_level"))),
    method="Times to the event are described by Kaplan-Meier curves with Greenwood's variance; limits are normal on the {transform} scale, "
           "and those of quantiles are where the limits of the curve cross.",
    references=REFERENCES)
