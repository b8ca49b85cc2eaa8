"""SAS, SPSS and Stata: what pyreadstat writes is read as it was, and what is broken is refused."""

from __future__ import annotations

import datetime as dt
import lzma
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermoutcomes import RawTable, StudyError
from dermoutcomes.testing import ReaderContract
from dermoutcomes_readers import register_readers
from dermoutcomes_readers.statistical_dates import SAS, SPSS, STATA, date_text, kind_of_format
from dermoutcomes_readers.value_labels import LabelOptions

READERS = {reader.name: reader for reader in register_readers()}
Write = Callable[..., None]
# Nothing here writes this format: a data set that SAS wrote, from haven (iris.LICENSE.txt).
SAS_SAMPLE = Path(__file__).with_name("iris.sas7bdat.xz")
WRITERS: dict[str, tuple[str, Write]] = {
    "spss": ("a.sav", pyreadstat.write_sav),
    "stata": ("a.dta", pyreadstat.write_dta),
    "sas_transport": ("a.xpt", pyreadstat.write_xport),
}
TABLE = pl.DataFrame(
    {
        "subject": ["S1", "S2", "S3"],
        "number": [1.0, 2.0, 3.0],
        "value": [0.1, None, -1e-7],
        "day": [dt.date(2024, 2, 29), None, dt.date(1899, 12, 31)],
        "at": pl.Series(["2024-03-01T08:30:15", None, "1960-01-01T00:00:00"]).str.to_datetime(),
        "clock": [dt.time(8, 30), None, dt.time(23, 59, 59)],
    }
)


def written(name: str, folder: Path, frame: pl.DataFrame = TABLE, **about: Any) -> Path:
    """A file of one of the formats."""
    file, write = WRITERS[name]
    write(frame, folder / file, **about)
    return folder / file


def stored(name: str, frame: pl.DataFrame, folder: Path) -> bytes:
    return written(name, folder, frame).read_bytes()


def read(name: str, path: Path, **options: str) -> RawTable:
    """The only table of a file."""
    [table] = READERS[name].read(path, LabelOptions(**options)).values()
    return table


def marks(table: RawTable, trait: str) -> list[tuple[int | None, int | None]]:
    """Row and column of what has a trait."""
    assert table.traits is not None
    return table.traits.filter(pl.col("trait") == trait).select("row", "column").rows()


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    table = read(name, written(name, tmp_path))

    assert table.header == tuple(TABLE.columns)
    assert tuple(table.lines) == (1, 2, 3)
    assert table.cells["column_1"].to_list() == ["S1", "S2", "S3"]
    assert table.cells["column_2"].to_list() == [1.0, 2.0, 3.0]
    assert table.cells["column_3"].to_list() == [0.1, None, -1e-7]
    assert table.cells["column_4"].to_list() == ["2024-02-29", None, "1899-12-31"]
    assert table.cells["column_5"].to_list() == ["2024-03-01T08:30:15", None, "1960-01-01T00:00:00"]
    assert table.cells["column_6"].to_list() == ["08:30:00", None, "23:59:59"]


@pytest.mark.parametrize("name", WRITERS)
@given(values=st.lists(st.floats(-(2.0**40), 2.0**40), min_size=1, max_size=8))
def test_numbers_come_back(name: str, values: list[float], tmp_path_factory: Any) -> None:
    frame = pl.DataFrame({"x": values}, schema={"x": pl.Float64})
    table = read(name, written(name, tmp_path_factory.mktemp("file"), frame))

    # A transport file keeps 56 binary digits behind powers of 16, and nothing below 1e-78.
    assert table.cells["column_1"].to_list() == pytest.approx(values, rel=1e-15, abs=1e-60)
    assert not any(math.copysign(1, value) < 0 for value in table.cells["column_1"] if value == 0)


@pytest.mark.parametrize("name", ["spss", "stata"])
def test_a_label_is_the_word_and_its_code_the_number(name: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"arm": [1.0, 2.0, 3.0, None]})
    labels = {"arm": {1: "Active", 2: "Placebo"}}
    path = written(
        name, tmp_path, frame, variable_value_labels=labels, column_labels={"arm": "Treatment"}
    )

    table, codes = read(name, path), read(name, path, labels="codes")

    assert table.cells["column_1"].to_list() == ["Active", "Placebo", "3", None]
    assert table.numbers is not None
    assert table.numbers["column_1"].to_list() == [1.0, 2.0, 3.0, None]
    assert marks(table, "labelled") == [(None, 1)]
    assert table.labels == ("Treatment",)
    assert codes.cells["column_1"].to_list() == [1.0, 2.0, 3.0, None]
    assert marks(codes, "labelled") == []


