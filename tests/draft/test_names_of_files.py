"""Workbooks of a take, objects in objects, and few files whose names say whose they are."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from tests.draft.exports import csv_export, drafted, workbook

SUBJECTS = tuple(f"P{number:02}" for number in range(1, 7))
VISITS = {"V1": datetime(2024, 3, 4, 9), "V2": datetime(2024, 4, 1, 10)}  # noqa: DTZ001


def take(path: Path, subject: str, begun: datetime, base: float) -> None:
    """A workbook of one take: a summary, three readings of base and 2 around it, and a curve."""
    path.parent.mkdir(parents=True, exist_ok=True)
    readings = [(1, base - 2), (2, base), (3, base + 2)]
    summary = ("Time & Date Take", "Probe", "Subject", "T", "Avg TEWL [g/m²/h]")
    curve = ("Elapsed Time [s]", "TEWL [g/m²/h]")
    workbook(
        path,
        {
            "Summary": [summary, (begun, "TM Hex", subject, "", base)],
            "Measurements": [("Order of Measurement", "TEWL [g/m²/h]"), *readings],
            "Raw Data": [("Measurement_1", ""), curve, *((second, base) for second in range(9))],
        },
    )


def test_workbooks_of_a_take_give_readings_with_subject_visit_and_date(tmp_path: Path) -> None:
    for number, subject in enumerate(SUBJECTS):
        for step, (visit, day) in enumerate(VISITS.items()):
            begun = day + timedelta(minutes=number)
            name = f"{begun:%Y_%m_%d_%H_%M_%S}.xlsx"
            take(tmp_path / "takes" / subject / visit / name, subject, begun, 12 - 2 * step)
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("tewameter")
    assert source["sheet"] == "Measurements"
    assert source["file_name"] == "takes/{subject}/{visit}/{date}.xlsx"
    assert source["columns"]["replicate"] == "Order of Measurement"
    assert draft.study["visits"]["V2"]["at"] == "28 d"
    assert draft.means("tewameter.tewl", "visit") == {"V1": 12, "V2": 10}
    assert draft.means("tewameter.tewl", "replicate") == {1: 9, 2: 11, 3: 13}
    assert draft.tables["observations"]["taken_at"].null_count() == 0
    assert "[Raw Data]: Elapsed Time" in " ".join(draft.text.split())


def test_regions_of_images_are_rows_with_the_subject_of_the_object_around(tmp_path: Path) -> None:
    for subject in SUBJECTS:
        for step, (visit, day) in enumerate({"Baseline": "03-04", "Week 8": "04-29"}.items()):
            regions = [
                {"region": "cheek", "side": side, "moisture": 40 + 4 * step, "elasticity_R2": 0.6}
                for side in ("left", "right")
            ]
            info = {"id": subject, "visit": visit, "date": f"2024-{day}", "gender": "F"}
            path = tmp_path / f"image_{subject}_{step}.json"
            path.write_text(json.dumps({"info": info, "regions": regions}))
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("corneometer")
    assert source["columns"] == {
        "subject": "info.id",
        "visit": "info.visit",
        "date": "info.date",
        "side": "regions.side",
        "location": "regions.region",
        "hydration": "regions.moisture",
    }
    assert "file_name" not in source
    assert draft.means("corneometer.hydration", "visit") == {"BL": 40, "W8": 44}
    assert draft.means("cutometer.r2", "side") == {"left": 0.6, "right": 0.6}


def test_few_files_of_a_subject_each_are_one_source(tmp_path: Path) -> None:
    for number, subject in enumerate(SUBJECTS):
        rows = [(visit, 40 + number) for visit in ("Day 0", "Day 28")]
        csv_export(tmp_path / f"{subject}.csv", [("Visit", "Hydration"), *rows])
    csv_export(tmp_path / "people.csv", [("Subject", "Age"), *((name, 40) for name in SUBJECTS)])
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("corneometer")
    assert source["file_name"] == "{subject}.csv"
    assert draft.means("corneometer.hydration", "subject")["P06"] == 45


def test_two_files_of_a_visit_each_say_it_by_their_names(tmp_path: Path) -> None:
    for week in (0, 4):
        rows = [(subject, 40 + week) for subject in SUBJECTS]
        csv_export(tmp_path / f"corneometer week {week}.csv", [("Subject", "Hydration"), *rows])
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert draft.sources("corneometer")[0]["file_name"] == "corneometer {visit}.csv"
    assert draft.means("corneometer.hydration", "visit") == {"W0": 40, "W4": 44}


def test_two_files_of_two_devices_with_a_visit_each_stay_two(tmp_path: Path) -> None:
    for device, base in (("corneometer", 40), ("tewameter", 10)):
        for week in (0, 4):
            rows = [(subject, base + week) for subject in SUBJECTS]
            csv_export(tmp_path / f"{device}_W{week}.csv", [("Subject", "Value"), *rows])
    draft = drafted(tmp_path)

    assert draft.means("corneometer.hydration", "visit") == {"W0": 40, "W4": 44}
    assert draft.means("tewameter.tewl", "visit") == {"W0": 10, "W4": 14}


def test_folders_of_a_device_and_a_visit_with_a_file_a_subject(tmp_path: Path) -> None:
    for device, base in (("Corneometer", 40), ("Tewameter", 10)):
        for step, visit in enumerate(("Baseline", "Week_2", "Week_6")):
            for subject in SUBJECTS:
                rows = [("left", base + step), ("right", base + step)]
                path = tmp_path / device / visit / f"{subject}.csv"
                csv_export(path, [("Side", "Value"), *rows])
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("tewameter")
    assert source["files"] == "Tewameter/*/*.csv"
    assert source["file_name"] == "Tewameter/{visit}/{subject}.csv"
    assert draft.means("corneometer.hydration", "visit") == {"BL": 40, "W2": 41, "W6": 42}
    assert draft.means("tewameter.tewl", "visit") == {"BL": 10, "W2": 11, "W6": 12}


def test_name_of_one_file_says_its_visit_and_its_version_does_not(tmp_path: Path) -> None:
    rows = [(subject, 40) for subject in SUBJECTS]
    csv_export(tmp_path / "corneometer baseline v2.csv", [("Subject", "Hydration"), *rows])
    csv_export(tmp_path / "tewl_after_2_weeks.csv", [("Subject", "TEWL"), *rows])
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert draft.sources("corneometer")[0]["constants"] == {"visit": "BL"}
    assert draft.sources("tewameter")[0]["constants"] == {"visit": "W2"}


def test_columns_with_the_date_of_each_visit_say_when_it_was(tmp_path: Path) -> None:
    dates = {"V1": "2024-03-{:02}", "V2": "2024-04-{:02}", "V3": "2024-06-{:02}"}
    header = [
        name for visit in dates for name in (f"{visit}_DAT", f"{visit}_CORN_L", f"{visit}_CORN_R")
    ]
    rows = [
        (subject, *(cell for date in dates.values() for cell in (date.format(number), 40, 42)))
        for number, subject in enumerate(SUBJECTS, 1)
    ]
    csv_export(tmp_path / "export.csv", [("SUBJID", *header), *rows])
    draft = drafted(tmp_path)

    assert {name: visit["at"] for name, visit in draft.study["visits"].items()} == {
        "V1": "0 d",
        "V2": "31 d",
        "V3": "92 d",
    }
    assert draft.means("corneometer.hydration", "side") == {"left": 40, "right": 42}


def test_curves_are_no_readings_where_names_of_files_say_whose_they_are(tmp_path: Path) -> None:
    """The folder of a subject says no more than the names in it: S01 is no week of a visit."""
    for number in range(1, 7):
        for step, (visit, day) in enumerate(VISITS.items()):
            path = tmp_path / f"S{number:02}" / f"S{number:02}_{visit}.xlsx"
            take(path, "", day + timedelta(minutes=number), 12 - 2 * step)
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("tewameter")
    assert source["sheet"] == "Measurements"
    assert source["file_name"] == "{subject}_{visit}.xlsx"
    assert draft.means("tewameter.tewl", "visit") == {"V1": 12, "V2": 10}
    assert draft.tables["observations"].height == 6 * 2 * 3
    assert draft.tables["observations"]["taken_at"].null_count() == 0
