"""Drafts of sheets with blocks beside each other: a block a visit, a block a cheek."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes.draft.glance import GLANCE_TABLES
from dermoutcomes.runs.pipeline import Checked, Options, check
from tests.draft.exports import drafted as accepted_draft
from tests.draft.exports import workbook
from tests.draft.small_folders import csv, drafted, text_and_study, write

VISITS = ("Baseline", "Woche 2", "Woche 4")
TITLES = [cell for visit in VISITS for cell in (visit, "", "")]
HEADER = ["Proband", "Seite", "Feuchte"] * len(VISITS)


def by_visits() -> list[list[object]]:
    """A row of each block is of another subject than the one beside it."""
    rows: list[list[object]] = [["Corneometer CM 825, Wange"], TITLES, HEADER]
    for number in range(8):
        for side in ("links", "rechts"):
            cells: list[object] = []
            for step in range(len(VISITS)):
                subject = (number + 3 * step) % 8
                cells += [f"P{subject + 1:02d}", side, 30 + subject + 4 * step]
            rows.append(cells)
    return rows


def checked_draft(folder: Path, files: dict[str, str | bytes]) -> tuple[dict[str, object], Checked]:
    draft = drafted(folder, files)
    draft.accept()
    text, study = text_and_study(draft)
    write(folder, {"study.toml": text})
    (entry,) = study["sources"][next(iter(study["sources"]))]
    return entry, check(folder / "study.toml", Options(), tables=GLANCE_TABLES)


def test_a_block_a_visit_with_subjects_of_its_own(tmp_path: Path) -> None:
    other = [["Legende"], ["AU", "Einheit"]]
    workbook(tmp_path / "Feuchte.xlsx", {"Messung": by_visits(), "Info": other})
    entry, checked = checked_draft(tmp_path, {})
    readings = checked.tables["observations"].drop_nulls("value")

    assert (entry["blocks"], entry["sheet"], entry["header"]) == ("{visit}", "Messung", 3)
    assert not checked.problems
    assert readings.height == 48
    # P04 stands in the first row of the second block, and is read at its own visits alone.
    fourth = readings.filter(subject="P04").sort("id")
    assert fourth.group_by("visit", maintain_order=True).agg("value").rows() == [
        ("BL", [33, 33]),
        ("W2", [37, 37]),
        ("W4", [41, 41]),
    ]


def test_a_block_a_cheek_with_a_date_of_its_own(tmp_path: Path) -> None:
    rows = [
        ("", "", "Left cheek", "", "", "Right cheek", "", ""),
        ("Subject", "Visit", "Date", "M1", "M2", "Date", "M1", "M2"),
        *(
            (
                f"S{number}",
                visit,
                f"2024-0{month}-0{number}",
                9 + number,
                9.5,
                f"2024-0{month}-1{number}",
                8 + number,
                8.5,
            )
            for number in range(1, 9)
            for visit, month in (("Day 0", 3), ("Day 28", 4))
        ),
    ]
    files = {"tewameter.csv": csv(",".join(rows[0]), rows[1:])}
    entry, checked = checked_draft(tmp_path, files)
    readings = checked.tables["observations"].drop_nulls("value")
    days = readings.select("side", day="taken_at").unique().sort("side", "day")

    assert (entry["blocks"], entry["headers"]) == ("{side} cheek", "M{replicate}")
    assert not checked.problems
    assert readings.height == 64
    assert {side: str(day)[:10] for side, day in days.rows()} == {
        "left": "2024-04-08",
        "right": "2024-04-18",
    }


@pytest.mark.parametrize("header", ["AU,s,AU,s", "Date,AU,Side,AU"])
def test_columns_that_say_nothing_of_their_rows_stay_one_table(tmp_path: Path, header: str) -> None:
    """Units under a visit, or blocks that differ, are headers of two rows."""
    rows = [("Subject", *header.split(",")), *((f"S{n}", 30 + n, 1, 31 + n, 2) for n in range(9))]
    draft = drafted(tmp_path, {"corneometer.csv": csv(",Baseline,,Week 4,", rows)})

    assert not any("blocks" in {key.name for key in s.key_lines()} for s in draft.sections)


def test_people_before_the_blocks_are_read_once(tmp_path: Path) -> None:
    """Subject and arm stand before blocks of visits with dates of their own."""
    above = ("", "", "Visite 1 (Tag 0)", "", "Visite 2 (Tag 28)", "")
    header = ("Proband", "Gruppe", "Datum", "TEWL", "Datum", "TEWL")
    rows = [
        (f"P{number}", ("Creme", "Placebo")[number % 2], "04.03.2024", 12, "01.04.2024", 10)
        for number in range(1, 7)
    ]
    workbook(tmp_path / "export.xlsx", {"Export": [above, header, *rows]})
    draft = accepted_draft(tmp_path)

    assert draft.problems == ()
    assert draft.sources("tewameter")[0]["blocks"] == "{visit}"
    assert "blocks" not in draft.sources("allocations")[0]
    assert draft.tables["allocations"].height == 6
    assert list(draft.study["visits"]) == ["D0", "D28"]
