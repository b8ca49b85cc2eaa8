"""The analysis `shapiro_wilk`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import normal_scores
from dermoutcomes_normality.shape import (
    Verdict,
    dagostino_skewness,
    k_squared,
    kurtosis_test,
    moments,
    shapiro_wilk,
)
from dermoutcomes_normality.tested_values import Sample, samples

__all__ = ["SHAPIRO_WILK", "ShapiroWilkOptions"]

TERM, QQ, SKEWNESS, KURTOSIS, OMNIBUS = "shapiro_wilk", "qq", "skewness", "kurtosis", "k_squared"
TEST = ("statistic", "p_value")
BY_MEANS = (
    "paired_t",
    "welch_t",
    "pooled_t",
    "permutation_paired",
    "permutation_two_sample",
    "bootstrap",
    "geometric_mean_ratio",
    "ancova",
    "mmrm",
    "rm_anova",
)
BY_RANKS = (
    "wilcoxon_signed_rank",
    "sign_test",
    "mann_whitney",
    "kruskal_wallis",
    "friedman",
    "van_elteren",
)
OF_MOMENTS: tuple[tuple[str, Callable[[Sequence[float]], Verdict]], ...] = (
    (SKEWNESS, dagostino_skewness),
    (KURTOSIS, kurtosis_test),
    (OMNIBUS, k_squared),
)


@frozen
class ShapiroWilkOptions:
    """What is said beside W."""

    moments: bool = option(
        False,
        "Skewness and kurtosis with the tests of D'Agostino, of Anscombe and Glynn, and of both "
        "together.",
    )
    points: bool = option(True, "Points of the Q-Q plot.")


def run(task: Task, options: ShapiroWilkOptions) -> Iterator[Stat]:
    """W of each comparison's differences (or residuals), and the points of its Q-Q plot.

    It decides nothing.
    """
    for sample in samples(task):
        yield from sample.template.rows(TERM, n=len(sample.values))
        yield from _test_rows(evolve(sample.template, unit=""), TERM, shapiro_wilk, sample.values)
        if options.moments:
            yield from _moment_rows(sample)
        if options.points:
            yield from _point_rows(sample)


def _test_rows(
    template: Stat, term: str, test: Callable[[Sequence[float]], Verdict], values: Sequence[float]
) -> Iterator[Stat]:
    try:
        verdict = test(values)
    except ValueError as error:
        code = (
            "no_data"
            if not values
            else "no_variance"
            if "equal" in str(error)
            else "too_many"
            if "5000" in str(error)
            else "too_few"
        )
        yield from (
            row.failed(code, f"{str(error).capitalize()}.")
            for row in template.rows(term, **dict.fromkeys(TEST))
        )
    else:
        yield from template.rows(term, statistic=verdict.statistic, p_value=verdict.p_value)


def _moment_rows(sample: Sample) -> Iterator[Stat]:
    plain = evolve(sample.template, unit="")
    for term, test in OF_MOMENTS:
        yield from _test_rows(plain, term, test, sample.values)
    try:
        shape = moments(sample.values)
    except ValueError as error:
        code = "no_variance" if "equal" in str(error) else "too_few" if sample.values else "no_data"
        for term in (SKEWNESS, KURTOSIS):
            yield from (
                row.failed(code, f"{str(error).capitalize()}.")
                for row in plain.rows(term, estimate=None)
            )
        return
    for term, value in (
        (SKEWNESS, shape.skewness_unbiased),
        (KURTOSIS, shape.kurtosis_unbiased),
    ):
        for row in plain.rows(term, estimate=value):
            yield row if value is not None else row.failed("too_few", "There are too few values.")


def _point_rows(sample: Sample) -> Iterator[Stat]:
    """The value of each rank, at the normal quantile where it would lie."""
    scores = normal_scores(len(sample.values))
    for position, value in zip(scores, sample.values, strict=True):
        yield from evolve(sample.template, at=position).rows(QQ, estimate=value)


SHAPIRO_WILK = Analysis(
    "shapiro_wilk",
    "Shapiro-Wilk test and Q-Q data",
    run,
    terms=(
        Term(TERM, "Shapiro–Wilk test", ("n", *TEST), scale="test", letter="W"),
        Term(QQ, "Q–Q data", ("estimate",), scale="value", place="normal quantiles"),
        Term(SKEWNESS, "Skewness", ("estimate", *TEST), scale="index"),
        Term(KURTOSIS, "Kurtosis", ("estimate", *TEST), scale="index"),
        Term(OMNIBUS, "D'Agostino–Pearson test", TEST, scale="test"),
    ),
    kinds=("continuous",),
    needs="comparison",
    beside=(BY_MEANS, BY_RANKS),
    options=ShapiroWilkOptions,
    method="Differences within subjects, or residuals within arms, were looked at for normality "
    "with Shapiro and Wilk's W and a Q-Q plot (plotting positions of Blom). The check "
    "selects nothing: the analysis that was named beforehand decides, whatever W says.",
    references=(
        Reference(
            "Shapiro SS, Wilk MB. An analysis of variance test for normality (complete samples). "
            "Biometrika 1965;52:591-611.",
            "10.1093/biomet/52.3-4.591",
        ),
        Reference(
            "Royston P. Remark AS R94: a remark on algorithm AS 181: the W-test for normality. J "
            "R Stat Soc C 1995;44:547-551.",
            "10.2307/2986146",
        ),
        Reference(
            "D'Agostino RB, Belanger A, D'Agostino RB Jr. A suggestion for using powerful and "
            "informative tests of normality. Am Stat 1990;44:316-321.",
            "10.1080/00031305.1990.10475751",
        ),
        Reference(
            "Rochon J, Gondan M, Kieser M. To test or not to test: preliminary assessment of "
            "normality when comparing two independent samples. BMC Med Res Methodol 2012;12:81.",
            "10.1186/1471-2288-12-81",
        ),
    ),
)
