"""Files that cannot be understood: the study stops, and the words say where, what was found, what was expected, what is near."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .test_source_values import ONE

Refuses = Callable[..., str]
GOOD = "subject,visit,r0\n1,W0,0.3\n"


def test_a_file_that_does_not_exist(refuses: Refuses) -> None:
    words = refuses(
        '[[sources.skinmeter]]\nfile = "reading.csv"\n[[sources.rating]]\nfiles = "none/*.csv"\n',
        readings_csv=GOOD,
    )

    assert "the file does not exist" in words
    assert "did you mean 'readings.csv'?" in words
    assert "no file matches" in words


def test_an_optional_file_may_be_absent(reads: Callable[..., object]) -> None:
    tables = reads(ONE + '[[sources.rating]]\nfile = "none.csv"\noptional = true\n', a_csv=GOOD)

    assert tables["observations"]["measure"].to_list() == ["skinmeter.r0"]


@pytest.mark.parametrize("path", ["../a.csv", "/etc/passwd", "data/../../a.csv"])
def test_a_path_that_leaves_the_folder(refuses: Refuses, path: str) -> None:
    assert "leaves the study's folder" in refuses(f'[[sources.skinmeter]]\nfile = "{path}"\n')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"subject,visit,r0\n", "a header and no rows"),
        (b"\x00\x01\x02\x03" * 50, "no"),
        (b"PAR1junk", "Parquet file cannot be read"),
        (b'subject,visit,r0\n1,W0,"0.3\n', "quotes do not match"),
        (b"subject,visit,r0\n1,W0,0.3 \x07\n", "not text"),
    ],
)
def test_a_file_that_cannot_be_read(refuses: Refuses, content: bytes, words: str) -> None:
    said = refuses(ONE, a_csv=content)

    assert words in said
    assert "a.csv" in said


def test_a_wrong_encoding(refuses: Refuses) -> None:
    said = refuses(
        ONE + 'encoding = "utf-8"\n', a_csv="subject,visit,r0,größe\n1,W0,0.3,1\n".encode("cp1252")
    )

    assert "cannot be read as utf-8" in said
    assert "a.csv:1" in said


def test_an_encoding_that_only_seems_to_fit(refuses: Refuses) -> None:
    assert "the file is UTF-8" in refuses(
        ONE + 'encoding = "cp1252"\n', a_csv="subject,visit,r0,größe\n1,W0,0.3,1\n"
    )


def test_columns_that_the_file_does_not_have(refuses: Refuses) -> None:
    said = refuses(
        ONE + 'columns.subject = "Probant"\ncolumns.r0 = "R0 [mm]"\ncolumns.r2 = "R2"\n',
        a_csv="Proband;Termin;R0;R3\n1;W0;0.3;0.4\n",
    )

    assert "the file has no column 'Probant'" in said
    assert "the nearest is 'Proband'" in said
    assert "Proband | Termin | R0 | R3" in said
    assert "sources.skinmeter[1].columns.r2" in said
    assert "columns.r0" not in said  # a unit behind the name does not matter


def test_a_file_that_fits_no_mapping(refuses: Refuses) -> None:
    said = refuses(ONE, a_csv="subject,visit,Hight,Elastcity\n1,W0,0.3,0.5\n")

    assert "fits no mapping" in said
    assert 'columns.r0 = "Hight"?' in said
    assert 'columns.r2 = "Elastcity"?' in said


def test_a_file_without_subjects(refuses: Refuses) -> None:
    assert "no column says who the subject is" in refuses(ONE, a_csv="visit,r0\nW0,0.3\n")


def test_two_columns_of_one_name(refuses: Refuses) -> None:
    assert "2 columns that can be 'r0'" in refuses(
        ONE + 'columns.r0 = "R0"\n', a_csv="subject,visit,R0,R0\n1,W0,0.3,0.4\n"
    )


@pytest.mark.parametrize("sources", [ONE, ONE + 'units.r0 = "°C"\n'])
def test_units_that_cannot_be_converted(refuses: Refuses, sources: str) -> None:
    said = refuses(sources, a_csv="subject,visit,r0 [°C]\n1,W0,34\n")

    assert "the unit does not fit skinmeter.r0" in said
    assert "a.csv:1" in said


def test_a_unit_that_the_header_contradicts(refuses: Refuses) -> None:
    assert "the header gives the unit 'mm'" in refuses(
        ONE + 'units.r0 = "µm"\n', a_csv="subject,visit,r0 [mm]\n1,W0,34\n"
    )


def test_a_long_table_of_other_measures(refuses: Refuses) -> None:
    said = refuses(
        ONE + 'columns.measure = "what"\ncolumns.value = "value"\n',
        a_csv="subject,visit,what,value\n1,W0,Hydratation,41\n",
    )

    assert "no row is a value of skinmeter" in said
    assert "Hydratation" in said


def test_a_condition_on_a_column_that_is_not_there(refuses: Refuses) -> None:
    assert "did you mean 'visit'?" in refuses(ONE + 'where = { vist = "W0" }\n', a_csv=GOOD)


def test_a_condition_that_takes_no_row(refuses: Refuses) -> None:
    assert "`where` takes no row" in refuses(ONE + 'where = { visit = "W9" }\n', a_csv=GOOD)


def test_a_header_row_beyond_the_file(refuses: Refuses) -> None:
    assert "the header row is blank or beyond the end" in refuses(ONE + "header = 9\n", a_csv=GOOD)


def test_a_file_name_that_does_not_fit(refuses: Refuses) -> None:
    assert "does not fit the pattern" in refuses(
        ONE + 'file_name = "{subject}_{visit}.csv"\n', a_csv=GOOD
    )


def test_an_unknown_reader(refuses: Refuses) -> None:
    assert "did you mean 'excel'?" in refuses(ONE + 'reader = "excell"\n', a_csv=GOOD)


def test_all_files_are_tried_before_it_stops(refuses: Refuses) -> None:
    said = refuses(
        '[[sources.skinmeter]]\nfile = "a.csv"\n[[sources.skinmeter]]\nfile = "b.csv"\n[[sources.subjects]]\nfile = "c.csv"\n',
        a_csv="",
        b_csv="x,y\n1,2\n",
        c_csv="id,age\n1,2\n",
    )

    assert "a.csv" in said
    assert "b.csv" in said
    assert "c.csv" in said
