"""The analysis `method_agreement`: two ways of measuring the same, by limits of agreement.

And `device_equivalence` by two one-sided tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, fsum, log, sqrt

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import clustered_warning
from dermoutcomes_reliability.agreement_records import Matched, matched
from dermoutcomes_reliability.limits_of_agreement import (
    concordance,
    limits_of_agreement,
    proportional_bias,
)

__all__ = [
    "DEVICE_EQUIVALENCE",
    "METHOD_AGREEMENT",
    "AgreementOptions",
    "EquivalenceOptions",
    "two_one_sided",
]

WITH_INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
BIAS = (*WITH_INTERVAL, "p_value")
TERMS = {
    "bias": BIAS,
    "sd_of_differences": ("estimate",),
    "lower_limit": WITH_INTERVAL,
    "upper_limit": WITH_INTERVAL,
    "concordance": WITH_INTERVAL,
    "proportional_bias": ("estimate", "p_value"),
}
EQUIVALENCE = ("estimate", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value")


@frozen
class AgreementOptions:
    """How the limits are given."""

    intervals: str = option(
        "exact",
        "Intervals of the limits: by the noncentral t, or by the approximations of 1999 or 1986.",
        choices=("exact", "1999", "1986"),
    )
    multiplier: float | None = option(
        None,
        "Standard deviations between bias and limit; the normal quantile unless stated (the paper "
        "of 1986 has 2).",
        at_least=0.1,
    )


@frozen
class EquivalenceOptions:
    """The margin within which two devices count as one."""

    margin: float | None = option(
        None,
        'Margin: in the unit of the endpoint, or as a ratio above 1 with scale = "ratio" (1.25 '
        "for 0.80 to 1.25).",
        at_least=0,
    )
    margin_reason: str | None = option(None, "Where the margin comes from; required with it.")
    scale: str = option(
        "difference",
        "Whether the mean difference or the ratio of geometric means must lie inside.",
        choices=("difference", "ratio"),
    )


def run(task: Task, options: AgreementOptions) -> Iterator[Stat]:
    """The first endpoint against the second, at each visit."""
    visits = matched(task)
    if not visits:
        yield from (
            row.failed(
                "two_endpoints",
                "Agreement of methods needs two endpoints with values, the first minus the second.",
            )
            for row in _empty_rows(Stat("n", unit=task.unit))
        )
    for pairs in visits:
        template = _here(task, pairs)
        yield from template.rows("bias", n=len(pairs.first), n_missing=pairs.missing)
        try:
            yield from _agreement_rows(task, template, pairs, options)
        except ValueError as error:
            yield from (
                row.failed(
                    "too_few" if len(pairs.first) < 2 else "no_variance",
                    f"{str(error).capitalize()}.",
                )
                for row in _empty_rows(template)
            )


def _here(task: Task, pairs: Matched) -> Stat:
    subjects = len(set(pairs.subjects))
    first, second = task.endpoints
    return Stat(
        "n",
        visit=pairs.visit,
        unit=task.unit,
        group=first,
        reference_group=second,
        n_subjects=subjects,
        n_records=len(pairs.first),
        warning=clustered_warning(len(pairs.subjects), subjects, "pairs"),
    )


def _empty_rows(template: Stat) -> Iterator[Stat]:
    for term, stats in TERMS.items():
        yield from template.rows(term, **dict.fromkeys(stats))


def _agreement_rows(
    task: Task, template: Stat, pairs: Matched, options: AgreementOptions
) -> Iterator[Stat]:
    limits = limits_of_agreement(
        pairs.first, pairs.second, task.confidence, options.intervals, options.multiplier
    )
    level, of_bias = task.confidence, limits.bias_interval
    yield from template.rows(
        "bias",
        estimate=limits.bias,
        conf_low=of_bias[0],
        conf_high=of_bias[1],
        conf_level=level,
        p_value=limits.p_value,
    )
    yield from template.rows("sd_of_differences", estimate=limits.sd)
    for term, value, interval in (
        ("lower_limit", limits.low, limits.low_interval),
        ("upper_limit", limits.high, limits.high_interval),
    ):
        yield from template.rows(
            term, estimate=value, conf_low=interval[0], conf_high=interval[1], conf_level=level
        )
    yield from _further_rows(task, evolve(template, unit=""), pairs)


def _further_rows(task: Task, template: Stat, pairs: Matched) -> Iterator[Stat]:
    try:
        lin, (slope, p) = (
            concordance(pairs.first, pairs.second, task.confidence),
            proportional_bias(pairs.first, pairs.second),
        )
    except ValueError as error:
        for term in ("concordance", "proportional_bias"):
            yield from (
                row.failed("too_few", f"{str(error).capitalize()}.")
                for row in template.rows(term, **dict.fromkeys(TERMS[term]))
            )
        return
    yield from template.rows(
        "concordance",
        estimate=lin.estimate,
        conf_low=lin.conf_low,
        conf_high=lin.conf_high,
        conf_level=task.confidence,
    )
    yield from template.rows("proportional_bias", estimate=slope, p_value=p)


def two_one_sided(
    differences: Sequence[float], margin: float, alpha: float
) -> tuple[float, float, float, float, int, float]:
    """Mean, limits of the 1 - 2 alpha interval, t, df and p (Schuirmann 1987).

    Of the two one-sided t tests t is the lesser and p the greater.

    Raises ValueError for fewer than two differences or where they do not vary.
    """
    from scipy.special import stdtr, stdtrit

    n = len(differences)
    if n < 2:
        raise ValueError("fewer than two pairs")
    mean = fsum(differences) / n
    error = sqrt(fsum((value - mean) ** 2 for value in differences) / (n - 1) / n)
    if not error:
        raise ValueError("the differences do not vary")
    t = min((mean + margin) / error, (margin - mean) / error)
    half_width = float(stdtrit(n - 1, 1 - alpha)) * error
    return mean, mean - half_width, mean + half_width, t, n - 1, float(stdtr(n - 1, -t))


def run_equivalence(task: Task, options: EquivalenceOptions) -> Iterator[Stat]:
    """The mean difference (or ratio) of two devices within volunteers against the margin.

    At each visit.
    """
    visits = matched(task) or [Matched(None, (), (), (), 0)]
    for pairs in visits:
        template = _here(task, pairs) if len(task.endpoints) == 2 else Stat("n", unit=task.unit)
        template = evolve(template, unit="" if options.scale == "ratio" else task.unit)
        problem = _problem(options, pairs)
        try:
            if problem is None:
                yield from _equivalence_rows(task, template, pairs, options)
        except ValueError as error:
            problem = (
                "no_variance" if len(pairs.first) > 1 else "too_few",
                f"{str(error).capitalize()}.",
            )
        if problem is not None:
            yield from (
                row.failed(*problem)
                for row in template.rows("equivalence", **dict.fromkeys(EQUIVALENCE))
            )


def _problem(options: EquivalenceOptions, pairs: Matched) -> tuple[str, str] | None:
    if options.margin is None or not (options.margin_reason or "").strip():
        return (
            "no_margin",
            (
                "Equivalence needs a margin and the reason for it; a difference that is not "
                "significant shows none."
            ),
        )
    if options.scale == "ratio" and options.margin <= 1:
        return "no_margin", "On the ratio scale the margin is a ratio above 1."
    if options.scale == "ratio" and min((*pairs.first, *pairs.second), default=1.0) <= 0:
        return "not_positive", "A ratio of geometric means needs values above zero."
    return None


def _equivalence_rows(
    task: Task, template: Stat, pairs: Matched, options: EquivalenceOptions
) -> Iterator[Stat]:
    ratio, margin = options.scale == "ratio", options.margin or 0.0
    d = [log(a / b) if ratio else a - b for a, b in zip(pairs.first, pairs.second, strict=True)]
    mean, low, high, t, df, p = two_one_sided(d, log(margin) if ratio else margin, task.alpha)
    shown = [exp(value) if ratio else value for value in (mean, low, high)]
    edges = f"{1 / margin:g} to {margin:g}" if ratio else f"{-margin:g} to {margin:g}"
    verdict = "inside" if p <= task.alpha else "not inside"
    template = evolve(template, text=f"{verdict} the margin {edges} ({options.margin_reason})")
    yield from template.rows(
        "equivalence",
        estimate=shown[0],
        conf_low=shown[1],
        conf_high=shown[2],
        # Two one-sided tests at alpha are an interval of 1 - 2 alpha.
        conf_level=1 - 2 * task.alpha,
        statistic=t,
        df=df,
        p_value=p,
    )


METHOD_AGREEMENT = Analysis(
    "method_agreement",
    "Limits of agreement",
    run,
    endpoints="several",
    options=AgreementOptions,
    dependence="clustered",
    terms=(
        Term("bias", "Bias", ("n", "n_missing", *BIAS), scale="difference", unit="data"),
        Term("sd_of_differences", "SD of the differences", ("estimate",), unit="data"),
        Term("lower_limit", "Lower limit of agreement", WITH_INTERVAL, scale="value", unit="data"),
        Term("upper_limit", "Upper limit of agreement", WITH_INTERVAL, scale="value", unit="data"),
        Term("concordance", "Concordance", WITH_INTERVAL, scale="index"),
        Term("proportional_bias", "Proportional bias", ("estimate", "p_value"), scale="difference"),
    ),
    method="Two methods were compared by the bias with its t interval, limits of agreement with "
    "{intervals} intervals, Lin's concordance correlation, and the slope of the difference "
    "on the mean. Correlation is not agreement and was not used as such.",
    references=(
        Reference(
            "Bland JM, Altman DG. Measuring agreement in method comparison studies. Stat Methods "
            "Med Res 1999;8:135-160.",
            "10.1177/096228029900800204",
        ),
        Reference(
            "Carkeet A. Exact parametric confidence intervals for Bland-Altman limits of "
            "agreement. Optom Vis Sci 2015;92:e71-80.",
            "10.1097/OPX.0000000000000513",
        ),
        Reference(
            "Lin LI. A concordance correlation coefficient to evaluate reproducibility. "
            "Biometrics 1989;45:255-268.",
            "10.2307/2532051",
        ),
    ),
)

DEVICE_EQUIVALENCE = Analysis(
    "device_equivalence",
    "Equivalence of two devices",
    run_equivalence,
    endpoints="several",
    options=EquivalenceOptions,
    terms=(Term("equivalence", "Equivalence", EQUIVALENCE, scale="difference", letter="t"),),
    method="Two devices used on the same volunteers were compared by two one-sided t tests of the "
    "paired {scale} against the stated margin; the interval has the level 1 - 2 alpha.",
    references=(
        Reference(
            "Schuirmann DJ. A comparison of the two one-sided tests procedure and the power "
            "approach for assessing the equivalence of average bioavailability. J Pharmacokinet "
            "Biopharm 1987;15:657-680.",
            "10.1007/BF01068419",
        ),
    ),
)
