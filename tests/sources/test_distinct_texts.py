"""What follows from a text alone is the same, whether each cell is asked or each text once."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dermoutcomes.sources.cells.cell_numbers import NumberFormat, number
from dermoutcomes.sources.cells.dates import as_datetime
from dermoutcomes.sources.cells.distinct_texts import distinct_texts, of_each_text

CELL = pl.col("cell")
EXPRESSIONS = (
    number(NumberFormat(",", ".").english(CELL)).alias("value"),
    as_datetime(CELL).alias("day"),
    CELL.fill_null("absent").alias("filled"),
)
TEXTS = ("0,516", "1.234,5", "", "2021-03-01", "01.03.2021", "n. d.", "ä", None)


@given(words=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6), times=st.integers(0, 400))
def test_each_cell_has_what_its_text_gives(words: list[str | None], times: int) -> None:
    frame = pl.DataFrame({"row": range(len(words) * times), "cell": words * times}).cast(
        {"cell": pl.String}
    )
    assert_frame_equal(of_each_text(frame, "cell", *EXPRESSIONS), frame.select(EXPRESSIONS))


@pytest.mark.parametrize("alike", ["0,516", None])
def test_column_of_one_text_or_of_none(alike: str | None) -> None:
    frame = pl.DataFrame({"row": range(5_000)}).with_columns(cell=pl.lit(alike, dtype=pl.String))
    assert_frame_equal(of_each_text(frame, "cell", *EXPRESSIONS), frame.select(EXPRESSIONS))


def test_texts_are_parsed_once_where_they_repeat() -> None:
    repeated = pl.DataFrame({"cell": ["0,5", "0,6"] * 5_000})
    assert distinct_texts(repeated, "cell").height == 2
    different = pl.DataFrame({"cell": [str(number) for number in range(10_000)]})
    assert distinct_texts(different, "cell").height == 10_000
