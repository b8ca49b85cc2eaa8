"""Headers and columns that name the treatment: a column a treatment, a column a cheek."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
import pytest

from .conftest import VISITS, Read

ARMS = (
    VISITS
    + """
[arms]
active = { label = "Active cream" }
placebo = { aliases = ["Vehicle"] }
"""
)
WIDE = """
[[sources.skinmeter]]
file = "a.csv"
headers = "{visit} {arm}"
constants.measure = "r0"
"""
SAME_FILE = '[[sources.allocations]]\nfile = "a.csv"\nheaders = "{visit} {arm}"\n'
VALUES = "subject,W0 active,W0 Vehicle,W4 Active cream,W4 Vehicle\n01,1,2,3,4\n02,5,6,,8\n"
SIDES = "subject,side,arm\n01,left,active\n01,right,placebo\n02,right,active\n02,left,placebo\n"
LIST = '[[sources.allocations]]\nfile = "list.csv"\n'


def places(tables: Mapping[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    rows = tables["observations"].sort("id")
    return rows.select("subject", "visit", "location", "side", "value").rows()


def allocated(tables: Mapping[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    rows = tables["allocations"].select("subject", "location", "side", "arm")
    return rows.sort("subject", "location", "side", nulls_last=True).rows()


def read(reads: Read, sources: str, design: str = "within-subject", **files: str) -> object:
    return reads(sources, visits=ARMS, design=design, **files)


def test_the_place_of_a_treatment_is_that_of_the_list(reads: Read) -> None:
    tables = reads(WIDE + LIST, visits=ARMS, design="within-subject", a_csv=VALUES, list_csv=SIDES)

    assert places(tables) == [
        ("01", "W0", None, "left", 1.0),
        ("01", "W0", None, "right", 2.0),
        ("01", "W4", None, "left", 3.0),
        ("01", "W4", None, "right", 4.0),
        ("02", "W0", None, "right", 5.0),
        ("02", "W0", None, "left", 6.0),
        ("02", "W4", None, "left", 8.0),
    ]


def test_without_a_list_the_file_itself_says_who_had_what(reads: Read) -> None:
    tables = reads(WIDE + SAME_FILE, visits=ARMS, design="within-subject", a_csv=VALUES)

    assert places(tables)[:3] == [
        ("01", "W0", "active", None, 1.0),
        ("01", "W0", "placebo", None, 2.0),
        ("01", "W4", "active", None, 3.0),
    ]
    assert allocated(tables) == [
        ("01", "active", None, "active"),
        ("01", "placebo", None, "placebo"),
        ("02", "active", None, "active"),
        ("02", "placebo", None, "placebo"),
    ]


def test_of_two_groups_each_subject_has_the_arm_of_its_filled_column(reads: Read) -> None:
    tables = reads(
        WIDE + SAME_FILE,
        visits=ARMS,
        design="parallel",
        a_csv="subject,W0 active,W0 Vehicle\n01,1,\n02,,2\n",
    )

    assert allocated(tables) == [("01", None, None, "active"), ("02", None, None, "placebo")]
    assert places(tables) == [("01", "W0", None, None, 1.0), ("02", "W0", None, None, 2.0)]


def test_a_column_of_treatments_is_taken_where_it_is_mapped(reads: Read) -> None:
    source = '[[sources.skinmeter]]\nfile = "a.csv"\ncolumns.arm = "Product"\n'
    tables = reads(
        source + LIST,
        visits=ARMS,
        design="within-subject",
        a_csv="subject,visit,Product,r0\n01,W0,Vehicle,1\n01,W0,Active cream,2\n",
        list_csv=SIDES,
    )

    assert places(tables) == [("01", "W0", None, "right", 1.0), ("01", "W0", None, "left", 2.0)]


def test_a_column_a_cheek_of_the_list(reads: Read) -> None:
    tables = reads(
        LIST + 'headers = "{side} cheek"\nvalues.arm = { X = "active" }\n',
        visits=ARMS,
        design="within-subject",
        list_csv="subject,Left cheek,Right cheek\n01,X,Vehicle\n02,placebo,active\n03,,\n",
    )

    assert allocated(tables) == [
        ("01", None, "left", "active"),
        ("01", None, "right", "placebo"),
        ("02", None, "left", "placebo"),
        ("02", None, "right", "active"),
        ("03", None, None, None),
    ]


def test_a_column_a_session_of_dates(reads: Read) -> None:
    tables = reads(
        '[[sources.exposures]]\nfile = "a.csv"\nheaders = "Injection {session}"\n',
        a_csv="subject,Injection 1,Injection 2\n01,2024-03-04,2024-04-04\n02,2024-03-05,\n",
    )

    assert tables["exposures"].select(
        "subject", "session", pl.col("taken_at").dt.date()
    ).rows() == [
        ("01", "1", pl.date(2024, 3, 4).pipe(lambda day: pl.select(day).item())),
        ("01", "2", pl.select(pl.date(2024, 4, 4)).item()),
        ("02", "1", pl.select(pl.date(2024, 3, 5)).item()),
    ]


def test_a_wide_date_that_cannot_be_read_is_named_by_its_cell(reads: Read) -> None:
    tables = reads(
        '[[sources.exposures]]\nfile = "a.csv"\nheaders = "Injection {session}"\n',
        a_csv="subject,Injection 1,Injection 2\n01,2024-03-04,soon\n",
    )
    told = tables["findings"].filter(pl.col("found") == "soon")

    assert told.select("row", "subject").rows() == [(2, "01")]


@pytest.mark.parametrize(
    ("sources", "files", "words"),
    [
        (
            WIDE,
            {"a_csv": VALUES},
            ("no source says what was allocated", '[[sources.allocations]] with file = "a.csv"'),
        ),
        (
            WIDE + LIST,
            {"a_csv": VALUES, "list_csv": SIDES.replace("02,right,active\n", "")},
            ("was not allocated there", "02 (active)"),
        ),
        (
            WIDE + LIST,
            {"a_csv": VALUES, "list_csv": SIDES.replace("01,right,placebo", "01,right,active")},
            ("to several places of a subject", "01 (active)", "{side} {arm}"),
        ),
        (
            '[[sources.skinmeter]]\nfile = "a.csv"\ncolumns.arm = "Product"\n' + LIST,
            {"a_csv": "subject,visit,Product,r0\n01,W0,Vehikel,1\n", "list_csv": SIDES},
            ("'Vehikel' is no arm of the study", "did you mean 'Vehicle'?", "aliases"),
        ),
        (
            LIST + 'headers = "{side} forearm"\n',
            {"list_csv": "subject,Left cheek\n01,active\n"},
            ("no column has a header as `headers` says", "subject | Left cheek"),
        ),
        (
            '[[sources.subjects]]\nfile = "list.csv"\nheaders = "{side} x"\n',
            {"list_csv": "subject,Left x\n01,active\n"},
            ("the table 'subjects' has no wide columns",),
        ),
    ],
)
def test_what_is_no_treatment_of_the_place_is_refused(
    refuses: Callable[..., str], sources: str, files: dict[str, str], words: tuple[str, ...]
) -> None:
    refused = refuses(sources, visits=ARMS, design="within-subject", **files)

    for word in words:
        assert word in refused


def test_columns_of_treatments_do_not_say_the_period(refuses: Callable[..., str]) -> None:
    refused = refuses(WIDE + SAME_FILE, visits=ARMS, design="crossover", a_csv=VALUES)

    assert "do not say in which period" in refused
