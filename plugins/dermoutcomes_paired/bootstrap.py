"""The analysis `bootstrap`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, chosen_tail, failed_rows, tail_of, with_warning
from dermoutcomes_paired.pairs import View, views
from dermoutcomes_paired.resampled import (
    Bootstrap,
    beyond_replicates,
    bootstrapped,
    intervals,
    p_value,
)

__all__ = ["BOOTSTRAP", "BootstrapOptions"]

TERM, BIAS, RESAMPLES = "change", "bootstrap_bias", "bootstrap_resamples"
TIED = 0.1
LIMITS = ("conf_low", "conf_high", "conf_level")
COMPUTED = ("estimate", "std_error", BIAS, *LIMITS, "p_value")


@frozen
class BootstrapOptions:
    """What is estimated, and which interval decides."""

    statistic: str = option(
        "mean", "Mean or median of the differences.", choices=("mean", "median")
    )
    interval: str = option(
        "auto",
        "The interval that decides. BCa corrects percentiles for bias and skewness; auto takes it "
        "for means, and percentiles for medians, whose many equal replicates upset that "
        "correction.",
        choices=("auto", "bca", "percentile"),
    )
    resamples: int = option(10_000, "How many resamples are drawn.", at_least=999)

    @property
    def kind(self) -> str:
        """The interval that decides."""
        return (
            {"mean": "bca", "median": "percentile"}[self.statistic]
            if self.interval == "auto"
            else self.interval
        )


def run(task: Task, options: BootstrapOptions) -> Iterator[Stat]:
    """Each comparison's mean or median difference with its bootstrap intervals.

    The deciding interval makes the test.
    """
    for view in views(task):
        yield from view.template.rows(TERM, n=view.n, n_missing=view.missing)
        problem = _problem(view)
        if problem:
            yield from failed_rows(view.template, TERM, COMPUTED, *problem)
        else:
            boot = bootstrapped(
                view.differences,
                "median" if options.statistic == "median" else "mean",
                options.resamples,
                task.rng,
            )
            yield from _rows(task, view, boot, options)


def _problem(view: View) -> tuple[str, str] | None:
    if view.n < 3:
        return (
            "too_few" if view.n else "no_data",
            f"Resampling needs at least three pairs, and has {view.n}.",
        )
    d = view.differences
    return (
        ("no_variance", "All differences are equal, so all resamples are too.")
        if max(d) - min(d) <= 1e-14 * max(map(abs, d))
        else None
    )


def _rows(task: Task, view: View, boot: Bootstrap, options: BootstrapOptions) -> Iterator[Stat]:
    template, intervals_by_kind = (
        _with_warning(view.template, boot, options, task.confidence),
        intervals(boot, task.confidence),
    )
    yield from template.rows(
        TERM,
        estimate=boot.estimate,
        std_error=boot.std_error,
        bootstrap_resamples=len(boot.replicates),
    )
    yield evolve(template, stat=BIAS, value=boot.bias, term=TERM)
    for name in ("percentile", "bca", "basic", "normal"):
        yield from _limit_rows(task, evolve(template, level=name), intervals_by_kind[name])
    yield from _limit_rows(
        task, evolve(template, text=options.kind), intervals_by_kind[options.kind]
    )
    yield from _test_rows(task, template, boot, options)


def _with_warning(
    template: Stat, boot: Bootstrap, options: BootstrapOptions, confidence: float
) -> Stat:
    """Warnings of ties and of limits beyond all resamples, for the interval that decides."""
    if options.kind == "bca" and boot.ties >= TIED:
        template = with_warning(
            template,
            f"ties: {100 * boot.ties:.0f}% of replicates equal the estimate, so the correction "
            "for bias is rough.",
        )
    if beyond_replicates(boot, options.kind, confidence):
        template = with_warning(
            template,
            f"few_resamples: A limit lies beyond all of the {len(boot.replicates)} resamples; the "
            "outermost one is shown, and p is no smaller than they can show. More resamples "
            "reach further.",
        )
    return template


def _limit_rows(task: Task, template: Stat, limits: tuple[float, float] | None) -> Iterator[Stat]:
    if limits is None:
        yield from failed_rows(
            template,
            TERM,
            LIMITS,
            "boundary",
            "The correction is not defined: all replicates lie on one side of the estimate, or no "
            "value has influence on it.",
        )
    else:
        yield from template.rows(
            TERM, conf_low=limits[0], conf_high=limits[1], conf_level=task.confidence
        )


def _test_rows(
    task: Task, template: Stat, boot: Bootstrap, options: BootstrapOptions
) -> Iterator[Stat]:
    """The level at which the deciding interval just meets zero."""
    tail, tails = tail_of(task), p_value(boot, options.kind)
    if tail is None:
        yield from failed_rows(template, TERM, ("p_value",), *NO_DIRECTION)
    elif tails is None:
        yield from failed_rows(
            template,
            TERM,
            ("p_value",),
            "boundary",
            "The interval that would be inverted is not defined.",
        )
    else:
        lower, upper = tails
        p = chosen_tail(lower, upper, tail)
        yield from evolve(template, text=f"{tail}, {options.kind} interval inverted").rows(
            TERM, p_value=p
        )


BOOTSTRAP = Analysis(
    "bootstrap",
    "Bootstrap of a change",
    run,
    # The interval is of quantiles of resamples, which a correction for bias moves away from the
    # estimate.
    terms=(
        Term(
            TERM,
            "Change from baseline",
            ("n", "n_missing", *COMPUTED, RESAMPLES),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            interval_beside=True,
        ),
    ),
    kinds=("continuous",),
    needs="comparison",
    decides=TERM,
    dependence="paired",
    summary=("mean change", "median change", "difference in means"),
    options=BootstrapOptions,
    method="The {statistic} of differences within subjects was bootstrapped ({resamples} "
    "resamples); the interval that decides is of the kind {interval} (auto: BCa for means, "
    "percentiles for medians), and p is the level at which it just meets zero. Quantiles "
    "between replicates are interpolated on the normal scale.",
    references=(
        Reference(
            "Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 1987;82:171-185.",
            "10.1080/01621459.1987.10478410",
        ),
        Reference(
            "Davison AC, Hinkley DV. Bootstrap methods and their application. Cambridge: "
            "Cambridge University Press; 1997.",
            "10.1017/CBO9780511802843",
        ),
    ),
)
