"""Scores by a table of the licence: read from a file of the study, never shipped and never copied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dermoutcomes import StudyError, run
from dermoutcomes.cli import main
from dermoutcomes.testing import write_study

STUDY = """\
[study]
id = "F"
title = "Scores by a table"
design = "single-arm"

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "W0"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.face_q]]
file = "forms.csv"
conversion = "licensed.csv"
options.n_items = 2

[endpoints.score]
measure = "face_q.score"
improves = "up"
baseline = { visits = ["W0"] }
visits = ["W4"]
handling = ["observed"]
"""
# A table that rises, made up: the real ones belong to their licence.
TABLE = "raw_sum,score\n2,0\n3,21\n4,38\n5,50\n6,62\n7,83\n8,100\n"
FORMS = "subject,visit,q1,q2\nS1,W0,1,2\nS1,W4,4,4\nS2,W0,2,2\nS2,W4,3,\n"


def files(table: str, forms: str = FORMS) -> dict[str, str]:
    return {"subjects.csv": "subject\nS1\nS2\n", "forms.csv": forms, "licensed.csv": table}


def scores(out: Path) -> dict[tuple[str, str], float]:
    import polars as pl

    rows = pl.read_parquet(out / "tables" / "observations.parquet")
    rows = rows.filter(pl.col("measure") == "face_q.score")
    return {(row["subject"], row["visit"]): row["value"] for row in rows.iter_rows(named=True)}


def test_a_score_is_what_the_table_of_the_licence_has_for_the_sum(tmp_path: Path) -> None:
    file = write_study(tmp_path / "study", STUDY, files(TABLE))
    out = tmp_path / "out"

    done = CliRunner().invoke(main, ["run", str(file), "--out", str(out)])

    assert done.exit_code == 0, done.output
    # One of two answered: the mean fills the other, 3 + 3 = 6.
    assert scores(out) == {
        ("S1", "W0"): 21,
        ("S1", "W4"): 100,
        ("S2", "W0"): 38,
        ("S2", "W4"): 62,
    }
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["inputs"]["licensed.csv"]) == 64, "its digest is on the record"
    assert not list(out.rglob("*licensed*")), "the table is not copied"
    texts = [path for path in out.rglob("*") if path.suffix in (".json", ".csv", ".html", ".toml")]
    assert texts
    assert not any("83" in path.read_text(encoding="utf-8").split(",") for path in texts)


def test_a_sum_that_no_row_has_is_told(tmp_path: Path) -> None:
    forms = "subject,visit,q1,q2,q3\nS1,W0,1,2,1\nS1,W4,4,,3\nS2,W0,2,2,2\nS2,W4,3,4,4\n"
    study = STUDY.replace("n_items = 2", "n_items = 3")
    rising = "".join(f"{value},{8 * value - 2}\n" for value in range(3, 13))
    file = write_study(tmp_path / "study", study, files(f"raw_sum,score\n{rising}", forms))

    found = run(file).table("findings")

    told = found.filter(found["check"] == "not_computable")
    # Two of three answered, 4 + 3: 10.5 is the sum by the rule on blanks, and no row of any table.
    assert told["subject"].to_list() == ["S1"]
    assert "conversion has no such sum" in told["message"][0]


def test_all_that_is_wrong_with_a_table_is_told_at_once(tmp_path: Path) -> None:
    table = "raw_sum,score\n2,0\n3,x\n4,38\n4,39\n5,30\n6,101\n9,100\n"
    file = write_study(tmp_path, STUDY, files(table))

    with pytest.raises(StudyError) as caught:
        run(file)

    text = str(caught.value)
    for words in (
        "row 3: 3, x",
        "has a value of raw_sum twice",
        "that this form cannot have",
        "outside its range",
        "falls where raw_sum rises",
        "licensed.csv",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("sum,score\n2,0\n", "not there or there twice: raw_sum"),
        ("", "needs one column each of raw_sum and score"),
        (TABLE.replace("5,50\n", ""), "lacks values of raw_sum"),
        (TABLE.replace("8,100\n", ""), "the whole numbers from 2 to 8"),
    ],
)
def test_a_table_of_another_form_is_refused(tmp_path: Path, table: str, words: str) -> None:
    file = write_study(tmp_path, STUDY, files(table))

    with pytest.raises(StudyError) as caught:
        run(file)

    assert words in str(caught.value)


def test_a_table_that_is_not_there_and_one_of_a_scale_that_has_none_are_refused(
    tmp_path: Path,
) -> None:
    file = write_study(tmp_path, STUDY, files(TABLE))
    (file.parent / "licensed.csv").unlink()

    with pytest.raises(StudyError, match=r"licensed\.csv"):
        run(file)
    other = STUDY.replace("face_q", "dlqi").replace("dlqi.score", "dlqi.total")
    file.write_text(other.replace("options.n_items = 2\n", ""), encoding="utf-8")
    with pytest.raises(StudyError, match="nothing of 'dlqi' is converted by a table"):
        run(file)


def test_without_a_table_the_score_is_asked_for(tmp_path: Path) -> None:
    study = STUDY.replace('conversion = "licensed.csv"\n', "")
    file = write_study(tmp_path, study, files(TABLE))

    with pytest.raises(StudyError) as caught:
        run(file)

    assert 'conversion = "TABLE.csv" in [[sources.face_q]]' in str(caught.value)
    score = STUDY.replace('conversion = "licensed.csv"', 'columns.score = "Score"')
    file.write_text(score, encoding="utf-8")
    (file.parent / "forms.csv").write_text(
        "subject,visit,Score\nS1,W0,21\nS1,W4,100\n", encoding="utf-8"
    )
    assert set(scores(run(file).folder).values()) == {21, 100}, "one that was converted before"


def score(folder: Path, table: str, forms: str, *more: str) -> Result:
    for name, text in (("licensed.csv", table), ("forms.csv", forms)):
        (folder / name).write_text(text, encoding="utf-8")
    licensed = ("--conversion", str(folder / "licensed.csv"))
    return CliRunner().invoke(
        main, ["score", "face_q", str(folder / "forms.csv"), *licensed, *more]
    )


def test_single_forms_are_converted_as_those_of_a_study(tmp_path: Path) -> None:
    forms = "id,n_items,q1,q2\nS1,2,1,2\nS2,2,4,4\nS3,2,3,\nS4,2,,\n"

    done = score(tmp_path, TABLE, forms, "--json")

    assert done.exit_code == 0, done.output
    assert [(form["raw_sum"], form["score"]) for form in json.loads(done.output)] == [
        (3, 21),
        (8, 100),
        (6, 62),
        (None, None),
    ]
    assert "by the licensee's table: 62" in score(tmp_path, TABLE, forms).output


def test_scores_before_and_after_treatment_are_compared_in_the_converted_score(
    tmp_path: Path,
) -> None:
    forms = "id,n_items,baseline_q1,baseline_q2,post_q1,post_q2\nS1,2,1,2,4,4\n"

    done = score(tmp_path, TABLE, forms, "--json")

    (form,) = [json.loads(done.output)]
    assert (form["score"]["baseline"], form["score"]["post"], form["score"]["abs"]) == (21, 100, 79)


def test_a_form_of_which_the_table_has_no_sum_or_another_score_is_told(tmp_path: Path) -> None:
    rising = "".join(f"{value},{8 * value - 2}\n" for value in range(3, 13))
    forms = "id,n_items,q1,q2,q3,score\nS1,3,4,,3,\nS2,3,1,1,1,30\n"

    done = score(tmp_path, f"raw_sum,score\n{rising}", forms)

    assert "licensed.csv has no score for raw_sum = 10.5" in done.output
    assert "score is 30 on the form, and licensed.csv gives 22 for raw_sum = 3" in done.output


def test_a_table_of_another_form_or_scale_is_refused_once(tmp_path: Path) -> None:
    # Without n_items the form has ten items, and two forms have one table.
    done = score(tmp_path, TABLE, "id,q1,q2\nS1,1,2\nS2,4,4\n")

    assert done.exit_code == 1
    assert done.output.count("the table lacks values of raw_sum") == 1
    assert "n_items = 10 of the form" in done.output
    other = ["score", "dlqi", str(tmp_path / "forms.csv")]
    refused = CliRunner().invoke(main, [*other, "--conversion", str(tmp_path / "licensed.csv")])
    assert "nothing of 'dlqi' is converted by a table" in refused.output
