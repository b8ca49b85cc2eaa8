"""A number that a file stored becomes the value that its digits are, and is no text on its way."""

from __future__ import annotations

import struct

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dermoutcomes.sources import typed_values
from dermoutcomes.sources.cells.cell_numbers import NumberFormat, from_single_precision, number
from dermoutcomes.sources.cells.units import conversion


def single(value: float) -> float:
    """The number of single precision that is nearest."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


NUMBERS = st.one_of(
    st.none(),
    st.floats(),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6).map(single),
    st.integers(-500, 500).map(lambda tenths: tenths / 10),
    st.integers(-500, 500).map(lambda tenths: single(tenths / 10)),
)


@given(stored=st.lists(NUMBERS, min_size=1, max_size=20))
def test_stored_numbers_are_what_their_digits_are(stored: list[float | None]) -> None:
    numbers = pl.Series("number", stored, dtype=pl.Float64)
    cells = pl.DataFrame([numbers, numbers.cast(pl.String).alias("text")])
    digits = from_single_precision(pl.col("number").cast(pl.String))
    by_digits = cells.with_columns(english=digits).with_columns(value=number(pl.col("english")))
    typed = typed_values._as_numbers(cells, NumberFormat(",", "."))
    is_stored = pl.col("number").is_not_null()
    values = typed.filter(is_stored)["value"]
    # With the bits of each: 0 and -0 are equal and not the same.
    assert [*map(repr, values)] == [*map(repr, by_digits.filter(is_stored)["value"])]

    in_ours = typed_values._in_our_units(
        typed.filter(is_stored).with_columns(
            unit=pl.lit(0), row=pl.int_range(pl.len()), column=pl.lit(1)
        ),
        [conversion("m", "mm")],
    )
    expected = by_digits.filter(is_stored, pl.col("value").is_not_null())
    scaled = typed_values.scaled(expected["english"], conversion("m", "mm"))
    assert [*map(repr, in_ours.drop_nulls("value")["value"])] == [*map(repr, scaled)]
