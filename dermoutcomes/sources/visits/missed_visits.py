"""What should be there and is not: planned visits without a reading, subjects without any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed, elapsed_days, study_day
from dermoutcomes.sources.visits.due_visits import visits_not_due
from dermoutcomes.tables import empty
from dermoutcomes.tables.findings import gathered, no_findings, remarks
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = ["left_early", "milestones_of_leaving", "missed_visits"]

# Milestones after which no reading is expected, whatever their exact name.
LEAVING = (
    r"(?i)discontinu|withdr|drop[ -]?out|lost to follow|death|died|terminat|screen fail|not treated"
)
# Those after which nothing can have been read; who stops a treatment may still come to visits.
FINAL = r"(?i)death|died|withdr"
OF_TREATMENT = r"(?i)treatment|drug|product|medic|dosing"
# What was taken from the subject on that day; a computed value is told with what it is made of.
MEASURED = ("value", "item", "score")
NO_LABELS: Mapping[str, str] = MappingProxyType({})
READINGS = ("value", "item", "score", "computed")


def missed_visits(
    study: Study,
    observations: pl.DataFrame,
    framework: Mapping[str, pl.DataFrame],
    curves: pl.DataFrame | pl.LazyFrame | None = None,
    labels: Mapping[str, str] = NO_LABELS,
) -> pl.DataFrame:
    """Findings about readings that are not there, with `labels` of instruments and measures.

    `missed_visit` for each subject and scheduled visit without a reading, which names the owners,
    `subject_without_data` for subjects without any; both are notes. A visit that falls after the
    subject had left the study is missed by nobody: the ledger has it. A reading of such a visit
    contradicts the milestone and is a warning, `reading_after_leaving`, one a subject. Subjects are
    those of the table of
    subjects, or those that were read where there is none. A curve is a reading of its instrument,
    and of what curves of that instrument gave elsewhere: one that cannot be evaluated was recorded
    all the same, and is no gap of the site.
    """
    seen = _seen(observations, curves)
    subjects = framework.get("subjects")
    known = (
        subjects.select("subject", "source", "row")
        if subjects is not None and subjects.height
        else seen.select("subject").unique()
    )
    silent = (
        known.join(seen, on="subject", how="anti")
        if seen.height or subjects is not None
        else known.clear()
    )
    present = known.join(silent.select("subject"), on="subject", how="anti")
    expected = _expected(study)
    # A visit that was planned after the data cut is not missed.
    pairs = (
        present.select("subject")
        .join(expected, how="cross")
        .join(visits_not_due(study, framework), on=["subject", "visit"], how="anti")
    )
    absent = (
        pl.concat([_absent(pairs, seen, key) for key in expected["measure"].unique().sort()])
        if expected.height
        else pairs.clear()
    )
    left = left_early(framework)
    absent = absent.join(left, on="subject", how="left").sort("measure", "at", "subject")
    came = seen.select("subject", "visit", came=pl.lit(value=True)).unique()
    absent = absent.join(came, on=["subject", "visit"], how="left", maintain_order="left")
    # Who leaves within the window of a visit may have come to it.
    explained = (pl.col("left") < pl.col("at")).fill_null(value=False) & pl.col("came").is_null()
    names = {name: visit.name for name, visit in study.visits.items()}
    notes = (
        remarks(
            _once_a_visit(absent.filter(~explained), labels),
            "missed_visit",
            "note",
            message=pl.format("no reading of {} at {}", "measures", pl.col("visit").replace(names)),
            expected="a reading",
        ),
        _readings_after_leaving(observations, framework.get("milestones")),
        remarks(
            silent.sort("subject").drop("source", "row", strict=False),
            "subject_without_data",
            "note",
            message="no reading of this subject in any source",
            expected="readings",
        ),
    )
    return gathered(notes)


def _once_a_visit(absent: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    """A row a subject and visit with `measures` in words, and `measure` where it is one."""
    of_one = pl.when(pl.col("measure").len() == 1).then(pl.col("measure").first())
    return absent.group_by("visit", "subject", "at", maintain_order=True).agg(
        measures=pl.col("measure").replace(dict(labels)).str.join(", "), measure=of_one.first()
    )


def _readings_after_leaving(
    observations: pl.DataFrame, milestones: pl.DataFrame | None
) -> pl.DataFrame:
    """A finding a subject with readings of a day after its death or withdrawal from the study."""
    if milestones is None:
        return no_findings()
    words = [pl.col(name).fill_null("") for name in ("milestone", "class")]
    left = (
        milestones.filter(
            pl.any_horizontal(text.str.contains(FINAL) for text in words),
            ~pl.any_horizontal(text.str.contains(OF_TREATMENT) for text in words),
        )
        .select("subject", "milestone", left=elapsed_days(pl.col("day")))
        .drop_nulls("left")
        .sort("subject", "left", "milestone")
        .unique("subject", keep="first", maintain_order=True)
    )
    after = (
        observations.lazy()
        .filter(
            pl.col("kind").is_in(MEASURED),
            pl.col("value").is_not_null(),
            pl.col("subject").is_in(left["subject"].implode()),
        )
        .select("subject", "visit", "day", "source", "row", "column")
        .collect()
        .pipe(words_in_full)
        .join(left, on="subject", maintain_order="left")
        .with_columns(elapsed_day=elapsed_days(pl.col("day")))
        .filter(pl.col("elapsed_day") > pl.col("left"))
        .sort("source", "row", "column")
        .group_by("subject", "left", "milestone", maintain_order=True)
        .agg(pl.col("source", "row", "visit", "day").first(), n=pl.len())
    )
    plural = pl.when(pl.col("n") == 1).then(pl.lit("reading is")).otherwise(pl.lit("readings are"))
    return remarks(
        after,
        "reading_after_leaving",
        "warning",
        message=pl.format(
            "{} {} of days after the subject had left the study on day {} ({})",
            "n",
            plural,
            study_day(pl.col("left").cast(pl.Int32)),
            "milestone",
        ),
        found=pl.format("a reading on day {}", "day"),
        expected="no reading after that day, or a milestone of a later day",
    )


def _seen(observations: pl.DataFrame, curves: pl.DataFrame | pl.LazyFrame | None) -> pl.DataFrame:
    """Subject, visit and measure of every reading that has a value.

    Of a curve the measures are its instrument's curve and what such curves give.
    """
    held = pl.col("value").is_not_null() | pl.col("text").is_not_null()
    read = (
        observations.lazy()
        .filter(pl.col("kind").is_in(READINGS) & held)
        .select("subject", "visit", "measure")
        .unique()
        .collect()
        .pipe(words_in_full)
    )
    if curves is None:
        return read
    recorded = (
        curves.lazy()
        .select("subject", "visit", "instrument")
        .unique()
        .collect()
        .pipe(words_in_full)
    )
    computed = observations.filter(pl.col("kind") == "computed").select("measure").unique()
    given = words_in_full(computed).with_columns(
        instrument=pl.col("measure").str.split(".").list.first()
    )
    columns = ("subject", "visit", "measure")
    return pl.concat(
        [
            read,
            recorded.select(
                "subject", "visit", measure=pl.format("{}.curve", pl.col("instrument"))
            ),
            recorded.join(given, on="instrument").select(columns),
        ]
    )


def _expected(study: Study) -> pl.DataFrame:
    """Measure (or its owner), visit and planned day, as the schedule says."""
    rows = [
        (key, visit, study.visits[visit].at.days)
        for key, visits in study.schedule.items()
        for visit in visits
        if visit in study.visits
    ]
    return pl.DataFrame(
        rows, orient="row", schema={"measure": pl.String, "visit": pl.String, "at": pl.Float64}
    )


def _absent(pairs: pl.DataFrame, seen: pl.DataFrame, key: str) -> pl.DataFrame:
    measured = (
        (pl.col("measure") == key) if "." in key else pl.col("measure").str.starts_with(f"{key}.")
    )
    have = seen.filter(measured).select("subject", "visit").unique()
    return pairs.filter(pl.col("measure") == key).join(
        have, on=["subject", "visit"], how="anti", maintain_order="left"
    )


def left_early(framework: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, left (the day, elapsed, on which it left early) and milestone; nobody else is in it.

    Where only the date of the subject's end says so, those are the milestones of that day, or
    `ended`.
    """
    frames = list(_leavings(framework))
    schema = {"subject": pl.String, "left": pl.Int32, "milestone": pl.String}
    return (
        pl.concat([pl.DataFrame(schema=schema), *frames])
        .drop_nulls("left")
        .sort("subject", "left", "milestone")
        .unique("subject", keep="first", maintain_order=True)
    )


