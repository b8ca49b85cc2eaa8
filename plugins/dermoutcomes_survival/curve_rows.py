"""The rows of one group's curve.

Its steps, its quartiles and median, its value at given days and its mean up to a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Stat, Term
from dermoutcomes.stats import failed_rows
from dermoutcomes_survival.curves import (
    Curve,
    Limits,
    Mean,
    Quantile,
    Transform,
    curve,
    limits,
    median,
    quantile,
    restricted_mean,
)
from dermoutcomes_survival.survival_times import happened, unitless

__all__ = [
    "POINT",
    "QUARTILES",
    "TRANSFORMS",
    "Reading",
    "curve_rows",
    "curve_terms",
    "mean_rows",
]

TRANSFORMS: tuple[Transform, ...] = ("log-log", "log", "plain")
QUARTILES = {"first_quartile": 0.25, "median": 0.5, "third_quartile": 0.75}
POINT = ("estimate", "std_error", "conf_low", "conf_high")
MEAN = "restricted_mean"


@frozen(eq=False)
class Reading:
    """How curves are read.

    Level and scale of limits, days at which they are given, the day that their mean ends, and whose
    stats they are.
    """

    analysis: str
    confidence: float
    transform: Transform = "log-log"
    times: tuple[float, ...] = ()
    until: float | None = None

    def own(self, name: str) -> str:
        """A stat beyond the vocabulary, which begins with the name of the analysis."""
        return f"{self.analysis}_{name}"


def curve_terms(analysis: str) -> tuple[Term, ...]:
    """What `curve_rows` returns under the name of that analysis."""
    return (
        Term(
            "subjects", "Subjects", ("n", "n_missing", "n_events"), scale="count", place="starting"
        ),
        Term("censoring", "Censored", (f"{analysis}_censored",), scale="count", place="censored"),
        Term(
            "survival",
            "Without the event",
            (
                f"{analysis}_at_risk",
                f"{analysis}_events",
                "estimate",
                "std_error",
                "conf_low",
                "conf_high",
            ),
            scale="proportion",
            place="curve",
        ),
        Term(
            "survival_at",
            "Without the event, at a day",
            (
                f"{analysis}_at_risk",
                "estimate",
                "std_error",
                "conf_low",
                "conf_high",
                "conf_level",
            ),
            scale="proportion",
            place="main text",
        ),
        Term(
            "first_quartile",
            "First quartile of times",
            ("estimate", "conf_low", "conf_high", "conf_level"),
            scale="value",
        ),
        Term(
            "median",
            "Median",
            ("estimate", "conf_low", "conf_high", "conf_level"),
            scale="value",
            unit="data",
            place="main text",
        ),
        Term(
            "third_quartile",
            "Third quartile of times",
            ("estimate", "conf_low", "conf_high", "conf_level"),
            scale="value",
        ),
        Term(
            "restricted_mean",
            "Restricted mean time",
            ("estimate", "std_error", "conf_low", "conf_high", "conf_level"),
            scale="mean",
            place="main text",
        ),
    )


def curve_rows(
    template: Stat, rows: pl.DataFrame, missing: int, settings: Reading
) -> Iterator[Stat]:
    """The rows of one group, whose frame has the columns _time and event."""
    yield from template.rows("subjects", n=rows.height, n_missing=missing, n_events=happened(rows))
    if not rows.height:
        yield from failed_rows(template, "median", ("estimate",), "no_data", "Nobody has a time.")
        return
    km_curve = curve(rows["_time"].to_list(), rows["event"].to_list())
    within = {name: limits(km_curve, settings.confidence, name) for name in TRANSFORMS}
    yield from _step_rows(unitless(template), km_curve, within[settings.transform], settings)
    yield from _quartile_rows(template, km_curve, within, settings)
    for day in settings.times:
        yield from _time_rows(
            evolve(unitless(template), at=day), km_curve, within[settings.transform], day, settings
        )
    if settings.until is not None:
        yield from mean_rows(evolve(template, at=settings.until), MEAN, km_curve, settings)


def _step_rows(
    template: Stat, km_curve: Curve, within: Limits, settings: Reading
) -> Iterator[Stat]:
    for step, time in enumerate(km_curve.time.tolist()):
        row = evolve(template, at=time)
        yield from row.rows(
            "survival",
            **{
                settings.own("at_risk"): km_curve.at_risk[step],
                settings.own("events"): km_curve.events[step],
            },
        )
        yield from _point_rows(row, "survival", km_curve, time, within)
    for time, count in _censored(km_curve).items():
        yield from evolve(template, at=time).rows("censoring", **{settings.own("censored"): count})


def _censored(km_curve: Curve) -> Mapping[float, int]:
    """Times at which somebody was censored, and how many.

    An event and a censoring may share a time.
    """
    import numpy as np

    times, counts = np.unique(km_curve.times, return_counts=True)
    events = dict(zip(km_curve.time.tolist(), km_curve.events.tolist(), strict=True))
    left = {
        time: int(count - events.get(time, 0))
        for time, count in zip(times.tolist(), counts.tolist(), strict=True)
    }
    return {time: count for time, count in left.items() if count}


def _point_rows(
    template: Stat, term: str, km_curve: Curve, time: float, within: Limits
) -> Iterator[Stat]:
    """The share at a time with its limits, which do not exist where nobody is left."""
    step = km_curve.at(time) - 1
    low, high = (float(side[step]) for side in within) if step >= 0 else (1.0, 1.0)
    yield from template.rows(
        term, estimate=km_curve.survival_at(time), std_error=km_curve.std_error_at(time)
    )
    for row in template.rows(
        term, conf_low=low if isfinite(low) else None, conf_high=high if isfinite(high) else None
    ):
        yield (
            row
            if row.value is not None
            else evolve(
                row,
                warning="nobody_left: Everybody left had the event; the method has no limits "
                "there.",
            )
        )


def _quartile_rows(
    template: Stat, km_curve: Curve, within: Mapping[Transform, Limits], settings: Reading
) -> Iterator[Stat]:
    """With the limits of the scale that was chosen, and with those of every scale as levels."""
    for term, share in QUARTILES.items():
        yield from _reached_rows(
            template, term, share, _quantile(km_curve, share, within[settings.transform])
        )
        yield from template.rows(term, conf_level=settings.confidence)
        for name, side in within.items():
            yield from _reached_rows(
                evolve(template, level=name), term, share, _quantile(km_curve, share, side)
            )


def _quantile(km_curve: Curve, share: float, within: Limits) -> Quantile:
    return median(km_curve, within) if share == 0.5 else quantile(km_curve, share, within)


def _reached_rows(template: Stat, term: str, share: float, result: Quantile) -> Iterator[Stat]:
    text = f"not_reached: The curve stays above {1 - share:g}."
    for row in template.rows(
        term, estimate=result.estimate, conf_low=result.low, conf_high=result.high
    ):
        yield (
            row
            if row.value is not None
            else evolve(
                row,
                text="not reached",
                warning=text if row.stat == "estimate" else template.warning,
            )
        )


def _time_rows(
    template: Stat, km_curve: Curve, within: Limits, day: float, settings: Reading
) -> Iterator[Stat]:
    """The share without an event at a day.

    Unknown after the last observation, unless everybody had the event.
    """
    yield from template.rows("survival_at", **{settings.own("at_risk"): km_curve.risk_at(day)})
    if _beyond(km_curve, day):
        yield from failed_rows(
            template,
            "survival_at",
            POINT,
            "beyond_observation",
            f"Nobody was observed as long as {day:g} days.",
        )
        return
    yield from _point_rows(template, "survival_at", km_curve, day, within)
    yield from template.rows("survival_at", conf_level=settings.confidence)


def _beyond(km_curve: Curve, day: float) -> bool:
    return bool(day > km_curve.times[-1]) and km_curve.survival_at(day) > 0


def mean_rows(template: Stat, term: str, km_curve: Curve, settings: Reading) -> Iterator[Stat]:
    """The restricted mean with normal limits."""
    assert settings.until is not None
    if _beyond(km_curve, settings.until):
        yield from failed_rows(
            template,
            term,
            POINT,
            "beyond_observation",
            f"Nobody was observed as long as {settings.until:g} days.",
        )
        return
    yield from _normal_rows(
        template, term, restricted_mean(km_curve, settings.until), settings.confidence
    )


def _normal_rows(template: Stat, term: str, mean: Mean, confidence: float) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value

    reach = critical_value(confidence) * mean.std_error
    yield from template.rows(
        term,
        estimate=mean.estimate,
        std_error=mean.std_error,
        conf_low=mean.estimate - reach,
        conf_high=mean.estimate + reach,
        conf_level=confidence,
    )
