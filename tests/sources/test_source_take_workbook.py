"""Workbooks of a probe (Summary, Measurements, Raw Data), from the folder to the observation."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from .conftest import Read
from .test_source_sheets import book

SOURCE = """
[[sources.skinmeter]]
files = "takes/*/*/*.xlsx"
file_name = "{subject}/{visit}/{timepoint}.xlsx"
columns.subject = "Subject"
columns.wet = "Moisture Robust [AU]"
columns.room = "Ambient Temperature Take [C°]"
columns.replicate = "Order of Measurement"
units.room = "°C"
"""
SUMMARY = ["Time & Date Take", "Probe", "Probe SN", "Subject", "Ambient Temperature Take [C°]"]
READINGS = ["Order of Measurement", "Duration [s]", "Moisture Robust [AU]"]
RAW = [
    ["Measurement_1", None, "Measurement_2", None],
    ["Elapsed Time [s]", "Height [mm]"] * 2,
    [0.0, 5.25, 0.0, 6.5],
    [0.1, 5.5, None, None],
]


def take(subject: str | None, *readings: float, takes: int = 1) -> bytes:
    summary = ["2024-03-04 10:00", "TM Hex", "S1", subject, 21.5]
    return book(
        {
            "Summary": [SUMMARY, *[summary] * takes],
            "Measurements": [
                READINGS,
                *([number, 50, value] for number, value in enumerate(readings, 1)),
            ],
            "Raw Data": RAW,
        }
    )


def values(tables: dict[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    rows = tables["observations"].drop_nulls("value").sort("id")
    return rows.select("subject", "visit", "replicate", "measure", "value").rows()


def test_readings_have_what_the_summary_says_of_the_take(reads: Read) -> None:
    tables = reads(
        SOURCE,
        **{
            "takes/01/W0/1.xlsx": take("S01", 9.125, 9.5),
            # Where nobody typed the subject in, the folder says it.
            "takes/02/W4/1.xlsx": take(None, 8.0),
        },
    )

    assert values(tables) == [
        ("S01", "W0", 1, "skinmeter.wet", 9.125),
        ("S01", "W0", 1, "skinmeter.room", 21.5),
        ("S01", "W0", 2, "skinmeter.wet", 9.5),
        ("S01", "W0", 2, "skinmeter.room", 21.5),
        ("02", "W4", 1, "skinmeter.wet", 8.0),
        ("02", "W4", 1, "skinmeter.room", 21.5),
    ]
    assert {*tables["sources"]["reader"]} == {"take_workbook"}
    assert {*tables["sources"]["sheet"]} == {"Measurements"}


def test_raw_data_are_blocks_beside_each_other(reads: Read) -> None:
    tables = reads(
        """
[[sources.skinmeter]]
files = "*.xlsx"
file_name = "{subject}_{visit}.xlsx"
sheet = "Raw Data"
blocks = "Measurement_{replicate}"
holds = "curves"
columns = { x = "Elapsed Time [s]", sample = "Height [mm]" }
""",
        **{"01_W0.xlsx": take("S01", 9.0, 9.5)},
    )
    curves = tables["curves"].sort("id")

    assert curves.select("subject", "visit", "replicate").rows() == [
        ("01", "W0", 1),
        ("01", "W0", 2),
    ]
    # One sample is a curve too, and has no step.
    assert curves["x_step"].to_list() == [0.1, None]
    assert curves["samples"].to_list() == [[5.25, 5.5], [6.5]]


def test_several_takes_in_one_workbook_are_refused(refuses: Callable[..., str]) -> None:
    words = refuses(SOURCE, **{"takes/01/W0/1.xlsx": take("S01", 9.0, takes=2)})

    assert "the sheet 'Summary' has 2 takes" in words
    assert 'reader = "excel"' in words


def test_a_workbook_of_other_sheets_is_read_as_before(reads: Read) -> None:
    content = book(
        {"Summary": [["mean"], [1.0]], "Measurements": [["subject", "visit", "r0"], ["1", "W0", 2]]}
    )
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.xlsx"\nsheet = "Measurements"\n', **{"a.xlsx": content}
    )

    assert tables["sources"]["reader"].to_list() == ["excel"]