def milestones_of_leaving(framework: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Subject and milestone: the first in its file by which somebody left, with or without a day.

    A failed screening often has none.
    """
    milestones = framework.get("milestones", empty("milestones"))
    return (
        milestones.filter(_is_leaving())
        .sort("source", "row")
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "milestone")
    )


def _is_leaving() -> pl.Expr:
    return pl.any_horizontal(
        pl.col(name).fill_null("").str.contains(LEAVING) for name in ("milestone", "class")
    )


def _leavings(framework: Mapping[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    milestones, subjects = framework.get("milestones"), framework.get("subjects")
    if milestones is not None:
        yield milestones.filter(_is_leaving()).select(
            "subject", elapsed_days(pl.col("day")).cast(pl.Int32).alias("left"), "milestone"
        )
    if subjects is not None:
        ended = subjects.select(
            "subject", elapsed(pl.col("ended"), pl.col("first_treatment")).alias("left")
        )
        yield ended.join(_of_each_day(milestones), on=["subject", "left"], how="left").with_columns(
            pl.col("milestone").fill_null("ended")
        )


def _of_each_day(milestones: pl.DataFrame | None) -> pl.DataFrame:
    """The milestones of each day of a subject, in the order of the file."""
    if milestones is None:
        return pl.DataFrame(schema={"subject": pl.String, "left": pl.Int32, "milestone": pl.String})
    return (
        milestones.sort("source", "row")
        .group_by("subject", elapsed_days(pl.col("day")).cast(pl.Int32).alias("left"))
        .agg(pl.col("milestone").drop_nulls().unique(maintain_order=True).str.join(" and "))
    )
