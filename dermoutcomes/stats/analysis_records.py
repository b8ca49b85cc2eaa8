"""Which records an analysis is about.

Their key, their visit and what they stand against, and their stratum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.study import Comparison

__all__ = [
    "BASELINE",
    "RECORD_KEY",
    "against",
    "at_visit",
    "baseline_visits",
    "empty_cell",
    "level_names",
    "stratum",
    "visits_of",
]

# On whom and where: what the two values of a change share. One record of a task for each visit and
# reference visit has it.
RECORD_KEY = ("subject", "location", "side", "period")


def visits_of(comparison: Comparison) -> tuple[str | None, str]:
    """The visit of a comparison (None: whatever visits there are), and what it stands against.

    Another visit, or the baseline.
    """
    visits = comparison.visit or ()
    return (visits[0] if visits else None), (visits[1] if len(visits) > 1 else BASELINE)


def against(reference_visit: str = BASELINE) -> pl.Expr:
    """Whether a record stands against that visit, or against none.

    Against none are values that no change is formed of. Never null.
    """
    column = pl.col("reference_visit")
    return column.is_null() | (column == reference_visit)


def at_visit(visit: str | None, reference_visit: str = BASELINE) -> pl.Expr:
    """Whether a record of that visit stands against the reference visit, or against none.

    With None as visit, whether one of any visit does.
    """
    compared = against(reference_visit)
    return compared if visit is None else compared & (pl.col("visit") == visit)


def stratum(strata: Sequence[str]) -> pl.Expr:
    """The levels of the strata as one word, "female / centre 2".

    An unknown level is the word "missing", no strata the word "".
    """
    if not strata:
        return pl.lit("")
    words = [level_names(name).fill_null("missing") for name in strata]
    return pl.concat_str(words, separator=" / ")


def level_names(column: str) -> pl.Expr:
    """The levels of a column as words: a numbered centre is "703", though held as 703.0."""
    return pl.col(column).cast(pl.String).str.replace(r"^(-?\d+)\.0$", "${1}")


def baseline_visits(task: Task) -> tuple[str, ...]:
    """The visits that the baseline of the task's endpoint is made of.

    Of any of its endpoints, if there are several. None where the study does not name them.
    """
    visits = (
        visit
        for name, endpoint in task.endpoints.items()
        if task.endpoint in (None, name) and endpoint.baseline
        for visit in endpoint.baseline.visits or ()
    )
    return tuple(dict.fromkeys(visits))


def empty_cell(records: pl.DataFrame, arms: Sequence[str], subgroup: str) -> tuple[str, str] | None:
    """Code and sentence where arms cannot be compared between levels; None where they can.

    `records` have the columns `arm` and `subgroup_level`; `subgroup` is the name of the factor. It
    takes two levels, and a record of each arm in each.
    """
    levels = sorted(set(records["subgroup_level"].to_list()))
    if len(levels) < 2:
        seen = f"all are of the level {levels[0]!r}" if levels else "there are none"
        return "one_level", f"Of the records in the model {seen} of {subgroup!r}."
    cells = set(records.select("arm", "subgroup_level").iter_rows())
    for level in levels:
        for arm in arms:
            if (arm, level) not in cells:
                return (
                    "empty_cell",
                    f"The arm {arm!r} has no record in the level {level!r} of {subgroup!r}.",
                )
    return None
