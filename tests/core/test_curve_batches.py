"""Raw curves on disk: a reader never has to take more than a few hundred of them at once."""

from __future__ import annotations

import polars as pl
import pyarrow.parquet as pq

from dermoutcomes.runs.run_folder import RunFolder


def curves(first, count):
    ids = pl.Series("id", range(first, first + count))
    return pl.DataFrame([ids, ids.alias("measurement"), ids.alias("row")]).with_columns(
        instrument=pl.lit("probe"), samples=pl.lit([0.0, 0.5]), source=1
    )


def test_row_groups_of_curves_are_small_and_nothing_is_lost(tmp_path):
    writing = RunFolder.start(tmp_path / "run", "S")
    frames = writing.write_batches("curves", [curves(1, 1200), curves(1201, 10)])
    rows = sum(frame.height for frame in frames)
    file = pq.ParquetFile(writing.table_path("curves"))

    assert rows == file.metadata.num_rows == 1210
    assert (
        max(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)) == 500
    )
    assert pl.read_parquet(writing.table_path("curves"))["id"].to_list() == list(range(1, 1211))


def test_a_table_without_rows_has_its_columns(tmp_path):
    writing = RunFolder.start(tmp_path / "run", "S")

    assert list(writing.write_batches("curves", [])) == []
    assert "samples" in pl.read_parquet(writing.table_path("curves")).columns
