"""Entries counted in a loop are those that a query counts, whatever the units are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dermoutcomes.tables import ledger
from dermoutcomes.tables.ledger import EntryRows, entries, no_entries

WORDS = st.sampled_from(["a", "b", "c", "é", "", None])
COLUMNS: Mapping[str, st.SearchStrategy[Any]] = {
    "subject": st.sampled_from([*"abcdefghi", None]),
    "visit": WORDS,
    "arm": WORDS,
    "reason": st.sampled_from(["missed", "no_value", None]),
    "detail": WORDS,
    "n": st.integers(0, 30),
    # A column that no entry has.
    "side": WORDS,
}


@st.composite
def units(draw: st.DrawFn) -> pl.DataFrame:
    names = draw(st.lists(st.sampled_from([*COLUMNS]), min_size=1, unique=True))
    height = draw(st.integers(0, 12))
    kinds = {name: pl.Int64 if name == "n" else pl.String for name in names}
    values = {
        name: draw(st.lists(COLUMNS[name], min_size=height, max_size=height)) for name in names
    }
    return pl.DataFrame(values, schema=kinds)


@given(units(), st.sampled_from([{}, {"visit": "W4"}, {"reason": "missed", "arm": None}]))
def test_a_loop_counts_what_a_query_counts(frame: pl.DataFrame, same: dict[str, Any]) -> None:
    expected = entries(frame, "records", "loss", **same)

    counted, of_rows = EntryRows(), EntryRows()
    counted.count(frame, "records", "loss", **same)
    of_rows.count(frame.to_dicts(), "records", "loss", **same)

    assert_frame_equal(counted.table(), expected)
    assert_frame_equal(of_rows.table(), expected)


@pytest.mark.parametrize("few", [0, 2_000])
def test_many_units_and_few_are_counted_alike_one_kind_below_the_other(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(ledger, "FEW", few)
    frame = pl.DataFrame({"subject": [*"cacca"], "visit": ["W4", "W0", "W4", None, "W4"]})
    counted = EntryRows()

    counted.count(frame, "records", "opening", endpoint="e")
    counted.count(frame.clear(), "records", "loss", endpoint="e")
    counted.add("analysis", "closing", 3, endpoint="e")

    rows = (
        counted.table().select("entry", "endpoint", "visit", "n", "n_subjects", "subjects").rows()
    )
    assert rows == [
        ("opening", "e", "W4", 3, 2, ["a", "c"]),
        ("opening", "e", "W0", 1, 1, ["a"]),
        ("opening", "e", None, 1, 1, ["c"]),
        ("closing", "e", None, 3, None, None),
    ]


def test_a_step_without_a_unit_has_the_table_without_an_entry() -> None:
    counted = EntryRows()
    counted.count([], "records", "loss")
    assert_frame_equal(counted.table(), no_entries())