def test_two_codes_of_one_label_stay_two(tmp_path: Path) -> None:
    frame = pl.DataFrame({"arm": [1.0, 2.0]})
    path = written("spss", tmp_path, frame, variable_value_labels={"arm": {1: "A", 2: "a"}})

    table = read("spss", path)

    assert table.cells["column_1"].to_list() == [1.0, 2.0]
    assert marks(table, "same_label") == [(None, 1)]


def test_labels_of_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"sex": ["f", "m"]})
    path = written("spss", tmp_path, frame, variable_value_labels={"sex": {"f": "female"}})

    assert read("spss", path).cells["column_1"].to_list() == ["female", "m"]


def test_what_spss_declares_missing_keeps_its_word_and_has_no_number(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [1.0, 99.0, 97.0, 5.0]})
    path = written(
        "spss",
        tmp_path,
        frame,
        variable_value_labels={"x": {99: "Not done"}},
        missing_ranges={"x": [{"lo": 97, "hi": 99}]},
    )

    table = read("spss", path)

    assert table.cells["column_1"].to_list() == ["1", "Not done", "97", "5"]
    assert table.numbers is not None
    assert table.numbers["column_1"].to_list() == [1.0, None, None, 5.0]
    assert marks(table, "missing") == [(2, 1), (3, 1)]


def test_the_letters_by_which_stata_says_why_a_value_is_missing(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": pl.Series([1.0, "a", 2.0, "b"], dtype=pl.Object)})
    path = written(
        "stata",
        tmp_path,
        frame,
        missing_user_values={"x": ["a", "b"]},
        variable_value_labels={"x": {"a": "Refused"}},
    )

    table = read("stata", path)

    assert table.cells["column_1"].to_list() == ["1", "Refused", "b", "2"] or (
        table.cells["column_1"].to_list() == ["1", "Refused", "2", "b"]
    )
    assert marks(table, "missing") == [(2, 1), (4, 1)]


@pytest.mark.parametrize(
    ("name", "formats", "value", "text"),
    [
        ("%tdDD/NN/CCYY", STATA, 23377.0, "2024-01-02"),
        ("%-td", STATA, 23377.0, "2024-01-02"),
        ("%tc", STATA, 0.5, "1960-01-01T00:00:00.000500"),
        ("%tcHH:MM", STATA, 30600000.0, "08:30:00"),
        ("%tcDDmonCCYY_HH:MM", STATA, 30600000.0, "1960-01-01T08:30:00"),
        ("%tm", STATA, 768.0, "2024-01"),
        ("%tm", STATA, -1.0, "1959-12"),
        ("%tw", STATA, 0.0, "1960w1"),
        ("%tq", STATA, 3.0, "1960q4"),
        ("%th", STATA, 2.0, "1961h1"),
        ("ADATE10", SPSS, 13923532800.0, "2024-01-02"),
        ("EDATE8", SPSS, 13923532800.0, "2024-01-02"),
        ("MOYR8", SPSS, 13923532800.0, "2024-01"),
        ("TIME8", SPSS, 86400.0, "86400.0 is beyond the dates"),
        ("DATE9.", SAS, 23377.0, "2024-01-02"),
        ("YYMMDDD10.", SAS, 23377.0, "2024-01-02"),
        ("E8601DA", SAS, 23377.0, "2024-01-02"),
        ("NLDATE20", SAS, 23377.0, "2024-01-02"),
        ("MONYY7.", SAS, 23377.0, "2024-01"),
        ("DATETIME20.", SAS, 2019803415.0, "2024-01-02T08:30:15"),
        ("E8601DT", SAS, 2019803415.0, "2024-01-02T08:30:15"),
        ("DTDATE9", SAS, 2019803415.0, "2024-01-02"),
        ("TIME8.", SAS, 30600.0, "08:30:00"),
        ("DATE9.", SAS, 1e12, "1000000000000.0 is beyond the dates"),
    ],
)
def test_dates_of_each_program(name: str, formats: Any, value: float, text: str) -> None:
    kind = kind_of_format(name, formats)

    assert kind is not None
    assert date_text(value, kind) == text


@pytest.mark.parametrize(
    ("name", "formats"),
    [("F8.2", SPSS), ("DOLLAR10", SPSS), ("%9.0g", STATA), ("BEST12.", SAS), ("$20", SAS)],
)
def test_formats_of_numbers(name: str, formats: Any) -> None:
    assert kind_of_format(name, formats) is None


def test_each_table_of_a_transport_file_is_one(tmp_path: Path) -> None:
    first, second = pl.DataFrame({"a": [1.0, 2.0]}), pl.DataFrame({"b": ["x"]})
    one = written("sas_transport", tmp_path, first, table_name="DM", file_format_version=5)
    content = one.read_bytes()
    two = written("sas_transport", tmp_path, second, table_name="AE", file_format_version=5)
    (tmp_path / "both.xpt").write_bytes(content + two.read_bytes()[240:])

    tables = READERS["sas_transport"].read(tmp_path / "both.xpt", LabelOptions())

    assert {name: table.header for name, table in tables.items()} == {"DM": ("a",), "AE": ("b",)}
    assert tables["DM"].cells["column_1"].to_list() == [1.0, 2.0]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_file_that_is_cut_short_is_refused(name: str, share: float, tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [float(i) for i in range(500)], "y": [f"S{i}" for i in range(500)]})
    path = written(name, tmp_path, frame)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])

    with pytest.raises(StudyError, match=r"cannot be read|is not whole|is no "):
        read(name, path)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_under_another_name_is_known_by_its_bytes(name: str, tmp_path: Path) -> None:
    head = written(name, tmp_path).read_bytes()[:4096]
    other = Path("a.sav" if name == "stata" else "a.dta")

    certain = {
        reader: match.certainty
        for reader in READERS
        if (match := READERS[reader].recognise(other, head))
    }
    assert max(certain, key=lambda reader: certain[reader]) == name


