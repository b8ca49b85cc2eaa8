"""Who, when, where and by whom.

One row a measurement, for each row of the file and variant of its headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.date_findings import (
    tell_unreadable_dates,
    tell_unreadable_times,
    tell_zones,
)
from dermoutcomes.sources.cells.dates import as_datetime, clock, elapsed, elapsed_days, study_day
from dermoutcomes.sources.cells.distinct_texts import of_each_text
from dermoutcomes.sources.cells.recoding import SIDES, recoded
from dermoutcomes.sources.columns import cell_text
from dermoutcomes.sources.framework.known_subjects import tell_rows_without_subject
from dermoutcomes.sources.subjects.subjects_by_row import subject_of_row
from dermoutcomes.sources.together.rows_of_files import file_of
from dermoutcomes.sources.visits.visits import (
    tell_visits_outside_windows,
    visits_by_name,
    visits_by_time,
)
from dermoutcomes.sources.wide.places_of_arms import with_places_of_arms
from dermoutcomes.tables.table_rows import compact

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext
    from dermoutcomes.sources.value_layout import Layout

__all__ = ["INDEX", "index_texts", "measurement_index", "recode_sides", "with_times"]

# The columns of `observations` and `curves` that say who, when, where and by whom.
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
# Two measurements that agree in all of these are replicates of each other.
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
TEXTS = (
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
    "arm",
    "measurement",
)


def index_texts(
    context: MeasurementContext,
    cells: pl.DataFrame,
    layout: Layout,
    variants: Iterable[Mapping[str, str]],
) -> pl.DataFrame:
    """Texts of each measurement: row, variant and one column a role, recoded as the source states.

    `subject_cell` is the cell of the subject as it stands, words for missing values included.
    `cells` are texts by column position. What the header of a value says comes first, then the
    row's own cell, the file's name and the source's constants.
    """
    parts = []
    for number, fields in enumerate(variants):
        texts = [_text(context, name, fields, layout).alias(name) for name in TEXTS]
        variant = pl.lit(number, dtype=pl.Int32).alias("variant")
        texts.append(_subject_cell(layout))
        parts.append(compact(cells.select(pl.col("row"), variant, *texts)))
    return pl.concat(parts)


def _subject_cell(layout: Layout) -> pl.Expr:
    column = layout.roles.get("subject")
    cell = pl.lit(None, dtype=pl.String) if column is None else pl.col(str(column.position))
    return cell.alias("subject_cell")


def _text(
    context: MeasurementContext, name: str, fields: Mapping[str, str], layout: Layout
) -> pl.Expr:
    candidates = [pl.lit(fields[name])] if name in fields else []
    if name == "subject" and context.spec.subjects_by == "row":
        candidates.append(subject_of_row(context))
    candidates += [
        cell_text(header.column, context.missing_in(name))
        for header in layout.role_headers.get(name, ())
        if header.is_of(fields)
    ]
    if name in layout.roles:
        candidates.append(cell_text(layout.roles[name], context.missing_in(name)))
    if name in layout.file_name:
        candidates.append(context.word_of_file(name, layout.file_name[name]))
    if name in layout.constants:
        candidates.append(pl.lit(layout.constants[name]))
    text = pl.coalesce(candidates) if candidates else pl.lit(None, dtype=pl.String)
    # Words of visits are looked up with the study's own: see `visits_by_name`.
    return text if name == "visit" else recoded(text, context.recoding(name))


def measurement_index(
    context: MeasurementContext, texts: pl.DataFrame, *, numbered: bool
) -> pl.DataFrame:
    """Measurements by row and variant: number `act`, visit_text, elapsed, the columns of INDEX.

    `numbered` gives replicates their numbers by order of rows where no column has them.
    """
    index = _with_subject(context, texts)
    index = recode_sides(context, index)
    index = with_times(context, index)
    # Visits after times: a visit may be found by its date alone, and has a window to lie in.
    index = index.rename({"visit": "visit_text"}).with_row_index("act")
    by_name = context.spec.visits_by == "id"
    index = (visits_by_name if by_name else visits_by_time)(context, index)
    index = with_places_of_arms(context, index)
    # "T2", "2" and "2nd" are all the second.
    number = pl.col("replicate").str.extract(r"(\d+)\D*$").cast(pl.Int32, strict=False)
    index = index.with_columns(of_each_text(index, "replicate", number))
    if numbered:
        index = _with_replicate_numbers(index)
    tell_visits_outside_windows(context, index)
    return compact(index)


def _with_subject(context: MeasurementContext, texts: pl.DataFrame) -> pl.DataFrame:
    """The rows of subjects, by the ids of the table of subjects; a row of nobody is a finding."""
    without = texts.filter(pl.col("subject").is_null())
    told = pl.col("row").is_in(context.summary_rows.implode())
    rows = without.filter(~told).unique("row", keep="first", maintain_order=True)
    tell_rows_without_subject(
        context, rows.select("row", pl.col("subject_cell").alias("found")), "values"
    )
    of_somebody = texts.filter(pl.col("subject").is_not_null()).drop("subject_cell")
    return context.with_listed_subjects(of_somebody, context.listed)


def recode_sides(context: ReadingContext, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with left and right for L and R.

    Any other word stays, and is a finding unless the source states it.
    """
    known = {*SIDES.values(), *context.recoding("side").values(), "both"}
    side = pl.col("side")
    if not frame["side"].is_not_null().any():
        return frame
    frame = frame.with_columns(recoded(side, SIDES))
    unknown = frame.filter(side.is_not_null() & ~side.is_in(sorted(known)))
    context.add_finding(
        unknown.filter(pl.struct(file_of(), "side").is_first_distinct()).select(
            "subject", "side", "row"
        ),
        "unknown_side",
        "warning",
        message=pl.format("{} is no side that the source states; it stays as it is", side),
        found=side,
        expected=pl.format(
            'left, right (or L, R), or values.side = {{ "{}" = "left or right" }}', side
        ),
    )
    return frame


