"""The analysis `tipping_point`.

Imputed values of one arm are made worse, step by step, until its advantage is no longer
significant.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Term, option
from dermoutcomes.stats import clustered_warning

if TYPE_CHECKING:
    from dermoutcomes import Task

__all__ = ["TIPPING_POINT", "TippingOptions", "difference_of_arms", "first_lost", "shifted"]

TERM, TIPPING = "shifted_difference", "tipping_point"
ESTIMATES = ("estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value")


@frozen
class TippingOptions:
    """Options of `tipping_point`."""

    step: float = option(
        help="By how much the imputed values of the first arm are made worse at each step, in the "
        "unit of the endpoint."
    )
    steps: int = option(20, "How many steps at most.", at_least=1)
    adjust: bool = option(
        True,
        "Whether the arms are compared at equal baseline (analysis of covariance); else by their "
        "means.",
    )


class Difference(NamedTuple):
    """A difference of two arms by least squares."""

    estimate: float
    std_error: float
    df: int


def difference_of_arms(
    outcome: list[float], first: list[bool], base: list[float] | None
) -> Difference | None:
    """First arm minus second, at equal base where one is given.

    None where no residual variance can be had.
    """
    import numpy as np

    design = np.column_stack(
        [
            np.ones(len(outcome)),
            np.array(first, dtype=float),
            *([np.array(base)] if base is not None else []),
        ]
    )
    if len(outcome) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    q, r = np.linalg.qr(design)
    coefficients = np.linalg.solve(r, q.T @ np.array(outcome))
    residual = np.array(outcome) - design @ coefficients
    df = len(outcome) - design.shape[1]
    variance = float(residual @ residual) / df
    inverse = np.linalg.inv(r)
    error = math.sqrt(variance * float(inverse[1] @ inverse[1]))
    return (
        Difference(float(coefficients[1]), error, df)
        if error > 1e-14 * abs(float(coefficients[1]))
        else None
    )


def tipping_point(task: Task, options: TippingOptions) -> Iterator[Stat]:
    """A difference of arms at every shift, for each comparison of two arms."""
    for name, comparison in task.comparisons.items():
        if comparison.arm is not None:
            yield from _comparison_rows(task, name, options)


def _comparison_rows(task: Task, name: str, options: TippingOptions) -> Iterator[Stat]:
    groups = task.groups(name)
    template = Stat(
        "estimate",
        term=TERM,
        comparison=name,
        group=groups.group,
        reference_group=groups.reference_group,
        visit=groups.visit,
        reference_visit=groups.reference_visit,
        unit=task.unit,
    )
    rows = pl.concat(
        [
            groups.first.with_columns(_first=pl.lit(value=True)),
            groups.second.with_columns(_first=pl.lit(value=False)),
        ]
    )
    rows = rows.sort("subject", "_first").drop_nulls(
        ["outcome", "base"] if options.adjust else ["outcome"]
    )
    subjects = rows["subject"].n_unique()
    template = evolve(
        template,
        n_subjects=subjects,
        n_records=rows.height,
        warning=clustered_warning(rows.height, subjects),
    )
    problem = _problem(task, rows)
    if problem is not None:
        yield from (evolve(template, at=0.0, stat=stat).failed(*problem) for stat in ESTIMATES)
        return
    # A value of several draws is named after the handling and its draw, one of a single value after
    # the handling alone.
    derivation = rows["derivation"].fill_null("")
    filled = (derivation == task.handling) | derivation.str.starts_with(f"{task.handling}:")
    imputed = filled & rows["_first"]
    yield from Stat(
        "n",
        term=TIPPING,
        comparison=name,
        group=groups.group,
        reference_group=groups.reference_group,
        visit=groups.visit,
    ).rows(n=float(imputed.sum()))
    yield from shifted(task, template, rows, imputed.cast(pl.Float64), options)


def shifted(
    task: Task, template: Stat, rows: pl.DataFrame, imputed: pl.Series, options: TippingOptions
) -> Iterator[Stat]:
    """The comparison at every shift; `imputed` is 1 for the values that move."""
    for number in range(options.steps + 1):
        yield from _difference_rows(
            task, evolve(template, at=_worse(task) * number * options.step), rows, imputed, options
        )


def _worse(task: Task) -> int:
    return -1 if task.improves == "up" else 1


def _problem(task: Task, rows: pl.DataFrame) -> tuple[str, str] | None:
    if task.improves is None:
        return (
            "no_direction",
            "Nothing says which way is better, so that values cannot be made worse.",
        )
    if task.analyse == "pct_change":
        return "percent", "A shift in the unit of the endpoint means nothing for a percent change."
    if rows["n_sides"].fill_null(1).max() not in (None, 1):
        return (
            "sides",
            "Records rest on several sides, of which some may be imputed and others not.",
        )
    if rows["_first"].n_unique() < 2:
        return "too_few", "One of the two arms has no value."
    return None


def _difference_rows(
    task: Task, template: Stat, rows: pl.DataFrame, imputed: pl.Series, options: TippingOptions
) -> Iterator[Stat]:
    """The comparison with imputed values of the first arm moved by `template.at`."""
    from scipy.special import stdtrit

    from dermoutcomes.stats import tail_probability

    assert template.at is not None
    outcome = (rows["outcome"] + template.at * imputed).to_list()
    difference = difference_of_arms(
        outcome, rows["_first"].to_list(), rows["base"].to_list() if options.adjust else None
    )
    if difference is None:
        yield from (
            evolve(template, stat=stat).failed(
                "too_few", "No variance is left to judge the difference by."
            )
            for stat in ESTIMATES
        )
        return
    half_width = float(stdtrit(difference.df, 0.5 + task.confidence / 2)) * difference.std_error
    statistic = difference.estimate / difference.std_error
    yield from template.rows(
        estimate=difference.estimate,
        std_error=difference.std_error,
        conf_low=difference.estimate - half_width,
        conf_high=difference.estimate + half_width,
        statistic=statistic,
        df=difference.df,
        p_value=tail_probability(statistic, df=difference.df),
    )


def first_lost(stats: tuple[Stat, ...], task: Task, options: TippingOptions) -> Iterable[Stat]:
    """For each comparison, the first shift at which the two-sided p-value exceeds alpha.

    In a one-sided study it exceeds twice alpha.
    """
    for name in task.comparisons:
        values = sorted(
            (
                (abs(stat.at or 0.0), stat)
                for stat in stats
                if stat.stat == "p_value" and stat.comparison == name and stat.term == TERM
            ),
            key=lambda pair: pair[0],
        )
        if not values:
            continue
        template = evolve(
            values[0][1],
            stat="estimate",
            term=TIPPING,
            at=None,
            value=None,
            error=None,
            unit=task.unit,
        )
        yield _tipping_row(
            template, [stat for _, stat in values], task.alpha * (3 - task.sided), options
        )


def _tipping_row(template: Stat, stats: list[Stat], alpha: float, options: TippingOptions) -> Stat:
    unknown = next((stat for stat in stats if stat.value is None), None)
    if unknown is not None:
        return template.failed("no_p_value", f"The comparison could not be made: {unknown.error}")
    lost = next((stat for stat in stats if stat.value is not None and stat.value > alpha), None)
    if lost is None:
        return evolve(template, text=f"not reached at a shift of {options.step * options.steps:g}")
    if lost is stats[0]:
        return evolve(template, text="not significant without a shift")
    return evolve(template, value=lost.at)


TIPPING_POINT = Analysis(
    "tipping_point",
    "Tipping point",
    tipping_point,
    conclude=first_lost,
    needs="arm pair",
    designs=("parallel",),
    options=TippingOptions,
    terms=(
        Term(
            TERM,
            "Shifted difference",
            ESTIMATES,
            scale="difference",
            unit="data",
            null=0.0,
            letter="t",
        ),
        Term(TIPPING, "Tipping point", ("estimate", "n"), scale="difference", unit="data"),
    ),
    method="Imputed values of the first arm were made worse in steps of {step} until the "
    "difference of the arms was no longer significant (delta adjustment).",
    references=(
        Reference(
            "Carpenter JR, Kenward MG. Multiple Imputation and its Application. Chichester: "
            "Wiley; 2013.",
            "10.1002/9781119942283",
        ),
        Reference(
            "Yan X, Lee S, Li N. Missing data handling methods in medical device clinical trials. "
            "J Biopharm Stat 2009;19:1085-1098.",
            "10.1080/10543400903243009",
        ),
    ),
)
