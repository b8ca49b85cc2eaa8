"""The analysis `cmh` of ordered categories."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, arm_sizes, failed_rows, tail_of
from dermoutcomes_categorical.cross_tables import CrossTable, cross_tables
from dermoutcomes_categorical.generalised_cmh import (
    ChiSquare,
    correlation,
    general_association,
    row_mean_scores,
)
from dermoutcomes_categorical.mean_scores import mean_score_difference
from dermoutcomes_categorical.scores import Scoring

__all__ = ["CMH", "REFERENCES", "CmhOptions", "test_rows"]

TERM, GENERAL, MEANS, TREND = (
    "mean_score_difference",
    "general_association",
    "row_mean_scores",
    "correlation",
)
TEST = ("statistic", "df", "p_value")
MEASURED = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)
REFERENCES = (
    Reference(
        "Landis JR, Heyman ER, Koch GG. Average partial association in three-way contingency "
        "tables: a review and discussion of alternative tests. Int Stat Rev 1978;46:237-254.",
        "10.2307/1402373",
    ),
    Reference(
        "Mantel N, Haenszel W. Statistical aspects of the analysis of data from retrospective "
        "studies of disease. J Natl Cancer Inst 1959;22:719-748.",
        "10.1093/jnci/22.4.719",
    ),
)


@frozen
class CmhOptions:
    """What the categories are worth."""

    scores: str = option(
        "table",
        "The categories as they are numbered (table), their mid-ranks in the stratum (rank), or "
        "these over n (ridit) or n + 1 (modridit, which makes the mean-score test van Elteren's).",
        choices=("table", "rank", "ridit", "modridit"),
    )


def run(task: Task, options: CmhOptions) -> Iterator[Stat]:
    """All arms at each compared visit, then each comparison.

    Tests over strata, and the difference of mean scores.
    """
    for table in cross_tables(task):
        yield from table.template.rows(
            TERM if table.template.comparison else MEANS,
            n=table.template.n_records,
            n_missing=table.missing,
        )
        if table.template.comparison:
            yield from arm_sizes(table.template, TERM, table.records)
        yield from _table_rows(task, table, _scoring(options))


def _table_rows(task: Task, table: CrossTable, scoring: Scoring) -> Iterator[Stat]:
    present = [arm for arm in table.arms if arm not in table.empty_arms]
    if len(present) < 2 or (table.template.comparison and table.empty_arms):
        yield from _empty_rows(table)
        return
    means = row_mean_scores(table.strata, table.values, scoring)
    yield from test_rows(table.template, GENERAL, general_association(table.strata))
    yield from test_rows(table.template, MEANS, means)
    yield from test_rows(
        table.template,
        TREND,
        correlation(table.strata, range(1, len(table.arms) + 1), table.values, scoring),
    )
    if table.template.comparison:
        yield from _difference_rows(task, table, scoring, means)


def _empty_rows(table: CrossTable) -> Iterator[Stat]:
    sentence = f"No record of {', '.join(map(repr, table.empty_arms)) or 'any arm'} has a category."
    for term in (GENERAL, MEANS, TREND):
        yield from failed_rows(table.template, term, TEST, "one_arm_empty", sentence)
    if table.template.comparison:
        yield from failed_rows(table.template, TERM, MEASURED, "one_arm_empty", sentence)


def test_rows(template: Stat, term: str, test: ChiSquare) -> Iterator[Stat]:
    """The rows of a chi-square test, or why there is none."""
    if test.p_value is None:
        yield from failed_rows(
            template,
            term,
            TEST,
            "no_variance",
            "No stratum has two arms and two categories, so that nothing can be compared.",
        )
        return
    yield from template.rows(term, statistic=test.statistic, df=test.df, p_value=test.p_value)


def _difference_rows(
    task: Task, table: CrossTable, scoring: Scoring, means: ChiSquare
) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value

    difference = mean_score_difference(table.strata, table.values, scoring)
    if difference is None or means.p_value is None:
        yield from failed_rows(
            table.template,
            TERM,
            MEASURED,
            "no_variance",
            "No stratum has both arms and two categories.",
        )
        return
    half_width = critical_value(task.confidence) * difference.std_error
    yield from table.template.rows(
        TERM,
        estimate=difference.estimate,
        std_error=difference.std_error,
        conf_low=difference.estimate - half_width,
        conf_high=difference.estimate + half_width,
        conf_level=task.confidence,
    )
    yield from _deciding_rows(task, table.template, difference.estimate, means)


def _deciding_rows(task: Task, template: Stat, estimate: float, means: ChiSquare) -> Iterator[Stat]:
    """The mean-score test again, beside the estimate that it is about.

    One-sided, in the direction that is better.
    """
    from dermoutcomes.stats import tail_probability

    z = sqrt(means.statistic) * (1 if estimate >= 0 else -1)
    yield from template.rows(TERM, statistic=means.statistic, df=means.df)
    tail = tail_of(task)
    if tail is None:
        yield from failed_rows(template, TERM, ("p_value",), *NO_DIRECTION)
        return
    p = means.p_value if tail == "two-sided" else tail_probability(z, tail)
    yield from _with_text(template, tail).rows(TERM, p_value=p)


def _with_text(template: Stat, text: str) -> Stat:
    from attrs import evolve

    return evolve(template, text=text)


def _scoring(options: CmhOptions) -> Scoring:
    return options.scores  # type: ignore[return-value]


CMH = Analysis(
    "cmh",
    "Cochran-Mantel-Haenszel tests of ordered categories",
    run,
    terms=(
        Term(
            TERM,
            "Mean score difference",
            ("n", "n_missing", *MEASURED),
            scale="difference",
            null=0.0,
            tail="better",
            letter="χ²",
        ),
        Term(MEANS, "Row mean scores differ", ("n", "n_missing", *TEST), scale="test", letter="χ²"),
        Term(GENERAL, "General association", TEST, scale="test", letter="χ²"),
        Term(TREND, "Nonzero correlation", TEST, scale="test", letter="χ²"),
    ),
    kinds=("ordinal",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    adjusts="strata",
    summary=("difference in mean scores",),
    options=CmhOptions,
    method="Ordered categories were compared between arms by Cochran-Mantel-Haenszel tests "
    "stratified by the strata of the endpoint ({scores} scores): general association, row "
    "mean scores and correlation. Categories are taken as the scores say, and the "
    "difference of mean scores is weighted as in the test; its interval uses the variances "
    "within arms and strata.",
    references=REFERENCES,
)
