"""The accounts of the main analyses.

Of the subjects that a hypothesis is about, those behind its deciding row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.declare.tasks.task_views import outcome_column
from dermoutcomes.stats.records import at_visit, visits_of
from dermoutcomes.tables.ledger import entries, no_entries
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dermoutcomes.declare import Analysis
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.study import Comparison

__all__ = ["analysed_column", "analysis_entries"]

ANALYSIS = "analysis"


def analysis_entries(
    analysis: Analysis, task: Task, rows: Sequence[dict[str, Any]]
) -> pl.DataFrame:
    """The entries of the subjects of each hypothesis that a main task decides, in each arm.

    Opening are the subjects of the population that have a record at the visit in the arm, whatever
    became of it; closing are those that the deciding row of `rows` rests on. Subjects of no arm
    have an account of their own.
    """
    parts = [no_entries()]
    if analysis.decides is not None and task.endpoint is not None:
        for name, comparison in task.comparisons.items():
            deciding = [
                row
                for row in rows
                if row["comparison"] == name
                and row["term"] == analysis.decides
                and row["level"] is None
            ]
            parts += _of_comparison(task, name, comparison, deciding)
    return pl.concat(parts)


def _of_comparison(
    task: Task, name: str, comparison: Comparison, deciding: Sequence[dict[str, Any]]
) -> Iterator[pl.DataFrame]:
    visit, _ = visits_of(comparison)
    place = {
        "endpoint": task.endpoint,
        "comparison": name,
        "population": task.population,
        "visit": visit,
    }
    records = _records(task, comparison)
    arms = comparison.arm or ()
    pairs = _pairs(records, arms)
    if arms and all(_closing(deciding, arm) is None for arm in arms):
        # Analyses that say no n of each arm have one account of both.
        records = records.filter(pl.col("arm").is_in(list(arms)) | pl.col("arm").is_null())
        yield from _account(task, records, pairs, _closing(deciding, None), deciding, **place)
        return
    for arm in arms or (None,):
        own = records.filter(pl.col("arm") == arm) if arm else records
        yield from _account(task, own, pairs, _closing(deciding, arm), deciding, arm=arm, **place)
    if arms:
        of_no_arm = records.filter(pl.col("arm").is_null()).select("subject").unique()
        yield entries(of_no_arm, ANALYSIS, "opening", **place)
        yield entries(of_no_arm, ANALYSIS, "loss", reason="no_arm", **place)


def _pairs(records: pl.DataFrame, arms: Sequence[str]) -> pl.DataFrame:
    """The subjects with records of several of the arms that can be analysed."""
    arms_of_subjects = (
        records.filter(pl.col("lost").is_null(), pl.col("arm").is_in(list(arms)))
        .group_by("subject")
        .agg(pl.col("arm").n_unique())
    )
    return arms_of_subjects.filter(pl.col("arm") > 1).select("subject")


def _records(task: Task, comparison: Comparison) -> pl.DataFrame:
    """The records at the visit of the comparison, a row each.

    Columns are subject, arm, `lost` (why it cannot be analysed; null where it can be), detail,
    strata and covariates.
    """
    visit, reference = visits_of(comparison)
    own = [name for name in (*task.strata, *task.covariates) if name in task.records.columns]
    columns = ["subject", "arm", "reason", "reason_detail", *dict.fromkeys(own)]
    against = BASELINE if task.neutral is not None else reference
    outcome = analysed_column(task, comparison)
    used = task.records.filter(at_visit(visit, against)).select(
        *columns,
        lost=pl.when(pl.col(outcome).is_null()).then(pl.lit("no_reference")),
    )
    if task.unused is None:
        return used
    unused = task.unused.filter(
        at_visit(visit, against),
        ~pl.col("reason").is_in(("no_visit", "visit_not_analysed")).fill_null(value=False),
    ).select(*columns, lost="reason")
    return pl.concat([used, unused])


def analysed_column(task: Task, comparison: Comparison) -> str:
    """The column without which a record cannot be analysed."""
    if task.kind == "binary":
        return "responder"
    return "value" if task.kind == "time_to_event" else outcome_column(task, comparison)


def _closing(deciding: Sequence[dict[str, Any]], arm: str | None) -> dict[str, Any] | None:
    """The row of `deciding` that says how many subjects of the arm were analysed.

    Without an arm it is any row that says a number.
    """
    own = [
        row
        for row in deciding
        if row["stat"] == "n" and row["group"] == arm and row["reference_group"] is None
    ]
    if not own and arm is None:
        own = [row for row in deciding if row["n_subjects"] is not None]
    return own[0] if own else None


def _account(
    task: Task,
    records: pl.DataFrame,
    pairs: pl.DataFrame,
    closing: dict[str, Any] | None,
    deciding: Sequence[dict[str, Any]],
    **place: str | None,
) -> Iterator[pl.DataFrame]:
    """The entries of one account, by subject.

    A subject is lost if none of its records can be analysed. `pairs` are the subjects with a record
    of both arms that can be, where arms are compared inside subjects. What the analysis left out
    besides shows in its n: subjects without a stratum, a covariate or, of two arms inside a
    subject, the other of a pair; else those that its warning or error is about.
    """
    n = _n_analysed(closing)
    subjects = _subjects(task, records)
    yield entries(subjects.select("subject"), ANALYSIS, "opening", **place)

    unanalysable = subjects.filter(~pl.col("analysable"))
    lost = unanalysable.select("subject", "reason", "detail")
    yield entries(lost, ANALYSIS, "loss", **place)

    remaining = subjects.filter("analysable")
    for reason, incomplete in _incomplete(remaining, pairs, n):
        yield entries(incomplete.select("subject"), ANALYSIS, "loss", reason=reason, **place)
        remaining = remaining.join(incomplete, on="subject", how="anti")

    if n > remaining.height:
        # A model of all visits rests on subjects who have no record at this one.
        of_other_visits = unanalysable.join(_analysable_anywhere(task), on="subject", how="semi")
        if remaining.height + of_other_visits.height == n:
            gained = of_other_visits.select("subject")
            yield entries(gained, ANALYSIS, "gain", reason="other_visits", **place)

    # Without a code the difference stays unexplained, and the ledger tells of it.
    codes = _codes(deciding)
    if remaining.height > n and codes:
        unnamed = pl.DataFrame({"n": [remaining.height - n]})
        yield entries(unnamed, ANALYSIS, "loss", reason="by_analysis", detail=codes, **place)
    yield entries(pl.DataFrame({"n": [n]}).filter(pl.col("n") > 0), ANALYSIS, "closing", **place)


def _subjects(task: Task, records: pl.DataFrame) -> pl.DataFrame:
    """The subjects of the records: `analysable`, and what one loses that is not.

    Columns are subject, analysable, reason, detail, and for strata and for covariates whether each
    of its records lacks one (`blank_stratum`, `blank_covariate`).
    """
    lost = pl.col("lost")
    blank = {
        f"blank_{kind}": pl.any_horizontal(
            # Without a name there would be nothing to combine.
            pl.lit(value=False),
            *(pl.col(name).is_null() for name in names if name in records.columns),
        ).all()
        for kind, names in (("stratum", task.strata), ("covariate", task.covariates))
    }
    # Of several reasons one that says more than "missed" comes first.
    by_reason = records.sort("subject", lost.is_null(), lost == "missed", "lost")
    return by_reason.group_by("subject", maintain_order=True).agg(
        analysable=lost.is_null().any(),
        reason=lost.drop_nulls().first(),
        detail=pl.col("reason_detail").filter(lost.is_not_null()).first(),
        **blank,
    )


def _incomplete(
    subjects: pl.DataFrame, pairs: pl.DataFrame, n: int
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each reason with the subjects that lack what the analysis may have asked for.

    An analysis does not say whether it uses strata, covariates or pairs. So a reason is given only
    while more subjects are left than the `n` that it counts.
    """
    if subjects.height <= n:
        return
    for reason in ("blank_stratum", "blank_covariate"):
        blank = subjects.filter(reason)
        if subjects.height > n and blank.height:
            yield reason, blank
            subjects = subjects.filter(~pl.col(reason))
    alone = subjects.join(pairs, on="subject", how="anti")
    if subjects.height > n and pairs.height and alone.height:
        yield "no_pair", alone


def _n_analysed(closing: dict[str, Any] | None) -> int:
    """How many subjects a row rests on; none where there is no row, or no number in it."""
    if closing is None or closing["error"] is not None:
        return 0
    n = closing["n_subjects"] if closing["n_subjects"] is not None else closing["value"]
    return int(n or 0)


def _analysable_anywhere(task: Task) -> pl.DataFrame:
    """The subjects with a record that can be analysed at any visit."""
    outcome = "responder" if task.kind == "binary" else "value"
    return task.records.drop_nulls(outcome).select("subject").unique()


def _codes(deciding: Sequence[dict[str, Any]]) -> str | None:
    """The codes of the errors and warnings of the deciding rows.

    None of that which says that subjects are clustered, since it leaves nobody out. Of an analysis
    that has no such row, that it has none.
    """
    if not deciding:
        return "no_result"
    texts = [row[name] for row in deciding for name in ("error", "warning") if row[name]]
    codes = dict.fromkeys(text.partition(":")[0] for text in texts)
    codes.pop("clustered", None)
    return ", ".join(codes) or None
