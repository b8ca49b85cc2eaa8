"""Values of wide and long tables: what is read, from which cell, into which unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import polars as pl
import pytest

from .conftest import Read

ONE = '[[sources.skinmeter]]\nfile = "a.csv"\n'
ABOUT = ("subject", "visit", "side", "replicate", "measure", "value")


def rows(tables: object, *columns: str) -> list[tuple[object, ...]]:
    """The observations, as rows of the columns asked for."""
    return tables["observations"].select(columns or ABOUT).rows()  # type: ignore[index]


def checks(tables: object, *columns: str) -> list[tuple[object, ...]]:
    """The findings, without those about absent visits and an absent list of subjects."""
    found: pl.DataFrame = tables["findings"].filter(pl.col("check") != "no_subject_list")  # type: ignore[index]
    return (
        found.filter(~pl.col("check").is_in(["missed_visit", "subject_without_data"]))
        .select(columns or ("check", "row", "column"))
        .rows()
    )


def test_a_plain_table_needs_no_mapping(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,side,r0,r2\n01,W0,L,0.34,0.5\n01,W4,right,0.30,.\n")

    assert rows(tables) == [
        ("01", "W0", "left", None, "skinmeter.r0", 0.34),
        ("01", "W0", "left", None, "skinmeter.r2", 0.5),
        ("01", "W4", "right", None, "skinmeter.r0", 0.3),
    ]
    assert not checks(tables)


def test_ids_are_source_row_and_column(reads: Read) -> None:
    [first, second] = rows(
        reads(ONE, a_csv="subject,visit,r0,r2\n01,W0,0.34,0.5\n"),
        "id",
        "measurement",
        "source",
        "row",
        "column",
    )

    assert first == (1 << 40 | 2 << 14 | 3, 1 << 40 | 2 << 14 | 3, 1, 2, 3)
    assert second == (1 << 40 | 2 << 14 | 4, first[0], 1, 2, 4)


def test_an_export_in_its_own_words(reads: Read) -> None:
    sources = (
        ONE
        + """
decimal = ","
encoding = "cp1252"
columns.subject = "Proband"
columns.visit = "Termin"
columns.side = "Seite"
columns.r0 = "Höhe [mm]"
values.side = { links = "left", rechts = "right" }
"""
    )
    text = "Gerät: SEM;;;\n\nProband;Termin;Seite;Höhe [mm]\n007;Woche 4;links;0,340\n007;woche 12;rechts;1\n"

    tables = reads(sources, a_csv=text.encode("cp1252"))

    assert rows(tables, *ABOUT, "row") == [
        ("007", "W4", "left", None, "skinmeter.r0", 0.34, 4),
        ("007", "W12", "right", None, "skinmeter.r0", 1.0, 5),
    ]


def test_units_in_the_header_are_converted_exactly(reads: Read) -> None:
    tables = reads(
        ONE,
        a_csv="subject,visit,r0 [µm],r2 [%],wet (a.u.),room [°F]\n01,W0,340,66.2,41,68\n01,W4,347.1,1e2,42,50\n",
    )

    assert rows(tables, "measure", "value", "unit") == [
        ("skinmeter.r0", 0.34, "mm"),
        ("skinmeter.r2", 0.662, ""),
        ("skinmeter.wet", 41.0, "AU"),
        ("skinmeter.room", 20.0, "°C"),
        ("skinmeter.r0", 0.3471, "mm"),
        ("skinmeter.r2", 1.0, ""),
        ("skinmeter.wet", 42.0, "AU"),
        ("skinmeter.room", 10.0, "°C"),
    ]


def test_a_stated_unit_is_converted(reads: Read) -> None:
    assert rows(
        reads(ONE + 'units.r0 = "cm"\n', a_csv="subject,visit,r0\n01,W0,0.034\n"), "value"
    ) == [(0.34,)]


def test_an_unknown_unit_is_a_finding(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0 [furlong],r2 (left)\n01,W0,0.34,0.5\n")

    assert checks(tables, "check", "found", "column") == [("unit_unknown", "furlong", 3)]
    assert rows(tables, "value") == [(0.34,), (0.5,)]


def test_a_long_table(reads: Read) -> None:
    sources = (
        ONE
        + """
