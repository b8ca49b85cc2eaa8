"""Records in JSON: one object a region, objects in objects, lists of regions, an object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dermoutcomes import StudyError
from dermoutcomes.testing import ReaderContract
from dermoutcomes_readers import json_records, register_readers

REGION = {
    "info": {"id": "P01", "date": "2024-03-04", "sensitive": False},
    "images": {"angle": 0, "facepart": 5, "bbox": [10, 20, 110, 220]},
    "equipment": {"l_cheek_moisture": 41.50, "l_cheek_R2": "Er"},
}
FACE = {
    "subject": "P01",
    "visit": "W0",
    "device": {"name": "Face 3", "serial": 7},
    "regions": [
        {"part": "left cheek", "wrinkles": {"area": 12.5, "count": 3}},
        {"part": "right cheek", "wrinkles": {"area": 13.0, "count": 4}},
    ],
}


def tables(folder: Path, content: str | bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, as name = cell."""
    path = folder / "a.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    read = json_records.read(path, json_records.JsonOptions())
    return {
        name: [dict(zip(table.header or (), row, strict=True)) for row in table.cells.rows()]
        for name, table in read.items()
    }


def refusal(folder: Path, content: str) -> str:
    with pytest.raises(StudyError) as caught:
        tables(folder, content)
    return str(caught.value)


class TestJson(ReaderContract):
    reader = {reader.name: reader for reader in register_readers()}["json"]
    sample = json.dumps([REGION, REGION]).encode()


def test_an_object_is_a_row_and_objects_in_it_are_columns(tmp_path: Path) -> None:
    assert tables(tmp_path, json.dumps(REGION)) == {
        "records": [
            {
                "info.id": "P01",
                "info.date": "2024-03-04",
                "info.sensitive": "false",
                "images.angle": "0",
                "images.facepart": "5",
                "images.bbox": [10.0, 20.0, 110.0, 220.0],
                "equipment.l_cheek_moisture": "41.5",
                "equipment.l_cheek_R2": "Er",
            }
        ]
    }


def test_numbers_keep_their_digits_and_stand_beside_the_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 0.300, "b": "0,3"}, {"a": null, "b": NaN}]')
    table = json_records.read(path, json_records.JsonOptions())["records"]

    assert table.cells.rows() == [("0.300", "0,3"), (None, "NaN")]
    assert table.numbers is not None
    assert table.numbers.rows() == [(0.3, None), (None, None)]


def test_regions_are_rows_with_what_is_said_of_the_whole_face(tmp_path: Path) -> None:
    read = tables(tmp_path, json.dumps([FACE]))

    assert [*read] == ["regions"]
    assert read["regions"][1] == {
        "subject": "P01",
        "visit": "W0",
        "device.name": "Face 3",
        "device.serial": "7",
        "regions.part": "right cheek",
        "regions.wrinkles.area": "13.0",
        "regions.wrinkles.count": "4",
    }


def test_a_list_in_a_list_has_the_rows_of_both(tmp_path: Path) -> None:
    subject = {"subject": "P02", "visits": [FACE, {"visit": "W4", "regions": []}]}
    read = tables(tmp_path, json.dumps(subject))

    assert [*read] == ["visits.regions"]
    assert [
        (row["subject"], row["visits.visit"], row.get("visits.regions.part"))
        for row in read["visits.regions"]
    ] == [("P02", "W0", "left cheek"), ("P02", "W0", "right cheek"), ("P02", "W4", None)]


def test_two_lists_are_two_tables(tmp_path: Path) -> None:
    read = tables(tmp_path, json.dumps({"id": "1", "spots": [{"a": 1}], "pores": [{"b": 2}]}))

    assert read == {
        "spots": [{"id": "1", "spots.a": "1"}],
        "pores": [{"id": "1", "pores.b": "2"}],
    }


def test_an_object_a_line_and_a_byte_order_mark(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"id": "1", "a": 2}\n\n{"id": "2", "a": 3}\n'

    assert tables(tmp_path, content) == {"records": [{"id": "1", "a": "2"}, {"id": "2", "a": "3"}]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"id": "1"}, {"id": ', ("a.json:1:22:", "no whole JSON", "was it cut off")),
        ('{"id": 1}\n{"id": \n', ("a.json:2:", "a line is no whole JSON")),
        ('{"id": 1, "id": 2}', ("an object has 'id' twice",)),
        ("[[1, 2], [3, 4]]", ("no objects", "record 1", "as CSV with a header")),
        ("[]", ("holds no record",)),
        ("17", ("no objects", "record 1: 17")),
        ("[" * 10_000, ("too deep in each other",)),
        ('{"a": ' * 10_000 + "1" + "}" * 10_000, ("too deep in each other",)),
        ('[{"id": "1", "a": [1, {"b": 2}]}]', ("the list 'a' holds values and objects",)),
        (
            '[{"id": 1, "a": {"b": 1}, "a.b": 2}]',
            ("says 'a.b' twice", "as a name in an object"),
        ),
        (
            '[{"id": 1, "a": 5}, {"id": 2, "a": {"b": 6}}]',
            ("'a' is a value in one record and an object in another", "row 1: a = 5"),
        ),
        ('[{"id": "\\ud83d"}]', ("half of a letter", "\\ud83d")),
        ("[{'id': 1}]", ("no whole JSON",)),
    ],
)
def test_files_that_hold_no_whole_records(
    tmp_path: Path, content: str, words: tuple[str, ...]
) -> None:
    for word in words:
        assert word in refusal(tmp_path, content)


def test_what_is_blank_in_one_record_may_be_an_object_in_another(tmp_path: Path) -> None:
    content = '[{"id": 1, "a": null, "b": "\\ud83d\\ude00"}, {"id": 2, "a": {"c": 6}}]'

    assert tables(tmp_path, content)["records"][1] == {
        "id": "2",
        "a": None,
        "b": None,
        "a.c": "6",
    }


def test_a_suffix_of_json_is_enough(tmp_path: Path) -> None:
    reader = {reader.name: reader for reader in register_readers()}["json"]

    match = reader.recognise(tmp_path / "a.json", b"// regions\n[]")
    assert match is not None
    assert match.certainty > 0.4
    assert reader.recognise(tmp_path / "a.txt", b"// regions\n[]") is None
