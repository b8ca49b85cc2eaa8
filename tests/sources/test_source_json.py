"""Records in JSON, from the file to the observation."""

from __future__ import annotations

import json
from collections.abc import Callable

from .conftest import Read

SOURCE = """
[[sources.skinmeter]]
files = "faces/*_front.json"
columns = { subject = "info.id", visit = "info.visit" }
headers = "equipment.{side}_{location}_{measure}"
values.side = { l = "left", r = "right" }
"""


def region(subject: str, visit: str, angle: int, **equipment: object) -> str:
    return json.dumps(
        {
            "info": {"id": subject, "visit": visit},
            "images": {"angle": angle, "bbox": [1, 2, 3, 4]},
            "equipment": equipment,
        }
    )


def test_one_object_an_image_of_which_one_view_counts(reads: Read) -> None:
    tables = reads(
        SOURCE,
        **{
            "faces/1_front.json": region("1", "W0", 0, l_cheek_r0=0.3, r_cheek_r0=0.31),
            "faces/1_side.json": region("1", "W0", 1, l_cheek_r0=0.3, r_cheek_r0=0.31),
            "faces/2_front.json": region("2", "W0", 0, l_cheek_r0="Er", r_cheek_r0=0.33),
        },
    )
    rows = tables["observations"].sort("id")

    assert rows.select("subject", "location", "side", "value").rows() == [
        ("1", "cheek", "left", 0.3),
        ("1", "cheek", "right", 0.31),
        ("2", "cheek", "right", 0.33),
    ]
    assert "failed_reading" in tables["findings"]["check"].to_list()


def test_json_under_the_name_of_a_text_is_json(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.txt"\n',
        a_txt='[{"subject": "1", "visit": "W0", "r0": 0.3}]',
    )

    assert tables["observations"]["value"].to_list() == [0.3]
    assert tables["sources"]["reader"].to_list() == ["json"]


def test_a_cut_file_names_its_place(refuses: Callable[..., str]) -> None:
    words = refuses(
        '[[sources.skinmeter]]\nfile = "a.json"\n', **{"a.json": '[{"subject": "1", "r0": 0.'}
    )

    assert "a.json:1:" in words
    assert "no whole JSON" in words
