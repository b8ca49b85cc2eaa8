"""Medications by kind, class and arm: prior, concomitant and rescue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, rich
from dermoutcomes_standard_tables.arms import ArmColumns, arm_columns, planned_columns

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["medications", "medications_shell"]

BY_DATE = (
    "Taken on or after the day of the first treatment, or with nothing that says that it had ended; "
    "an end without its day or month counts as the last day that it can mean."
)
UNKNOWN_TIME = (
    "Neither the file nor a date says whether these were prior or concomitant, or the subject has no "
    "first treatment."
)
# Kind = title of its table, and what is counted in it.
KINDS: dict[str | None, tuple[str, str]] = {
    "prior": (
        "Prior medications",
        "Ended before the first treatment.",
    ),
    "concomitant": ("Concomitant medications", BY_DATE),
    "rescue": ("Rescue medications", "As the file says."),
    None: ("Medications of unknown time", UNKNOWN_TIME),
}
ONCE = "A subject counts once in a row, however many of it were taken."
NO_CLASS = "Without a class"


def medications_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The tables of each kind without numbers; which medications there are, the data say."""
    if "medications" not in outline.study.sources:
        return
    heads = planned_columns(outline, choice)
    for kind in KINDS:
        if kind is not None:
            any_row = Row((rich("Any"), *(((),) * len(heads))), look="system")
            yield _spec(outline, kind, heads).filled([any_row])


def medications(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Subjects with a medication of each kind, by class and name, the most frequent first."""
    taken = material.frame("medications")
    across = arm_columns(material, choice)
    for kind in KINDS:
        of_kind = taken.filter(pl.col("kind").eq_missing(pl.lit(kind, dtype=pl.String)))
        if of_kind.height:
            rows = _rows(of_kind, across)
            yield _spec(material, kind, across.columns).filled(rows, n=across.n)


def _rows(taken: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    # Only who has a column is counted: an id that no list of subjects has is a finding.
    taken = taken.filter(pl.col("subject").is_in(list(across.everybody)))
    yield Row((rich("Any"), *across.counts(taken["subject"])), look="system")
    has_classes = taken["class"].is_not_null().any()
    named = taken.with_columns(
        pl.col("class").fill_null(NO_CLASS if has_classes else ""),
        pl.col("medication").fill_null("Not named"),
    )
    for class_ in _frequent_first(named, "class"):
        of_class = named.filter(pl.col("class") == class_)
        if has_classes:
            yield Row((rich(class_), *across.counts(of_class["subject"])), look="system")
        for name in _frequent_first(of_class, "medication"):
            subjects = of_class.filter(pl.col("medication") == name)["subject"]
            yield Row((rich(name), *across.counts(subjects)), look="inset")


def _frequent_first(rows: pl.DataFrame, column: str) -> list[str]:
    """The words of a column, those of most subjects first, then by the alphabet."""
    counts = rows.group_by(column).agg(n=pl.col("subject").n_unique())
    return counts.sort("n", column, descending=[True, False])[column].to_list()


def _spec(outline: Outline, kind: str | None, across: tuple[Column, ...]) -> TableSpec:
    title, counted = KINDS[kind]
    foot = bare_foot(outline, counted, ONCE)
    return TableSpec(title, (Column("Class and medication"), *across), foot)
