"""CSV for spreadsheets: RFC 4180, every digit, no formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import write_csv, write_results
from dermoutcomes.report.spreadsheet import FORMULA_SIGNS, defuse
from dermoutcomes.testing import random_examples

UTC_LESS = dt.datetime(2021, 3, 1, 9, 30, 5)  # noqa: DTZ001 - readings carry no zone


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+49 40", "-5", "@SUM(A1)", "\tx", "\rx", "\uff1d1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert defuse(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "W12", " =1", "a=b", "'=1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert defuse(text) == text


def test_numbers_are_never_defused_and_keep_every_digit(tmp_path: Path) -> None:
    path = write_csv(
        pl.DataFrame({"value": [-0.1, 0.1 + 0.2, 1e-300, None], "id": [-1, 1 << 53, 0, None]}),
        tmp_path / "t.csv",
    )

    assert rows_of(path) == [
        ["value", "id"],
        ["-0.1", "-1"],
        ["0.30000000000000004", "9007199254740992"],
        ["1e-300", "0"],
        ["", ""],
    ]


def test_each_type_has_its_form(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "flag": [True],
            "day": [UTC_LESS.date()],
            "at": [UTC_LESS],
            "names": [["-a", "b"]],
            "ids": [[1, 2]],
            "none": [[]],
        },
        schema_overrides={"none": pl.List(pl.Int64)},
    )

    assert rows_of(write_csv(frame, tmp_path / "t.csv"))[1] == [
        "true",
        "2021-03-01",
        "2021-03-01T09:30:05",
        "'-a; b",
        "1; 2",
        "",
    ]


def test_a_hostile_column_name_is_defused(tmp_path: Path) -> None:
    assert rows_of(write_csv(pl.DataFrame({"=cmd": ["x"]}), tmp_path / "t.csv"))[0] == ["'=cmd"]


def test_lines_end_as_rfc_4180_says_and_a_mark_is_asked_for(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["1"]})

    assert write_csv(frame, tmp_path / "t.csv").read_bytes() == b"a\r\n1\r\n"
    assert (
        write_csv(frame, tmp_path / "m.csv", byte_order_mark=True).read_bytes()
        == b"\xef\xbb\xbfa\r\n1\r\n"
    )


def test_an_empty_table_keeps_its_header(tmp_path: Path) -> None:
    assert (
        write_csv(
            pl.DataFrame(schema={"a": pl.String, "b": pl.Float64}), tmp_path / "t.csv"
        ).read_bytes()
        == b"a,b\r\n"
    )


@settings(deadline=None, max_examples=random_examples(60))
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, float]]
) -> None:
    frame = pl.DataFrame(
        {"text": [text for text, _ in cells], "value": [value for _, value in cells]}
    )
    read = rows_of(write_csv(frame, tmp_path_factory.mktemp("csv") / "t.csv"))[1:]

    assert [text for text, _ in read] == [defuse(text) for text, _ in cells]
    assert [float(value) for _, value in read] == [value for _, value in cells]
    assert not any(text.startswith(FORMULA_SIGNS) for text, _ in read)


def test_results_name_their_methods_and_each_sentence_stands_once(tmp_path: Path) -> None:
    sentence, other = "A t-test of pairs, two-sided.", "=HYPERLINK(1)"
    results = pl.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "method": [sentence, other, None, sentence],
            "value": [1.5] * 4,
        }
    )

    paths = write_results(results, tmp_path)

    assert [path.name for path in paths] == ["results.csv", "methods.csv"]
    assert rows_of(paths[0]) == [
        ["id", "method", "value"],
        ["a", "M1", "1.5"],
        ["b", "M2", "1.5"],
        ["c", "", "1.5"],
        ["d", "M1", "1.5"],
    ]
    assert rows_of(paths[1]) == [["method", "text"], ["M1", sentence], ["M2", f"'{other}"]]


def test_no_result_gives_two_files_with_heads_alone(tmp_path: Path) -> None:
    schema = {"id": pl.String, "method": pl.String}

    assert [rows_of(path) for path in write_results(pl.DataFrame(schema=schema), tmp_path)] == [
        [["id", "method"]],
        [["method", "text"]],
    ]
