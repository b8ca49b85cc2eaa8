"""Scales of the catalogue in a study: a row a region, ages of the subjects, words of a form, a diary."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes import PluginChoice, Preference, StudyError, load_registry
from dermoutcomes.decisions.cautions import balance_caution
from dermoutcomes.registry.forms.entry_folder import is_unread
from dermoutcomes.testing import run_study

__all__ = ["run_study"]

STUDY = """
[study]
id = "C"
title = "A study"
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

[[sources.SCALE]]
file = "forms.csv"
OPTIONS

[endpoints.score]
measure = "SCALE.total"
baseline = { visits = ["W0"] }
visits = ["W4"]
handling = ["observed"]
compare = ["w4"]
analyses = ["paired_t"]
"""
SUBJECTS = "subject,age\nS1,30\nS2,6\nS3,51\n"
REGIONS = ("Head", "arms", "Trunk", "lower_limbs")
LONG = """columns.location = "Region"
constants.rater_role = "investigator"
"""


def study(scale: str, options: str = "") -> str:
    return STUDY.replace("SCALE", scale).replace("OPTIONS", options)


def rows_of_regions(*, area: int = 2) -> str:
    """Each region with its own signs, first and later visits, a row each."""
    lines = [
        "subject,visit,Region,erythema,edema_papulation,excoriation,lichenification,area_score"
    ]
    for subject in ("S1", "S2", "S3"):
        for visit, sign in (("W0", 3), ("W4", 1)):
            lines += [
                f"{subject},{visit},{region},{sign},1,0,{number % 2},{area + number % 3}"
                for number, region in enumerate(REGIONS)
            ]
    return "\n".join(lines) + "\n"


# Signs 4, 5, 4, 5 and areas 2, 3, 4, 2: 0.8 + 3 + 4.8 + 4 for adults, 1.6 + 3 + 4.8 + 3 for children.
EASI = {("S1", "W0"): 12.6, ("S2", "W0"): 12.4, ("S1", "W4"): 7, ("S2", "W4"): 6.8}


def test_a_row_a_region_is_one_form_and_is_scored_by_the_age_of_the_subject(run_study) -> None:
    run = run_study(study("easi", LONG), {"subjects.csv": SUBJECTS, "forms.csv": rows_of_regions()})
    totals = run.table("observations").filter(measure="easi.total")
    scores = {(row["subject"], row["visit"]): row["value"] for row in totals.to_dicts()}
    items = run.table("observations").filter(measure="easi.trunk_erythema", subject="S1")

    assert {key: scores[key] for key in EASI} == EASI
    assert totals["location"].null_count() == totals.height == 6
    assert items["kind"].unique().to_list() == ["item"]
    assert items["row"].to_list() == [4, 8], "each leads to its own row of the file"
    assert run.table("findings").filter(severity="error").height == 0
    assert balance_caution(run.table("ledger")) is None


def test_an_age_in_the_file_is_the_one_that_counts(run_study) -> None:
    forms = rows_of_regions().replace("area_score\n", "area_score,age_years\n")
    forms = "".join(
        line + ("\n" if number == 0 else ",7\n") for number, line in enumerate(forms.splitlines())
    )
    run = run_study(study("easi", LONG), {"subjects.csv": SUBJECTS, "forms.csv": forms})
    totals = run.table("observations").filter(measure="easi.total", visit="W0")

    assert totals["value"].to_list() == [12.4, 12.4, 12.4]


BORN = """subject,age,birth_date
S1,,2016-03-02
S2,,02.03.2016
S3,51,
"""


def dated_rows(day: str) -> str:
    head, *rows = rows_of_regions().splitlines()
    return "".join(f"{line}\n" for line in (f"{head},date", *(f"{row},{day}" for row in rows)))


@pytest.mark.parametrize(("day", "child"), [("2024-03-01", True), ("2024-03-02", False)])
def test_the_age_is_that_of_the_date_of_birth_on_the_day_of_the_form(
    run_study, day: str, child: bool
) -> None:
    run = run_study(study("easi", LONG), {"subjects.csv": BORN, "forms.csv": dated_rows(day)})
    observations = run.table("observations").filter(visit="W0")
    ages = dict(observations.filter(measure="easi.age_years").select("subject", "value").rows())
    totals = dict(observations.filter(measure="easi.total").select("subject", "value").rows())

    # The eighth birthday is 2024-03-02: EASI weighs the regions otherwise from 8 years on.
    assert ages == {"S1": 7 if child else 8, "S2": 7 if child else 8, "S3": 51}
    assert totals == {"S1": 12.4 if child else 12.6, "S2": 12.4 if child else 12.6, "S3": 12.6}


def test_a_date_of_birth_that_gives_no_age_is_told(run_study) -> None:
    forms = dated_rows("2015-03-01")
    run = run_study(study("easi", LONG), {"subjects.csv": BORN, "forms.csv": forms})
    told = run.table("findings").filter(check="not_computable", measure="easi.age_years")

    assert set(told["subject"]) == {"S1", "S2"}
    assert "lies after that of the form" in told["message"][0]

    broken = BORN.replace("02.03.2016", "2.3.16?")
    run = run_study(study("easi", LONG), {"subjects.csv": broken, "forms.csv": forms})
    assert "2.3.16?" in run.table("findings")["found"].to_list()


def test_a_study_may_state_the_variant(run_study) -> None:
    run = run_study(
        study("easi", LONG + 'options.variant = "adult"'),
        {"subjects.csv": "subject\nS1\nS2\nS3\n", "forms.csv": rows_of_regions()},
    )
    totals = run.table("observations").filter(measure="easi.total", visit="W0")

    assert totals["value"].to_list() == [12.6, 12.6, 12.6]


def test_forms_that_no_variant_is_known_of_are_refused_with_what_to_write(run_study) -> None:
    with pytest.raises(StudyError) as caught:
        run_study(
            study("easi", LONG),
            {"subjects.csv": "subject\nS1\nS2\nS3\n", "forms.csv": rows_of_regions()},
        )

    assert 'options.variant = one of "adult" (age_years >= 8)' in str(caught.value)
    assert "the column age in the table of subjects" in str(caught.value)


def test_a_region_that_the_scale_has_not_is_refused_with_the_nearest(run_study) -> None:
    with pytest.raises(StudyError) as caught:
        run_study(
            study("easi", LONG),
            {"subjects.csv": SUBJECTS, "forms.csv": rows_of_regions().replace("Trunk", "Trnk")},
        )

    assert "no region of the scale easi is called 'Trnk'" in str(caught.value)
    assert "did you mean 'trunk'?" in str(caught.value)
    assert 'values.location = { "Trnk" = "REGION" }' in str(caught.value)


def test_a_region_twice_is_an_error_and_a_region_that_lacks_leaves_no_score(run_study) -> None:
    forms = rows_of_regions().replace("S1,W0,arms", "S1,W0,Head")
    run = run_study(study("easi", LONG), {"subjects.csv": SUBJECTS, "forms.csv": forms})
    [finding] = run.table("findings").filter(check="region_twice").to_dicts()
    totals = run.table("observations").filter(measure="easi.total", subject="S1")

    assert (finding["severity"], finding["subject"], finding["row"]) == ("error", "S1", 3)
    assert totals["visit"].to_list() == ["W4"]


def test_words_of_a_form_are_counted_and_score_nothing(run_study) -> None:
    heads = [f"q{number}" for number in range(1, 11)]
    lines = [",".join(["subject", "visit", *heads])]
    lines += [
        f"{s},{v},2,1,NR,1,0,0,NR,1,1,{q}" for s in ("S1", "S2") for v, q in (("W0", 2), ("W4", 0))
    ]
    run = run_study(
        study("dlqi", 'constants.rater_role = "subject"'),
        {"subjects.csv": "subject\nS1\nS2\n", "forms.csv": "\n".join(lines) + "\n"},
    )
    values = run.table("observations").filter(subject="S1", visit="W0")
    by_code = dict(zip(values["measure"], values["value"], strict=True))

    assert (by_code["dlqi.total"], by_code["dlqi.n_not_relevant"]) == (8, 2)
    assert by_code["dlqi.dlqi_r"] == 10
    assert run.table("findings").filter(severity="error").height == 0


def test_a_diary_is_seven_times_the_mean_of_its_days(run_study) -> None:
    days = ["subject,date,wheals,itch"]
    days += [f"S1,2024-01-{day:02},2,1" for day in range(2, 9)]
    days += [f"S1,2024-02-{day:02},1,0" for day in (1, 2, 3, 4)]
    days += [f"S2,2024-01-{day:02},3,3" for day in range(2, 9)]
    days += [f"S2,2024-02-{day:02},1,1" for day in (1, 2, 3)]
    diary = 'visits_by = "date"\ncolumns.date = "date"\nconstants.rater_role = "subject"'
    window = "days = { window = [-7, -1], min = 4 }\nbaseline = { days = [-7, -1], min = 4 }"
    text = (
        study("uas7", diary)
        .replace('baseline = { visits = ["W0"] }', window)
        .replace('["W4", "W0"]', '["W4", "baseline"]')
    )
    files = {
        "subjects.csv": "subject,first_treatment\nS1,2024-01-09\nS2,2024-01-09\n",
        "forms.csv": "\n".join(days) + "\n",
    }
    run = run_study(text, files)
    records = run.table("endpoints").filter(visit="W4").sort("subject")

    assert records["base"].to_list() == [21, 42]
    assert records["value"].to_list() == [7, None]


def test_a_study_reads_only_the_entries_that_it_names(run_study, tmp_path: Path) -> None:
    registry = load_registry().of_study(b'[[sources.pasi]]\nmeasure = "pasi.total"')
    names = [name for name, scale in registry.scales.items() if is_unread(scale)]
    measures = {name.partition(".")[0] for name in registry.measures()}
    unread = [name for name, scale in registry.scales.items() if is_unread(scale)]

    assert {"easi", "pasi", "dlqi"} <= set(names)
    assert "pasi" in measures
    assert not {"easi", "dlqi"} & measures
    assert sorted(set(names) - set(unread)) == ["pasi"]
    assert "easi.total" in load_registry().measures()


def test_an_entry_gives_way_to_the_file_of_a_study_and_to_no_other(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[scales.pasi.parameters.total]\nlabel = "Ours"\n', encoding="utf-8")
    ours = load_registry([own])
    preferred = load_registry([own], PluginChoice((), (Preference("pasi", "catalogue", "a test"),)))

    assert ours.scales["pasi"].parameters[0].label == "Ours"
    assert ours.disputes == ()
    assert preferred.scales["pasi"].label == "Psoriasis Area and Severity Index"


def test_a_total_that_the_items_of_a_study_do_not_give_is_asked_about(run_study) -> None:
    """As of forms of which item 7 is kept without its second part."""
    heads = [f"q{number}" for number in range(1, 11)]
    lines = [",".join(["subject", "visit", *heads, "total"])]
    lines += [f"S1,{v},2,1,1,1,0,0,0,1,1,1,{total}" for v, total in (("W0", 9), ("W4", 8))]
    run = run_study(
        study("dlqi", 'constants.rater_role = "subject"'),
        {"subjects.csv": "subject\nS1\n", "forms.csv": "\n".join(lines) + "\n"},
    )
    [finding] = run.table("findings").filter(check="dlqi.total_disagrees").to_dicts()

    assert (finding["visit"], finding["severity"], finding["value"]) == ("W0", "warning", 9)


def test_nails_are_summed_and_one_that_was_not_rated_leaves_no_sum(run_study) -> None:
    """Quadrants of three nails: 2, 2, 2 with 1, 2, 3 before and 0, 0, 0 with 1, 2, 3 after."""
    rows = ["subject,visit,nail,matrix,bed"]
    rows += [
        f"{subject},{visit},{nail},{matrix},{'' if (subject, visit, nail) == ('S2', 'W4', 2) else nail}"
        for subject in ("S1", "S2")
        for visit, matrix in (("W0", 2), ("W4", 0))
        for nail in (1, 2, 3)
    ]
    source = """columns.replicate = "nail"
