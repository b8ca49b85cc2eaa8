"""The analysis `paired_effect_size`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import failed_rows, with_warning
from dermoutcomes_paired.effect_sizes import (
    Effect,
    correlation,
    d_av,
    d_baseline,
    d_rm,
    d_z,
    g_baseline,
    hedges_g,
    rank_biserial,
)
from dermoutcomes_paired.mean_difference import mean_and_sd
from dermoutcomes_paired.pairs import View, views

__all__ = ["PAIRED_EFFECT_SIZE"]

FULL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
LIMITS = ("estimate", "conf_low", "conf_high", "conf_level")
NOT_COHEN = "In before-after data it is not Cohen's d of two groups."


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's standardised effects.

    Those of means for continuous endpoints, of ranks for all.
    """
    for view in views(task):
        template = evolve(view.template, unit="")
        yield from template.rows("pairs", n=view.n, n_missing=view.missing)
        if task.kind == "continuous":
            yield from _mean_rows(task, view, template)
        yield from _rank_rows(task, view, template)


def _mean_rows(task: Task, view: View, template: Stat) -> Iterator[Stat]:
    problem = _problem(view)
    if problem:
        for term in ("d_z", "hedges_g"):
            yield from failed_rows(template, term, FULL, *problem)
        return
    labelled = evolve(template, label=NOT_COHEN)
    yield from _effect_rows(task, labelled, "d_z", d_z(view.differences, task.confidence))
    if view.n > 2:
        yield from _effect_rows(
            task, labelled, "hedges_g", hedges_g(view.differences, task.confidence)
        )
    else:
        yield from failed_rows(
            template, "hedges_g", FULL, "too_few", "The small-sample factor needs three pairs."
        )
    yield from _value_rows(task, view, template)


def _problem(view: View) -> tuple[str, str] | None:
    """Why no standardised mean can be had: a code and a sentence, or None."""
    if view.n < 2:
        return (
            "too_few" if view.n else "no_data",
            f"A standard deviation needs at least two pairs; there are {view.n}.",
        )
    if mean_and_sd(view.differences)[1] <= 1e-14 * max(map(abs, view.differences)):
        return "no_variance", "All differences are equal."
    return None


def _value_rows(task: Task, view: View, template: Stat) -> Iterator[Stat]:
    """Effects in units of the values' own spread; they need both visits (or arms) to vary."""
    try:
        r = correlation(view.first, view.second)
    except ValueError:
        missing = with_warning(template, "no_variance: Values of one of the two do not vary.")
        yield from missing.rows("pairs", correlation=None)
        for term in ("d_av", "d_rm", "d_baseline"):
            yield from missing.rows(term, estimate=None)
        yield from missing.rows("g_baseline", **dict.fromkeys(FULL))
        return
    yield from template.rows("pairs", correlation=r)
    yield from template.rows("d_av", estimate=d_av(view.first, view.second))
    yield from template.rows("d_rm", estimate=d_rm(view.first, view.second))
    yield from template.rows("d_baseline", estimate=d_baseline(view.first, view.second))
    if view.n > 2:
        yield from _effect_rows(
            task, template, "g_baseline", g_baseline(view.first, view.second, task.confidence)
        )
    else:
        yield from failed_rows(
            template, "g_baseline", FULL, "too_few", "The small-sample factor needs three pairs."
        )


def _rank_rows(task: Task, view: View, template: Stat) -> Iterator[Stat]:
    if not any(view.differences):
        code, sentence = (
            ("all_zero", "Every difference is zero.")
            if view.n
            else ("no_data", "There is no pair.")
        )
        yield from failed_rows(template, "rank_biserial", LIMITS, code, sentence)
        return
    effect = rank_biserial(view.differences, task.confidence)
    yield from template.rows("rank_biserial", estimate=effect.estimate, conf_level=task.confidence)
    if effect.conf_low is None:
        template = with_warning(
            template, "boundary: All differences have one sign, where this interval is not defined."
        )
    yield from template.rows("rank_biserial", conf_low=effect.conf_low, conf_high=effect.conf_high)


def _effect_rows(task: Task, template: Stat, term: str, effect: Effect) -> Iterator[Stat]:
    yield from template.rows(
        term,
        estimate=effect.estimate,
        std_error=effect.std_error,
        conf_low=effect.conf_low,
        conf_high=effect.conf_high,
        conf_level=task.confidence,
    )


PAIRED_EFFECT_SIZE = Analysis(
    "paired_effect_size",
    "Effect sizes of pairs",
    run,
    terms=(
        Term("pairs", "Pairs", ("n", "n_missing", "correlation"), scale="count"),
        Term("d_z", "Effect size d_z", FULL, scale="index"),
        Term("hedges_g", "Hedges g", FULL, scale="index"),
        Term("d_av", "Effect size d_av", ("estimate",), scale="index"),
        Term("d_rm", "Effect size d_rm", ("estimate",), scale="index"),
        Term("d_baseline", "Effect size by the SD at baseline", ("estimate",), scale="index"),
        Term("g_baseline", "Effect size by the SD at baseline (small-sample)", FULL, scale="index"),
        Term("rank_biserial", "Rank-biserial correlation", LIMITS, scale="index"),
    ),
    kinds=("continuous", "ordinal"),
    needs="comparison",
    method="Standardised effects are d_z (mean over standard deviation of the differences) with "
    "its noncentral t interval, Hedges' g (d_z with the exact small-sample factor), d_av, "
    "d_rm, the mean difference over the standard deviation of the reference values "
    "(d_baseline; g_baseline with the small-sample factor and Becker's standard error) and "
    "the matched-pairs rank-biserial correlation.",
    references=(
        Reference(
            "Lakens D. Calculating and reporting effect sizes to facilitate cumulative science. "
            "Front Psychol 2013;4:863.",
            "10.3389/fpsyg.2013.00863",
        ),
        Reference(
            "Hedges LV. Distribution theory for Glass's estimator of effect size and related "
            "estimators. J Educ Stat 1981;6:107-128.",
            "10.3102/10769986006002107",
        ),
        Reference(
            "Becker BJ. Synthesizing standardized mean-change measures. Br J Math Stat Psychol "
            "1988;41:257-278.",
            "10.1111/j.2044-8317.1988.tb00901.x",
        ),
        Reference(
            "Kerby DS. The simple difference formula: an approach to teaching nonparametric "
            "correlation. Compr Psychol 2014;3:1.",
            "10.2466/11.IT.3.1",
        ),
    ),
)
