"""The analysis `kaplan_meier`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, option
from dermoutcomes_survival.curve_rows import TRANSFORMS, Reading, curve_rows, curve_terms
from dermoutcomes_survival.survival_times import Sample, sample

__all__ = ["KAPLAN_MEIER", "REFERENCES", "KaplanMeierOptions", "common_end", "days"]

REFERENCES = (
    Reference(
        "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat "
        "Assoc 1958;53:457-481.",
        "10.1080/01621459.1958.10501452",
    ),
    Reference(
        "Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics "
        "1982;38:29-41.",
        "10.2307/2530286",
    ),
)


def days(value: object) -> tuple[float, ...]:
    """A list of days. Raises ValueError for anything else."""
    if not isinstance(value, (list, tuple)) or any(
        isinstance(day, bool) or not isinstance(day, (int, float)) or not 0 <= day < 1e9
        for day in value
    ):
        raise ValueError("a list of numbers of days, none below 0")
    return tuple(dict.fromkeys(float(day) for day in value))


@frozen
class KaplanMeierOptions:
    """How limits are made, and where the curve is read off."""

    transform: str = option(
        "log-log",
        "Scale on which limits are normal: log-log as SAS PROC LIFETEST, log as R survfit, or "
        "plain. Medians and quartiles have the limits of all three.",
        choices=TRANSFORMS,
    )
    times: tuple[float, ...] = option(
        (),
        "Days at which the share without an event is given.",
        parse=days,
        schema={"type": "array", "items": {"type": "number", "minimum": 0}},
    )
    until: float | None = option(
        None,
        "Day up to which the mean is taken; the last at which every arm is still observed unless "
        "stated.",
        at_least=0,
    )
    first_day: int = option(
        0,
        "What the day of the start counts as: 0, or 1 as in the ADaM variable AVAL.",
        at_least=0,
        at_most=1,
    )


def run(task: Task, options: KaplanMeierOptions) -> Iterator[Stat]:
    """Each arm's curve, its quartiles and median.

    Its value at given days and its mean up to a day.
    """
    cohort = sample(task, options.first_day)
    until = options.until if options.until is not None else common_end(cohort)
    settings = Reading("kaplan_meier", task.confidence, options.transform, options.times, until)  # type: ignore[arg-type]
    for arm in cohort.arms:
        yield from curve_rows(cohort.template(arm), cohort.of(arm), cohort.missing[arm], settings)


def common_end(cohort: Sample) -> float | None:
    """The last day at which every arm that has anybody is still observed."""
    last = [cohort.of(arm)["_time"].max() for arm in cohort.arms]
    return min((float(time) for time in last if isinstance(time, float)), default=None)


KAPLAN_MEIER = Analysis(
    "kaplan_meier",
    "Kaplan-Meier curves",
    run,
    kinds=("time_to_event",),
    options=KaplanMeierOptions,
    terms=curve_terms("kaplan_meier"),
    method="Times to the event are described by Kaplan-Meier curves with Greenwood's variance; "
    "limits are normal on the {transform} scale, and those of quantiles are where the "
    "limits of the curve cross.",
    references=REFERENCES,
)