columns.measure = "PARAMETER"
columns.value = "VALUE"
columns.unit = "UNIT"
columns.replicate = "REPETITION"
columns.visit = "KINETIC"
values.measure = { Firm = "r0" }
values.visit = { BL = "W0" }
"""
    )
    text = (
        "SUBJECT\tKINETIC\tPARAMETER\tVALUE\tUNIT\tREPETITION\n0012\tBL\tFirm\t340\tµm\t1\n0012\tBL\tFirm\t0.35\tmm\t2\n"
        "0012\tBL\tElasticity\t0.5\t\t1\n0012\tBL\tTEWL\t9\tg/m²/h\t1\n"
    )

    tables = reads(sources, a_csv=text)

    assert rows(tables, "measure", "replicate", "value") == [
        ("skinmeter.r0", 1, 0.34),
        ("skinmeter.r0", 2, 0.35),
        ("skinmeter.r2", 1, 0.5),
    ]
    assert tables["observations"]["measurement"].to_list() == [
        1 << 40 | 2 << 14 | 4,
        1 << 40 | 3 << 14 | 4,
        1 << 40 | 2 << 14 | 4,
    ]
    assert checks(tables, "check", "severity", "found", "row") == [
        ("unknown_measure", "note", "TEWL", 5)
    ]


def test_a_setting_repeated_in_a_long_table_is_one_observation_a_measurement(reads: Read) -> None:
    text = "subject,visit,measure,value,serial\n1,W0,r0,0.3,A7\n1,W0,r2,0.5,A7\n2,W0,r0,0.4,A7\n"

    observed = reads(ONE + 'columns.value = "value"\n', a_csv=text)["observations"].filter(
        measure="skinmeter.serial"
    )

    assert observed.select("subject", "kind", "text").rows() == [
        ("1", "setting", "A7"),
        ("2", "setting", "A7"),
    ]


def test_a_column_a_visit(reads: Read) -> None:
    sources = '[[sources.rating]]\nfile = "a.csv"\nheaders = "{visit}"\nconstants.measure = "score"\ncolumns.rater_role = "rater"\n'

    tables = reads(
        sources, a_csv="subject,rater,Baseline,W4,note\n1,subject,2,Better,x\n1,investigator,,3,y\n"
    )

    assert rows(tables, "visit", "rater_role", "measure", "value") == [
        ("W0", "subject", "rating.score", 2.0),
        ("W4", "subject", "rating.score", 2.0),
        ("W4", "investigator", "rating.score", 3.0),
    ]
    assert tables["observations"]["measurement"].n_unique() == 3


def test_codes_that_hold_visit_and_measure(reads: Read) -> None:
    sources = (
        ONE
        + 'headers = "{visit}_{measure}_{side}"\nvalues.visit = { BL = "W0" }\nheader = 1\ndata_from = 3\n'
    )
    text = "SUBJECT ID,subject,BL_R0_L,BL_R2_L,W12_R0_R,STATUS,W99_R0_R\nquestion,question,Height,Elasticity,Height,?,?\nx,0012,0.34,0.5,0.2,DONE,0.1\n"

    tables = reads(sources, a_csv=text)

    assert rows(tables) == [
        ("0012", "W0", "left", None, "skinmeter.r0", 0.34),
        ("0012", "W0", "left", None, "skinmeter.r2", 0.5),
        ("0012", "W12", "right", None, "skinmeter.r0", 0.2),
        ("0012", None, "right", None, "skinmeter.r0", 0.1),
    ]
    assert tables["observations"]["measurement"].n_unique() == 3
    assert checks(tables, "check", "found") == [("unscheduled_visit", "W99")]


def test_several_header_rows_are_joined(reads: Read) -> None:
    sources = ONE + 'header = [1, 2]\nheaders = "{visit} {measure}"\ncolumns.subject = "Subject"\n'

    tables = reads(sources, a_csv=",Baseline,,W4,\nSubject,R0,R2,R0,R2\n1,0.3,0.5,0.2,0.6\n")

    assert rows(tables, "visit", "measure", "value") == [
        ("W0", "skinmeter.r0", 0.3),
        ("W0", "skinmeter.r2", 0.5),
        ("W4", "skinmeter.r0", 0.2),
        ("W4", "skinmeter.r2", 0.6),
    ]


def test_names_in_the_file_name(reads: Read) -> None:
    sources = '[[sources.skinmeter]]\nfiles = "data/*/*.csv"\nfile_name = "{subject}/{visit}_{side}.csv"\n'

    tables = reads(sources, data__S2__W0_L_csv="r0\n0.3\n", data__S10__W12_R_csv="r0\n0.2\n")

    assert rows(tables, "source", "subject", "visit", "side", "value") == [
        (1, "S10", "W12", "right", 0.2),
        (2, "S2", "W0", "left", 0.3),
    ]
    assert tables["sources"].select("source", "path", "reader", "rows").rows() == [
        (1, "data/S10/W12_R.csv", "delimited", 1),
        (2, "data/S2/W0_L.csv", "delimited", 1),
    ]


def test_a_header_one_name_short_is_shifted(reads: Read) -> None:
    tables = reads(
        ONE.replace("a.csv", "a.txt"),
        a_txt='"subject"\t"visit"\t"r0"\n"1"\t"S1"\t"W0"\t0.3\n"2"\t"S2"\t"W0"\tNA\n',
    )

    assert rows(tables, "subject", "value", "column") == [("S1", 0.3, 4)]
    assert checks(tables, "check", "severity") == [("header_shifted", "note")]


@pytest.mark.parametrize(
    "header", ["subject\tvisit\tr0", "subject\tvisit\tr0\t"], ids=["short", "blank name"]
)
def test_a_last_column_without_a_name_shifts_nothing(reads: Read, header: str) -> None:
    text = f"{header}\nS1\tW0\t0.3\tok\nS1\tW4\t0.4\tok\n"
    tables = reads(ONE.replace("a.csv", "a.txt"), a_txt=text)

    assert rows(tables, "subject", "value", "column") == [("S1", 0.3, 3), ("S1", 0.4, 3)]
    assert checks(tables, "check") == [("ragged_row",)]


def test_replicates_are_numbered_by_row_where_no_column_has_them(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0\n1,W0,0.30\n1,W0,0.31\n2,W0,0.40\n1,W0,0.32\n")

    assert rows(tables, "subject", "replicate", "row") == [
        ("1", 1, 2),
        ("1", 2, 3),
        ("2", 1, 4),
        ("1", 3, 5),
    ]


def test_ratings_that_stand_twice_are_no_replicates(reads: Read) -> None:
    tables = reads(
        '[[sources.rating]]\nfile = "a.csv"\n', a_csv="subject,visit,score\n1,W0,2\n1,W0,3\n"
    )

    assert rows(tables, "replicate", "value") == [(None, 2.0), (None, 3.0)]


def test_rows_are_taken_by_the_exports_own_columns(reads: Read) -> None:
    sources = (
        ONE
        + 'decimal = ","\nwhere = { STATUS = ["DONE", "VERIFIED"], Alter = "< 50,5" }\n'.replace(
            "50,5", "50.5"
        )
    )

    tables = reads(
        sources,
        a_csv="subject;visit;r0;STATUS;Alter\n1;W0;0,3;DONE;50,4\n2;W0;0,4;OPEN;40\n3;W0;0,5;VERIFIED;60\n",
    )

    assert rows(tables, "subject") == [("1",)]


def test_constant_settings_become_observations_of_each_measurement(reads: Read) -> None:
    sources = ONE + 'options.probe = 2\nconstants.serial = "A7"\nconstants.location = "cheek"\n'

    tables = reads(sources, a_csv="subject,visit,r0,probe\n1,W0,0.3,\n1,W4,0.3,4\n")

    assert rows(tables, "row", "column", "kind", "measure", "value", "text") == [
        (2, 3, "value", "skinmeter.r0", 0.3, None),
        (2, 0, "setting", "skinmeter.probe", 2.0, None),
        (2, 0, "setting", "skinmeter.serial", None, "A7"),
        (3, 3, "value", "skinmeter.r0", 0.3, None),
        (3, 4, "setting", "skinmeter.probe", 4.0, None),
        (3, 0, "setting", "skinmeter.serial", None, "A7"),
    ]
    assert set(tables["observations"]["location"]) == {"cheek"}
    assert tables["observations"]["id"].is_unique().all()


def test_two_entries_of_one_file_have_two_numbers(reads: Read) -> None:
    sources = ONE + '[[sources.rating]]\nfile = "a.csv"\n'

    tables = reads(sources, a_csv="subject,visit,r0,score,remark\n1,W0,0.3,2,fine\n")

    assert tables["sources"].select("source", "table").rows() == [(1, "rating"), (2, "skinmeter")]
    assert rows(tables, "source", "measure", "value", "text") == [
        (1, "rating.score", 2.0, None),
        (1, "rating.remark", None, "fine"),
        (2, "skinmeter.r0", 0.3, None),
    ]


@pytest.mark.parametrize("decimal", [".", ","])
def test_numbers_of_a_workbook_need_no_decimal_sign(reads: Read, decimal: str) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Readings")
    for row in (
        ["Subject", "Visit", "Date", "R0 [µm]"],
        ["007", "W0", dt.date(2021, 3, 1), 340],
        ["007", "W4", dt.date(2021, 3, 29), 0.1 + 0.2],
        ["008", "W4", None, f"1{decimal}5"],
    ):
        book["Readings"].append(row)
    book["Sheet"].append(["Exported on", dt.date(2021, 4, 1)])
    held = BytesIO()
    book.save(held)

    tables = reads(
        f'[[sources.skinmeter]]\nfile = "a.xlsx"\ndecimal = "{decimal}"\n',
        **{"a.xlsx": held.getvalue()},
    )

    assert rows(tables, "subject", "taken_at", "value", "row") == [
        ("007", dt.datetime(2021, 3, 1), 0.34, 2),  # noqa: DTZ001
        ("007", dt.datetime(2021, 3, 29), 0.0003, 3),  # noqa: DTZ001
        ("008", None, 0.0015, 4),
    ]
    assert tables["sources"].select("sheet", "reader").rows() == [("Readings", "excel")]


def test_a_sheet_is_picked_by_name_or_glob(reads: Read, refuses: Callable[..., str]) -> None:
    book = openpyxl.Workbook()
    for name, value in (("RAW DATA 1", 1), ("Overview", 2)):
        for row in (["subject", "visit", "r0"], ["1", "W0", value]):
            (book[name] if name in book.sheetnames else book.create_sheet(name)).append(row)
    held = BytesIO()
    book.save(held)
    entry = '[[sources.skinmeter]]\nfile = "a.xlsx"\n'

    assert rows(reads(entry + 'sheet = "raw*data*"\n', **{"a.xlsx": held.getvalue()}), "value") == [
        (1.0,)
    ]
    assert "fit equally well" in refuses(entry)
    assert "did you mean 'Overview'?" in refuses(entry + 'sheet = "Overwiew"\n')


def test_typed_tables_are_read_as_stored(reads: Read) -> None:
    frame = pl.DataFrame(
        {
            "Proband": [7, 8],
            "visit": ["W0", "W4"],
            "date": [dt.date(2021, 3, 1), None],
            "r0": [340.0, float("nan")],
            "r2": [None, 1],
            "probe": pl.Series(["2", "2"], dtype=pl.Categorical),
        }
    )
    held = BytesIO()
    frame.write_parquet(held)

    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.parquet"\ndecimal = ","\ncolumns.subject = "Proband"\nunits.r0 = "µm"\n',
        **{"a.parquet": held.getvalue()},
    )

    assert rows(tables, "subject", "measure", "value", "row", "column") == [
        ("7", "skinmeter.r0", 0.34, 1, 4),
        ("7", "skinmeter.probe", 2.0, 1, 6),
        ("8", "skinmeter.r2", 1.0, 2, 5),
        ("8", "skinmeter.probe", 2.0, 2, 6),
    ]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([dt.timedelta(seconds=5), None], "PT5S"),
        ([b"\xff\x00", None], "bytes"),
        ([{"r0": 0.3}, None], "record"),
        ([[0.3, 0.4], None], "list of 2 samples"),
    ],
)
def test_a_stored_cell_that_cannot_be_a_number_is_told(
    reads: Read, cells: list[Any], found: str
) -> None:
    held = BytesIO()
    pl.DataFrame({"subject": ["7", "8"], "visit": "W0", "r0": cells, "r2": 0.5}).write_parquet(held)

    tables = reads('[[sources.skinmeter]]\nfile = "a.parquet"\n', **{"a.parquet": held.getvalue()})

    assert rows(tables, "subject", "measure") == [("7", "skinmeter.r2"), ("8", "skinmeter.r2")]
    told = tables["findings"].filter(check="not_a_number")
    assert told.select("subject", "row", "column", "found").rows() == [("7", 1, 3, found)]


def test_brackets_that_are_no_unit(reads: Read) -> None:
    tables = reads(
        ONE + 'headers = "{measure} ({side})"\n',
        a_csv="subject,visit,R0 (L),R0 (R)\n1,W0,0.3,0.4\n",
    )

    assert rows(tables, "side", "value") == [("left", 0.3), ("right", 0.4)]


def test_a_study_without_visits_or_subjects(reads: Read) -> None:
    tables = reads(ONE, visits="", a_csv="subject,visit,r0\n1,W0,0.3\n")

    assert rows(tables, "visit", "value") == [(None, 0.3)]
    assert checks(tables, "check", "expected") == [
        ("unscheduled_visit", "the study plans no visit")
    ]


def test_one_column_for_two_codes_is_refused(refuses: Callable[..., str]) -> None:
    assert "two codes are mapped to one column" in refuses(
        ONE + 'columns.r0 = "R"\ncolumns.r2 = "R"\n', a_csv="subject,visit,R\n1,W0,0.3\n"
    )


def test_files_give_the_same_tables_in_any_order_of_entries(reads: Read) -> None:
    entries = ['[[sources.skinmeter]]\nfile = "b.csv"\n', ONE]
    files = {"a_csv": "subject,visit,r0\n1,W0,0.3\n", "b_csv": "subject,visit,r0\n2,W0,0.4\n"}

    one, other = reads("".join(entries), **files), reads("".join(reversed(entries)), **files)

    assert all(one[name].equals(other[name]) for name in one)


def test_a_long_table_with_texts_and_its_own_numbers_of_measurements(reads: Read) -> None:
    sources = '[[sources.rating]]\nfile = "a.csv"\ncolumns.measure = "item"\ncolumns.value = "number"\ncolumns.text = "words"\ncolumns.measurement = "form"\n'

    tables = reads(
        sources,
        a_csv="subject,visit,form,item,number,words\n1,W0,11,score,2,\n1,W0,11,remark,,fine\n1,W0,12,score,3,\n",
    )

    assert rows(tables, "measure", "value", "text") == [
        ("rating.score", 2.0, None),
        ("rating.remark", None, "fine"),
        ("rating.score", 3.0, None),
    ]
    assert tables["observations"]["measurement"].rank("dense").to_list() == [1, 1, 2]


SINGLES = [0.1, 12.2, 1.2, 100.1, 3.0]


def test_singles_of_a_table_are_their_shortest_decimals(reads: Read) -> None:
    held = BytesIO()
    pl.DataFrame(
        {
            "subject": ["1"] * 5,
            "visit": ["W0"] * 5,
            "r2": pl.Series(SINGLES, dtype=pl.Float32),
            "probe": pl.Series(SINGLES, dtype=pl.Float32),
        }
    ).write_parquet(held)

    tables = reads('[[sources.skinmeter]]\nfile = "a.parquet"\n', **{"a.parquet": held.getvalue()})

    assert [value for _, value in rows(tables, "measure", "value")] == [
        value for value in SINGLES for _ in range(2)
    ]


def test_singles_that_a_text_writes_out_are_their_shortest_decimals(reads: Read) -> None:
    written = pl.Series(SINGLES, dtype=pl.Float32).cast(pl.Float64)
    lines = "".join(f"1,W0,{value}\n" for value in written)

    tables = reads(ONE, a_csv="subject,visit,r0\n" + lines)

    assert "0.10000000149011612" in lines
    assert [value for _, value in rows(tables, "measure", "value")] == SINGLES


@pytest.mark.parametrize(
    ("cell", "check"),
    [("21.0", "decimal_sign"), ("1.021,5", "thousands_sign"), ("cold", "not_a_number")],
)
def test_a_circumstance_that_is_no_number_is_told_and_no_word(
    reads: Read, cell: str, check: str
) -> None:
    tables = reads(ONE + 'decimal = ","\n', a_csv=f"subject;visit;r0;room\n1;W0;0,3;{cell}\n")

    assert rows(tables, "measure") == [("skinmeter.r0",)]
    assert checks(tables, "check", "severity", "measure", "found") == [
        (check, "warning", "skinmeter.room", cell)
    ]


@pytest.mark.parametrize("cell", ["2 mm", "large"])
def test_a_setting_may_be_a_word(reads: Read, cell: str) -> None:
    tables = reads(ONE + 'decimal = ","\n', a_csv=f"subject;visit;r0;probe\n1;W0;0,3;{cell}\n")

    assert rows(tables, "measure", "text")[1] == ("skinmeter.probe", cell)
    assert not checks(tables)


def test_a_setting_with_the_other_decimal_sign_is_no_word(reads: Read) -> None:
    tables = reads(ONE + 'decimal = ","\n', a_csv="subject;visit;r0;probe\n1;W0;0,3;2.5\n")

    assert rows(tables, "measure") == [("skinmeter.r0",)]
    assert checks(tables, "check", "severity") == [("decimal_sign", "warning")]


def test_zero_is_no_reading_where_the_device_writes_it_for_nothing(reads: Read) -> None:
    source = '[[sources.skinmeter]]\nfile = "a.csv"\nzero = "not_measured"\n'
    tables = reads(source, a_csv="subject,visit,r0,r2\n01,W0,0,0\n01,W4,0.000,3\n02,W0,1,2\n")

    # A share without a unit may be 0.
    assert rows(tables, "subject", "visit", "measure", "value") == [
        ("01", "W0", "skinmeter.r2", 0.0),
        ("01", "W4", "skinmeter.r2", 3.0),
        ("02", "W0", "skinmeter.r0", 1.0),
        ("02", "W0", "skinmeter.r2", 2.0),
    ]
    found = tables["findings"].filter(check="zero_as_missing")
    assert found["message"].to_list() == ["2 readings of 0 count as not measured, as `zero` states"]


def test_zero_of_a_rating_is_a_rating(reads: Read) -> None:
    source = '[[sources.rating]]\nfile = "a.csv"\nzero = "not_measured"\n'
    tables = reads(source, a_csv="subject,visit,score\n01,W0,0\n01,W4,2\n")

    assert rows(tables, "value") == [(0.0,), (2.0,)]
