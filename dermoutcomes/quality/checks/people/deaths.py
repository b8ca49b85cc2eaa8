"""Deaths: that a fatal event is serious, and that events and milestones tell of the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.framework.deaths import DEATH_WORDS
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["deaths_disagree", "fatal_not_serious", "unclear_death"]

# What may hold words of a death: column, and what says that it is one.
WORDED = {
    "events": (("outcome",), "fatal"),
    "milestones": (("milestone", "class", "reason"), "death"),
}
DEATH_WORD = rf"(?i)\b(?:{'|'.join(DEATH_WORDS)})\b"
# "Not fatal" is no question.
DENIED = r"(?i)\b(?:not|non|nicht|nie|pas)[ -]"
MOST_EXAMPLES = 3


def fatal_not_serious(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Fatal events that are marked as not serious, or left blank in a file that marks others."""
    serious = pl.col("serious")
    events = data.table("events").filter("fatal", ~serious.fill_null(value=False))
    asked = pl.col("file_columns").list.contains("serious")
    said = pl.when(serious.is_null()).then(pl.lit("unknown")).otherwise(pl.lit("no"))
    return remarks(
        events.filter(asked.fill_null(value=False)).select("subject", "source", "row", "serious"),
        message=pl.format(
            "the event is fatal and not marked as serious (serious: {}): are both as they were "
            "recorded?",
            said,
        ),
        found=pl.format("serious: {}", said),
        expected="a fatal event that is serious; values.outcome and values.serious in the source "
        "say what its words mean",
    )


def deaths_disagree(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Subjects of whose death events or milestones alone tell, where a study has both.

    Events without a column for their outcome cannot tell of a death, so nothing is said.
    """
    if not {"events", "milestones"} <= set(data.tables):
        return no_findings()
    events, milestones = data.table("events"), data.table("milestones")
    fatal = events.filter("fatal", pl.col("subject").is_not_null()).drop("id")
    died = milestones.filter("death")
    tell_outcomes = pl.col("file_columns").list.eval(pl.element().is_in(["outcome", "fatal"]))
    can_tell = events.select(tell_outcomes.list.any().any()).item() or not events.height
    without_event = died.join(fatal, on="subject", how="anti", maintain_order="left")
    return pl.concat(
        [
            remarks(
                _first_of_subject(
                    fatal.join(died, on="subject", how="anti", maintain_order="left")
                ),
                message="an event was fatal, and no milestone says that the subject died",
                found="a fatal event",
                expected="a milestone that says so; values.outcome or values.milestone in the "
                "source say what its words mean",
            ),
            remarks(
                _first_of_subject(without_event if can_tell else without_event.clear()),
                message="a milestone says that the subject died, and no event is fatal",
                found=pl.col("milestone"),
                expected="an event with a fatal outcome; values.outcome or values.milestone in the "
                "source say what its words mean",
            ),
        ]
    )


def _first_of_subject(rows: pl.DataFrame) -> pl.DataFrame:
    first = rows.sort("source", "row").unique("subject", keep="first", maintain_order=True)
    return first.select(
        "subject", "source", "row", *(name for name in ("milestone",) if name in first.columns)
    )


def unclear_death(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Outcomes and milestones in whose words a death stands beside others; one finding a column."""
    return pl.concat([no_findings(), *_unclear_columns(data)])


def _unclear_columns(data: StudyData) -> Iterator[pl.DataFrame]:
    for table, (columns, flag) in WORDED.items():
        rows = data.table(table)
        for name in columns:
            words = pl.col(name)
            unclear = rows.filter(
                ~pl.col(flag).fill_null(value=False),
                words.str.contains(DEATH_WORD),
                ~words.str.contains(DENIED),
            ).sort("source", "row")
            examples = unclear[name].unique(maintain_order=True).to_list()
            shown = ", ".join(repr(word) for word in examples[:MOST_EXAMPLES])
            more = len(examples) - MOST_EXAMPLES
            yield remarks(
                unclear.head(1).select("source", "row"),
                message=f"{unclear.height} {'row' if unclear.height == 1 else 'rows'} of {table} "
                f"have words of a death in {name}, and are not counted as deaths: "
                f"{shown}{f' and {more} more' if more > 0 else ''}",
                found=examples[0] if examples else None,
                expected=f'values.{name} = {{ "their word" = "death" }} in the source if it is '
                "one, or another word if it is none",
            )