def test_the_wrong_reader_names_the_right_one(tmp_path: Path) -> None:
    path = written("spss", tmp_path)

    with pytest.raises(StudyError, match='reader = "spss" in the source'):
        read("stata", path)


def test_a_text_in_another_encoding_is_refused_and_never_blank(tmp_path: Path) -> None:
    path = written("spss", tmp_path, pl.DataFrame({"name": ["Zoë", "Ann"]}))
    path.write_bytes(path.read_bytes().replace("ë".encode(), b"\xeb "))

    with pytest.raises(StudyError, match='encoding = "windows-1252" in the source'):
        read("spss", path)
    assert read("spss", path, encoding="windows-1252").cells["column_1"].to_list() == ["Zoë", "Ann"]
    with pytest.raises(StudyError, match="unknown text encoding"):
        read("spss", path, encoding="klingon")


def test_a_transport_file_without_an_encoding_is_read_as_windows(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["Zoë", "Ann"]})
    path = written("sas_transport", tmp_path, frame, file_format_version=5)
    path.write_bytes(path.read_bytes().replace("ë".encode(), b"\xeb "))

    assert read("sas_transport", path).cells["column_1"].to_list() == ["Zoë", "Ann"]


@pytest.mark.parametrize(
    ("name", "further"), [("sas_transport", {"file_format_version": 5}), ("stata", {"version": 10})]
)
@pytest.mark.parametrize(
    ("encoding", "word"), [("cp1251", "Пациент"), ("cp1250", "płeć"), ("mac-roman", "Müller")]
)
def test_a_text_that_names_no_encoding_is_asked_where_windows_does_not_fit(
    name: str, further: Mapping[str, int], encoding: str, word: str, tmp_path: Path
) -> None:
    frame = pl.DataFrame({"name": ["x" * len(word), "Ann"]})
    path = written(name, tmp_path, frame, **further)
    path.write_bytes(path.read_bytes().replace(b"x" * len(word), word.encode(encoding)))

    with pytest.raises(StudyError, match=f'encoding = "{encoding}" for {word!r}'):
        read(name, path)
    assert read(name, path, encoding=encoding).cells["column_1"].to_list() == [word, "Ann"]
    assert read(name, path, encoding="cp1252").cells["column_1"].to_list() != [word, "Ann"]


def test_a_label_in_another_encoding_is_asked(tmp_path: Path) -> None:
    frame = pl.DataFrame({"sex": [1.0, 2.0]})
    labels = {"sex": {1: "xxxxxxx", 2: "xxxxxx"}}
    path = written("stata", tmp_path, frame, version=10, variable_value_labels=labels)
    content = path.read_bytes().replace(b"xxxxxxx", "мужской".encode("cp1251"))
    path.write_bytes(content)

    with pytest.raises(StudyError, match="encoding = \"cp1251\" for 'мужской'"):
        read("stata", path)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"aa": [1.0], "ab": [2.0]})
    path = written("sas_transport", tmp_path, frame, file_format_version=5)
    path.write_bytes(path.read_bytes().replace(b"ab      ", b"aa      "))

    with pytest.raises(StudyError, match="'aa' is duplicated"):
        read("sas_transport", path)


@pytest.mark.parametrize("place", [180, 181])
def test_a_file_of_spss_that_the_library_would_crash_at_is_refused(
    place: int, tmp_path: Path
) -> None:
    path = written("spss", tmp_path, pl.DataFrame({"x": [1.0]}))
    content = bytearray(path.read_bytes())
    content[place] = 0xFF
    content[place + 1] = 0x7F
    path.write_bytes(content)

    with pytest.raises(StudyError, match="its dictionary of columns is broken"):
        read("spss", path)


