"""Responders and bands that a study names, with the conditions that the scale has for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dermoutcomes import StudyError
from dermoutcomes.cli import main
from dermoutcomes.registry.forms.entry_folder import is_unread
from dermoutcomes.runs.opening import open_files
from dermoutcomes.testing import run_study, write_study

__all__ = ["run_study"]

STUDY = """\
[study]
id = "N"
title = "Named responders"
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
constants.rater_role = "investigator"

[endpoints.score]
measure = "SCALE.CODE"
baseline = { visits = ["W0"] }
visits = ["W4"]
handling = ["observed"]
"""
# For tests that read the report.
WITHOUT_REPORTS = "reports = []\n"
ACCEPT = 'accept_unverified = ["itch_nrs.responders.responder_ge3"]'


def study(scale: str, code: str, *lines: str) -> str:
    text = STUDY.replace("SCALE", scale).replace("CODE", code)
    return text + "".join(f"{line}\n" for line in lines)


def forms(*heads: str, **subjects: tuple[tuple[float, ...], tuple[float, ...]]) -> dict[str, str]:
    """The files of subjects, each with a form at the first visit and one at the last."""
    lines = [",".join(["subject", "visit", *heads])]
    lines += [
        ",".join([name, visit, *map(str, form)])
        for name, both in subjects.items()
        for visit, form in zip(("W0", "W4"), both, strict=True)
    ]
    return {
        "subjects.csv": "\n".join(["subject", *subjects]) + "\n",
        "forms.csv": "\n".join(lines) + "\n",
    }


# 22 to 5.5 is 75 % exactly, 22 to 5.6 is not.
EASI = forms("total", S1=((22,), (5.5,)), S2=((22,), (5.6,)), S3=((7.1,), (0,)), S4=((60,), (7,)))


def responders(run) -> dict[str, bool | None]:
    records = run.table("endpoints").filter(visit="W4")
    return dict(zip(records["subject"], records["responder"], strict=True))


def easi(*lines: str) -> str:
    return study("easi", "total", *lines).replace(
        "[endpoints.score]", 'options.variant = "adult"\n\n[endpoints.score]'
    )


def test_a_named_responder_has_the_conditions_of_the_scale(run_study) -> None:
    run = run_study(easi('responder = "EASI75"'), EASI)
    conditions = run_study(easi('responder = { pct_change = "<= -75" }'), EASI)

    assert responders(run) == {"S1": True, "S2": False, "S3": True, "S4": True}
    assert responders(run) == responders(conditions)
    assert run.study.endpoints["score"].name == "EASI-75"


def test_checking_a_study_reads_the_entries_that_it_names_alone(tmp_path: Path) -> None:
    opened = open_files(write_study(tmp_path, easi('responder = "EASI75"'), EASI))
    scales = opened.registry.scales

    assert {"pasi", "dlqi"} <= {name for name, scale in scales.items() if is_unread(scale)}
    assert not is_unread(scales["easi"])


def test_who_the_name_cannot_judge_is_left_out_with_the_reason(run_study) -> None:
    files = forms("total", S1=((4,), (0,)), S2=((3,), (0,)), S3=((9,), (8,)))
    text = study("dlqi", "total", 'responder = "DLQI_fall_4"').replace("investigator", "subject")
    text = text.replace(WITHOUT_REPORTS, "")
    run = run_study(text, files)
    records = run.table("endpoints").filter(visit="W4").sort("subject")
    used = dict(zip(records["subject"], records["used"], strict=True))

    assert used == {"S1": True, "S2": False, "S3": True}
    assert responders(run)["S1"] is True
    assert responders(run)["S3"] is False
    assert records["reason"].to_list()[1] == "among"


def test_a_responder_rests_on_several_codes_of_the_scale(run_study) -> None:
    heads = ("abscesses", "inflammatory_nodules", "draining_tunnels")
    files = forms(
        *heads,
        S1=((2, 4, 1), (2, 1, 1)),  # 6 to 3, nothing else is more
        S2=((2, 4, 1), (3, 0, 1)),  # an abscess more
        S3=((2, 4, 1), (0, 0, 2)),  # a tunnel more
        S4=((2, 4, 1), (2, 2, 0)),  # 6 to 4
        S5=((1, 1, 1), (0, 0, 0)),  # 2 cannot be judged
    )
    run = run_study(study("hiscr", "an_count", 'responder = "HiSCR50"'), files)
    records = run.table("endpoints").filter(visit="W4", used=True)

    assert dict(zip(records["subject"], records["responder"], strict=True)) == {
        "S1": True,
        "S2": False,
        "S3": False,
        "S4": False,
    }


def test_an_important_change_counts_who_is_better_by_it(run_study) -> None:
    files = forms("total", S1=((20,), (13.4,)), S2=((20,), (13.5,)), S3=((20,), (30,)))
    run = run_study(easi('responder = "schram_2012"'), files)

    assert responders(run) == {"S1": True, "S2": False, "S3": False}
    assert run.study.endpoints["score"].name == (
        "EASI: lower by 6.6 or more, an important change of one person (unverified)"
    )


def test_an_important_change_in_percent_and_one_that_is_better_up(run_study) -> None:
    halved = run_study(
        easi('responder = "silverberg_2021"'),
        forms("total", S1=((20,), (10,)), S2=((20,), (10.1,))),
    )
    control = run_study(
        study("uct", "total", 'responder = "ohanyan_2017"').replace("investigator", "subject"),
        forms("total", S1=((5,), (8,)), S2=((5,), (7,))),
    )

    assert responders(halved) == responders(control) == {"S1": True, "S2": False}


def test_an_important_change_that_was_not_verified_is_accepted_by_its_own_name(run_study) -> None:
    text = easi('responder = "schram_2012"', 'role = "primary"')
    with pytest.raises(StudyError, match=r"easi\.important_changes\.schram_2012"):
        run_study(text, EASI)
    accepted = 'accept_unverified = ["easi.important_changes.schram_2012"]'

    run = run_study(
        text.replace('design = "single-arm"', f'design = "single-arm"\n{accepted}'), EASI
    )
    assert responders(run) == {"S1": True, "S2": True, "S3": True, "S4": True}


def test_a_change_for_the_worse_is_no_response(run_study) -> None:
    with pytest.raises(StudyError) as caught:
        run_study(study("pdai", "activity", 'responder = "worse"'), EASI)

    assert "'better'" in str(caught.value)


def test_how_many_are_in_each_band_of_the_table_that_is_named(run_study) -> None:
    run = run_study(easi('bands = "leshem_2015"'), EASI)
    rows = run.table("results").filter(term="bands", stat="n", visit="W4").sort("level")

    # 0, 5.5, 5.6 and 7, of which the last is still mild.
    assert dict(zip(rows["label"], rows["value"], strict=True)) == {
        "clear": 1,
        "almost clear": 0,
        "mild": 3,
        "moderate": 0,
        "severe": 0,
        "very severe": 0,
    }


@pytest.mark.parametrize(
    ("scale", "code", "line", "words"),
    [
        ("easi", "total", 'responder = "EASI57"', "did you mean 'EASI75'?"),
        ("easi", "total", 'bands = "leshem_2051"', "did you mean 'leshem_2015'?"),
        ("easi", "trunk_erythema", 'responder = "EASI75"', 'measure = "easi.total"'),
        ("hiscr", "an_count", 'bands = "usual"', "no scale has bands of hiscr.an_count"),
        (
            "easi",
            "total",
            'responder = { named = "EASI75", pct_change = "<= -70" }',
            "the responder 'EASI75' has its conditions from the scale",
        ),
        (
            "hiscr",
            "an_count",
            'responder = { change = "< 0", other_codes = { absceses = { change = "<= 0" } } }',
            "did you mean 'abscesses'?",
        ),
    ],
)
def test_what_the_scale_has_not_is_refused_with_the_nearest(
    run_study, scale: str, code: str, line: str, words: str
) -> None:
    with pytest.raises(StudyError) as caught:
        run_study(study(scale, code, line), EASI)

    assert words in str(caught.value)


def test_a_lock_holds_the_name_and_the_report_says_what_it_means(tmp_path: Path) -> None:
    text = easi('responder = "EASI75"', 'bands = "leshem_2015"').replace(WITHOUT_REPORTS, "")
    file = write_study(tmp_path, text, EASI)

    assert CliRunner().invoke(main, ["lock", str(file)]).exit_code == 0
    file.write_text(text.replace("EASI75", "EASI90"), encoding="utf-8")
    again = CliRunner().invoke(main, ["lock", str(file)])
    assert "endpoints.score" in again.output + str(again.exception)
    file.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    ran = CliRunner().invoke(main, ["run", str(file), "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    page = next(out.rglob("report.html")).read_text(encoding="utf-8")
    assert "EASI-75" in page, "the label of the name is that of the results"
    version = "Eczema Area and Severity Index (Hanifin 2001, guide of 2022)"
    assert f"Version: {version}." in page, "in the foot of its tables"
    page = next(out.rglob("annex.html")).read_text(encoding="utf-8")
    assert f"{version}, EASI" in page
    assert "ClinicalTrials.gov NCT05990725" in page
    assert "Leshem 2015" in page
    assert "almost clear" in page


def test_what_was_not_verified_is_refused_as_primary_and_marked_elsewhere(tmp_path: Path) -> None:
    text = study("itch_nrs", "nrs", 'responder = "responder_ge3"')
    text = text.replace("investigator", "subject")
    text = text.replace(WITHOUT_REPORTS, "")
    primary = text.replace("baseline =", 'role = "primary"\nbaseline =')
    accepted = primary.replace('design = "single-arm"', f'design = "single-arm"\n{ACCEPT}')
    file = write_study(tmp_path, primary, forms("nrs", S1=((3,), (0,)), S2=((9,), (8,))))

    refused = CliRunner().invoke(main, ["check", str(file)])
    assert refused.exit_code != 0
    assert ACCEPT in refused.output + str(refused.exception)
    for number, usable in enumerate((text, accepted)):
        file.write_text(usable, encoding="utf-8")
        out = tmp_path / str(number)
        ran = CliRunner().invoke(main, ["run", str(file), "--out", str(out)])
        assert ran.exit_code == 0, ran.output
        pages = "".join(page.read_text(encoding="utf-8") for page in out.rglob("*.html"))
        assert "of those with 3 or more (unverified)" in pages, "in the head of its tables"
        assert "its source was not read: the responder" in pages, "in the foot"


def test_a_measure_that_was_not_verified_is_refused_as_primary_and_marked_elsewhere(
    tmp_path: Path,
) -> None:
    text = study("face_q", "raw_sum", 'improves = "up"').replace("investigator", "subject")
    text = text.replace(WITHOUT_REPORTS, "")
    primary = text.replace("baseline =", 'role = "primary"\nbaseline =')
    answers = forms(*(f"q{number}" for number in range(1, 11)), S1=((1,) * 10, (2,) * 10))
    file = write_study(tmp_path, primary, answers)

    refused = CliRunner().invoke(main, ["check", str(file)])
    assert refused.exit_code != 0
    assert 'accept_unverified = ["face_q.raw_sum"]' in refused.output + str(refused.exception)
    file.write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(main, ["run", str(file), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.rglob("*.html"))
    assert "score (unverified)" in pages, "in the head of its tables"
    assert "its source was not read: the definition of Raw sum" in pages, "in the foot"


def test_a_name_that_needs_no_acceptance_is_no_name_to_accept(run_study) -> None:
    text = easi('responder = "EASI75"').replace(
        'design = "single-arm"', 'design = "single-arm"\naccept_unverified = ["easi.bands.usual"]'
    )

    with pytest.raises(StudyError, match=r"easi\.bands\.usual"):
        run_study(text, EASI)


def test_a_part_of_a_primary_endpoint_is_held_to_the_same(run_study) -> None:
    text = study("itch_nrs", "nrs", 'responder = "responder_ge3"')
    text = text.replace("investigator", "subject")
    text = text.replace(WITHOUT_REPORTS, "")
    text += '[endpoints.any]\nrole = "primary"\nvisits = ["W4"]\nhandling = ["observed"]\n'
    text += 'responder = { any_of = ["score"] }\n'

    with pytest.raises(StudyError, match=r"itch_nrs\.responders\.responder_ge3"):
        run_study(text, forms("nrs", S1=((4,), (0,))))


SHARED_NAME = """\
plugin_api = 2

[scales.spots]
label = "Spots"
references = ["a paper"]

[scales.spots.parameters.count]
label = "Count"
kind = "item"
minimum = 0

[scales.spots.parameters.total]
label = "Spots"
kind = "score"
improves = "down"
formula = "count"

[scales.spots.responders]
fewer = { label = "Fewer", meets = { total = { change = "< 0" } }, source = "a paper" }

[scales.spots.important_changes.fewer]
points = 2
source = "a paper"
"""


def test_a_responder_and_an_important_change_have_two_names(tmp_path: Path) -> None:
    file = tmp_path / "spots.toml"
    file.write_text(SHARED_NAME, encoding="utf-8")
    refused = CliRunner().invoke(main, ["check", str(file)])
    assert refused.exit_code != 0
    words = refused.output + str(refused.exception)
    assert "a responder and an important change have one name, 'fewer'" in words
    assert "scales.spots.important_changes.fewer" in words

    file.write_text(SHARED_NAME.replace("changes.fewer", "changes.two"), encoding="utf-8")
    assert CliRunner().invoke(main, ["check", str(file)]).exit_code == 0
