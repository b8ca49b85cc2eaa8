"""Readings that the operator marked as none: read, told, counted, and behind no endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.runs.opening import open_files
from dermoutcomes.study.lock.lock import write_lock
from dermoutcomes.tables.ledger import imbalances
from dermoutcomes.testing import write_study

from .conftest import Read

SOURCE = '[[sources.skinmeter]]\nfile = "a.csv"\n'
ROWS = "subject,visit,r0,Status\n01,W0,1,ok\n01,W4,9,Invalid\n01,W4,2,\n02,W4,x,invalid\n"
INVALID = 'invalid = { Status = ["invalid", "failed"] }\n'


def of_check(tables: Mapping[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    rows = tables["findings"].filter(check="invalid_reading")
    return rows.select("severity", "row", "message").rows()


def test_marked_rows_are_read_marked_and_told_whatever_their_case(reads: Read) -> None:
    tables = reads(SOURCE + INVALID, a_csv=ROWS)

    read = tables["observations"].sort("id").select("row", "value", "invalid").rows()
    assert read == [(2, 1.0, False), (3, 9.0, True), (4, 2.0, False)]
    assert of_check(tables) == [
        (
            "note",
            3,
            "no endpoint counts what the operator marked as no reading: 2 measurements (W4: 2)",
        )
    ]
    # What stands in such a row is no fault: nobody reads it.
    assert not tables["findings"].filter(check="not_a_number").height


def test_a_mark_that_no_row_has_is_told(reads: Read) -> None:
    tables = reads(SOURCE + 'invalid = { Status = "rejected" }\n', a_csv=ROWS)

    ((severity, row, message),) = of_check(tables)
    assert (severity, row) == ("warning", 1)
    assert "no row with a value meets a condition of `invalid`" in message


def test_a_column_that_is_not_there_is_refused(refuses: Callable[..., str]) -> None:
    words = refuses(SOURCE + 'invalid = { State = "failed" }\n', a_csv=ROWS)

    assert "`invalid` asks for a column that the file does not have: 'State'" in words
    assert "did you mean 'Status'?" in words


STUDY = """
[study]
id = "REPEATED"
title = "Readings that were repeated"
design = "parallel"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
cream = {}
base = { reference = true }

[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["cream", "base"] }

[[sources.subjects]]
file = "people.csv"

[[sources.allocations]]
file = "people.csv"

[[sources.corneometer]]
file = "water.csv"
invalid = { Status = "invalid" }

[endpoints.water]
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
replicates.planned = 1
compare = ["w4"]
analyses = ["welch_t"]
handling = ["observed"]

[outputs]
reports = []
"""
PEOPLE = [f"S{number:02}" for number in range(1, 13)]


def files() -> dict[str, str]:
    """Twelve subjects; one reading was repeated, one was not."""
    arms = {name: "cream" if number % 2 else "base" for number, name in enumerate(PEOPLE)}
    rows = [
        f"{name},{visit},{40 + number % 5 + (number % 3 if visit == 'W4' else 0)},"
        for number, name in enumerate(PEOPLE)
        for visit in ("W0", "W4")
    ]
    rows.insert(1, "S01,W0,3,invalid")
    rows = [row + "invalid" if row.startswith("S02,W4") else row for row in rows]
    return {
        "people.csv": "\n".join(["subject,arm", *(f"{n},{arm}" for n, arm in arms.items()), ""]),
        "water.csv": "\n".join(["subject,visit,hydration,Status", *rows, ""]),
    }


@pytest.fixture
def finished(tmp_path: Path) -> dermoutcomes.Run:
    return dermoutcomes.run(write_study(tmp_path, STUDY, files()))


def test_a_repeated_reading_replaces_it_and_one_that_was_not_is_a_loss(
    finished: dermoutcomes.Run,
) -> None:
    records = finished.table("endpoints")
    values = {
        (row["subject"], row["visit"]): (row["value"], row["reason"], row["reason_detail"])
        for row in records.iter_rows(named=True)
    }
    assert values["S01", "W0"] == (40.0, None, None)
    assert values["S02", "W4"] == (None, "left_out", "invalid_reading")
    ledger = finished.table("ledger")
    marked = ledger.filter(reason="invalid").select("account", "detail", "n", "told").rows()
    assert sorted(marked) == [
        ("readings:water", "W0, base", 1, True),
        ("readings:water", "W4, cream", 1, True),
    ]
    assert imbalances(ledger).height == 0


def test_no_check_finds_fault_with_what_was_marked(finished: dermoutcomes.Run) -> None:
    found = finished.table("findings")

    assert not found.filter(pl.col("subject") == "S01").height


def test_readings_that_are_marked_after_the_lock_change_it(tmp_path: Path) -> None:
    without = STUDY.replace('invalid = { Status = "invalid" }\n', "")
    path = write_study(tmp_path, without, {"people.csv": files()["people.csv"]})
    opened = open_files(path)
    write_lock(opened.study, opened.registry, {}, today=date(2026, 1, 5), data_seen=False)
    write_study(tmp_path, STUDY, files())

    of_readings = dermoutcomes.run(path).table("locked_reading").filter(source="corneometer")
    assert of_readings.select("state", "changed").rows() == [("changed", 2)]
