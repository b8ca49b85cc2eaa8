"""Folders as labs send them: what a draft takes from them, what it asks, and what is then read."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes.draft.drafting import draft_of_folder
from dermoutcomes.draft.files.file_names import name_pattern
from dermoutcomes.draft.study_text import study_text
from tests.draft.exports import csv_export, drafted, registry, workbook

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


@pytest.mark.parametrize(
    ("encoding", "remark"), [("koi8-r", "сухая кожа"), ("cp932", "乾燥肌の被験者")]
)
def test_a_text_that_does_not_say_its_encoding_is_read_in_the_likeliest_and_says_so(
    tmp_path: Path, encoding: str, remark: str
) -> None:
    rows = [
        (subject, visit, 40 + step, remark)
        for subject in SUBJECTS
        for step, visit in enumerate(VISITS)
    ]
    header = ("Subject", "Visit", "Corneometer", "Remark")
    csv_export(tmp_path / "moisture.csv", [header, *rows], ";", encoding)
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.sources("corneometer")[0]["encoding"] == encoding
    assert draft.means("corneometer.hydration", "visit") == {"D0": 40, "D28": 41, "D56": 42}


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


def test_sheet_of_means_beside_the_raw_readings_counts_once(tmp_path: Path) -> None:
    """A workbook with means and the readings that they are of: the readings are taken."""
    raw = [
        (subject, visit, 40 + number + step, 41 + number + step, 45 + number + step)
        for number, subject in enumerate(SUBJECTS)
        for step, visit in enumerate(VISITS)
    ]
    means = [(row[0], row[1], round(sum(row[2:]) / 3, 2)) for row in raw]
    sheets = {
        "Measurements": [("Subject", "Visit", "Corneometer"), *means],
        "Raw Data": [("Subject", "Visit", *(f"Corneometer {n}" for n in (1, 2, 3))), *raw],
    }
    workbook(tmp_path / "export.xlsx", sheets)
    draft = drafted(tmp_path)
    assert [source["sheet"] for source in draft.sources("corneometer")] == ["Raw Data"]
    assert draft.tables["observations"].filter(measure="corneometer.hydration").height == 54
    assert "means of the readings of export.xlsx [Raw Data]" in draft.questions()


def test_second_sheet_of_other_readings_is_kept(tmp_path: Path) -> None:
    """What is no mean of another sheet is data of its own."""
    first = [(subject, visit, 40, 41) for subject in SUBJECTS for visit in VISITS]
    second = [(subject, "Day 84", 60) for subject in SUBJECTS]
    sheets = {
        "Visits": [("Subject", "Visit", "Corneometer 1", "Corneometer 2"), *first],
        "Follow up": [("Subject", "Visit", "Corneometer"), *second],
    }
    workbook(tmp_path / "export.xlsx", sheets)
    draft = drafted(tmp_path)
    assert len(draft.sources("corneometer")) == 2
    assert draft.means("corneometer.hydration", "visit")["D84"] == 60


def test_same_number_at_two_sites_is_two_people(tmp_path: Path) -> None:
    """An id that stands in the columns Site and Nr is put together from both."""
    rows = [
        (site, number, visit, 10 + step)
        for site in ("01", "02")
        for number in ("001", "002", "003")
        for step, visit in enumerate(VISITS)
    ]
    csv_export(tmp_path / "tewl.csv", [("Site", "Subject No.", "Visit", "TEWL"), *rows])
    draft = drafted(tmp_path)
    assert draft.sources("tewameter")[0]["columns"]["subject"] == ["Site", "Subject No."]
    assert draft.tables["subjects"].height == 6


def test_number_is_the_id_where_each_site_has_its_own(tmp_path: Path) -> None:
    """Numbers that are no two people's stay as they are."""
    rows = [(1 + number // 4, number, visit, 10) for number in range(1, 8) for visit in VISITS]
    csv_export(tmp_path / "tewl.csv", [("Site", "Subject No.", "Visit", "TEWL"), *rows])
    assert drafted(tmp_path).sources("tewameter")[0]["columns"]["subject"] == "Subject No."


@pytest.mark.parametrize(
    "words",
    [
        ("left cheek", "right cheek"),
        ("Wange links", "Wange rechts"),
        ("joue gauche", "joue droite"),
    ],
)
def test_place_that_names_its_side_is_side_and_place(
    tmp_path: Path, words: tuple[str, str]
) -> None:
    """A column with left cheek and right cheek: two sides of one place, one person."""
    rows = [
        (subject, visit, word, "Melanin", 180 + 10 * side)
        for subject in SUBJECTS
        for visit in VISITS
        for side, word in enumerate(words)
    ]
    header = ("Subject", "Visit", "Body site", "Parameter", "Value")
    csv_export(tmp_path / "mexameter.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.means("mexameter.melanin", "location", "side") == {
        ("cheek", "left"): 180,
        ("cheek", "right"): 190,
    }
    assert draft.study["endpoints"]["melanin"]["sides"] == {
        "use": ["left", "right"],
        "combine": "mean",
    }


def test_sheet_a_subject_gives_its_name_as_the_id(tmp_path: Path) -> None:
    """Sheets called by subjects, with a row a visit."""
    rows = [(visit, 40 + step, 42 + step) for step, visit in enumerate(VISITS)]
    titles = [("Corneometer CM 825, forearm",), ("Visit", "Left", "Right")]
    workbook(tmp_path / "moisture.xlsx", {f"Subject {n:02}": [*titles, *rows] for n in (1, 2, 3)})
    draft = drafted(tmp_path)
    assert draft.sources("corneometer")[0]["sheet_name"] == "Subject {subject}"
    assert draft.tables["subjects"]["subject"].to_list() == ["01", "02", "03"]
    assert draft.means("corneometer.hydration", "visit") == {"D0": 41, "D28": 42, "D56": 43}


def test_questionnaire_is_answered_by_the_subject_as_a_choice(tmp_path: Path) -> None:
    """Who answered is a choice that `--accept` takes and that stands as a line until then."""
    header = ("Subject", "Visit", *(f"POEM_Q{number}" for number in range(1, 8)))
    rows = [(subject, visit, 2, 1, 0, 0, 1, 2, 3) for subject in SUBJECTS for visit in VISITS]
    csv_export(tmp_path / "poem.csv", [header, *rows])
    text = study_text(draft_of_folder(tmp_path, registry()))
    assert '\n# rater = { role = "subject" }\n' in text
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.study["endpoints"]["poem"]["rater"] == {"role": "subject"}
    assert draft.means("poem.total") == {"poem.total": 9}


@pytest.mark.parametrize("words", ["Not relevant", "nicht relevant", "non concerné"])
def test_not_relevant_is_an_answer_of_the_scale(tmp_path: Path, words: str) -> None:
    """DLQI scores it 0 and counts it; it is no missing value."""
    header = ("Subject", "Visit", *(f"DLQI{number}" for number in range(1, 11)))
    rows = [
        (subject, visit, 1, 1, 1, 1, 1, 1, 1, 1, words if number % 2 else 1, 1)
        for number, subject in enumerate(SUBJECTS)
        for visit in VISITS
    ]
    csv_export(tmp_path / "dlqi.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.means("dlqi.total") == {"dlqi.total": 9.5}
    assert draft.means("dlqi.n_not_relevant") == {"dlqi.n_not_relevant": 0.5}


def test_arm_that_changes_with_the_period_is_a_crossover(tmp_path: Path) -> None:
    """Each subject has both arms, one a period."""
    rows = [
        (subject, period, arms[period - 1], visit, f"2024-0{period}-0{day}", 10)
        for number, subject in enumerate(SUBJECTS)
        for arms in [("Balm", "Control") if number % 2 else ("Control", "Balm")]
        for period in (1, 2)
        for visit, day in (("Baseline", 1), ("Day 7", 8))
    ]
    header = ("Subject", "Period", "Treatment", "Visit", "Date", "TEWL")
    csv_export(tmp_path / "tewl.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.study["study"]["design"] == "crossover"
    assert set(draft.tables["allocations"]["period"]) == {"1", "2"}


def test_readings_without_a_visit_are_no_source_until_it_is_said(tmp_path: Path) -> None:
    """A table with neither visit nor date of one stands as comments, with what is to be said."""
    visits = [(subject, visit, 40) for subject in SUBJECTS for visit in VISITS]
    csv_export(tmp_path / "moisture.csv", [("Subject", "Visit", "Corneometer"), *visits])
    csv_export(tmp_path / "tewl.csv", [("Subject", "TEWL"), *((each, 11) for each in SUBJECTS)])
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert list(draft.study["endpoints"]) == ["hydration"]
    assert "# [[sources.tewameter]]" in draft.text
    assert "Which visits are these?" in draft.questions()


def test_counts_of_a_form_are_its_items(tmp_path: Path) -> None:
    """Two counts of acne, whose name stands in another header, are those of acne."""
    header = ("Subject", "Visit", "Inflammatory lesions", "Non-inflammatory lesions", "IGA acne")
    rows = [(subject, visit, 20, 30, 3) for subject in SUBJECTS for visit in VISITS]
    csv_export(tmp_path / "lesions.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.means("acne_counts.inflammatory") == {"acne_counts.inflammatory": 20}
    assert draft.means("acne_counts.total") == {"acne_counts.total": 50}
    assert "rosacea_counts" not in draft.text
    assert set(draft.study["endpoints"]) == {
        *("acne_counts", "inflammatory", "non_inflammatory", "iga_acne"),
    }


def test_word_of_two_quantities_is_asked_and_not_taken(tmp_path: Path) -> None:
    """The depth of wrinkles is in mm with one device and in µm with another."""
    rows = [(subject, visit, 40, 0.12) for subject in SUBJECTS for visit in VISITS]
    header = ("Subject", "Visit", "Corneometer", "Wrinkle depth")
    csv_export(tmp_path / "data.csv", [header, *rows])
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert set(draft.study["sources"]) == {"corneometer"}
    assert "antera, primos.wrinkle_depth" in draft.questions()
    assert "# [endpoints.wrinkle_depth]" in draft.text


def test_counts_that_two_forms_share_are_asked(tmp_path: Path) -> None:
    """Abscesses, nodules and tunnels are counted for HiSCR and for IHS4."""
    header = ("Patient", "Visite", "Abszesse", "Entzündliche Knoten", "Drainierende Fisteln")
    rows = [(subject, visit, 1, 4, 2) for subject in SUBJECTS for visit in VISITS]
    sheets = {"Läsionen": [header, *rows]}
    workbook(tmp_path / "Auswertung.xlsx", sheets)
    draft = draft_of_folder(tmp_path, registry())
    text = study_text(draft)
    assert "# [[sources.hiscr]]" in text
    assert any("hiscr, ihs4" in question.words for question in draft.questions())


def test_files_of_a_subject_a_visit_and_a_side_say_all_of_it_by_name(tmp_path: Path) -> None:
    """Text exports with the date in them: the times of the visits, and two sides of a person."""
    for number in range(1, 7):
        for visit, day in (("V1", 1), ("V2", 15), ("V3", 29)):
            for side, value in (("L", 12.5), ("R", 13.5)):
                path = tmp_path / "Export" / f"P{number:02}_{visit}_{side}.txt"
                header = ("Messung", "Datum", "TEWL [g/m²h]", "Temperatur [°C]")
                row = (1, f"{day:02}.05.2024", f"{value}".replace(".", ","), "21,3")
                csv_export(path, [header, row], ";", "cp1252")
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert [visit["at"] for visit in draft.study["visits"].values()] == ["0 d", "14 d", "28 d"]
    assert draft.means("tewameter.tewl", "side") == {"left": 12.5, "right": 13.5}
    assert draft.study["endpoints"]["tewl"]["sides"]["combine"] == "mean"
    assert draft.tables["subjects"].height == 6


def test_adverse_events_are_no_list_of_subjects(tmp_path: Path) -> None:
    """The begin of an event is no enrolment: those with an event are not all who took part."""
    readings = [(subject, visit, 40) for subject in SUBJECTS for visit in VISITS]
    events = [
        ("S01", "Kopfschmerz", "03.05.2024", "05.05.2024", "leicht", "nein"),
        ("S03", "Juckreiz", "13.05.2024", "15.05.2024", "mittel", "nein"),
    ]
    header = ("Patient", "Ereignis", "Beginn", "Ende", "Schweregrad", "Schwerwiegend")
    sheets = {
        "Feuchte": [("Patient", "Visite", "Corneometer"), *readings],
        "UE": [header, *events],
    }
    workbook(tmp_path / "Studie.xlsx", sheets)
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert "subjects" not in draft.study["sources"]
    assert draft.tables["subjects"].height == 6
    assert draft.tables["events"]["severity"].to_list() == ["mild", "moderate"]
    assert draft.tables["events"]["serious"].to_list() == [False, False]


def test_files_of_one_column_are_readings_whose_names_say_the_rest(tmp_path: Path) -> None:
    """A probe that saves its readings alone: who, when and where stand in the file's name."""
    for subject in SUBJECTS:
        for step, visit in enumerate(("D0", "D28")):
            for side in ("left", "right"):
                rows = [("Corneometer",), (40.0 + step,), (42.0 + step,)]
                csv_export(tmp_path / f"{subject}_{visit}_{side}.csv", rows)
    draft = drafted(tmp_path)
    assert draft.problems == ()
    assert draft.means("corneometer.hydration", "visit") == {"D0": 41.0, "D28": 42.0}
    assert draft.means("corneometer.hydration", "side") == {"left": 41.5, "right": 41.5}


def test_column_of_words_alone_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Notes\nThe probe was new.\nAll came.\n", encoding="utf-8")
    csv_export(
        tmp_path / "cutometer.csv",
        [("Subject", "Visit", "R0"), *((subject, "Day 0", 0.3) for subject in SUBJECTS)],
    )
    draft = drafted(tmp_path)
    assert "no table was seen in it: a header with names, and rows below" in draft.text


def test_s01_is_a_subject_where_another_part_of_the_name_says_the_visit() -> None:
    """S could be a session too; of two parts that read as visits the more varied is the subject."""
    pattern = name_pattern([f"S{number:02}_D{day}.csv" for number in (1, 2, 3) for day in (0, 28)])
    assert pattern is not None
    assert pattern.pattern == "{subject}_{visit}"
