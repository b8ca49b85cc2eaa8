"""Measurements as acts: who, when, where, by whom. One row for each row of the file and each set of things that its headers say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.sources.cells.dates import as_datetime, clock, elapsed, from_elapsed, study_day
from dermoutcomes.sources.cells.recoding import SIDES, recoded, recoding
from dermoutcomes.sources.findings import no_findings, remarks
from dermoutcomes.sources.visits.calendar import Calendar
from dermoutcomes.sources.visits.visits import named_visits, outside_windows, visits_by_time

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.data_rows import Sheet
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.value_layout import Layout
    from dermoutcomes.study import Study

__all__ = ["INDEX", "Acts", "acts_of", "raw_acts", "sides", "timed"]

# The columns of `observations` and `curves` that an act fills.
INDEX = (
    "subject",
    "visit",
    "timepoint",
    "day",
    "taken_at",
    "location",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
)
# Two acts that agree in all of these are replicates of each other.
SAME = (
    "subject",
    "visit",
    "visit_text",
    "timepoint",
    "day",
    "date",
    "location",
    "side",
    "period",
    "rater",
    "rater_role",
)
WORDS = (
    "subject",
    "visit",
    "timepoint",
    "date",
    "time",
    "taken_at",
    "day",
    "location",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
    "measurement",
)


@frozen(eq=False)
class Acts:
    """`frame`: row, variant, act (its number), visit_text, elapsed and the columns of INDEX; and the findings about them."""

    frame: pl.DataFrame
    findings: tuple[pl.DataFrame, ...]


def raw_acts(
    file: SourceFile, sheet: Sheet, layout: Layout, variants: Iterable[Mapping[str, str]]
) -> pl.DataFrame:
    """Texts of each act: row, variant and one column a role, recoded as the source states.

    What the header of a value says comes first, then the row's own cell, the file's name and the source's constants.
    """
    import polars as pl

    missing = list(file.spec.missing)
    parts = []
    for number, says in enumerate(variants):
        columns = [_role(file, name, says, layout, missing).alias(name) for name in WORDS]
        parts.append(
            sheet.texts.select(
                pl.col("row"), pl.lit(number, dtype=pl.Int32).alias("variant"), *columns
            )
        )
    return pl.concat(parts)


def _role(
    file: SourceFile, name: str, says: Mapping[str, str], layout: Layout, missing: list[str]
) -> pl.Expr:
    import polars as pl

    cell = pl.col(str(layout.roles[name].position)) if name in layout.roles else None
    texts = [pl.when(~cell.is_in(missing)).then(cell)] if cell is not None else []
    stated = [said[name] for said in (says, layout.named, layout.constants) if name in said]
    sources = (
        ([pl.lit(says[name])] if name in says else []) + texts + [pl.lit(text) for text in stated]
    )
    text = pl.coalesce(sources) if sources else pl.lit(None, dtype=pl.String)
    return recoded(text, recoding(file.spec, name)) if name != "visit" else text


def acts_of(
    study: Study, file: SourceFile, raw: pl.DataFrame, dates: Calendar, *, numbered: bool
) -> Acts:
    """Typed acts; `numbered` gives replicates their numbers by order of rows where no column has them."""
    import polars as pl

    raw, without = _with_subject(file, raw)
    frame, sided = sides(file, raw)
    frame, undated = timed(file, frame, dates)
    frame = frame.rename({"visit": "visit_text"}).with_row_index("act")
    by = visits_by_time if file.spec.visits_by != "id" else None
    frame, unscheduled = by(study, file, frame, dates) if by else named_visits(study, file, frame)
    frame = frame.with_columns(
        pl.col("replicate").str.extract(r"(\d+)\D*$").cast(pl.Int32, strict=False)
    )
    frame = _replicates(frame) if numbered else frame
    return Acts(
        frame, (without, sided, undated, unscheduled, outside_windows(study, file, frame, dates))
    )


def _with_subject(file: SourceFile, raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    nobody = raw.filter(pl.col("subject").is_null()).unique(
        "row", keep="first", maintain_order=True
    )
    found = remarks(
        nobody.select("row"),
        "no_subject",
        "error",
        file,
        message="the row has values and no subject",
        expected="a subject id",
    )
    return raw.filter(pl.col("subject").is_not_null()), found


def sides(file: SourceFile, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`frame` with left and right for L and R; any other word stays, and is a finding unless the source states it."""
    import polars as pl

    known = {*SIDES.values(), *recoding(file.spec, "side").values(), "both"}
    if not frame["side"].is_not_null().any():
        return frame, no_findings()
    frame = frame.with_columns(recoded(pl.col("side"), SIDES))
    other = frame.filter(pl.col("side").is_not_null() & ~pl.col("side").is_in(sorted(known)))
    first = other.unique("side", keep="first", maintain_order=True)
    message = pl.format("{} is no side that the source states; it stays as it is", pl.col("side"))
    return frame, remarks(
        first.select("subject", "side", "row"),
        "unknown_side",
        "warning",
        file,
        message=message,
        found=pl.col("side"),
        expected='left, right (or L, R), or values.side = { "their word" = "left" }',
    )


def timed(
    file: SourceFile, frame: pl.DataFrame, dates: Calendar
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`frame` with taken_at (midnight where only a date is known), day and elapsed from its texts; unreadable dates are findings."""
    import polars as pl

    form = file.spec.date_format
    timed = frame.with_columns(
        _stamp(frame, form).alias("stamp"), pl.coalesce("taken_at", "date").alias("stated")
    )
    wrong = timed.filter(pl.col("stamp").is_null() & pl.col("stated").is_not_null())
    found = remarks(
        wrong.select("subject", "row", "stated"),
        "not_a_date",
        "warning",
        file,
        message="the date cannot be read",
        found=pl.col("stated"),
        expected=f"a date as {form}"
        if form
        else "a date as 2021-03-01 or 01.03.2021, or its `date_format` in the source",
    )
    timed = timed.join(
        dates.origins.select("subject", "origin"), on="subject", how="left", maintain_order="left"
    )
    day = pl.coalesce(
        pl.col("day").cast(pl.Float64, strict=False).cast(pl.Int32),
        study_day(elapsed(pl.col("stamp"), pl.col("origin"))),
    )
    timed = timed.with_columns(pl.col("stamp").alias("taken_at"), day.alias("day")).with_columns(
        from_elapsed(pl.col("day")).cast(pl.Int32).alias("elapsed"),
        pl.col("taken_at").dt.date().alias("date"),
    )
    return timed.drop("stamp", "stated", "origin", "time"), found


def _stamp(frame: pl.DataFrame, form: str | None) -> pl.Expr:
    """When each act was; a table without dates is not searched for every form of them."""
    import polars as pl

    stated = [name for name in ("taken_at", "date") if frame[name].null_count() < frame.height]
    read = {name: as_datetime(pl.col(name), form) for name in stated}
    if "date" in read:
        read["date"] += pl.coalesce(clock(pl.col("time")), pl.duration())
    return pl.coalesce(*read.values(), pl.lit(None, pl.Datetime("us")))


def _replicates(frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers from 1 by order of rows, where several acts agree in all else and none has a number."""
    import polars as pl

    by = [*SAME, *(["measure"] if "measure" in frame.columns else [])]
    if (
        frame["replicate"].is_not_null().any()
        or not frame.select(pl.struct(by).is_duplicated().any()).item()
    ):
        return frame
    return frame.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(by, order_by="act").alias("replicate")
    )
