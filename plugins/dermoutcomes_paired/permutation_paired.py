"""The analysis `permutation_paired`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, failed_rows, tail_of, with_warning
from dermoutcomes_paired.flip_interval import (
    INVERTED,
    FlipInterval,
    exact_interval,
    interval_of_drawn,
)
from dermoutcomes_paired.mean_difference import mean_and_sd
from dermoutcomes_paired.pairs import View, views
from dermoutcomes_paired.sign_flips import ENUMERATED, drawn, exact

__all__ = ["PERMUTATION_PAIRED", "PermutationOptions"]

TERM = "mean_difference"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
DRAWS = ("permutation_paired_resamples", "permutation_paired_p_std_error")


@frozen
class PermutationOptions:
    """Whether all signs are counted, or some drawn."""

    method: str = option(
        "auto",
        f"All signs, or random ones; auto counts all for at most {ENUMERATED} differences that "
        "are not zero, and for more where they are multiples of a decimal unit.",
        choices=("auto", "exact", "monte_carlo"),
    )
    resamples: int = option(
        10_000, "How many sets of signs are drawn where not all are counted.", at_least=99
    )


def run(task: Task, options: PermutationOptions) -> Iterator[Stat]:
    """Each comparison's mean difference, its interval and its sign-flip test.

    The interval inverts the test.
    """
    for view in views(task):
        yield from view.template.rows(TERM, n=view.n, n_missing=view.missing)
        if view.n < 2:
            sentence = (
                "A permutation of signs needs at least two pairs; there "
                f"{'is one' if view.n else 'are none'}."
            )
            yield from failed_rows(
                view.template,
                TERM,
                (*INTERVAL, "p_value"),
                "too_few" if view.n else "no_data",
                sentence,
            )
        elif not any(view.differences):
            yield from view.template.rows(TERM, estimate=0.0)
            yield from failed_rows(
                view.template,
                TERM,
                (*INTERVAL[1:], "p_value"),
                "all_zero",
                "Every difference is zero, so no sign can be turned.",
            )
        else:
            yield from _estimate_rows(task, view, options)
            yield from _test_rows(task, view, options)


def _estimate_rows(task: Task, view: View, options: PermutationOptions) -> Iterator[Stat]:
    yield from view.template.rows(TERM, estimate=mean_and_sd(view.differences)[0])
    all_signs = options.method != "monte_carlo" and view.n <= INVERTED
    interval = (
        exact_interval(view.differences, task.confidence)
        if all_signs
        else interval_of_drawn(view.differences, options.resamples, task.rng, task.confidence)
    )
    template = evolve(
        view.template, text="exact" if all_signs else f"monte_carlo, {options.resamples} resamples"
    )
    yield from _limit_rows(task, template, interval)


def _limit_rows(task: Task, template: Stat, interval: FlipInterval) -> Iterator[Stat]:
    if interval.level < task.confidence - 1e-9 and template.text == "exact":
        template = with_warning(
            template,
            f"level_not_reached: {100 * interval.level:.4g}% is the most that "
            f"{template.n_records} pairs can give.",
        )
    yield from template.rows(
        TERM,
        conf_low=interval.conf_low,
        conf_high=interval.conf_high,
        conf_level=interval.level if template.text == "exact" else task.confidence,
    )


def _test_rows(task: Task, view: View, options: PermutationOptions) -> Iterator[Stat]:
    tail, flips = (
        tail_of(task),
        None if options.method == "monte_carlo" else exact(view.differences),
    )
    if tail is None:
        yield from failed_rows(view.template, TERM, ("p_value",), *NO_DIRECTION)
    elif flips is None and options.method == "exact":
        yield from failed_rows(
            view.template,
            TERM,
            ("p_value",),
            "too_many",
            f"All signs of {view.n} differences are too many to count.",
        )
    else:
        flips = flips or drawn(view.differences, options.resamples, task.rng)
        yield from evolve(view.template, text=f"{tail}, {flips.method}").rows(
            TERM, p_value=flips.p_value(tail)
        )
        if flips.resamples is not None:
            values = zip(DRAWS, (flips.resamples, flips.std_error(tail)), strict=True)
            yield from evolve(view.template, unit="").rows(TERM, **dict(values))


PERMUTATION_PAIRED = Analysis(
    "permutation_paired",
    "Sign-flip permutation test",
    run,
    terms=(
        Term(
            TERM,
            "Mean difference",
            ("n", "n_missing", *INTERVAL, "p_value", *DRAWS),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
        ),
    ),
    words={"permutation_paired_p_std_error": "SE of P"},
    kinds=("continuous",),
    needs="comparison",
    decides=TERM,
    dependence="paired",
    summary=("mean change", "difference in means"),
    options=PermutationOptions,
    method="Mean differences within subjects were tested by turning the signs of differences "
    "(method: {method}; {resamples} random sets of signs where not all were counted, p = "
    "(b + 1) / (m + 1)); the interval is the set of shifts that this test does not reject. "
    "It assumes that differences are symmetric about their mean.",
    references=(
        Reference(
            "Fisher RA. The design of experiments. Edinburgh: Oliver and Boyd; 1935. Section 21."
        ),
        Reference(
            "Hartigan JA. Using subsample values as typical values. J Am Stat Assoc "
            "1969;64:1303-1317.",
            "10.1080/01621459.1969.10501057",
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
