"""Strata in which one arm alone was seen: they add nothing to a comparison within strata."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.results.analysis_accounts import analysed_column
from dermoutcomes.stats.analysis_records import at_visit, stratum, visits_of
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dermoutcomes.declare import Analysis
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.study import Comparison

__all__ = ["one_arm_sentences", "with_one_arm_strata", "without_one_arm"]

CODE = "one_arm_strata"
MOST_STRATA = 5
SENTENCE = re.compile(rf"{CODE}: (.*? adds? nothing to the comparison\.)")


def with_one_arm_strata(
    analysis: Analysis, task: Task, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of a task, the estimates that decide with a warning of strata of one arm alone.

    Of an analysis that compares arms within strata and combines the strata: where one arm is not
    there, nothing is compared.
    """
    if analysis.adjusts != "strata" or not task.strata:
        return [*rows]
    warnings = {
        name: warning
        for name, comparison in task.comparisons.items()
        if comparison.arm and (warning := _warning(task, comparison))
    }
    return [
        {**row, "warning": " ".join(filter(None, (row["warning"], warnings[row["comparison"]])))}
        if row["comparison"] in warnings and _is_estimate(analysis, row)
        else row
        for row in rows
    ]


def _is_estimate(analysis: Analysis, row: dict[str, Any]) -> bool:
    """Whether it is a number of the quantity that decides, of the comparison itself."""
    return (
        row["term"] == analysis.decides
        and row["level"] is None
        and row["reference_group"] is not None
        and row["stat"] in ("estimate", "p_value")
        and row["error"] is None
    )


def _warning(task: Task, comparison: Comparison) -> str | None:
    visit, reference = visits_of(comparison)
    against = BASELINE if task.neutral is not None else reference
    seen = (
        task.records.filter(
            at_visit(visit, against), pl.col("arm").is_in(list(comparison.arm or ()))
        )
        .drop_nulls(analysed_column(task, comparison))
        .select("subject", "arm", level=stratum(task.strata))
        .unique()
    )
    strata = seen.group_by("level").agg(
        n=pl.col("subject").n_unique(), arms=pl.col("arm").n_unique()
    )
    alone = strata.filter(pl.col("arms") == 1).sort("level")
    if not alone.height:
        return None
    n, of = int(alone["n"].sum()), seen["subject"].n_unique()
    named = [f"{level}: {number}" for level, number in alone.select("level", "n").iter_rows()]
    more = len(named) - MOST_STRATA
    words = ", ".join(named[:MOST_STRATA]) + (f" and {more} more" if more > 0 else "")
    one = n == 1
    return (
        f"{CODE}: {n} of {of} subjects {'is' if one else 'are'} in strata with one of the two arms "
        f"alone ({words}), which {'adds' if one else 'add'} nothing to the comparison."
    )


def one_arm_sentences(warnings: Sequence[str | None]) -> Iterator[str]:
    """What warnings of rows say of strata of one arm, each sentence once."""
    yield from dict.fromkeys(
        sentence for text in warnings if text for sentence in SENTENCE.findall(text)
    )


def without_one_arm(warning: str) -> str:
    """A warning without what it says of strata of one arm."""
    return SENTENCE.sub("", warning).strip()
