"""Sheets of one header: one table where their names say of whom or when, else a table each."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from tests.draft.exports import drafted, workbook

SUBJECTS = tuple(f"V{number:02}" for number in range(1, 7))


def wide(base: float) -> list[tuple[object, ...]]:
    """A subject a row, a visit a column."""
    rows = [
        (subject, base + number, base + number + 2, base + number + 4)
        for number, subject in enumerate(SUBJECTS)
    ]
    return [("Volontaire", "J0", "J7", "J28"), *rows]


def rows(base: float) -> list[tuple[object, ...]]:
    """A subject and a side a row, and a value of which the sheet says what it is."""
    return [
        ("Subject", "Side", "Value"),
        *((subject, side, base) for subject in SUBJECTS for side in ("L", "R")),
    ]


def test_two_sheets_of_one_header_that_name_two_devices_are_two_tables(tmp_path: Path) -> None:
    workbook(tmp_path / "resultats.xlsx", {"Cornéométrie": wide(40), "PIE": wide(10)})
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert [source["sheet"] for source in draft.sources("corneometer")] == ["Cornéométrie"]
    assert [source["sheet"] for source in draft.sources("tewameter")] == ["PIE"]
    assert draft.means("corneometer.hydration", "visit") == {"D0": 42.5, "D7": 44.5, "D28": 46.5}
    assert draft.means("tewameter.tewl", "visit") == {"D0": 12.5, "D7": 14.5, "D28": 16.5}


def test_sheets_of_a_device_and_a_visit_say_the_visit_beside_the_device(tmp_path: Path) -> None:
    sheets = {
        f"{device} {visit}": rows(base + step)
        for device, base in (("Corneometer", 40), ("Tewameter", 10))
        for step, visit in enumerate(("T0", "T28"))
    }
    workbook(tmp_path / "raw.xlsx", sheets)
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("tewameter")
    assert source["sheet_name"] == "Tewameter {visit}"
    assert draft.means("corneometer.hydration", "visit") == {"T0": 40, "T28": 41}
    assert draft.means("tewameter.tewl", "visit") == {"T0": 10, "T28": 11}


def test_sheets_of_a_side_say_it(tmp_path: Path) -> None:
    header = ("Subject", "Visit", "Hydration")
    cells = [(subject, visit) for subject in SUBJECTS for visit in ("Day 0", "Day 28")]
    workbook(
        tmp_path / "corneometer.xlsx",
        {
            "links": [header, *((*cell, 40) for cell in cells)],
            "rechts": [header, *((*cell, 44) for cell in cells)],
        },
    )
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert draft.sources("corneometer")[0]["sheet_name"] == "{side}"
    assert draft.means("corneometer.hydration", "side") == {"left": 40, "right": 44}


def test_sheets_whose_names_say_nothing_are_a_source_each(tmp_path: Path) -> None:
    header = ("Subject", "Visit", "Hydration")
    workbook(
        tmp_path / "corneometer.xlsx",
        {
            "morning people": [header, *((name, "Day 0", 40) for name in SUBJECTS[:3])],
            "others": [header, *((name, "Day 0", 50) for name in SUBJECTS[3:])],
        },
    )
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert [source["sheet"] for source in draft.sources("corneometer")] == [
        "morning people",
        "others",
    ]
    assert draft.means("corneometer.hydration") == {"corneometer.hydration": 45}


def test_sheets_of_weeks_are_visits_and_no_subjects(tmp_path: Path) -> None:
    workbook(
        tmp_path / "corneometer.xlsx", {f"Woche {week}": rows(40 + week) for week in (0, 4, 12)}
    )
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert draft.sources("corneometer")[0]["sheet_name"] == "{visit}"
    assert draft.means("corneometer.hydration", "visit") == {"W0": 40, "W4": 44, "W12": 52}


def test_people_and_arms_in_the_sheet_of_each_visit_are_read_from_all(tmp_path: Path) -> None:
    header = ("Subject", "Group", "Age", "TEWL")
    sheets = {
        visit: [
            header,
            *(
                (subject, ("Cream", "Vehicle")[number % 2], 30 + number, 12 - step)
                for number, subject in enumerate(SUBJECTS)
                if step or number
            ),
        ]
        for step, visit in enumerate(("V1", "V2"))
    }
    workbook(tmp_path / "tewl.xlsx", sheets)
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert draft.sources("allocations")[0]["sheet_name"] == "{visit}"
    # The first of them was not at the first visit.
    assert draft.tables["subjects"]["subject"].to_list() == list(SUBJECTS)
    assert draft.tables["allocations"]["arm"].value_counts().height == 2
    assert draft.means("tewameter.tewl", "visit") == {"V1": 12, "V2": 11}


def test_name_that_is_merged_over_the_rows_of_a_header_is_no_finding(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Corneometer"])
    sheet.append(["Pb.-Nr.", "Tag 0", None, "Tag 28", None])
    sheet.append([None, "li", "re", "li", "re"])
    for number in range(1, 7):
        sheet.append([number, 40 + number, 41 + number, 44 + number, 45 + number])
    for cells in ("A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "Auswertung.xlsx")
    draft = drafted(tmp_path)

    assert draft.sources("corneometer")[0]["headers"] == "{visit} {side}"
    assert draft.tables["observations"].height == 24
    assert "merged_cells" not in draft.findings["check"].to_list()
