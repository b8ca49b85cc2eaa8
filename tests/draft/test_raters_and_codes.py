"""Drafts of ratings in rows, and of columns that are codes of one device: what each column is taken for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dermoutcomes.draft.drafting import draft_of_folder
from dermoutcomes.draft.study_text import study_text
from dermoutcomes.registry.loading import load_registry


def drafted(folder: Path, *, accept: bool = True) -> dict:
    draft = draft_of_folder(folder, load_registry())
    if accept:
        draft.accept()
    return tomllib.loads(study_text(draft))


def write(folder: Path, name: str, header: str, rows: list[tuple[object, ...]]) -> None:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


SUBJECTS = [f"P-{number:02d}" for number in range(1, 9)]


@pytest.mark.parametrize("codes", [("R0", "R2"), ("R0", "R2", "R7"), ("R2",)])
def test_codes_of_a_cutometer_are_no_readings_of_the_right_side(
    tmp_path: Path, codes: tuple[str, ...]
) -> None:
    rows = [
        (subject, visit, *(f"0.{index + 3}{place}" for place in range(len(codes))))
        for index, subject in enumerate(SUBJECTS)
        for visit in ("Baseline", "Week 4")
    ]
    write(tmp_path, "cutometer.csv", ",".join(("Subject", "Visit", *codes)), rows)

    (source,) = drafted(tmp_path)["sources"]["cutometer"]

    assert "headers" not in source
    taken = {code.lower(): source["columns"].get(code.lower()) for code in codes}
    assert taken == {code.lower(): code for code in codes}


def ratings(folder: Path, raters: dict[str, str]) -> None:
    rows = [
        (subject, "Week 4", rater, role, 1 + (index + len(rater)) % 5)
        for index, subject in enumerate(SUBJECTS)
        for rater, role in raters.items()
    ]
    write(folder, "gais.csv", "Subject,Visit,Rater,Role,GAIS", rows)


def test_a_column_of_roles_makes_an_endpoint_a_role(tmp_path: Path) -> None:
    ratings(tmp_path, {"AB": "Blinded evaluator", "self": "subject"})

    study = drafted(tmp_path)

    (source,) = study["sources"]["gais"]
    assert source["columns"]["rater_role"] == "Role"
    assert source["values"]["rater_role"] == {"Blinded evaluator": "blinded evaluator"}
    assert study["endpoints"]["gais_blinded_evaluator"]["rater"] == {"role": "blinded evaluator"}
    assert study["endpoints"]["gais_subject"]["rater"] == {"role": "subject"}


def test_what_several_raters_become_is_a_choice(tmp_path: Path) -> None:
    ratings(tmp_path, {"E1": "blinded evaluator", "E2": "blinded evaluator", "self": "subject"})

    accepted, asked = drafted(tmp_path), drafted(tmp_path, accept=False)

    evaluator = accepted["endpoints"]["gais_blinded_evaluator"]
    assert evaluator["rater"] == {"role": "blinded evaluator", "combine": "median"}
    assert "rater" not in asked["endpoints"]["gais_blinded_evaluator"]


def test_date_of_enrolment_age_and_sex_are_the_framework_s_columns(tmp_path: Path) -> None:
    ratings(tmp_path, {"AB": "investigator"})
    header = "Subject,Gender,Age (years),Enrolment date"
    write(
        tmp_path, "people.csv", header, [(subject, "f", 40, "2024-03-04") for subject in SUBJECTS]
    )

    (source,) = drafted(tmp_path)["sources"]["subjects"]

    assert source["columns"] == {
        "subject": "Subject",
        "enrolled": "Enrolment date",
        "sex": "Gender",
        "age": "Age (years)",
    }
