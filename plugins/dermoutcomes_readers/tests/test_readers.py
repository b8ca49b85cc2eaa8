"""The bundled readers: what each recognises, what it reads, and what it says of a broken file."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
import pytest

from dermoutcomes import NoOptions, RawTable, Reader, StudyError
from dermoutcomes_readers import register_readers
from dermoutcomes_readers.delimited import DelimitedOptions, find_delimiter
from dermoutcomes_readers.encodings import detected_encoding

READERS = {reader.name: reader for reader in register_readers()}
PLAIN = "subject;visit;r0\n1;W0;0,34\n2;W0;0,35\n"


def best(path: Path) -> str | None:
    """The reader that is surest of a file."""
    head = path.read_bytes()[:4096]
    matches = [
        (match.certainty, reader.name)
        for reader in READERS.values()
        if (match := reader.recognise(path, head))
    ]
    return max(matches)[1] if matches else None


def text_table(tmp_path: Path, content: str | bytes, **options: str) -> RawTable:
    """A text file as it is read."""
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    [table] = READERS["delimited"].read(path, DelimitedOptions(**options)).values()
    return table


def test_the_readers_are_named() -> None:
    assert sorted(READERS) == [
        "arrow",
        "delimited",
        "excel",
        "json",
        "parquet",
        "redcap",
        "sas",
        "sas_transport",
        "spss",
        "stata",
        "take_workbook",
    ]
    assert all(isinstance(reader, Reader) for reader in READERS.values())


@pytest.mark.parametrize(
    ("text", "decimal", "delimiter"),
    [
        (PLAIN, ",", ";"),
        ("a,b\n1,2\n", ".", ","),
        ("a\tb\n1\t2\n", ".", "\t"),
        ("a|b\n1|2\n", ".", "|"),
        ("sep=;\na;b\n", ".", ";"),
        ("Export of 3 May, 2021\n\na;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ",", ";"),
        ("a\n1\n", ".", ","),
        ('a;"b;b"\n1;"2,2"\n', ".", ";"),
        ("R0 [mm];R1 [mm]\n0,1;0,2\n0,1;0,2\n", ".", ";"),
    ],
)
def test_the_delimiter_is_found(text: str, decimal: str, delimiter: str) -> None:
    assert find_delimiter(text, decimal) == delimiter


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"),
        *("utf-32", "utf-32-le", "utf-32-be"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    table = text_table(tmp_path, "Größe;µm\n1;2\n".encode(encoding))

    assert table.cells.rows() == [("Größe", "µm"), ("1", "2")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("letters", "wide"), [(21, True), (20, False)])
def test_a_file_without_a_mark_is_wide_where_one_half_alone_is_of_zeros(
    encoding: str, letters: int, wide: bool
) -> None:
    """The low byte of U+0100 is zero: one in twenty of those is too many."""
    content = ("\u0100" + "a" * (letters - 1)).encode(encoding)

    assert detected_encoding(content) == (encoding if wide else "utf-8")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_keep_their_numbers(tmp_path: Path, newline: str) -> None:
    table = text_table(tmp_path, newline.join(["title", "", "a;b", "1;2", "", "3"]))

    assert list(table.lines) == [1, 3, 4, 6]
    assert table.cells.rows() == [("title", None), ("a", "b"), ("1", "2"), ("3", None)]


def test_quoted_cells_may_hold_anything(tmp_path: Path) -> None:
    table = text_table(tmp_path, 'a;b\n"x;""y""";"two\nlines"\n1;2\n')

    assert table.cells.rows() == [("a", "b"), ('x;"y"', "two\nlines"), ("1", "2")]
    assert list(table.lines) == [1, 2, 4]


