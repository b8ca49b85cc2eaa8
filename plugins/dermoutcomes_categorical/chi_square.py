"""The analysis `chi_square`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import failed_rows
from dermoutcomes_categorical.cross_tables import CrossTable, cross_tables
from dermoutcomes_categorical.generalised_cmh import ChiSquare
from dermoutcomes_categorical.independence import (
    Sampled,
    TooManyTables,
    cramers_v,
    exact_p,
    least_expected,
    likelihood_ratio,
    pearson,
    sampled_p,
)

__all__ = ["CHI_SQUARE", "ChiSquareOptions"]

TERM, RATIO = "cramers_v", "likelihood_ratio"
MEASURED = ("estimate", "statistic", "df", "p_value")
TEST = ("statistic", "df", "p_value")


@frozen
class ChiSquareOptions:
    """Which p-value decides, and how it is made."""

    test: str = option(
        "pearson",
        "Pearson's chi-square; with Yates' correction of a two-by-two table; or the exact test of "
        "Fisher, Freeman and Halton, for tables with expected counts below 5.",
        choices=("pearson", "yates", "exact"),
    )
    resamples: int = option(
        100_000,
        "Random tables where the margins allow too many for the exact test to go through.",
        at_least=1000,
    )


def run(task: Task, options: ChiSquareOptions) -> Iterator[Stat]:
    """All arms at each compared visit, then the arms of each comparison.

    Whether categories are spread alike. Strata are not looked at.
    """
    for table in cross_tables(task):
        template, term = table.template, TERM
        yield from template.rows(term, n=template.n_records, n_missing=table.missing)
        for arm, counts in zip(table.arms, table.total, strict=True):
            for value, count in zip(table.values, counts, strict=True):
                yield from evolve(
                    template,
                    group=arm,
                    reference_group=None,
                    level=_level(task, value),
                    warning=None,
                ).rows("category", n=int(count))
        if table.template.comparison and table.empty_arms:
            yield from _failed_rows(
                template,
                "one_arm_empty",
                f"No record of {', '.join(map(repr, table.empty_arms))} has a category.",
            )
        else:
            yield from _test_rows(task, table, options)


def _level(task: Task, value: float) -> str:
    if task.kind == "binary":
        return "responder" if value else "no responder"
    return f"{value:g}"


def _failed_rows(template: Stat, code: str, sentence: str) -> Iterator[Stat]:
    yield from failed_rows(template, TERM, MEASURED, code, sentence)
    yield from failed_rows(template, RATIO, TEST, code, sentence)


def _test_rows(task: Task, table: CrossTable, options: ChiSquareOptions) -> Iterator[Stat]:
    counts, strength = table.total, cramers_v(table.total)
    test = pearson(counts, yates=options.test == "yates")
    if strength is None or test.p_value is None:
        yield from _failed_rows(
            table.template, "no_variance", "There is one category, or one arm, only."
        )
        return
    least = least_expected(counts)
    small = (
        f"small_counts: The smallest expected count is {least:.1f}; below 5 the chi-square is "
        "rough."
        if least < 5
        else None
    )
    rough = evolve(
        table.template, warning=" ".join(filter(None, (table.template.warning, small))) or None
    )
    yield from table.template.rows(TERM, estimate=strength)
    yield from _chi_square_rows(rough, RATIO, likelihood_ratio(counts))
    if options.test != "exact":
        yield from _chi_square_rows(rough, TERM, test)
        return
    yield from _exact_rows(task, table, options)


def _chi_square_rows(template: Stat, term: str, test: ChiSquare) -> Iterator[Stat]:
    yield from template.rows(term, statistic=test.statistic, df=test.df, p_value=test.p_value)


def _exact_rows(task: Task, table: CrossTable, options: ChiSquareOptions) -> Iterator[Stat]:
    try:
        yield from evolve(table.template, text="exact").rows(TERM, p_value=exact_p(table.total))
    except TooManyTables:
        sample: Sampled = sampled_p(table.total, options.resamples, task.rng)
        text = (
            f"{options.resamples} random tables; standard error of the p-value "
            f"{sample.std_error:.2g}"
        )
        yield from evolve(table.template, text=text).rows(TERM, p_value=sample.p_value)


CHI_SQUARE = Analysis(
    "chi_square",
    "Chi-square test of categories",
    run,
    terms=(
        Term(TERM, "Cramér V", ("n", "n_missing", *MEASURED), scale="index", letter="χ²"),
        Term("category", "Category", ("n",), scale="count"),
        Term(RATIO, "Likelihood ratio test", TEST, scale="test", letter="χ²"),
    ),
    kinds=("ordinal", "binary"),
    designs=("parallel",),
    needs="arm pair",
    options=ChiSquareOptions,
    method="That categories are spread alike in the arms was tested without regard to their order "
    "({test}); Cramér's V says how strongly they are not.",
    references=(
        Reference(
            "Pearson K. On the criterion that a given system of deviations from the probable in "
            "the case of a correlated system of variables is such that it can be reasonably "
            "supposed to have arisen from random sampling. Philos Mag 1900;50:157-175.",
            "10.1080/14786440009463897",
        ),
        Reference(
            "Freeman GH, Halton JH. Note on an exact treatment of contingency, goodness of fit "
            "and other problems of significance. Biometrika 1951;38:141-149.",
            "10.1093/biomet/38.1-2.141",
        ),
    ),
)