def with_times(context: MeasurementContext, index: pl.DataFrame) -> pl.DataFrame:
    """`index` with taken_at (midnight where only a date is known), day and elapsed from its texts.

    A date that cannot be read is a finding.
    """
    index = index.with_columns(
        _datetime(index, context.spec.date_format),
        pl.coalesce("taken_at", "date").alias("date_text"),
    )
    unreadable = pl.col("datetime").is_null() & pl.col("date_text").is_not_null()
    dates = index.select("subject", "row", found="date_text")
    tell_unreadable_dates(context, dates.filter(index.select(unreadable).to_series()))
    tell_unreadable_times(context, index.select("subject", "row", "time"))
    tell_zones(context, dates, "the date")
    index = _with_origins(context, index)
    day = pl.coalesce(
        pl.col("day").cast(pl.Float64, strict=False).cast(pl.Int32),
        study_day(elapsed(pl.col("datetime"), pl.col("origin"))),
    )
    return (
        index.with_columns(pl.col("datetime").alias("taken_at"), day.alias("day"))
        .with_columns(
            elapsed_days(pl.col("day")).cast(pl.Int32).alias("elapsed"),
            pl.col("taken_at").dt.date().alias("date"),
        )
        .drop("datetime", "date_text", "origin", "time")
    )


def _with_origins(context: MeasurementContext, index: pl.DataFrame) -> pl.DataFrame:
    """`index` with the `origin` of each subject, where any date is counted from one."""
    origins = context.calendar.origins.select("subject", "origin")
    if index["datetime"].null_count() == index.height:
        return index.with_columns(origin=pl.lit(None, dtype=origins.schema["origin"]))
    return index.join(origins, on="subject", how="left", maintain_order="left")


def _datetime(index: pl.DataFrame, date_format: str | None) -> pl.Series:
    """When each measurement was (`datetime`), by its `taken_at`, or else its `date` and `time`."""
    # A table without dates is not searched for every form of them.
    filled = [name for name in ("taken_at", "date") if index[name].null_count() < index.height]
    columns = [
        of_each_text(index, name, as_datetime(pl.col(name), date_format).alias(name))
        for name in filled
    ]
    datetimes = [pl.col(name) for name in filled]
    if "date" in filled:
        columns.append(of_each_text(index, "time", clock(pl.col("time")).alias("time")))
        datetimes[-1] += pl.coalesce("time", pl.duration())
    datetime = pl.coalesce(*datetimes, pl.lit(None, pl.Datetime("us"))).alias("datetime")
    beside_each_other = pl.concat([index.select("row"), *columns], how="horizontal")
    return beside_each_other.with_columns(datetime)["datetime"]


def _with_replicate_numbers(index: pl.DataFrame) -> pl.DataFrame:
    """Numbers from 1 by order of rows, where measurements of a file agree in all else and none has one."""
    by = [file_of(), *SAME, *(["measure"] if "measure" in index.columns else [])]
    stated = pl.col("replicate").is_not_null().any().over(file_of())
    if index.select(stated.all()).item():
        return index
    repeated = pl.struct(by).is_duplicated().any().over(file_of())
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(by, order_by="act")
    return index.with_columns(
        replicate=pl.when(repeated & ~stated).then(number).otherwise("replicate")
    )
