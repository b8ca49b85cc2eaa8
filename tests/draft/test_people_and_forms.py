"""Drafts: which table is the list of subjects, which ids are written otherwise, which columns are of a form."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dermoutcomes.draft.drafting import draft_of_folder
from dermoutcomes.draft.plan.participants import odd_ids
from dermoutcomes.draft.study_text import study_text
from dermoutcomes.registry.loading import load_registry

REGIONS = ("hn", "ue", "tr", "le")
ITEMS = [f"{region}_{sign}" for region in REGIONS for sign in ("ery", "ede", "exc", "lic", "area")]


@pytest.mark.parametrize(
    ("ids", "odd"),
    [
        ([str(number) for number in range(1, 61)], {}),
        ([f"S{number}" for number in range(1, 61)], {}),
        ([*(f"S{number:02d}" for number in range(1, 12)), "S7"], {"S7": "S07"}),
        ([*(f"DER-{number:04d}" for number in range(1, 12)), "6"], {"6": "DER-0006"}),
    ],
)
def test_ids_that_are_written_otherwise(ids: list[str], odd: dict[str, str]) -> None:
    assert odd_ids(ids) == odd


def test_a_form_of_a_few_is_no_list_of_subjects_and_an_odd_answer_takes_no_column_away(
    tmp_path: Path,
) -> None:
    ids = range(1, 13)
    readings = [
        f"{number},{visit},40,{','.join(['1'] * 20)}"
        for number in ids
        for visit in ("Baseline", "Week 4")
    ]
    readings[5] = readings[5].replace("1,1,1,1,1", "1,1,1,1,7", 1)
    (tmp_path / "easi.csv").write_text(
        "\n".join([f"Subject,Visit,Age,{','.join(ITEMS)}", *readings]) + "\n", encoding="utf-8"
    )
    rescue = [f"{number},2024-02-0{number},topical" for number in (2, 5, 7)]
    (tmp_path / "rescue.csv").write_text(
        "\n".join(["Subject,Rescue date,Kind", *rescue]) + "\n", encoding="utf-8"
    )

    study = tomllib.loads(study_text(draft_of_folder(tmp_path, load_registry())))

    files = [source["file"] for source in study["sources"].get("subjects", [])]
    assert "rescue.csv" not in files
    (easi,) = study["sources"]["easi"]
    assert set(ITEMS) <= set(easi["columns"].values())
