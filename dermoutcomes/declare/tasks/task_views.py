"""The numbers that a comparison is about: pairs inside a unit, or the records of two arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare.tasks.comparison_frames import Groups, Pairs
from dermoutcomes.stats.analysis_records import RECORD_KEY, at_visit, visits_of
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.study import Comparison

__all__ = ["groups", "lost", "outcome_column", "pairs"]

# Reasons of records that were never asked about.
REASONS_NOT_ASKED = ("among", "no_visit", "visit_not_analysed")


def lost(task: Task) -> pl.DataFrame:
    """The unused records that count as missing; none where the task was made without any."""
    if task.unused is None:
        return task.records.clear()
    if not task.unused.height:
        return task.unused
    return task.unused.filter(~pl.col("reason").is_in(REASONS_NOT_ASKED).fill_null(value=False))


def pairs(task: Task, name: str) -> Pairs:
    """The complete pairs of the comparison, sorted by unit: the first minus the second.

    Two visits: value, base and change of the record, formed within a side. A visit of a scale that
    is itself a change: the value against the scale's "no change". Two arms: the outcome of each
    inside a subject.
    """
    comparison = task.comparisons[name]
    if comparison.arm:
        return _pairs_of_arms(task, comparison)
    visit, reference = visits_of(comparison)
    if task.neutral is not None:
        return _against_neutral(task, visit, reference)
    rows = _records_at(task, visit, reference)
    frame = rows.select(
        *_unit_columns(rows),
        pl.col("value").alias("first"),
        pl.col("base").alias("second"),
        pl.col("change").alias("difference"),
    )
    return _complete_pairs(
        frame, visit, reference, None, None, _lost_at(task, visit, reference).height
    )


def groups(task: Task, name: str) -> Groups:
    """The records of the comparison's two arms at its visit, with `outcome`, by subject."""
    comparison = task.comparisons[name]
    first, second = comparison.arm or (None, None)
    visit, reference = visits_of(comparison)
    rows = _records_at(task, visit, reference).with_columns(
        pl.col(outcome_column(task, comparison)).alias("outcome")
    )
    has_outcome = (
        pl.col("responder").is_not_null()
        if task.kind == "binary"
        else pl.col("outcome").is_not_null()
    )
    with_outcome = rows.filter(has_outcome)
    of_arms = pl.col("arm").is_in([first, second])
    missing = (
        rows.filter(of_arms & ~has_outcome).height
        + _lost_at(task, visit, reference).filter(of_arms).height
    )
    return Groups(
        with_outcome.filter(pl.col("arm") == first),
        with_outcome.filter(pl.col("arm") == second),
        str(first),
        str(second),
        visit,
        reference if outcome_column(task, comparison) != "value" else None,
        missing,
    )


def outcome_column(task: Task, comparison: Comparison) -> str:
    """The column that is compared.

    Two visits name a change; one visit leaves it to the endpoint; a scale that is itself a change
    has only values.
    """
    if task.neutral is not None:
        return "value"
    names_change = comparison.visit is not None and len(comparison.visit) > 1
    return "change" if names_change and task.analyse == "value" else task.analyse


def _records_at(task: Task, visit: str | None, reference: str) -> pl.DataFrame:
    # Not as a lazy query: to plan one over so many columns takes longer than to do it.
    return task.records.filter(at_visit(visit, reference)).sort(RECORD_KEY)


def _lost_at(task: Task, visit: str | None, reference: str) -> pl.DataFrame:
    return task.lost.filter(at_visit(visit, reference)) if task.lost.height else task.lost


def _unit_columns(rows: pl.DataFrame) -> list[str]:
    # A column that is blank throughout tells no units apart.
    return ["subject", *(name for name in RECORD_KEY[1:] if rows[name].null_count() < rows.height)]


def _against_neutral(task: Task, visit: str | None, reference: str) -> Pairs:
    rows = _records_at(task, visit, BASELINE)
    unit = _unit_columns(rows)
    if reference == BASELINE:
        frame = rows.select(
            *unit, pl.col("value").alias("first"), pl.lit(task.neutral).alias("second")
        )
        missing = _lost_at(task, visit, BASELINE).height
    else:
        reference_rows = _records_at(task, reference, BASELINE).select(
            *unit, pl.col("value").alias("second")
        )
        frame = rows.select(*unit, pl.col("value").alias("first")).join(
            reference_rows, on=unit, how="full", coalesce=True, nulls_equal=True
        )
        # A unit with one of the two stands in the join with the other empty; one that lost both
        # does not.
        both_lost = pl.concat([_lost_at(task, at, BASELINE) for at in (visit, reference)]).join(
            frame, on=unit, how="anti", nulls_equal=True
        )
        missing = both_lost.select(unit).n_unique() if both_lost.height else 0
    return _complete_pairs(
        frame.with_columns(difference=pl.col("first") - pl.col("second")),
        visit,
        reference,
        None,
        None,
        missing,
    )


def _pairs_of_arms(task: Task, comparison: Comparison) -> Pairs:
    assert comparison.arm is not None
    first, second = comparison.arm
    visit, reference = visits_of(comparison)
    rows = _records_at(task, visit, reference).with_columns(
        pl.col(outcome_column(task, comparison)).alias("outcome")
    )
    first_rows, second_rows = (
        rows.filter(pl.col("arm") == arm).select("subject", pl.col("outcome").alias(as_name))
        for arm, as_name in ((first, "first"), (second, "second"))
    )
    frame = first_rows.join(second_rows, on="subject", how="full", coalesce=True).with_columns(
        difference=pl.col("first") - pl.col("second")
    )
    # A subject with one arm is in the join with the other blank; one that lost both is not.
    lost_subjects = (
        _lost_at(task, visit, reference)
        .filter(pl.col("arm").is_in([first, second]))
        .join(frame, on="subject", how="anti")
    )
    return _complete_pairs(
        frame, visit, reference, first, second, lost_subjects["subject"].n_unique()
    )


def _complete_pairs(
    frame: pl.DataFrame,
    visit: str | None,
    reference: str,
    group: str | None,
    reference_group: str | None,
    lost_units: int = 0,
) -> Pairs:
    complete = frame.drop_nulls(["first", "second", "difference"]).sort(
        [name for name in RECORD_KEY if name in frame.columns]
    )
    return Pairs(
        complete,
        visit,
        reference,
        group,
        reference_group,
        frame.height - complete.height + lost_units,
    )
