"""Records as a matrix: a row a subject, a column a cell (a visit, or a visit of a place), and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes import Draws

__all__ = ["Layout", "filled_frame", "layout", "shifted"]

KEYS = ["subject", "arm", "location", "side", "period", "visit", "timepoint"]
BASE = -1


@frozen(eq=False)
class Layout:
    """`values[i, k]` is subject i's value in cell k, NaN where it is missing; cells are in the order of time, the baseline first.

    `times` has the position in time of each cell, -1 for a baseline. `fill[i, k]` is the row number of the record that may be filled
    there, or -1. `groups` has each subject's arm, or "" where subjects have several or none. `design` has the covariates as columns
    of numbers.
    """

    subjects: tuple[str, ...]
    groups: tuple[str, ...]
    values: np.ndarray[Any, Any]
    times: tuple[int, ...]
    fill: np.ndarray[Any, Any]
    design: np.ndarray[Any, Any]
    keys: pl.DataFrame

    def of_groups(self) -> dict[str, np.ndarray[Any, Any]]:
        """Group = the rows of its subjects."""
        import numpy as np

        named = np.array(self.groups, dtype=object)
        return {name: np.flatnonzero(named == name) for name in sorted(set(self.groups))}


def layout(records: pl.DataFrame, expected: pl.DataFrame, draws: Draws) -> Layout:
    """The matrix of the records that have a place in time. Sides and zones of a subject are cells of one row, so that they stay related.

    Where treatments differ inside a subject, its cells are told apart by treatment.
    """
    import numpy as np

    rows = records.filter(pl.col("visit_number").is_not_null()).sort(KEYS).with_row_index("_row")
    asked = rows.join(expected.unique(), on=KEYS, how="semi", nulls_equal=True).filter(
        pl.col("value").is_null(), ~pl.col("at_baseline")
    )
    arms = dict(rows.drop_nulls("arm").group_by("subject").agg(pl.col("arm").unique()).iter_rows())
    place = _place(rows, several=any(len(names) > 1 for names in arms.values()))
    subjects = tuple(rows["subject"].unique().sort())
    cells, values, fill = _cells(
        rows, set(asked["_row"]), place, {name: number for number, name in enumerate(subjects)}
    )
    groups = tuple(arms[name][0] if len(arms.get(name, ())) == 1 else "" for name in subjects)
    seen = ~np.isnan(values).all(axis=0)
    return Layout(
        subjects,
        groups,
        values[:, seen],
        tuple(time for (time, _), kept in zip(cells, seen, strict=True) if kept),
        fill[:, seen],
        _design(rows, subjects, draws.covariates),
        rows.select(KEYS),
    )


def _place(rows: pl.DataFrame, *, several: bool) -> list[str]:
    """The columns that tell the cells of a visit apart: the treatment in place of the spot, where treatments differ inside a subject."""
    spots = ["location", "side", "period", "timepoint"]
    if not several:
        return spots
    by_arm = ["arm", "location", "timepoint"]
    return (
        [*by_arm, "side", "period"]
        if rows.select("subject", "visit", *by_arm).is_duplicated().any()
        else by_arm
    )


def _cells(
    rows: pl.DataFrame, asked: set[int], place: list[str], subjects: dict[str, int]
) -> tuple[Any, Any, Any]:
    """Cells (time, place) in order, the values, and the row number of what may be filled."""
    import numpy as np

    found: dict[tuple[int, tuple[str, ...]], list[tuple[int, float | None, int]]] = {}
    columns = rows.select("_row", "subject", "visit_number", "at_baseline", "value", "base", *place)
    for row, subject, number, at_baseline, value, base, *spot in columns.iter_rows():
        where, who = tuple(str(part or "") for part in spot), subjects[subject]
        if base is not None:
            found.setdefault((BASE, where), []).append((who, base, -1))
        if not at_baseline:
            found.setdefault((int(number), where), []).append(
                (who, value, row if row in asked else -1)
            )
    cells = sorted(found)
    values, fill = (
        np.full((len(subjects), len(cells)), np.nan),
        np.full((len(subjects), len(cells)), -1),
    )
    for column, cell in enumerate(cells):
        for who, value, row in found[cell]:
            values[who, column] = np.nan if value is None else value
            fill[who, column] = row
    return cells, values, fill


def _design(rows: pl.DataFrame, subjects: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Covariates as columns: numbers as they are, words by level but the first; a missing number is the mean, and marked."""
    import numpy as np

    known = rows.select("subject", *names).unique("subject", keep="first").sort("subject")
    columns: list[Any] = []
    for name in names:
        if known[name].dtype.is_numeric():
            numbers = known[name].cast(pl.Float64).to_numpy().astype(float)
            gone = np.isnan(numbers)
            columns += [
                np.where(gone, 0.0 if gone.all() else numbers[~gone].mean(), numbers),
                gone.astype(float),
            ]
        else:
            words = [str(value) if value is not None else "" for value in known[name].to_list()]
            columns += [
                np.array([word == level for word in words], dtype=float)
                for level in sorted(set(words))[1:]
            ]
    kept = [column for column in columns if np.ptp(column) > 0] if subjects else []
    return np.column_stack(kept) if kept else np.zeros((len(subjects), 0))


def filled_frame(made: Layout, draws: list[Any]) -> pl.DataFrame:
    """What was filled, of matrices like `values`, one an imputation; cells that stayed empty are left out."""
    import numpy as np

    at = made.fill >= 0
    for matrix in draws:
        at &= np.isfinite(matrix)
    rows = made.fill[at].astype(np.int64)
    parts = [
        made.keys[rows.tolist()].with_columns(
            imputation=pl.lit(number, dtype=pl.Int64), value=pl.Series(matrix[at], dtype=pl.Float64)
        )
        for number, matrix in enumerate(draws, start=1)
    ]
    schema = {**made.keys.schema, "imputation": pl.Int64(), "value": pl.Float64()}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def shifted(filled: pl.DataFrame, delta: float, arms: tuple[str, ...]) -> pl.DataFrame:
    """The imputed values of these arms moved by delta; those of all subjects where there are no arms."""
    if delta == 0:
        return filled
    moved = pl.col("arm").is_in(list(arms)) if arms else pl.lit(value=True)
    return filled.with_columns(
        value=pl.when(moved.fill_null(value=False)).then(pl.col("value") + delta).otherwise("value")
    )
