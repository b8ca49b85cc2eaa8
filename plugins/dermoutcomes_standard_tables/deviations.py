"""Protocol deviations by arm: those of the study's own list, and those that the data show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, rich
from dermoutcomes_standard_tables.arms import ArmColumns, arm_columns, planned_columns

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["deviations", "deviations_shell"]

LISTED, SEEN = "Protocol deviations", "Departures from the plan that the data show"
# Important ones first, then the others, then those of which the list does not say.
IMPORTANCE: dict[bool | None, str] = {True: "Important", False: "Other", None: "Not classified"}
NO_CATEGORY = "Without a category"
# Check = what it sees, in the words of a reader; each of its findings names one subject.
CHECKS = {
    "out_of_window": "Visit outside its window",
    "missed_visit": "Planned visit without a reading",
    "visits_out_of_order": "Visits not in their order",
    "baseline_after_treatment": "Baseline read after the first treatment",
    "reading_after_leaving": "Reading after the subject had left",
}
NOT_JUDGED = (
    "Counted from the findings of the checks of the data. Whether one of these is a deviation, and "
    "an important one, is for the study to say."
)
ONCE = "A subject counts once in a row."


def deviations_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """Both tables without numbers."""
    heads = planned_columns(outline, choice)
    blank = ((),) * len(heads)
    if "deviations" in outline.study.sources:
        words = ("Any deviation", *(IMPORTANCE[important] for important in (True, False)))
        yield _listed_spec(outline, heads).filled(Row((rich(one), *blank)) for one in words)
    yield _seen_spec(outline, heads).filled(Row((rich(one), *blank)) for one in CHECKS.values())


def deviations(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Subjects with deviations of the list by importance and category, then what the data show."""
    across = arm_columns(material, choice)
    listed = _of_columns(material.frame("deviations"), across)
    if listed.height:
        yield _listed_spec(material, across.columns).filled(_rows(listed, across), n=across.n)
    seen = _of_columns(material.frame("findings"), across).filter(pl.col("check").is_in([*CHECKS]))
    if seen.height:
        yield _seen_spec(material, across.columns).filled(_seen_rows(seen, across), n=across.n)


def _of_columns(frame: pl.DataFrame, across: ArmColumns) -> pl.DataFrame:
    """The rows of subjects that have a column: an id that no list has is a finding of its own."""
    return frame.filter(pl.col("subject").is_in(list(across.everybody)))


def _rows(listed: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    yield Row((rich("Any deviation"), *across.counts(listed["subject"])), look="system")
    for important, words in IMPORTANCE.items():
        own = listed.filter(pl.col("important").eq_missing(pl.lit(important, dtype=pl.Boolean)))
        if not own.height:
            continue
        yield Row((rich(words), *across.counts(own["subject"])), look="system")
        named = own.with_columns(pl.col("category").fill_null(NO_CATEGORY))
        for category in sorted(named["category"].unique()):
            subjects = named.filter(pl.col("category") == category)["subject"]
            yield Row((rich(category), *across.counts(subjects)), look="inset")


def _seen_rows(seen: pl.DataFrame, across: ArmColumns) -> Iterator[Row]:
    for check, words in CHECKS.items():
        subjects = seen.filter(pl.col("check") == check)["subject"]
        if subjects.len():
            yield Row((rich(words), *across.counts(subjects)))


def _listed_spec(outline: Outline, across: tuple[Column, ...]) -> TableSpec:
    heads = (Column("Importance and category"), *across)
    return TableSpec(LISTED, heads, bare_foot(outline, ONCE))


def _seen_spec(outline: Outline, across: tuple[Column, ...]) -> TableSpec:
    heads = (Column("What the data show"), *across)
    return TableSpec(SEEN, heads, bare_foot(outline, NOT_JUDGED, ONCE))
