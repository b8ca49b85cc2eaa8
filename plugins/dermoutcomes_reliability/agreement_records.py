"""What agreement is about.

Readings of one sitting, values of several occasions, two measures of one unit, ratings by several
raters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from dermoutcomes import Task
from dermoutcomes.stats import RECORD_KEY, against

__all__ = [
    "Matched",
    "Ratings",
    "matched",
    "occasions",
    "paired_values",
    "ratings",
    "sittings",
]

MOMENT = ("visit", "timepoint")
PLACE = (*RECORD_KEY, *MOMENT)
# What a record of one measure may say, and that of another leave open.
SOMETIMES_SAID = ("location", "side", "period", "timepoint")


class Matched(NamedTuple):
    """Pairs of two endpoints at one visit, sorted by unit.

    `subjects` says whose pair it is, `missing` counts units without one of the two, or without
    both.
    """

    visit: str | None
    subjects: tuple[str, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    missing: int


class Ratings(NamedTuple):
    """Units by raters, None where a rater gave none.

    `absent` counts units that no rater has rated.
    """

    visit: str | None
    raters: tuple[str, ...]
    subjects: tuple[str, ...]
    table: tuple[tuple[float | None, ...], ...]
    absent: int = 0


def _rows(task: Task, endpoint: str, column: str = "value") -> pl.DataFrame:
    """The records of one endpoint, once each: those against baseline, or against nothing."""
    rows = task.records.filter((pl.col("endpoint") == endpoint) & against())
    return rows.select(*PLACE, pl.col(column).alias("_value")).drop_nulls("_value").sort(PLACE)


def matched(task: Task, column: str = "value") -> list[Matched]:
    """The pairs of the two endpoints of the task, in the order given, one entry a visit.

    Both are of one subject, visit and place, but for what tells no two records of an endpoint
    apart and is never said alike: a device reads the cheek, and a rating is of the whole face.
    Empty where there are not two endpoints.
    """
    if len(task.endpoints) != 2:
        return []
    first, second = (_rows(task, name, column) for name in task.endpoints)
    place = _common_place(first, second)
    joined = _joined(first, second, place)
    absent = _absent(task, joined, place)
    return [
        _matched(joined.filter(pl.col("visit").eq_missing(visit)), visit, absent.get(visit, 0))
        for visit in _visits(task, joined)
    ]


def paired_values(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Records of two endpoints side by side, as `matched` pairs them: `_value` and `_other`."""
    one, other = (
        rows.filter(against()).select(*PLACE, pl.col("value").alias("_value")).drop_nulls("_value")
        for rows in (first, second)
    )
    return _joined(one, other, _common_place(one, other))


def _joined(first: pl.DataFrame, second: pl.DataFrame, place: Sequence[str]) -> pl.DataFrame:
    return first.join(
        second.rename({"_value": "_other"}), on=place, how="full", coalesce=True, nulls_equal=True
    ).sort(place)


def _common_place(first: pl.DataFrame, second: pl.DataFrame) -> list[str]:
    """The columns by which records of two endpoints are of one unit and moment."""
    place = list(PLACE)
    for name in SOMETIMES_SAID:
        others = [column for column in place if column != name]
        is_said_alike = set(first[name]) & set(second[name])
        tells_apart = any(rows.select(others).is_duplicated().any() for rows in (first, second))
        if not is_said_alike and not tells_apart:
            place = others
    return place


def _absent(task: Task, rows: pl.DataFrame, place: Sequence[str] = PLACE) -> dict[str | None, int]:
    """How many units were to be measured at each visit and have no row."""
    expected = pl.concat(
        [
            task.records.filter(against()).select(place),
            task.lost.filter(against()).select(place),
        ]
    ).unique()
    return dict(
        expected.join(rows, on=place, how="anti", nulls_equal=True)
        .group_by("visit")
        .len()
        .iter_rows()
    )


def _matched(rows: pl.DataFrame, visit: str | None, absent: int) -> Matched:
    complete = rows.drop_nulls(["_value", "_other"])
    return Matched(
        visit,
        tuple(complete["subject"]),
        tuple(complete["_value"]),
        tuple(complete["_other"]),
        rows.height - complete.height + absent,
    )


def _visits(task: Task, rows: pl.DataFrame) -> list[str | None]:
    present = set(rows["visit"].to_list())
    unplanned = sorted(present - set(task.visits) - {None})
    return [
        *(visit for visit in task.visits if visit in present),
        *unplanned,
        *([None] if None in present else []),
    ]