def test_an_inch_sign_in_a_cell_is_no_quote(tmp_path: Path) -> None:
    assert text_table(tmp_path, 'a,b\n5",2\n').cells.rows() == [("a", "b"), ('5"', "2")]


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, "empty"),
        (b"a,b\n1,\x00\x00\n", {}, "not text"),
        (b"a,b\n1,\x81\n", {}, "cannot be read as cp1252"),
        ("a,ü\n".encode("cp1252"), {"encoding": "utf-8"}, "cannot be read as utf-8"),
        ("a,ü\n".encode(), {"encoding": "cp1252"}, "the file is UTF-8"),
        ("a,ü\n".encode(), {"encoding": "koi8-r"}, "the file is UTF-8"),
        (b"a,b\n", {"encoding": "klingon"}, "unknown text encoding"),
        (b'a,b\n1,"2\n', {}, "quotes do not match"),
        (b'a,b\n"1"x,2\n', {}, "quotes do not match"),
        ("a,b\nM\u00fcller,1\n".encode("mac-roman"), {}, 'encoding = "mac-roman"'),
        ("a,b\nMärz,1\n".encode("cp850"), {}, 'encoding = "cp850"'),
        ("a,b\nRené,1\n".encode("mac-roman"), {}, "found:    RenŽ"),
    ],
)
def test_what_is_no_text(
    tmp_path: Path, content: bytes, options: dict[str, str], words: str
) -> None:
    with pytest.raises(StudyError, match=words) as caught:
        text_table(tmp_path, content, **options)

    assert caught.value.problems[0].file == "a.csv"


@pytest.mark.parametrize(
    ("text", "encoding", "options"),
    [
        ("Müller", "mac-roman", {"encoding": "mac-roman"}),
        ("März", "cp850", {"encoding": "cp850"}),
        ("MŸller", "cp1252", {"encoding": "cp1252"}),
        # Words that Windows-1252 does have.
        ("Šimon Žižek, don’t – „so“ 5 ‰ … Œuvre", "cp1252", {}),
        ("40–50 µm²", "cp1252", {}),
    ],
)
def test_letters_beyond_ascii_are_what_they_were(
    tmp_path: Path, text: str, encoding: str, options: dict[str, str]
) -> None:
    content = f"a;b\n{text};1\n".encode(encoding)

    assert text_table(tmp_path, content, **options).cells["column_1"].to_list() == ["a", text]


def test_a_long_file_is_read_whole(tmp_path: Path) -> None:
    table = text_table(tmp_path, "a;b;c\n" + "1;2,5;x\n" * 50_000)

    assert table.cells.shape == (50_001, 3)
    assert table.lines[-1] == 50_001


