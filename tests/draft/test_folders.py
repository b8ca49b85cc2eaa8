"""Folders as labs send them: what a draft takes from them, what it asks, and what is then read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.draft.exports import csv_export, drafted, workbook

SUBJECTS = tuple(f"S{number:02}" for number in range(1, 7))
VISITS = ("Day 0", "Day 28", "Day 56")


def test_headers_that_are_codes_of_the_device_are_no_sides_with_replicates(tmp_path: Path) -> None:
    """R0, R2 and R5 of a Cutometer are no readings of a right side."""
    rows = [
        (subject, visit, side, 0.3 + step / 10, 0.7, 0.6)
        for subject in SUBJECTS
        for step, visit in enumerate(VISITS)
        for side in ("Left", "Right")
    ]
    header = ("Subject", "Visit", "Side", "R0 (mm)", "R2", "R5")
    csv_export(tmp_path / "cutometer.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.means("cutometer.r0", "visit") == {"D0": 0.3, "D28": 0.4, "D56": 0.5}
    assert draft.means("cutometer.r2") == {"cutometer.r2": 0.7}


def test_headers_of_one_pattern_without_a_measure_are_told(tmp_path: Path) -> None:
    """Columns that no device is named for are listed as not used."""
    rows = [(subject, "Day 0", 40, 2.5, 2.6, 3.5, 3.6) for subject in SUBJECTS]
    header = ("Subject", "Visit", "Moisture", "Foo L 1", "Foo L 2", "Foo R 1", "Foo R 2")
    csv_export(tmp_path / "data.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.draft.unused == {"data.csv": ("Foo L 1", "Foo L 2", "Foo R 1", "Foo R 2")}
    assert "Not used of data.csv: Foo L 1, Foo L 2, Foo R 1, Foo R 2" in draft.text


def test_m1_is_no_month_where_a_column_says_the_visit(tmp_path: Path) -> None:
    """Readings M1 to M3 below a device's name are replicates of the visit of the row."""
    rows = [
        (subject, visit, 40 + step, 41 + step, 42 + step, 12.0, 13.0)
        for subject in SUBJECTS
        for step, visit in enumerate(VISITS)
    ]
    above = ("", "", "Corneometer", "", "", "Tewameter", "")
    header = ("Subject", "Visit", "M1", "M2", "M3", "M1", "M2")
    workbook(tmp_path / "raw.xlsx", {"Raw Data": [above, header, *rows]})
    draft = drafted(tmp_path)
    assert list(draft.study["visits"]) == ["D0", "D28", "D56"]
    assert draft.means("corneometer.hydration", "visit") == {"D0": 41, "D28": 42, "D56": 43}
    assert draft.means("tewameter.tewl", "replicate") == {1: 12.0, 2: 13.0}


@pytest.mark.parametrize(
    ("before", "after"), [("vorher", "nachher"), ("pre", "post"), ("avant", "après")]
)
def test_before_and_after_are_two_visits_of_unknown_distance(
    tmp_path: Path, before: str, after: str
) -> None:
    """A table with a column before and one after: the time between them is asked."""
    header = ("Proband", f"Corneometer {before}", f"Corneometer {after}", f"TEWL {after}")
    rows = [(subject, 40, 46, 11.5) for subject in SUBJECTS]
    csv_export(tmp_path / "moisture.csv", [header, *rows], ";", "cp1252")
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.means("corneometer.hydration", "visit") == {"BL": 40, "POST": 46}
    assert f"When is {after.capitalize()} planned?" in draft.questions()


def test_place_of_one_device_is_not_written_for_another(tmp_path: Path) -> None:
    """The cheek of moisture says nothing of where a questionnaire was."""
    header = (
        "Subject",
        "Visit",
        "DLQI total score",
        "Corneometer left cheek",
        "Corneometer right cheek",
    )
    rows = [(subject, visit, 8, 40, 41) for subject in SUBJECTS for visit in VISITS]
    csv_export(tmp_path / "export.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert "constants" not in draft.sources("dlqi")[0]
    assert draft.sources("corneometer")[0]["headers"] == "Corneometer {side} {location}"
