"""Rows of tables are those of Polars' own filter, anti-join and sort, without a copy where all stay."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes.tables.table_rows import rows_in_order, rows_where, rows_without

FRAME = pl.DataFrame({"id": [1, 2, 3, 3], "value": [1.0, None, -1.0, 2.0], "n": [1, 2, 3, 4]})


@pytest.mark.parametrize(
    "conditions",
    [
        (pl.col("value") > 0,),
        (pl.col("n") > 0,),
        (pl.col("n") > 0, pl.col("value").is_not_null()),
        (pl.lit(value=False),),
    ],
)
def test_rows_that_fulfil_conditions_are_those_of_a_filter(conditions: tuple[pl.Expr, ...]) -> None:
    assert rows_where(FRAME, *conditions).equals(FRAME.filter(*conditions))
    assert rows_where(FRAME.clear(), *conditions).equals(FRAME.clear())


@pytest.mark.parametrize("ids", [[], [3], [9], [1, 2, 3]])
def test_rows_without_others_are_those_of_an_anti_join(ids: list[int]) -> None:
    others = pl.DataFrame({"id": ids}, schema={"id": pl.Int64})

    assert rows_without(FRAME, others, "id").equals(FRAME.filter(~pl.col("id").is_in(ids)))


@pytest.mark.parametrize("ids", [[1, 2, 3, 3], [3, 1, 3, 2], [None, 1, 1, 2], [1, None, 2, 0], []])
def test_rows_in_order_are_those_of_a_sort_that_keeps_what_is_alike(ids: list[int | None]) -> None:
    frame = pl.DataFrame({"id": ids, "n": range(len(ids))}, schema={"id": pl.Int64, "n": pl.Int64})

    assert rows_in_order(frame, "id").equals(frame.sort("id", maintain_order=True))


def test_a_table_that_is_whole_and_in_order_is_not_copied() -> None:
    kept = rows_in_order(
        rows_without(rows_where(FRAME, pl.col("n") > 0), FRAME.clear(), "id"), "id"
    )

    assert kept["n"].to_numpy().base is not None
    assert (
        kept["n"].to_numpy().__array_interface__["data"]
        == FRAME["n"].to_numpy().__array_interface__["data"]
    )