def occasions(
    task: Task, visits: Sequence[str], arm: str | None
) -> tuple[list[str], list[list[float | None]], list[int | None]]:
    """Units (subject, location, side) by the visits named, of one arm where it is.

    Beside them the latest day of each visit.

    None where a unit was to be measured and was not.
    """
    at_visits = against() & pl.col("visit").is_in(list(visits))
    at_visits = at_visits & (pl.col("arm") == arm) if arm else at_visits
    rows = pl.concat(
        [task.records.filter(at_visits), task.lost.filter(at_visits)], how="diagonal_relaxed"
    )
    units: dict[tuple[str, ...], dict[str, float]] = {}
    for row in rows.sort(PLACE).iter_rows(named=True):
        units.setdefault(tuple(str(row[name]) for name in RECORD_KEY), {})[row["visit"]] = row[
            "value"
        ]
    days = [
        max(rows.filter(pl.col("visit") == visit)["day"].drop_nulls().to_list(), default=None)
        for visit in visits
    ]
    return (
        [unit[0] for unit in units],
        [[values.get(visit) for visit in visits] for values in units.values()],
        days,
    )


def sittings(task: Task) -> Mapping[tuple[str, str | None], list[list[float]]]:
    """(visit, timepoint) = the readings of each unit in one sitting.

    As they went into the records, in the order of their replicates.

    A record holds the readings of its baseline too; each counts once, at the visit at which it was
    taken.
    """
    by_sitting: dict[tuple[str, str | None], dict[tuple[str, ...], list[float]]] = {}
    for row in (
        _readings(task)
        .sort(*MOMENT, "subject", "measure", "location", "side", "period", "replicate", "id")
        .iter_rows(named=True)
    ):
        unit = tuple(
            str(row[name]) for name in ("subject", "measure", "location", "side", "period")
        )
        by_sitting.setdefault((row["visit"], row["timepoint"]), {}).setdefault(unit, []).append(
            row["value"]
        )
    return {
        moment: list(units.values())
        for moment, units in sorted(
            by_sitting.items(), key=lambda item: (_place(task, item[0][0]), item[0][1] or "")
        )
    }


def _readings(task: Task) -> pl.DataFrame:
    """The readings behind the records of the task; no row where the study has none."""
    readings = task.tables.get("observations")
    if readings is None:
        return task.records.clear().select(
            *PLACE,
            "id",
            "value",
            "rater",
            measure=pl.lit(""),
            replicate=pl.lit(0),
            rater_role=pl.lit(""),
        )
    used = task.records.select(id="observations").explode("id").drop_nulls("id").unique()
    return readings.join(used, on="id", how="semi").drop_nulls("value")


def _place(task: Task, visit: str) -> int:
    return task.visits.index(visit) if visit in task.visits else len(task.visits)


def ratings(task: Task) -> list[Ratings]:
    """Units by raters at each visit.

    Each endpoint is a rater where the task has several, else each name in the readings of the one.
    """
    rows = _by_endpoint(task) if len(task.endpoints) > 1 else _by_rater(task)
    raters = (
        [name for name in task.endpoints if name in set(rows["_rater"])]
        if len(task.endpoints) > 1
        else sorted(rows["_rater"].unique())
    )
    absent = _absent(task, rows)
    return [
        _rated(rows.filter(pl.col("visit").eq_missing(visit)), visit, raters, absent.get(visit, 0))
        for visit in _visits(task, rows)
    ]


def _by_endpoint(task: Task) -> pl.DataFrame:
    return pl.concat(
        [_rows(task, name).with_columns(_rater=pl.lit(name)) for name in task.endpoints]
    )


def _by_rater(task: Task) -> pl.DataFrame:
    columns = [
        *PLACE,
        pl.col("value").alias("_value"),
        pl.coalesce("rater", "rater_role").alias("_rater"),
    ]
    return _readings(task).select(columns).drop_nulls("_rater").sort(*PLACE, "_rater")


def _rated(rows: pl.DataFrame, visit: str | None, raters: Sequence[str], absent: int) -> Ratings:
    units: dict[tuple[str, ...], dict[str, float]] = {}
    for row in rows.sort(PLACE).iter_rows(named=True):
        units.setdefault(tuple(str(row[name]) for name in RECORD_KEY), {})[row["_rater"]] = row[
            "_value"
        ]
    return Ratings(
        visit,
        tuple(raters),
        tuple(unit[0] for unit in units),
        tuple(tuple(values.get(rater) for rater in raters) for values in units.values()),
        absent,
    )
