"""Ratings whose numbers fit more than one coding, raters in headers, and dates as serial days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.draft.exports import csv_export, drafted

SUBJECTS = tuple(f"{number:03}" for number in range(1, 9))
FIRST = 45366


def gais(folder: Path, *grades: int, long: bool = False) -> None:
    """Ratings of change beside readings of a device, in columns or a value a row."""
    visits = ("Week 4", "Week 12")
    rated = [
        (subject, visit, "subject", grades[number % len(grades)], 10 + number)
        for number, subject in enumerate(SUBJECTS)
        for visit in visits
    ]
    header = ("Subject", "Visit", "Rater role", "GAIS", "TEWL")
    if long:
        header = ("Subject", "Visit", "Rater role", "Parameter", "Value")
        rated = [
            (*row[:3], name, value)
            for row in rated
            for name, value in (("GAIS", row[3]), ("TEWL", row[4]))
        ]
    csv_export(folder / "ratings.csv", [header, *rated])


@pytest.mark.parametrize("long", [False, True])
def test_coding_that_numbers_do_not_settle_is_asked_and_the_rest_is_read(
    tmp_path: Path, long: bool
) -> None:
    gais(tmp_path, 1, 2, 3, long=long)
    draft = drafted(tmp_path)

    assert list(draft.study["sources"]) == ["tewameter"]
    asked = " ".join(draft.questions().split())
    assert "How is gais coded? Its numbers do not tell. Write options.coding = one of" in asked
    assert draft.means("tewameter.tewl") == {"tewameter.tewl": 13.5}


@pytest.mark.parametrize("long", [False, True])
def test_coding_that_numbers_settle_is_not_asked(tmp_path: Path, long: bool) -> None:
    gais(tmp_path, 1, 2, 5, long=long)
    draft = drafted(tmp_path)

    assert "How is gais coded?" not in draft.questions()
    assert draft.means("gais.rating") == {"gais.rating": 2.375}


def test_several_raters_in_headers_are_their_median_as_a_choice(tmp_path: Path) -> None:
    rows = [
        (subject, visit, FIRST + number + 84 * step, 2, 2, 4)
        for number, subject in enumerate(SUBJECTS)
        for step, visit in enumerate(("Baseline", "Week 12"))
    ]
    header = ("Subject", "Visit", "Date", "Rater 1", "Rater 2", "Rater 3")
    csv_export(tmp_path / "photo ratings Glogau.csv", [header, *rows], ";")
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("glogau")
    assert source["headers"] == "Rater {rater}"
    assert draft.study["endpoints"]["glogau"]["rater"] == {
        "role": "investigator",
        "combine": "median",
    }
    assert draft.means("glogau.group", "rater") == {"1": 2, "2": 2, "3": 4}


def test_serial_days_under_date_are_dates_and_other_numbers_are_none(tmp_path: Path) -> None:
    rows = [
        (subject, visit, FIRST + number + 30 * step, 45000 + number, 40)
        for number, subject in enumerate(SUBJECTS)
        for step, visit in enumerate(("V1", "V2"))
    ]
    csv_export(
        tmp_path / "corneometer.csv", [("Subject", "Visit", "Date", "Box", "Hydration"), *rows]
    )
    draft = drafted(tmp_path)

    assert draft.sources("corneometer")[0]["columns"]["date"] == "Date"
    assert draft.study["visits"]["V2"]["at"] == "30 d"
    first = draft.tables["observations"]["taken_at"].min()
    assert f"{first:%Y-%m-%d}" == "2024-03-15"
