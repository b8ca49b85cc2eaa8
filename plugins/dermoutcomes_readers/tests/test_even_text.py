"""Large texts are cut into cells at once, and give what they give line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dermoutcomes_readers import delimited


@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["", "a", " ", "1,5", "ä", "#", "x y", "\x1c", "\u2028", "'", "\t"]),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=6,
    ),
    even=st.booleans(),
    end=st.sampled_from(["", "\n", "\r\n", "\n\n", " \n"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_large_text_is_cut_as_a_small_one(
    rows: list[list[str]], even: bool, end: str, line_end: str
) -> None:
    if even:
        rows = [[*row, *[""] * 4][:3] for row in rows]
    text = line_end.join(";".join(row) for row in rows) + end
    assume(text.strip())
    path = Path("cells.csv")
    cells, lines = delimited._plain(text, ";", path)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(delimited, "SAMPLE_TEXT", 0)
        at_once, lines_at_once = delimited._plain(text, ";", path)
    assert_frame_equal(at_once, cells)
    assert [*lines_at_once] == [*lines]


def test_even_text_is_cut_at_once_and_no_other() -> None:
    path = Path("cells.csv")
    assert delimited._even("a;b\n1;2\n", ";", path) is not None
    for text in ("a;b\n1;2;3\n4", "a;b\n\n1;2", "a;b\n1;2;\n3", "title\na;b", "a\n1"):
        assert delimited._even(text, ";", path) is None