def test_a_last_column_of_fewer_parts_than_it_is_wide_is_refused(tmp_path: Path) -> None:
    path = written("spss", tmp_path, pl.DataFrame({"x": [1.0], "y": [2.0]}))
    content = bytearray(path.read_bytes())
    # The type of the second column: a text of 45 letters, of which no further part comes.
    assert content[212:216] == bytes(4)
    content[212] = 45
    path.write_bytes(content)

    with pytest.raises(StudyError, match="its dictionary of columns is broken"):
        read("spss", path)


@pytest.mark.parametrize("compress", [False, True])
def test_more_rows_than_the_file_has_room_for_are_refused_at_once(
    compress: bool, tmp_path: Path
) -> None:
    path = written("spss", tmp_path, pl.DataFrame({"x": [1.0] * 20}), compress=compress)
    content = bytearray(path.read_bytes())
    assert content[80:84] == b"\x14\x00\x00\x00"
    content[83] = 38
    path.write_bytes(content)

    with pytest.raises(StudyError, match="the SPSS file is not whole") as caught:
        read("spss", path)
    assert "637534228 rows" in str(caught.value)


@pytest.mark.parametrize("version", [8, 15])
def test_more_rows_than_a_file_of_stata_has_room_for_are_refused_at_once(
    version: int, tmp_path: Path
) -> None:
    path = written(
        "stata", tmp_path, pl.DataFrame({"x": [1.0] * 20, "y": [2.0] * 20}), version=version
    )
    content = bytearray(path.read_bytes())
    place = 6 if version == 8 else content.index(b"<N>") + 3
    assert content[place : place + 4] == b"\x14\x00\x00\x00"
    assert read("stata", path)
    content[place + 3] = 61
    path.write_bytes(content)

    with pytest.raises(StudyError, match="the Stata file is not whole") as caught:
        read("stata", path)
    assert "1023410196 rows" in str(caught.value)


def test_a_count_of_labels_beyond_the_file_is_refused(tmp_path: Path) -> None:
    labels = {"x": {1: "one"}}
    path = written("spss", tmp_path, pl.DataFrame({"x": [1.0]}), variable_value_labels=labels)
    content = path.read_bytes()
    place = content.index(b"\x03\x00\x00\x00\x01\x00\x00\x00")
    path.write_bytes(content[: place + 4] + b"\xff\xff\xff\x7f" + content[place + 8 :])

    with pytest.raises(StudyError, match="its dictionary of columns is broken"):
        read("spss", path)


def test_a_password_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    path.write_bytes(b"\x1c\x00\x00\x00\x00\x00\x00\x00ENCRYPTEDSAV" + bytes(200))

    with pytest.raises(StudyError, match="protected by a password"):
        read("spss", path)


def _sample(name: str) -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return stored(name, TABLE.select("subject", "value"), Path(folder))


class TestSpss(ReaderContract):
    reader = READERS["spss"]
    sample = _sample("spss")


class TestStata(ReaderContract):
    reader = READERS["stata"]
    sample = _sample("stata")


class TestSasTransport(ReaderContract):
    reader = READERS["sas_transport"]
    sample = _sample("sas_transport")


def test_a_data_set_that_sas_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "iris.sas7bdat"
    path.write_bytes(lzma.decompress(SAS_SAMPLE.read_bytes()))
    table = read("sas", path)

    assert table.name == "IRIS"
    assert table.header == ("Sepal_Length", "Sepal_Width", "Petal_Length", "Petal_Width", "Species")
    assert table.cells.row(0) == (5.1, 3.5, 1.4, 0.2, "setosa")
    assert table.cells.row(149) == (5.9, 3.0, 5.1, 1.8, "virgin")
    # Means of Fisher's table of 150 flowers, as every book has them.
    assert table.cells.select(pl.col(pl.Float64).mean().round(4)).row(0) == (
        5.8433,
        3.0573,
        3.758,
        1.1993,
    )
    assert table.cells["column_5"].value_counts().sort("column_5").rows() == [
        # The file itself has six letters of a word.
        ("setosa", 50),
        ("versic", 50),
        ("virgin", 50),
    ]


def test_a_sas_file_without_its_last_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "iris.sas7bdat"
    path.write_bytes(lzma.decompress(SAS_SAMPLE.read_bytes())[: 1 << 16])

    with pytest.raises(StudyError, match=r"the SAS file cannot be read[\s\S]*truncated"):
        read("sas", path)


@pytest.mark.parametrize("name", ["spss", "stata"])
def test_a_column_of_texts_may_have_a_name_with_umlauts(name: str, tmp_path: Path) -> None:
    table = read(name, written(name, tmp_path, pl.DataFrame({"Größe": ["mäßig", "groß"]})))

    assert table.header == ("Größe",)
    assert table.cells["column_1"].to_list() == ["mäßig", "groß"]


class TestSas(ReaderContract):
    reader = READERS["sas"]
    sample = lzma.decompress(SAS_SAMPLE.read_bytes())
