"""Exposures and allocations: treatments given and treatments allotted, in the study's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.errors import nearest
from dermoutcomes.sources.cells.dates import as_datetime, clock, elapsed, study_day
from dermoutcomes.sources.cells.recoding import lookup
from dermoutcomes.sources.findings import remarks
from dermoutcomes.sources.measurement_index import sides
from dermoutcomes.sources.visits.calendar import Calendar
from dermoutcomes.sources.visits.visit_names import visit_words

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = ["read_allocations", "read_exposures", "with_day", "with_sides"]


def _by_file(
    frame: pl.DataFrame,
    files: Mapping[int, SourceFile],
    change: Callable[[SourceFile, pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """`frame` with the rows of each file changed as that file's source says."""
    import polars as pl

    parts = [
        change(file, frame.filter(pl.col("source") == number)) for number, file in files.items()
    ]
    return pl.concat(
        [frame.clear() if not parts else parts[0].clear(), *parts], how="diagonal_relaxed"
    )


def with_sides(
    frame: pl.DataFrame, files: Mapping[int, SourceFile], found: list[pl.DataFrame]
) -> pl.DataFrame:
    """`frame` with left and right for L and R."""

    def change(file: SourceFile, rows: pl.DataFrame) -> pl.DataFrame:
        rows, other = sides(file, rows)
        found.append(other)
        return rows

    return _by_file(frame, files, change)


def read_exposures(
    study: Study,
    exposures: pl.DataFrame,
    files: Mapping[int, SourceFile],
    found: list[pl.DataFrame],
) -> pl.DataFrame:
    """Exposures with taken_at from date and time (midnight where only a date is known), sessions and visits by their ids."""
    import polars as pl

    def change(file: SourceFile, rows: pl.DataFrame) -> pl.DataFrame:
        words = {name.lower(): name for name in study.sessions}
        session = pl.coalesce(
            pl.col("session")
            .str.to_lowercase()
            .replace_strict(words, default=None, return_dtype=pl.String),
            "session",
        )
        if "date" in rows.columns:
            date = as_datetime(pl.col("date"), file.spec.date_format)
            time = (
                clock(pl.col("time"))
                if "time" in rows.columns
                else pl.lit(None, dtype=pl.Duration("us"))
            )
            lost = (
                rows.filter(pl.col("date").is_not_null())
                .filter(date.is_null())
                .select("subject", "row", pl.col("date").alias("found"))
            )
            found.append(
                remarks(
                    lost,
                    "not_a_date",
                    "warning",
                    file,
                    message="the date cannot be read",
                    expected="a whole date",
                )
            )
            rows = rows.with_columns(
                pl.coalesce("taken_at", date + pl.coalesce(time, pl.duration())).alias("taken_at")
            )
        return rows.with_columns(
            session.alias("session"),
            pl.coalesce(lookup(pl.col("visit"), visit_words(study, file)), "visit").alias("visit"),
        )

    return with_sides(_by_file(exposures, files, change), files, found)


def with_day(frame: pl.DataFrame, date: str, day: str, dates: Calendar) -> pl.DataFrame:
    """`frame` with the study day of a date, where it has none itself."""
    import polars as pl

    origins = dates.origins.select("subject", "origin")
    joined = frame.join(origins, on="subject", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce(day, study_day(elapsed(pl.col(date), pl.col("origin")))).alias(day)
    ).drop("origin")


def read_allocations(
    study: Study,
    allocations: pl.DataFrame,
    files: Mapping[int, SourceFile],
    found: list[pl.DataFrame],
) -> pl.DataFrame:
    """Allocations with arms by their ids; an arm that the study does not have is a finding, and stays open."""
    import polars as pl

    words = _arm_words(study)

    def change(file: SourceFile, rows: pl.DataFrame) -> pl.DataFrame:
        for name in ("arm", "arm_actual"):
            meant = lookup(pl.col(name), words)
            lost = rows.filter(pl.col(name).is_not_null()).filter(meant.is_null())
            found.append(_unknown_arms(study, file, lost, name))
            rows = rows.with_columns(meant.alias(name))
        return rows

    return with_sides(_by_file(allocations, files, change) if words else allocations, files, found)


def _arm_words(study: Study) -> dict[str, str]:
    words = {name: name for name in study.arms}
    for name, arm in study.arms.items():
        for word in (*arm.aliases, *filter(None, [arm.label])):
            words.setdefault(word.strip(), name)
    return words


def _unknown_arms(study: Study, file: SourceFile, lost: pl.DataFrame, name: str) -> pl.DataFrame:
    import polars as pl

    near = {
        word: f"; is {found!r} meant?" if (found := nearest(word, _arm_words(study))) else ""
        for word in lost[name].unique()
    }
    message = pl.format("{} is no arm of the study", name) + pl.col(name).replace_strict(
        near, default="", return_dtype=pl.String
    )
    return remarks(
        lost.select("subject", "row", name),
        "unknown_arm",
        "error",
        file,
        message=message,
        found=pl.col(name),
        expected=", ".join(study.arms),
    )
