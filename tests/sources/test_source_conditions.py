"""`where` of a source: what it takes, and what it says where it takes nothing."""

from __future__ import annotations

from dermoutcomes.conditions import parse_condition

from .conftest import Read
from .test_source_values import checks

ONE = '[[sources.skinmeter]]\nfile = "a.csv"\n'
LIST = '[[sources.subjects]]\nfile = "s.csv"\n'


def test_not_blank_takes_the_rows_whose_cell_is_filled(reads: Read) -> None:
    tables = reads(
        ONE + 'missing = ["-"]\nwhere = { Done = "not  Blank" }\n',
        a_csv="subject,visit,Done,r0\n1,W0,x,0.1\n2,W0,,0.2\n3,W0,-,0.3\n4,W0,no,0.4\n",
    )

    assert tables["observations"]["subject"].to_list() == ["1", "4"]


def test_a_column_of_where_is_found_whatever_its_case(reads: Read) -> None:
    tables = reads(
        ONE + "where = { done = true }\n",
        a_csv="subject,visit,Done,r0\n1,W0,TRUE,0.1\n2,W0,FALSE,0.2\n",
    )

    assert tables["observations"]["subject"].to_list() == ["1"]
    assert checks(tables, "check", "found") == [("where_other_case", "TRUE")]


def test_where_that_takes_no_reading_says_what_is_there(reads: Read, refuses: object) -> None:
    said = refuses(  # type: ignore[operator]
        ONE + 'where = { V = "W8", Age = "> 60" }\n',
        a_csv="subject,visit,V,Age,r0\n1,W0,W0,30,0.1\n2,W0,W4,,0.2\n3,W0,W4,30,0.3\n",
    )

    assert "`where` takes no row of the file" in said
    assert "V: 'W4' (2), 'W0' (1); Age: '30' (2)" in said
    assert "none has V = 'W8'; none has Age > 60" in said


def test_conditions_that_no_row_meets_together(reads: Read, refuses: object) -> None:
    said = refuses(  # type: ignore[operator]
        ONE + 'where = { V = "W0", Age = 40 }\n',
        a_csv="subject,visit,V,Age,r0\n1,W0,W0,30,0.1\n2,W0,W4,40,0.2\n",
    )

    assert "no row meets all of its conditions" in said


def test_where_of_a_framework_table_that_takes_no_row_is_told(reads: Read) -> None:
    tables = reads(
        LIST + '[[sources.milestones]]\nfile = "m.csv"\nwhere = { Kind = "rescue" }\n',
        s_csv="subject\n1\n2\n",
        m_csv="subject,milestone,Kind\n1,a,Withdrawal\n2,b,Withdrawal\n",
    )

    assert tables["milestones"].height == 0
    assert checks(tables, "check", "severity", "found") == [
        ("where_takes_nothing", "warning", "Kind: 'Withdrawal' (2)")
    ]


def test_a_word_that_one_of_several_files_lacks_is_not_told(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfiles = "*.csv"\nwhere = { V = ["W0", "W4"] }\n',
        a_csv="subject,visit,V,r0\n1,W0,W0,0.1\n",
        b_csv="subject,visit,V,r0\n1,W4,W4,0.2\n",
    )

    assert checks(tables, "check") == []


def test_not_blank_is_said_as_it_is_written() -> None:
    condition = parse_condition("date", "not blank")

    assert str(condition) == "date not blank"


def test_a_glob_takes_files_whatever_their_case(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfiles = "?_w*.csv"\n',
        **{
            "a_w0.csv": "subject,visit,r0\n1,W0,0.1\n",
            "b_W4.CSV": "subject,visit,r0\n1,W4,0.2\n",
        },
    )

    assert tables["sources"]["path"].to_list() == ["a_w0.csv", "b_W4.CSV"]


def test_an_undated_row_is_a_treatment_where_no_column_has_dates(reads: Read) -> None:
    tables = reads(
        LIST + '[[sources.exposures]]\nfile = "x.csv"\n',
        s_csv="subject\n1\n2\n",
        x_csv="subject,product\n1,cream\n",
    )

    assert tables["subjects"]["treated"].to_list() == [True, False]


def test_an_undated_row_is_no_treatment(reads: Read) -> None:
    tables = reads(
        LIST + '[[sources.exposures]]\nfile = "x.csv"\ncolumns.date = "Touch-up"\n',
        s_csv="subject\n1\n2\n",
        x_csv="subject,Touch-up\n1,2021-03-01\n2,\n",
    )

    assert tables["exposures"]["subject"].to_list() == ["1"]
    assert tables["subjects"]["treated"].to_list() == [True, False]
    assert checks(tables, "check", "row") == [("undated_exposure", 3)]
