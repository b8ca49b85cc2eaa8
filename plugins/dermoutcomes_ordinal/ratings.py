"""What every comparison of arms starts from.

The records at its visit, and the row that its statistics are like.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Groups, Stat, Task
from dermoutcomes.stats import NO_DIRECTION, clustered_warning, failed_rows, stratum, tail_of

__all__ = ["Compared", "compared", "label_of", "spread_unknown"]


@frozen(eq=False)
class Compared:
    """One comparison of two arms: their records with `outcome` and `stratum`, sorted.

    `template` is the row that its statistics are like.
    """

    template: Stat
    groups: Groups
    first: pl.DataFrame
    second: pl.DataFrame

    @property
    def empty(self) -> str | None:
        """An arm without a rating."""
        arms = ((self.groups.group, self.first), (self.groups.reference_group, self.second))
        return next((arm for arm, rows in arms if not rows.height), None)

    @property
    def n(self) -> int:
        """Number of ratings."""
        return self.first.height + self.second.height


def compared(task: Task) -> Iterator[Compared]:
    """Each comparison of two arms, of what the endpoint is analysed by."""
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            groups = task.groups(name)
            first, second = (_sorted(task, rows) for rows in (groups.first, groups.second))
            yield Compared(_row(name, groups, first, second), groups, first, second)


def _sorted(task: Task, rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.filter(pl.col("outcome").is_not_null())
        .with_columns(stratum=stratum(task.strata))
        .sort("subject", "outcome")
    )


def _row(name: str, groups: Groups, first: pl.DataFrame, second: pl.DataFrame) -> Stat:
    subjects, records = (
        first["subject"].n_unique() + second["subject"].n_unique(),
        first.height + second.height,
    )
    return Stat(
        "n",
        comparison=name,
        visit=groups.visit,
        reference_visit=groups.reference_visit,
        group=groups.group,
        reference_group=groups.reference_group,
        unit="",
        n_subjects=subjects,
        n_records=records,
        warning=clustered_warning(records, subjects, "ratings"),
    )


def p_value(task: Task, template: Stat, term: str, z: float) -> Iterator[Stat]:
    """The p-value of a normal statistic, in the tail that the study looks at."""
    from dermoutcomes.stats import tail_probability

    tail = tail_of(task)
    if tail is None:
        yield from failed_rows(template, term, ("p_value",), *NO_DIRECTION)
        return
    p = tail_probability(z, tail)
    yield from evolve(template, text=tail).rows(term, p_value=float(p))


def spread_unknown(pair: Compared) -> str:
    """Why there are no limits: the strata in which an arm has one rating beside the other's."""
    counts = [
        dict(rows["stratum"].value_counts().iter_rows()) for rows in (pair.first, pair.second)
    ]
    both = sorted(set(counts[0]) & set(counts[1]))
    single = [name for name in both if min(counts[0][name], counts[1][name]) < 2]
    named = ", ".join(repr(name) for name in single if name)
    return (
        f"{'Stratum ' + named if named else 'The comparison'} has one rating of an arm, so that its "
        "spread is not known; strata of so few can be pooled, or left out of `strata`."
    )


def label_of(task: Task, value: float) -> str:
    """A category by its words, or by its number where it has none."""
    return task.labels.get(value, f"{value:g}")
