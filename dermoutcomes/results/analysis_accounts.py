"""The accounts of the main analyses.

Of the subjects that a hypothesis is about, those behind its deciding row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.declare.tasks.task_views import outcome_column
from dermoutcomes.stats.analysis_records import at_visit, visits_of
from dermoutcomes.tables.ledger import EntryRows
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dermoutcomes.declare import Analysis
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.study import Comparison

    Subject = Mapping[str, Any]

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
    counted = EntryRows()
    if analysis.decides is not None and task.endpoint is not None:
        for name, comparison in task.comparisons.items():
            deciding = [
                row
                for row in rows
                if row["comparison"] == name
                and row["term"] == analysis.decides
                and row["level"] is None
            ]
            _count_comparison(counted, task, name, comparison, deciding)
    return counted.table()


def _count_comparison(
    counted: EntryRows,
    task: Task,
    name: str,
    comparison: Comparison,
    deciding: Sequence[dict[str, Any]],
) -> None:
    visit, _ = visits_of(comparison)
    place = {
        "endpoint": task.endpoint,
        "comparison": name,
        "population": task.population,
        "visit": visit,
    }
    records = _records(task, comparison)
    arms = comparison.arm or ()
    pairs = _pairs(records, arms) if arms else frozenset()
    if arms and all(_closing(deciding, arm) is None for arm in arms):
        # Analyses that say no n of each arm have one account of both.
        records = records.filter(pl.col("arm").is_in(list(arms)) | pl.col("arm").is_null())
        _count(counted, task, records, pairs, _closing(deciding, None), deciding, **place)
        return
    for arm in arms or (None,):
        own = records.filter(pl.col("arm") == arm) if arm else records
        _count(counted, task, own, pairs, _closing(deciding, arm), deciding, arm=arm, **place)
    if arms:
        of_no_arm = records.filter(pl.col("arm").is_null()).select("subject").unique()
        counted.count(of_no_arm, ANALYSIS, "opening", **place)
        counted.count(of_no_arm, ANALYSIS, "loss", reason="no_arm", **place)


def _pairs(records: pl.DataFrame, arms: Sequence[str]) -> frozenset[str]:
    """The subjects with records of several of the arms that can be analysed."""
    arms_of_subjects = (
        records.filter(pl.col("lost").is_null(), pl.col("arm").is_in(list(arms)))
        .group_by("subject")
        .agg(pl.col("arm").n_unique())
    )
    return frozenset(arms_of_subjects.filter(pl.col("arm") > 1)["subject"])


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
    if task.unused is None or not task.unused.height:
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


def _count(
    counted: EntryRows,
    task: Task,
    records: pl.DataFrame,
    pairs: frozenset[str],
    closing: dict[str, Any] | None,
    deciding: Sequence[dict[str, Any]],
    **place: str | None,
) -> None:
    """Count the entries of one account, by subject.

    A subject is lost if none of its records can be analysed. `pairs` are the subjects with a record
    of both arms that can be, where arms are compared inside subjects. What the analysis left out
    besides shows in its n: subjects without a stratum, a covariate or, of two arms inside a
    subject, the other of a pair; else those that its warning or error is about.
    """
    n = _n_analysed(closing)
    subjects = _subjects(task, records).to_dicts()
    counted.count(_named(subjects), ANALYSIS, "opening", **place)

    unanalysable = [subject for subject in subjects if not subject["analysable"]]
    counted.count(_named(unanalysable, "reason", "detail"), ANALYSIS, "loss", **place)

    remaining = [subject for subject in subjects if subject["analysable"]]
    for reason, incomplete in _incomplete(remaining, pairs, n):
        counted.count(_named(incomplete), ANALYSIS, "loss", reason=reason, **place)
        left = {subject["subject"] for subject in incomplete}
        remaining = [subject for subject in remaining if subject["subject"] not in left]

    if n > len(remaining):
        # A model of all visits rests on subjects who have no record at this one.
        anywhere = _analysable_anywhere(task)
        of_other_visits = [one for one in unanalysable if one["subject"] in anywhere]
        if len(remaining) + len(of_other_visits) == n:
            gained = _named(of_other_visits)
            counted.count(gained, ANALYSIS, "gain", reason="other_visits", **place)

    # Without a code the difference stays unexplained, and the ledger tells of it.
    codes = _codes(deciding)
    if len(remaining) > n and codes:
        unnamed = len(remaining) - n
        counted.add(ANALYSIS, "loss", unnamed, reason="by_analysis", detail=codes, **place)
    if n > 0:
        counted.add(ANALYSIS, "closing", n, **place)


def _named(subjects: Sequence[Subject], *words: str) -> list[Subject]:
    """Subjects by name alone, and by the columns that tell their entries apart."""
    return [{name: subject[name] for name in ("subject", *words)} for subject in subjects]


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
    subjects: Sequence[Subject], pairs: frozenset[str], n: int
) -> Iterator[tuple[str, Sequence[Subject]]]:
    """Each reason with the subjects that lack what the analysis may have asked for.

    An analysis does not say whether it uses strata, covariates or pairs. So a reason is given only
    while more subjects are left than the `n` that it counts.
    """
    if len(subjects) <= n:
        return
    for reason in ("blank_stratum", "blank_covariate"):
        blank = [subject for subject in subjects if subject[reason]]
        if len(subjects) > n and blank:
            yield reason, blank
            subjects = [subject for subject in subjects if not subject[reason]]
    alone = [subject for subject in subjects if subject["subject"] not in pairs]
    if len(subjects) > n and pairs and alone:
        yield "no_pair", alone


def _n_analysed(closing: dict[str, Any] | None) -> int:
    """How many subjects a row rests on; none where there is no row, or no number in it."""
    if closing is None or closing["error"] is not None:
        return 0
    n = closing["n_subjects"] if closing["n_subjects"] is not None else closing["value"]
    return int(n or 0)


def _analysable_anywhere(task: Task) -> frozenset[str]:
    """The subjects with a record that can be analysed at any visit."""
    outcome = "responder" if task.kind == "binary" else "value"
    return frozenset(task.records.drop_nulls(outcome)["subject"])


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
