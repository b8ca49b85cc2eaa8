"""Drafts of exports with a column a treatment: arms from headers, and the place of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes.draft.glance import GLANCE_TABLES, glance_lines
from dermoutcomes.draft.recognition.export_words import is_treatment
from dermoutcomes.runs.pipeline import Options, check
from tests.draft.small_folders import csv, drafted, text_and_study, write

ROWS = [
    (number, visit, 30 + number + 5 * step, 31 + number + step, 30.5 + number)
    for number in range(1, 9)
    for step, visit in enumerate(("T0", "T7d", "T28d"))
]
PAIRS = (("XK-1", "XK-2"), ("XK-2", "XK-1"))
LIST = csv(
    "Panelist,Zone,Product",
    (
        (number, zone, name)
        for number in range(1, 9)
        for zone, name in zip(("Z1", "Z2"), PAIRS[number % 2], strict=True)
    ),
)


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("Placebo", True),
        ("Serum A", True),
        ("crème 2", True),
        ("Unbehandelt", True),
        ("Lotion 5 %", True),
        ("Forehead", False),
        ("Serum level", False),
        ("W4", False),
    ],
)
def test_words_of_treatments(word: str, named: bool) -> None:
    assert is_treatment(word) is named


def test_a_column_a_treatment_is_the_list_of_allocations_too(tmp_path: Path) -> None:
    files = {"corneometer forearm.csv": csv("Panelist,Visit,Serum A,Placebo,Untreated", ROWS)}
    draft = drafted(tmp_path, files)
    draft.accept()
    text, study = text_and_study(draft)
    write(tmp_path, {"study.toml": text})
    checked = check(tmp_path / "study.toml", Options(), tables=GLANCE_TABLES)
    readings = checked.tables["observations"]
    allocations = checked.tables["allocations"]

    (entry,) = study["sources"]["corneometer"]
    (listed,) = study["sources"]["allocations"]
    assert study["study"]["design"] == "within-subject"
    assert {arm["label"] for arm in study["arms"].values()} == {"Serum A", "Placebo", "Untreated"}
    assert entry["headers"] == listed["headers"] == "{arm}"
    # A place of the file's title would contradict the place that is named after the arm.
    assert "location" not in entry["constants"]
    assert not checked.problems
    assert readings.drop_nulls("value").height == 72
    assert allocations.select("subject", "location", "arm").unique().height == 24
    assert set(readings["location"]) == set(allocations["arm"])
    # Three filled cells of a row are one row of the file.
    assert "  corneometer forearm.csv: 24 of 24 (allocations, corneometer)" in [
        *glance_lines(draft, checked.study, checked.registry, checked.tables)
    ]


def test_visits_and_treatments_in_one_header(tmp_path: Path) -> None:
    header = "Panelist,D0 Verum,D0 Vehikel,D28 Verum,D28 Vehikel"
    rows = ((number, 30, 31, 40 + number, 32 + number) for number in range(1, 9))
    _, study = text_and_study(drafted(tmp_path, {"corneometer.csv": csv(header, rows)}))

    (entry,) = study["sources"]["corneometer"]
    assert entry["headers"] == "{visit} {arm}"
    assert [*study["visits"]] == ["D0", "D28"]


def test_codes_of_a_list_make_headers_treatments_and_the_list_says_where(tmp_path: Path) -> None:
    readings = csv("Panelist,Visit,XK-1,XK-2", (row[:4] for row in ROWS))
    files = {"corneometer.csv": readings, "list.csv": LIST}
    draft = drafted(tmp_path, files)
    draft.accept()
    text, study = text_and_study(draft)
    write(tmp_path, {"study.toml": text})
    checked = check(tmp_path / "study.toml", Options(), tables=GLANCE_TABLES)

    (listed,) = study["sources"]["allocations"]
    (entry,) = study["sources"]["corneometer"]
    assert (listed["file"], entry["headers"]) == ("list.csv", "{arm}")
    assert not checked.problems
    assert set(checked.tables["observations"]["location"]) == {"Z1", "Z2"}


def test_columns_of_numbers_without_a_device_are_no_treatments(tmp_path: Path) -> None:
    """Counts of sold creams beside readings stay unused."""
    files = {
        "corneometer.csv": csv("Subject,Visit,Hydration", (row[:3] for row in ROWS)),
        "stock.csv": csv("Shop,Cream,Lotion", ((f"K{number}", 3, 4) for number in range(1, 9))),
    }
    _, study = text_and_study(drafted(tmp_path, files))

    assert study["study"]["design"] == "single-arm"
    assert "arms" not in study
