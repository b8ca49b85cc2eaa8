"""Drafts of exports with a data dictionary: codes get their words, and the key is written."""

from __future__ import annotations

from pathlib import Path

from tests.draft.small_folders import csv, drafted, text_and_study

DICTIONARY = csv(
    'Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"',
    [
        ("rec", "enrolment", "text", "Record ID", ""),
        ("gruppe", "enrolment", "radio", "Treatment group", '"1, Balm | 2, Vehicle"'),
        ("h_l", "device", "text", "Hydration left", ""),
        ("h_r", "device", "text", "Hydration right", ""),
    ],
)
EVENTS = ("baseline_arm_1", "week_4_arm_1")
EXPORT = csv(
    "rec,redcap_event_name,gruppe,corneometer_l,corneometer_r",
    (
        (number, event, 1 + number % 2 if not step else "", 30 + number + 3 * step, 31 + number)
        for number in range(1, 9)
        for step, event in enumerate(EVENTS)
    ),
)
FITTING = DICTIONARY.replace("h_l,", "corneometer_l,").replace("h_r,", "corneometer_r,")
OTHER = FITTING.replace("corneometer", "sebumeter").replace("gruppe", "cohort")


def test_a_dictionary_gives_the_arms_their_words_and_stands_in_each_source(tmp_path: Path) -> None:
    text, study = text_and_study(
        drafted(tmp_path, {"data.csv": EXPORT, "DataDictionary.csv": FITTING})
    )

    entries = [entry for tables in study["sources"].values() for entry in tables]
    assert {arm["label"] for arm in study["arms"].values()} == {"Balm", "Vehicle"}
    assert {entry["dictionary"] for entry in entries} == {"DataDictionary.csv"}
    assert not any("reader" in entry for entry in entries)
    assert "Not read" not in text


def test_an_export_that_only_its_dictionary_makes_known_names_its_format(tmp_path: Path) -> None:
    export = EXPORT.replace("redcap_event_name", "visit").replace("_arm_1", "")
    _, study = text_and_study(
        drafted(tmp_path, {"data.csv": export, "DataDictionary.csv": FITTING})
    )

    (entry,) = study["sources"]["corneometer"]
    assert (entry["reader"], entry["dictionary"]) == ("redcap", "DataDictionary.csv")
    assert {arm["label"] for arm in study["arms"].values()} == {"Balm", "Vehicle"}


def test_a_dictionary_of_another_project_is_left_with_the_reason(tmp_path: Path) -> None:
    text, study = text_and_study(
        drafted(tmp_path, {"data.csv": EXPORT, "DataDictionary.csv": OTHER})
    )

    entries = [entry for tables in study["sources"].values() for entry in tables]
    assert not any("dictionary" in entry for entry in entries)
    assert {arm["label"] for arm in study["arms"].values()} == {"1", "2"}
    assert "the dictionary is of another project" in " ".join(text.replace("#", "").split())


def test_a_dictionary_of_no_export_is_left_unread(tmp_path: Path) -> None:
    export = EXPORT.replace("rec,redcap_event_name", "Subject,Visit")
    files = {"corneometer.csv": export, "other.csv": OTHER}
    text, study = text_and_study(drafted(tmp_path, files))

    assert not any("dictionary" in entry for entry in study["sources"]["corneometer"])
    assert "other.csv" in text


def test_labels_of_a_dictionary_say_what_wide_headers_measure(tmp_path: Path) -> None:
    export = EXPORT.replace("corneometer_", "cm_")
    dictionary = (
        FITTING.replace("corneometer_", "cm_")
        .replace("Hydration left", "Hautfeuchte Wange links")
        .replace("Hydration right", "Hautfeuchte Wange rechts")
    )
    _, study = text_and_study(
        drafted(tmp_path, {"data.csv": export, "DataDictionary.csv": dictionary})
    )

    (entry,) = study["sources"]["corneometer"]
    assert entry["headers"] == "cm_{side}"
    assert entry["constants"] == {"measure": "hydration", "location": "cheek"}


def test_labels_of_two_measures_are_no_wide_headers_of_one(tmp_path: Path) -> None:
    export = EXPORT.replace("corneometer_", "cm_")
    dictionary = (
        FITTING.replace("corneometer_", "cm_")
        .replace("Hydration left", "Hautfeuchte Wange links")
        .replace("Hydration right", "Sebum cheek right")
    )
    _, study = text_and_study(
        drafted(
            tmp_path,
            {
                "data.csv": export,
                "DataDictionary.csv": dictionary,
                "tewameter.csv": csv("Subject,Visit,TEWL", ((n, "baseline", 9) for n in range(9))),
            },
        )
    )

    assert "corneometer" not in study["sources"]