def workbook(path: Path) -> Path:
    """A workbook of two sheets: an empty row above the header, numbers, texts, dates."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "RAW DATA"
    for row in (
        [],
        ["Subject", "Value", "Date", "Time", "Flag"],
        ["007", 5, dt.date(2021, 3, 1), dt.time(9, 30), True],
        ["008", 1 / 3, dt.datetime(2021, 3, 1, 9, 30), None, "0,34"],  # noqa: DTZ001
    ):
        sheet.append(row)
    book.create_sheet("Info").append(["nothing here"])
    book.create_sheet("Empty")
    book.save(path)
    return path


def test_a_workbook(tmp_path: Path) -> None:
    tables = READERS["excel"].read(workbook(tmp_path / "a.xlsx"), NoOptions())
    table = tables["RAW DATA"]

    assert list(tables) == ["RAW DATA", "Info"]
    assert list(table.lines) == [2, 3, 4]
    assert table.cells.rows()[1:] == [
        ("007", "5", "2021-03-01", "09:30:00", "true"),
        ("008", repr(1 / 3), "2021-03-01T09:30:00", "", "0,34"),
    ]
    assert table.numbers is not None
    assert table.numbers["column_2"].to_list() == [None, 5.0, 1 / 3]
    assert table.numbers["column_5"].to_list() == [None, None, None]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
def test_a_workbook_that_is_cut_short(tmp_path: Path, name: str) -> None:
    whole = workbook(tmp_path / "whole.xlsx").read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(StudyError, match="workbook cannot be read"):
        READERS["excel"].read(tmp_path / name, NoOptions())


def test_a_workbook_without_a_filled_sheet(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")

    with pytest.raises(StudyError, match="empty"):
        READERS["excel"].read(tmp_path / "a.xlsx", NoOptions())


FRAME = pl.DataFrame(
    {"subject": ["1", "2"], "r0": [0.34, None], "when": [dt.date(2021, 3, 1)] * 2, "n": [1, 2]}
)


def stored(kind: str) -> bytes:
    """FRAME as the bytes of a file."""
    held = io.BytesIO()
    {"parquet": FRAME.write_parquet, "file": FRAME.write_ipc, "stream": FRAME.write_ipc_stream}[
        kind
    ](held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("kind", "reader"), [("parquet", "parquet"), ("file", "arrow"), ("stream", "arrow")]
)
def test_typed_tables(tmp_path: Path, kind: str, reader: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(stored(kind))
    [table] = READERS[reader].read(path, NoOptions()).values()

    assert best(path) == reader
    assert table.header == ("subject", "r0", "when", "n")
    assert table.cells.rows() == FRAME.rows()
    assert list(table.lines) == [1, 2]


ONES = pa.array([1, 1])
UNREAD = {
    "union": pa.UnionArray.from_sparse(pa.array([0, 0], pa.int8()), [ONES]),
    "run ends": pa.RunEndEncodedArray.from_arrays([2], [50.0]),
    "decimal of 60 digits": ONES.cast(pa.decimal256(60, 2)),
    "interval": pa.nulls(2, pa.month_day_nano_interval()),
    "list of such": pa.nulls(2, pa.list_(pa.decimal256(60, 2))),
}


@pytest.mark.parametrize("writer", [pa.ipc.new_file, pa.ipc.new_stream])
@pytest.mark.parametrize("unread", UNREAD)
def test_columns_of_arrow_types_that_are_not_read(
    tmp_path: Path, writer: Any, unread: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.arrow"
    table = pa.table({"subject": ["P01", "P02"], "r0": UNREAD[unread], "r1": UNREAD[unread]})
    with writer(path, table.schema) as file:
        file.write_table(table)

    with pytest.raises(StudyError, match="has a type that is not read") as caught:
        READERS["arrow"].read(path, NoOptions())

    found = [str(problem.found).partition(":")[0] for problem in caught.value.problems]
    assert found == ["r0", "r1"]
    assert "panicked" not in capfd.readouterr().err


def test_a_quoted_cell_may_be_longer_than_any_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('subject;r0;remark\nP01;0,3;"' + "x" * 300_000 + '"\nP02;0,4;none\n')

    [table] = READERS["delimited"].read(path, DelimitedOptions(decimal=",")).values()

    assert table.cells.select("column_1", "column_2").rows()[1:] == [("P01", "0,3"), ("P02", "0,4")]
    assert len(table.cells["column_3"][1]) == 300_000


@pytest.mark.parametrize(
    ("kind", "reader"), [("parquet", "parquet"), ("file", "arrow"), ("stream", "arrow")]
)
def test_typed_tables_that_are_cut_short(tmp_path: Path, kind: str, reader: str) -> None:
    whole = stored(kind)
    path = tmp_path / "a.bin"
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(StudyError, match=r"cannot be read|no mark of its end") as caught:
        READERS[reader].read(path, NoOptions())
    assert caught.value.problems[0].file == "a.bin"


@pytest.mark.parametrize(
    ("kind", "reader"), [("parquet", "parquet"), ("file", "arrow"), ("stream", "arrow")]
)
def test_typed_tables_with_a_spoilt_byte_are_read_or_refused(
    tmp_path: Path, kind: str, reader: str
) -> None:
    """Some of these bytes make Polars panic, which no `except Exception` would catch."""
    whole = stored(kind)
    path = tmp_path / "a.bin"
    for place in range(0, len(whole), max(1, len(whole) // 250)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(StudyError):
            assert READERS[reader].read(path, NoOptions())


@pytest.mark.parametrize(
    ("name", "content", "reader"),
    [
        ("a.csv", PLAIN.encode(), "delimited"),
        ("a.xls", PLAIN.encode(), "delimited"),
        ("a.dat", "ä;b".encode("cp1252"), "delimited"),
        ("a.csv", PLAIN.encode("utf-16"), "delimited"),
        ("a.bin", b"\x00\x01\x02\x03", None),
        ("a.parquet", b"\x00\x01", "parquet"),
    ],
)
def test_formats_are_recognised(
    tmp_path: Path, name: str, content: bytes, reader: str | None
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert best(path) == reader
