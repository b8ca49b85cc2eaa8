"""The text of a drafted study file: it parses, it says what the files say, its doubts can be taken."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from dermoutcomes.draft.study_draft import Answer, Key, Question, Section, StudyDraft
from dermoutcomes.draft.study_text import key_line, study_text
from dermoutcomes.errors import StudyError
from dermoutcomes.study.check import check_study
from dermoutcomes.study.load import parse_study

from .small_folders import (
    EIGHT,
    PARALLEL,
    csv,
    drafted,
    parallel,
    readings,
    registry,
    text_and_study,
)

US_DATES = PARALLEL | {"corneometer.csv": readings(EIGHT, date="0{}/05/2024")}
TWO_BASELINES = PARALLEL | {
    "corneometer.csv": readings(EIGHT).replace("Week 4", "Screening"),
}
SIDES = {
    "list.csv": csv(
        "Subject,Left cheek,Right cheek",
        ((name, *(("A", "B") if n % 2 else ("B", "A"))) for n, name in enumerate(EIGHT)),
    ),
    "corneometer.csv": readings(EIGHT),
}
EVENTS = PARALLEL | {
    "events.csv": csv(
        "Subject,Adverse event,Severity,Start date,Related",
        [("S1", "Erythema", "Grad A", "2024-01-09", "maybe"), ("S2", "Itch", "Grad B", "", "no")],
    )
}
NO_VISIT = {
    "corneometer.csv": readings(EIGHT),
    "second.csv": csv(
        "Subject,Side,pH", ((name, "left", 5.1 + n / 10) for n, name in enumerate(EIGHT))
    ),
}
ODD_ID = {"corneometer.csv": readings((*(f"DER-{n:04}" for n in range(1, 9)), "9"))}
FOLDERS = {
    "parallel": PARALLEL,
    "us_dates": US_DATES,
    "two_baselines": TWO_BASELINES,
    "sides": SIDES,
    "events": EVENTS,
    "no_visit": NO_VISIT,
    "odd_id": ODD_ID,
}


def problems(text: str, folder: Path) -> set[str]:
    """What parsing and checking a study file say, without its data, as the places of problems."""
    try:
        study = parse_study(folder / "study.toml", text.encode())
    except StudyError as error:
        return {str(problem) for problem in error.problems}
    return {str(problem) for problem in check_study(study, registry())}


@pytest.mark.parametrize("name", FOLDERS)
def test_each_answer_can_be_taken_alone(name: str, tmp_path: Path) -> None:
    draft = drafted(tmp_path, FOLDERS[name])
    text = study_text(draft)
    before = problems(text, tmp_path)
    taken = 0
    for question in draft.questions():
        choices = [answer.keys for answer in question.answers]
        for keys in [*choices, *([question.example] if question.example else [])]:
            edited = text
            for key, value in keys.items():
                line = key_line(key, value)
                assert f"\n# {line}" in edited, line
                # The section is that of the question: the first place behind its words.
                start = edited.index(" ".join(question.words.split())[:40])
                place = edited.index(f"\n# {line}", start)
                edited = edited[: place + 1] + edited[place + 3 :]
            assert tomllib.loads(edited) != tomllib.loads(text)
            assert problems(edited, tmp_path) <= before, (question.id, keys)
            taken += 1
    assert taken >= 4


def test_accepted_choices_are_said_to_be_such(tmp_path: Path) -> None:
    draft = drafted(tmp_path, PARALLEL)
    assert "# handling = [" in study_text(draft)
    draft.accept()
    text, study = text_and_study(draft)
    assert study["endpoints"]["hydration"]["handling"] == ["observed"]
    assert re.search(r'^handling = \["observed"\]  # .*\(accepted\)$', text, re.MULTILINE)


def test_first_line_says_that_the_data_were_at_hand(tmp_path: Path) -> None:
    text = study_text(drafted(tmp_path, PARALLEL))
    assert "WITH THE DATA AT HAND" in text.splitlines()[0]


@pytest.mark.parametrize("name", FOLDERS)
def test_comments_fit_a_screen(name: str, tmp_path: Path) -> None:
    comments = [
        line
        for line in study_text(drafted(tmp_path, FOLDERS[name])).splitlines()
        if line.startswith("#") and " = " not in line
    ]
    assert max(map(len, comments)) <= 100


def test_answers_become_keys_in_their_place(tmp_path: Path) -> None:
    draft = drafted(tmp_path, US_DATES)
    questions = {question.id: question for question in draft.questions()}
    asked: Question = questions["sources.corneometer.csv.date_format"]
    reference = questions["arms.reference"]
    draft.settle({asked.id: asked.answers[1], reference.id: reference.answers[1]})
    text, study = text_and_study(draft)
    source = study["sources"]["corneometer"][0]
    assert source["date_format"] == "%m/%d/%Y"
    assert source["columns"]["date"] == "Date"
    assert study["arms"]["vehicle"]["reference"] is True
    assert "as answered" in text
    assert asked.id not in {question.id for question in draft.questions()}


HOSTILE = (
    "Crème »Ä«\u2028x",
    '=HYPERLINK("http://x","y")',
    "[study]\nid = 'y'",
    '"""',
    "# no",
    "\\",
    "🧴",
    "a\x85b",
    "<b>",
    "a = 1",
)


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_stay_words(word: str, tmp_path: Path) -> None:
    quoted = '"' + word.replace('"', '""') + '"'
    files = {
        "subjects.csv": parallel((quoted, "Vehicle")),
        "corneometer.csv": readings(EIGHT)
        .replace("Replicate", f"Replicate,{quoted}")
        .replace(",1,", f",1,{quoted},")
        .replace(",2,", f",2,{quoted},")
        .replace(",3,", f",3,{quoted},"),
    }
    draft = drafted(tmp_path, files)
    _, study = text_and_study(draft)
    assert set(study) >= {"study", "visits", "arms", "sources", "endpoints"}
    words = [{arm["label"], *arm.get("aliases", ())} for arm in study["arms"].values()]
    assert len(words) == 2
    assert any(word.strip() in of_arm for of_arm in words)


