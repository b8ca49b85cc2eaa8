"""Records as a matrix.

A row a subject, a column a cell (a visit, or a visit of a place), and back.
"""

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
    """`values[i, k]` is subject i's value in cell k, NaN where it is missing.

    Cells are in the order of time, the baseline first.

    `times` has the position in time of each cell, -1 for a baseline. `fill[i, k]` is the row number
    of the record that may be filled there, or -1. `groups` has each subject's arm, or "" where
    subjects have several or none. `design` has the covariates as columns of numbers.
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

        group_of_row = np.array(self.groups, dtype=object)
        return {name: np.flatnonzero(group_of_row == name) for name in sorted(set(self.groups))}


def layout(records: pl.DataFrame, expected: pl.DataFrame, draws: Draws) -> Layout:
    """The matrix of the records that have a place in time.

    Sides and zones of a subject are cells of one row, so that they stay related.

    Where treatments differ inside a subject, its cells are told apart by treatment.
    """
    import numpy as np

    rows = records.filter(pl.col("visit_number").is_not_null()).sort(KEYS).with_row_index("_row")
    expected_rows = rows.join(expected.unique(), on=KEYS, how="semi", nulls_equal=True).filter(
        pl.col("value").is_null(), ~pl.col("at_baseline")
    )
    arms = dict(rows.drop_nulls("arm").group_by("subject").agg(pl.col("arm").unique()).iter_rows())
    place_columns = _place(rows, several_arms=any(len(names) > 1 for names in arms.values()))
    subjects = tuple(rows["subject"].unique().sort())
    cells, values, fill = _cells(
        rows,
        set(expected_rows["_row"]),
        place_columns,
        {name: number for number, name in enumerate(subjects)},
    )
    groups = tuple(arms[name][0] if len(arms.get(name, ())) == 1 else "" for name in subjects)
    # A cell that nobody has says nothing, and nothing can be drawn for it.
    observed = ~np.isnan(values).all(axis=0)
    return Layout(
        subjects,
        groups,
        values[:, observed],
        tuple(time for (time, _), is_observed in zip(cells, observed, strict=True) if is_observed),
        fill[:, observed],
        _design(rows, subjects, draws.covariates),
        rows.select(KEYS),
    )


def _place(rows: pl.DataFrame, *, several_arms: bool) -> list[str]:
    """The columns that tell the cells of a visit apart.

    The treatment in place of the spot, where treatments differ inside a subject.
    """
    spots = ["location", "side", "period", "timepoint"]
    if not several_arms:
        return spots
    by_arm = ["arm", "location", "timepoint"]
    return (
        [*by_arm, "side", "period"]
        if rows.select("subject", "visit", *by_arm).is_duplicated().any()
        else by_arm
    )


def _cells(
    rows: pl.DataFrame, expected: set[int], place_columns: list[str], subjects: dict[str, int]
) -> tuple[Any, Any, Any]:
    """Cells (time, place) in order, the values, and the row number of what may be filled."""
    import numpy as np

    by_spot: dict[tuple[int, tuple[str, ...]], list[tuple[int, float | None, int]]] = {}
    columns = rows.select(
        "_row", "subject", "visit_number", "at_baseline", "value", "base", *place_columns
    )
    for row, subject, number, at_baseline, value, base, *spot in columns.iter_rows():
        # Texts, since places are sorted and a null has no order.
        place, subject_index = tuple(str(part or "") for part in spot), subjects[subject]
        # Each record of a place repeats the baseline, which is one cell: the last one written
        # stays.
        if base is not None:
            by_spot.setdefault((BASE, place), []).append((subject_index, base, -1))
        if not at_baseline:
            by_spot.setdefault((int(number), place), []).append(
                (subject_index, value, row if row in expected else -1)
            )
    cells = sorted(by_spot)
    values, fill = (
        np.full((len(subjects), len(cells)), np.nan),
        np.full((len(subjects), len(cells)), -1),
    )
    for column, cell in enumerate(cells):
        for subject_index, value, row in by_spot[cell]:
            values[subject_index, column] = np.nan if value is None else value
            fill[subject_index, column] = row
    return cells, values, fill


def _design(rows: pl.DataFrame, subjects: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Covariates as columns of numbers, subjects × columns, without those that do not vary.

    Numbers as they are, a missing one as the mean with a column beside that marks it; words as
    indicators of every level but the first.
    """
    import numpy as np

    by_subject = rows.select("subject", *names).unique("subject", keep="first").sort("subject")
    columns: list[Any] = []
    for name in names:
        if by_subject[name].dtype.is_numeric():
            numbers = by_subject[name].cast(pl.Float64).to_numpy().astype(float)
            unknown = np.isnan(numbers)
            columns += [
                np.where(unknown, 0.0 if unknown.all() else numbers[~unknown].mean(), numbers),
                unknown.astype(float),
            ]
        else:
            words = [
                str(value) if value is not None else "" for value in by_subject[name].to_list()
            ]
            columns += [
                np.array([word == level for word in words], dtype=float)
                for level in sorted(set(words))[1:]
            ]
    varying = [column for column in columns if np.ptp(column) > 0] if subjects else []
    return np.column_stack(varying) if varying else np.zeros((len(subjects), 0))


def filled_frame(table: Layout, draws: list[Any]) -> pl.DataFrame:
    """What was filled, of matrices like `values`, one an imputation.

    Cells that stayed empty are left out.
    """
    import numpy as np

    to_fill = table.fill >= 0
    for matrix in draws:
        to_fill &= np.isfinite(matrix)
    rows = table.fill[to_fill].astype(np.int64)
    parts = [
        table.keys[rows.tolist()].with_columns(
            imputation=pl.lit(number, dtype=pl.Int64),
            value=pl.Series(matrix[to_fill], dtype=pl.Float64),
        )
        for number, matrix in enumerate(draws, start=1)
    ]
    schema = {**table.keys.schema, "imputation": pl.Int64(), "value": pl.Float64()}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def shifted(filled: pl.DataFrame, delta: float, arms: tuple[str, ...]) -> pl.DataFrame:
    """The imputed values of these arms, or of all where none are named, moved by delta."""
    if delta == 0:
        return filled
    in_arms = pl.col("arm").is_in(list(arms)) if arms else pl.lit(value=True)
    return filled.with_columns(
        value=pl.when(in_arms.fill_null(value=False))
        .then(pl.col("value") + delta)
        .otherwise("value")
    )