constants.rater_role = "investigator"
constants.n_nails = 3"""
    text = study("napsi", source) + "replicates = { min = 3 }\n"
    files = {"subjects.csv": "subject\nS1\nS2\n", "forms.csv": "\n".join(rows) + "\n"}
    records = run_study(text, files).table("endpoints").filter(visit="W4")
    values = dict(records.select("subject", "value").unique().rows())

    assert set(records["base"]) == {12}
    assert values == {"S1": 6, "S2": None}


def test_a_depigmentation_off_the_ladder_is_told_and_leaves_no_score(run_study) -> None:
    heads = "subject,visit,face_hand_units,face_depigmentation_pct"
    rows = ["S1,W0,2,75", "S1,W4,2,25", "S2,W0,1,90", "S2,W4,1,60"]
    run = run_study(
        study("f_vasi", 'constants.rater_role = "investigator"'),
        {"subjects.csv": "subject\nS1\nS2\n", "forms.csv": "\n".join([heads, *rows]) + "\n"},
    )
    totals = run.table("observations").filter(measure="f_vasi.total").sort("subject", "visit")
    [finding] = run.table("findings").to_dicts()

    assert totals["value"].to_list() == [1.5, 0.5, 0.9]
    assert (finding["subject"], finding["visit"], finding["value"]) == ("S2", "W4", 60)
    assert finding["check"] == "f_vasi.depigmentation_not_on_ladder"


def test_a_word_of_a_form_counts_as_the_number_that_it_stands_for(run_study) -> None:
    heads = [f"q{number}" for number in range(1, 11)]
    lines = [",".join(["subject", "visit", *heads])]
    lines += [
        f"{s},{v},1,0,0,0,0,0,{q},0,0,1"
        for s in ("S1", "S2")
        for v, q in (("W0", "prevented"), ("W4", 1))
    ]
    text = study("cdlqi", 'constants.rater_role = "subject"').replace(
        'measure = "cdlqi.total"', 'measure = "cdlqi.total"\nrater = { role = "subject" }'
    )
    run = run_study(
        text, {"subjects.csv": "subject\nS1\nS2\n", "forms.csv": "\n".join(lines) + "\n"}
    )
    totals = run.table("observations").filter(measure="cdlqi.total", subject="S1")

    assert dict(zip(totals["visit"], totals["value"], strict=True)) == {"W0": 5, "W4": 3}
    assert run.table("findings").filter(severity="error").height == 0


def test_a_line_in_centimetres_is_told_in_millimetres(run_study) -> None:
    marks = "subject,visit,vas_cm\nS1,W0,8\nS2,W0,6.4\nS1,W4,2.5\nS2,W4,0\n"
    run = run_study(
        study("itch_vas", 'constants.rater_role = "subject"'),
        {"subjects.csv": "subject\nS1\nS2\n", "forms.csv": marks},
    )
    totals = run.table("observations").filter(measure="itch_vas.total").sort("row")

    assert sorted(totals["value"].to_list()) == [0, 25, 64, 80]


def test_a_study_held_to_a_core_outcome_set_tells_what_it_lacks(run_study) -> None:
    held = study("easi", LONG).replace(
        'design = "single-arm"', 'design = "single-arm"\noutcome_set = "home"'
    )
    held = held.replace("reports = []", 'reports = ["annex"]')
    run = run_study(held, {"subjects.csv": SUBJECTS, "forms.csv": rows_of_regions()})
    [told] = run.table("findings").filter(check="missing_core_outcome").to_dicts()
    annex = (run.folder / "report" / "annex.html").read_text(encoding="utf-8")

    assert told["severity"] == "warning"
    assert told["found"] == "Signs as clinicians see them by score"
    assert told["message"].startswith("3 of 4 domains of the core outcome set home")
    assert "recap.total or adct.total" in told["message"]
    assert "HOME core outcome set for trials of atopic eczema" in annex
    assert "no; without poem.total and itch_nrs.nrs" in annex


def test_a_core_outcome_set_that_nobody_declares_is_refused_with_the_nearest(run_study) -> None:
    held = study("easi", LONG).replace(
        'design = "single-arm"', 'design = "single-arm"\noutcome_set = "HOME"'
    )

    with pytest.raises(StudyError, match="did you mean 'home'"):
        run_study(held, {"subjects.csv": SUBJECTS, "forms.csv": rows_of_regions()})
