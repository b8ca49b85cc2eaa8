"""Tables held in little memory: a column of one value once, and a file of a table as it was."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dermoutcomes.runs.table_store import pack, unpack
from dermoutcomes.tables.rows import compact


def test_a_column_of_one_value_is_held_once_and_stays_so() -> None:
    n = 5_000
    frame = pl.DataFrame(
        {"id": range(n), "unit": ["AU"] * n, "text": pl.Series([None] * n, dtype=pl.String)}
    ).with_columns(ids=pl.lit(None, pl.List(pl.Int64)), zero=pl.Series([0.0] * (n - 1) + [-0.0]))
    once = compact(frame)
    assert_frame_equal(once, frame)
    assert once.estimated_size() < 17 * n < frame.estimated_size()
    joined = (
        once.join(once.select("id", other="id"), on="id").sort("other").filter(pl.col("id") > 0)
    )
    assert joined.estimated_size() < 25 * n


@pytest.mark.parametrize("odd", [0, 2_500, 4_999])
def test_a_column_with_one_other_value_is_held_in_full(odd: int) -> None:
    words = ["AU"] * 5_000
    words[odd] = None if odd == 2_500 else "other"
    frame = pl.DataFrame(
        {"unit": words, "zero": [-0.0 if row == odd else 0.0 for row in range(5_000)]}
    )
    once = compact(frame)
    assert_frame_equal(once, frame)
    assert once["zero"].cast(pl.String).to_list() == frame["zero"].cast(pl.String).to_list()
    assert once.select("unit").estimated_size() > 5_000


def test_a_long_table_comes_back_from_its_file_as_it_was_however_it_was_held() -> None:
    n = 250_000
    frame = pl.DataFrame(
        {"id": range(n), "unit": ["a unit of many letters"] * n, "word": ["x", None] * (n // 2)}
    )
    content = pack({"long": frame, "none": frame.clear()})
    assert content == pack({"none": frame.clear(), "long": compact(frame)})
    tables = unpack(content)
    assert tables["none"].schema == frame.schema
    assert_frame_equal(tables["long"], frame)
