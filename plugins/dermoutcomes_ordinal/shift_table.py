"""The analysis `shift_table`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product

import polars as pl
from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import BASELINE, against, at_visit, baseline_visits, failed_rows
from dermoutcomes_ordinal.ratings import label_of

__all__ = ["SHIFT_TABLE", "shifts"]

TERM, LOST = "shift", "shift_missing"


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """For each visit and arm, how many went from each baseline category (`level`) to each category.

    `at`.
    """
    if task.neutral is not None:
        yield from failed_rows(
            Stat("n", unit=""),
            TERM,
            ("n",),
            "no_baseline",
            "The scale is itself a change and has no baseline rating to shift from.",
        )
        return
    complete = task.records.filter(against()).drop_nulls(["value", "base"])
    present = [
        *task.visits,
        *sorted(
            {visit for visit in complete["visit"].to_list() if visit and visit not in task.visits}
        ),
    ]
    for visit in (visit for visit in present if visit not in baseline_visits(task)):
        rows = complete.filter(pl.col("visit") == visit)
        categories = sorted({*rows["value"].to_list(), *rows["base"].to_list()})
        for arm in _arms(task, complete):
            yield from _arm_rows(
                task,
                visit,
                arm,
                rows if arm is None else rows.filter(pl.col("arm") == arm),
                categories,
            )


def _arms(task: Task, complete: pl.DataFrame) -> list[str | None]:
    present = set(complete["arm"].to_list()) - {None}
    arms: list[str | None] = [
        *(arm for arm in task.arms if arm in present),
        *sorted(present - set(task.arms)),
    ]
    return arms if len(arms) > 1 else [None]


def shifts(
    before: Sequence[float], after: Sequence[float], categories: Sequence[float]
) -> Iterator[tuple[float, float, int, float]]:
    """Every pair of categories, before and after.

    With how many went from one to the other, and their percentage of all.
    """
    pairs = Counter(zip(before, after, strict=True))
    for start, end in product(categories, repeat=2):
        yield start, end, pairs[start, end], 100 * pairs[start, end] / pairs.total()


def _arm_rows(
    task: Task, visit: str, arm: str | None, rows: pl.DataFrame, categories: list[float]
) -> Iterator[Stat]:
    template = Stat(
        "n",
        visit=visit,
        reference_visit=BASELINE,
        group=arm,
        unit="",
        n_subjects=rows["subject"].n_unique(),
        n_records=rows.height,
    )
    if not rows.height:
        yield from failed_rows(
            template, TERM, ("n",), "no_data", "Nobody has a rating at baseline and at this visit."
        )
        return
    yield from template.rows(TERM, denominator=rows.height)
    for before, after, count, percent in shifts(
        rows["base"].to_list(), rows["value"].to_list(), categories
    ):
        row = evolve(
            template,
            level=f"{before:g}",
            at=after,
            label=f"{label_of(task, before)} to {label_of(task, after)}",
        )
        yield from row.rows(TERM, n=count, percent=percent)
    yield from _missing_rows(task, template, visit, arm)


def _missing_rows(task: Task, template: Stat, visit: str, arm: str | None) -> Iterator[Stat]:
    """Those with a baseline rating who lack the visit, by their baseline category."""
    lost = task.lost.filter(at_visit(visit)).drop_nulls("base")
    lost = lost if arm is None else lost.filter(pl.col("arm") == arm)
    counts = lost.group_by("base").len().sort("base")
    for before, count in counts.iter_rows():
        yield from evolve(
            template, level=f"{before:g}", label=f"{label_of(task, before)} to missing"
        ).rows(LOST, n=count)


SHIFT_TABLE = Analysis(
    "shift_table",
    "Shift table",
    run,
    terms=(
        Term(TERM, "Shift", ("n", "percent", "denominator"), scale="count"),
        Term(LOST, "Shift missing", ("n",), scale="count"),
    ),
    kinds=("ordinal",),
    from_grades=True,
    method="Shifts are counted from the category at baseline to the category at each visit; "
    "percentages are of those rated at both.",
    references=(Reference("CDISC. Analysis Data Model Implementation Guide, version 1.3. 2021."),),
)
