"""Visits by words of the study's own: they stay visits, in the order of their dates, and are told."""

from __future__ import annotations

from pathlib import Path

from dermoutcomes.draft.glance import glance_lines
from dermoutcomes.draft.recognition.visit_names import visit_name
from dermoutcomes.study.load import load_study
from tests.draft.exports import csv_export, drafted, registry

SUBJECTS = tuple(f"S{number:02}" for number in range(1, 7))
WORDS = {"Call-in": "2024-03-04", "Half-way look": "2024-04-01", "Close-out": "2024-04-29"}


def rows(*, dated: bool) -> list[tuple[object, ...]]:
    """Readings of a device at visits that nobody else calls so, the last one first."""
    header = ("Subject", "Visit", *(["Date"] if dated else []), "Hydration")
    of_subjects = [
        (subject, word, *([date] if dated else []), 40 + 4 * step + number)
        for number, subject in enumerate(SUBJECTS)
        for step, (word, date) in reversed([*enumerate(WORDS.items())])
    ]
    return [header, *of_subjects]


def test_words_of_visits_that_nobody_knows_are_visits_in_the_order_of_dates(tmp_path: Path) -> None:
    csv_export(tmp_path / "corneometer.csv", rows(dated=True))
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert {name: visit["at"] for name, visit in draft.study["visits"].items()} == {
        "call_in": "0 d",
        "half_way_look": "28 d",
        "close_out": "56 d",
    }
    assert draft.study["endpoints"]["hydration"]["baseline"] == {"visits": ["call_in"]}
    assert draft.means("corneometer.hydration", "visit") == {
        "call_in": 42.5,
        "half_way_look": 46.5,
        "close_out": 50.5,
    }


def test_words_of_visits_that_nobody_knows_are_told(tmp_path: Path) -> None:
    csv_export(tmp_path / "corneometer.csv", rows(dated=True))
    draft = drafted(tmp_path)

    study = load_study(tmp_path / "study.toml")
    lines = " ".join(glance_lines(draft.draft, study, registry(), {}))
    assert "Call-in (a visit)" in lines
    assert "a word that says no time" in draft.text


def test_baseline_is_asked_where_neither_words_nor_dates_say_what_was_first(tmp_path: Path) -> None:
    csv_export(tmp_path / "corneometer.csv", rows(dated=False))
    draft = drafted(tmp_path)

    endpoint = draft.study["endpoints"]["hydration"]
    assert "baseline" not in endpoint
    for visit in ("call_in", "half_way_look", "close_out"):
        assert f'# baseline = {{ visits = ["{visit}"] }}' in draft.text
    assert draft.means("corneometer.hydration", "visit")["half_way_look"] == 46.5


def test_tag_is_a_day_and_no_time_behind_a_t() -> None:
    names = [visit_name(word) for word in ("Tag 28", "T28 d", "t+4h", "tage 3")]
    assert [name.id for name in names if name is not None] == ["D28", "T28D", "T4h", "D3"]


def test_dates_in_headers_are_those_of_the_readings_of_their_visit(tmp_path: Path) -> None:
    header = ("SUBJID", "TRT", "V1_DAT", "V1_EASI", "V2_DAT", "V2_EASI", "V2_DOSE_DAT")
    patients = [
        (
            f"{number:03}",
            "AB"[number % 2],
            f"{number}.03.2024",
            20,
            f"{number + 20}.03.2024",
            12,
            "",
        )
        for number in range(1, 9)
    ]
    csv_export(tmp_path / "ecrf.csv", [header, *patients], ";")
    draft = drafted(tmp_path)
    [source] = draft.sources("easi")

    assert source["columns"]["date"] == "{visit}_DAT"
    assert source["headers"] == "{visit}_EASI"
    assert draft.tables["observations"]["taken_at"].null_count() == 0
    assert draft.study["visits"]["V2"]["at"] == "20 d"
    assert "_DAT" not in "".join(draft.draft.unused.get("ecrf.csv", ()))


def test_dates_in_headers_of_which_no_day_is_above_12_are_asked(tmp_path: Path) -> None:
    patients = [
        (f"{number:03}", f"0{number}/03/2024", 20, f"0{number}/05/2024", 12)
        for number in range(1, 9)
    ]
    header = ("SUBJID", "V1_DAT", "V1_EASI", "V2_DAT", "V2_EASI")
    csv_export(tmp_path / "ecrf.csv", [header, *patients])
    draft = drafted(tmp_path)

    assert "date" not in draft.sources("easi")[0]["columns"]
    assert "Is 01/03/2024 day or month first?" in draft.questions()
    assert '# columns.date = "{visit}_DAT"' in draft.text