def test_no_sign_ends_a_comment_early() -> None:
    bad = "a\nb = 1\r[c]\x00\x1f\x7f\x85\u2028d\ud800"
    question = Question(bad, bad, (Answer({"d": 1}, bad),), {"e": 1})
    section = Section("study", [Key("id", "x", bad), Key("f", 1, bad, choice=True), question], bad)
    draft = StudyDraft("x", [section], unused={bad: (bad,)}, words_not_understood=(bad,))
    text = study_text(draft)
    assert tomllib.loads(text) == {"study": {"id": "x"}}
    text.encode()


@pytest.mark.parametrize(
    ("first", "second"),
    [("Cream +", "Cream -"), ("プラセボ", "実薬"), ("α", "β"), ("1%", "1‰")],
)
def test_arms_that_differ_by_a_sign_stay_two(first: str, second: str, tmp_path: Path) -> None:
    _, study = text_and_study(
        drafted(tmp_path, PARALLEL | {"subjects.csv": parallel((first, second))})
    )
    assert {arm["label"] for arm in study["arms"].values()} == {first, second}


def test_arms_in_other_letters_are_one(tmp_path: Path) -> None:
    files = PARALLEL | {"subjects.csv": parallel(("Cream", "Vehicle", "CREAM", "Vehicle"))}
    draft = drafted(tmp_path, files)
    _, study = text_and_study(draft)
    assert sorted(study["arms"]) == ["cream", "vehicle"]
    assert {"Cream", "CREAM"} == {
        study["arms"]["cream"]["label"],
        *study["arms"]["cream"]["aliases"],
    }


def test_visits_in_signs_of_another_script_stay_apart(tmp_path: Path) -> None:
    more = readings(EIGHT).partition("\n")[2].replace("Baseline", "Week 8")
    text = readings(EIGHT) + more.replace("Week 4", "四週").replace("Week 12", "十二週")
    _, study = text_and_study(drafted(tmp_path, PARALLEL | {"corneometer.csv": text}))
    words = {
        word
        for visit in study["visits"].values()
        for word in (visit.get("label"), *visit.get("aliases", ()))
    }
    assert len(study["visits"]) == 6
    assert {"四週", "十二週"} <= words


def test_umlauts_are_kept(tmp_path: Path) -> None:
    files = {
        "größe corneometer.csv": readings(EIGHT, device="Hydratation").replace("Side", "Seite")
    }
    text, _ = text_and_study(drafted(tmp_path / "Müller & Söhne", files))
    assert 'file = "größe corneometer.csv"' in text
    assert 'title = "Müller & Söhne"' in text
