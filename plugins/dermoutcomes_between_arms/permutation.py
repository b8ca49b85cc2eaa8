"""The analysis `permutation_two_sample`."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import arm_sizes, failed_rows, tail_of, with_warning
from dermoutcomes_between_arms.relabelled import (
    ENUMERATED,
    INVERTED,
    drawn,
    exact,
    exact_interval,
    interval_of_drawn,
    standardised,
)
from dermoutcomes_between_arms.two_arms import View, counted, p_value, views

__all__ = ["PERMUTATION_TWO_SAMPLE", "PermutationOptions"]

TERM = "mean_difference"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
DRAWS = ("permutation_two_sample_resamples", "permutation_two_sample_p_std_error")


@frozen
class PermutationOptions:
    """Whether all relabellings are counted, or some drawn."""

    method: str = option(
        "auto",
        f"All relabellings, or random ones; auto counts all for at most {ENUMERATED} values, and "
        "for more where they are multiples of a decimal unit and few enough.",
        choices=("auto", "exact", "monte_carlo"),
    )
    resamples: int = option(
        10_000, "How many relabellings are drawn where not all are counted.", at_least=99
    )


def run(task: Task, options: PermutationOptions) -> Iterator[Stat]:
    """Each comparison's difference of means, its interval and its permutation test.

    The interval has the shifts that the test does not reject.
    """
    for view in views(task):
        yield from counted(view, TERM)
        yield from arm_sizes(view.template, TERM, *view.records)
        try:
            if view.problem:
                yield from failed_rows(
                    view.template, TERM, (*INTERVAL, "statistic", "p_value"), *view.problem
                )
                continue
            z = standardised(view.first, view.second)
        except ValueError as error:
            yield from failed_rows(
                view.template,
                TERM,
                (*INTERVAL, "statistic", "p_value"),
                "no_variance",
                f"{str(error).capitalize()}.",
            )
            continue
        yield from view.template.rows(TERM, statistic=z)
        yield from _estimate_rows(task, view, options)
        yield from _test_rows(task, view, options)


def _estimate_rows(task: Task, view: View, options: PermutationOptions) -> Iterator[Stat]:
    yield from view.template.rows(
        TERM, estimate=fsum(view.first) / len(view.first) - fsum(view.second) / len(view.second)
    )
    counted_all = options.method != "monte_carlo" and len(view.first) + len(view.second) <= INVERTED
    interval = (
        exact_interval(view.first, view.second, task.confidence)
        if counted_all
        else interval_of_drawn(
            view.first, view.second, options.resamples, task.rng, task.confidence
        )
    )
    template = evolve(
        view.template,
        text="exact" if counted_all else f"monte_carlo, {options.resamples} resamples",
    )
    if interval.level < task.confidence - 1e-9 and counted_all:
        template = with_warning(
            template,
            f"level_not_reached: {100 * interval.level:.4g}% is the most that so few "
            "relabellings can give.",
        )
    level = interval.level if counted_all else task.confidence
    yield from template.rows(
        TERM, conf_low=interval.conf_low, conf_high=interval.conf_high, conf_level=level
    )


def _test_rows(task: Task, view: View, options: PermutationOptions) -> Iterator[Stat]:
    tails = None if options.method == "monte_carlo" else exact(view.first, view.second)
    if tails is None and options.method == "exact":
        yield from failed_rows(
            view.template,
            TERM,
            ("p_value",),
            "too_many",
            "All relabellings of so many values are too many to count.",
        )
        return
    tails = tails or drawn(view.first, view.second, options.resamples, task.rng)
    yield from p_value(
        task, view.template, TERM, tails.p_value(tail_of(task) or "two-sided"), tails.method
    )
    if tails.resamples is not None:
        values = zip(
            DRAWS, (tails.resamples, tails.std_error(tail_of(task) or "two-sided")), strict=True
        )
        yield from evolve(view.template, unit="").rows(TERM, **dict(values))


PERMUTATION_TWO_SAMPLE = Analysis(
    "permutation_two_sample",
    "Permutation test of two arms",
    run,
    terms=(
        Term("arm", "Records by arm", ("n",), scale="count", place="size of arm"),
        Term(
            TERM,
            "Mean difference",
            ("n", "n_missing", "statistic", *INTERVAL, "p_value", *DRAWS),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
        ),
    ),
    words={"permutation_two_sample_p_std_error": "SE of P"},
    kinds=("continuous",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    summary=("difference in means",),
    options=PermutationOptions,
    method="Means of two arms were compared by relabelling subjects (Fisher and Pitman; method: "
    "{method}; {resamples} random relabellings where not all were counted, p = (b + 1) / "
    "(m + 1)); two-sided, sums as far from their expectation as the one seen count. The "
    "interval is the set of shifts that neither tail rejects at half of alpha; it assumes "
    "that arms differ by a shift alone.",
    references=(
        Reference(
            "Pitman EJG. Significance tests which may be applied to samples from any populations. "
            "Suppl J R Stat Soc 1937;4:119-130.",
            "10.2307/2984124",
        ),
        Reference(
            "Pagano M, Tritchler D. On obtaining permutation distributions in polynomial time. J "
            "Am Stat Assoc 1983;78:435-440.",
            "10.1080/01621459.1983.10477990",
        ),
        Reference(
            "Phipson B, Smyth GK. Permutation p-values should never be zero: calculating exact "
            "p-values when permutations are randomly drawn. Stat Appl Genet Mol Biol 2010;9:39.",
            "10.2202/1544-6115.1585",
        ),
    ),
)
