"""Forms and ratings in words: asked with the coding of the scale, and never taken for numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from dermoutcomes.runs.pipeline import check
from tests.draft.exports import Drafted, csv_export, drafted

SUBJECTS = tuple(f"S{number:02}" for number in range(1, 7))
VISITS = ("Baseline", "Week 12")
NUMBERS = {"Nie": 0, "Ab und zu": 1, "Oft": 2, "Immerzu": 3}


def form(folder: Path, answers: tuple[str, ...], further: str | None = None) -> Drafted:
    """A DLQI in words beside readings of a device."""
    header = ("Subject", "Visit", *(f"DLQI Q{number}" for number in range(1, 11)), "TEWL")
    rows = [
        (
            subject,
            visit,
            *(answers[(number + item) % len(answers)] for item in range(8)),
            further or answers[0],
            answers[-1],
            10 + number,
        )
        for number, subject in enumerate(SUBJECTS)
        for visit in VISITS
    ]
    csv_export(folder / "visits.csv", [header, *rows])
    return drafted(folder)


def test_form_in_words_is_asked_with_the_coding_of_the_scale(tmp_path: Path) -> None:
    draft = form(tmp_path, tuple(NUMBERS))

    assert list(draft.study["sources"]) == ["tewameter"]
    assert "dlqi" not in draft.study["endpoints"]
    asked = " ".join(draft.questions().split())
    assert "Which number is each of these answers: Ab und zu, Immerzu, Nie, Oft?" in asked
    assert "is coded 0, 1, 2 or 3, and a lower score is better" in asked
    assert draft.means("tewameter.tewl") == {"tewameter.tewl": 12.5}


def test_lines_of_a_form_in_words_are_right_once_the_numbers_are_written(tmp_path: Path) -> None:
    draft = form(tmp_path, tuple(NUMBERS), further="nicht relevant")
    assert 'values.q9 = { "nicht relevant" = "NR", ' in draft.text

    lines = draft.text.splitlines()
    first = lines.index("# [[sources.dlqi]]")
    last = next(at for at in range(first, len(lines)) if not lines[at].startswith("#"))
    for at in range(first, last):
        lines[at] = lines[at].removeprefix("# ")
        for word, number in NUMBERS.items():
            for name in (word, f'"{word}"'):
                lines[at] = lines[at].replace(f'{name} = "0, 1, 2 or 3"', f'{name} = "{number}"')
    path = tmp_path / "study.toml"
    path.write_text("\n".join(lines))
    assert "dlqi" in tomli.loads(path.read_text())["sources"]
    observations = check(path, tables=("observations",)).tables["observations"]
    assert observations.filter(measure="dlqi.q1")["value"].to_list()[::2] == [0, 1, 2, 3, 0, 1]
    assert set(observations.filter(measure="dlqi.q9")["text"]) == {"NR"}


def test_rating_in_words_is_asked(tmp_path: Path) -> None:
    words = ("besser", "gleich", "schlechter")
    rows = [
        (subject, visit, words[number % 3], 10)
        for number, subject in enumerate(SUBJECTS)
        for visit in VISITS
    ]
    csv_export(tmp_path / "visits.csv", [("Subject", "Visit", "GAIS", "TEWL"), *rows])
    draft = drafted(tmp_path)

    assert "gais" not in draft.study["sources"]
    assert "of these answers: besser, gleich, schlechter?" in " ".join(draft.questions().split())


@pytest.mark.parametrize("name", ["DLQI", "Comment"])
def test_texts_that_people_wrote_are_no_answers(tmp_path: Path, name: str) -> None:
    rows = [
        (subject, visit, *(f"{subject} wrote {visit} {item}" for item in range(10)), 10)
        for subject in SUBJECTS
        for visit in VISITS
    ]
    header = ("Subject", "Visit", *(f"{name} Q{number}" for number in range(1, 11)), "TEWL")
    csv_export(tmp_path / "visits.csv", [header, *rows])
    draft = drafted(tmp_path)

    assert "Which number" not in draft.questions()
    assert f"Not used of visits.csv: {name} Q1" in " ".join(draft.text.split())
