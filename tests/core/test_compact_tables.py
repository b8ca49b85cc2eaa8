"""Tables held in little memory: columns of one value, rows that are not copied, files of steps."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dermoutcomes.runs import table_store
from dermoutcomes.runs.table_store import pack, read_table, unpack
from dermoutcomes.sources.cells.cell_numbers import is_untidy, tidy
from dermoutcomes.tables.table_rows import beside, compact, keys_of_both


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


@pytest.mark.parametrize("others", [[0, 0, 0], [0, 1, 0], [1, 1, 1], [None, None, None]])
def test_a_key_that_is_the_same_in_every_row_tells_nothing_apart(others: list[int | None]) -> None:
    cells = pl.DataFrame({"row": [1, 1, 2, 4], "variant": 0, "text": ["a", "b", "c", "d"]})
    index = pl.DataFrame({"row": [1, 2, 3], "variant": others, "subject": ["S1", "S2", "S3"]})
    index = index.cast({"variant": pl.Int64})
    by_both = cells.join(index, on=["row", "variant"], how="inner", maintain_order="left")
    assert_frame_equal(beside(cells, index, ["row", "variant"]), by_both)
    alike = others == [0, 0, 0]
    assert keys_of_both(cells, index, ["row", "variant"]) == (
        ["row"] if alike else ["row", "variant"]
    )


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


def test_tables_of_the_same_rows_stand_beside_each_other_as_joined() -> None:
    frame = pl.DataFrame({"row": [2, 3, 5], "value": [1.0, None, 2.0]})
    other = pl.DataFrame({"row": [2, 3, 5], "subject": ["a", "b", None]})
    joined = frame.join(other, on="row", how="inner", maintain_order="left")
    assert_frame_equal(beside(frame, other, ["row"]), joined)
    fewer = other.filter(pl.col("row") != 3)
    joined = frame.join(fewer, on="row", how="inner", maintain_order="left")
    assert_frame_equal(beside(frame, fewer, ["row"]), joined)
    assert_frame_equal(beside(frame, other.reverse(), ["row"]).select("row"), frame.select("row"))


@pytest.mark.parametrize(
    "sign", [" ", "\t", "\n", "\u00a0", "\u202f", "\u2009", "\u2003", "\u0085"]
)
@pytest.mark.parametrize("cell", ["{}1.5", "1.5{}", "1{}5", "{}", "a{}b"])
def test_a_cell_that_tidying_changes_is_known_for_untidy(cell: str, sign: str) -> None:
    frame = pl.DataFrame(
        {"text": [cell.format(sign), None, "", "1.5", "-3", "a b", "\u22122", "\u20133"]}
    )
    cells = frame.with_columns(tidied=tidy(pl.col("text")), untidy=is_untidy(pl.col("text")))
    changed = cells.filter(pl.col("tidied").ne_missing(pl.col("text")))
    assert changed["untidy"].all()
    assert changed.height >= 2


def test_a_large_table_is_read_in_parts_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 250_001
    frame = pl.DataFrame(
        {"id": range(n), "unit": ["AU"] * n, "ids": [[1, 2], None, []] * (n // 3) + [[3]] * (n % 3)}
    )
    path = tmp_path / "table.parquet"
    frame.write_parquet(path, row_group_size=70_000)
    at_once = read_table(path)
    monkeypatch.setattr(table_store, "LARGE_FILE", 1)
    assert_frame_equal(read_table(path), frame)
    assert_frame_equal(read_table(BytesIO(path.read_bytes())), at_once)
    frame.clear().write_parquet(path)
    assert read_table(path).schema == frame.schema
