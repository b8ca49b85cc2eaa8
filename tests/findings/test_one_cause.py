"""One cause is one finding: a slip with all that it upsets, and the signs of all files of a source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .case import Files, cells, findings_of, in_study, off
from .studies import CUTOMETER, OWN, QUIET, VARIED

FIRST = {"subject": "S1", "visit": "W4", "side": "left", "replicate": "1"}


def checks(files: Files, folder: Path) -> list[tuple[str, str]]:
    return list(findings_of(files, folder).select("check", "severity").rows())


def test_a_decimal_slip_names_what_it_upsets(tmp_path):
    slipped = cells("readings.csv", FIRST, hydration="412")(VARIED)
    [finding] = findings_of(slipped, tmp_path).to_dicts()

    assert (finding["check"], finding["severity"], finding["row"]) == ("decimal_slip", "error", 6)
    for words in (
        "look at the decimal sign; with it: ",
        "value outside what is possible or plausible",
        "replicates that differ too much",
        "visit with readings of another size",
        "sides the wrong way round",
        "the value is not possible, and reaches no endpoint",
    ):
        assert words in finding["message"]


def test_without_the_slip_each_is_told(tmp_path):
    slipped = off("decimal_slip")(cells("readings.csv", FIRST, hydration="412")(VARIED))
    told = {check for check, _ in checks(slipped, tmp_path)}

    assert {"range", "replicate_scatter", "unusual_visit", "swapped_sides"} <= told


def test_what_readings_are_left_out_for_stays(tmp_path):
    leave_out = in_study("[quality]", '[quality]\nleave_out = ["replicate_scatter"]')
    slipped = leave_out(cells("readings.csv", FIRST, hydration="412")(VARIED))

    assert [check for check, _ in checks(slipped, tmp_path)] == [
        "decimal_slip",
        "replicate_scatter",
    ]


def test_a_fault_of_another_subject_stays(tmp_path):
    slipped = cells("readings.csv", FIRST, hydration="412")(VARIED)
    other = {**FIRST, "subject": "S3"}
    both = cells("readings.csv", other, hydration="88.0")(slipped)
    told = findings_of(both, tmp_path)

    assert told.filter(check="decimal_slip")["subject"].to_list() == ["S1"]
    assert "replicate_scatter" in told.filter(subject="S3")["check"].to_list()


def test_declared_checks_that_need_the_value_are_part_of_its_slip(tmp_path):
    def rows(files: Files) -> list[tuple[str, str]]:
        return checks(files, tmp_path / str(len(list(tmp_path.iterdir()))))

    header, *lines = str(CUTOMETER["cutometer.csv"]).splitlines()
    more = [
        lines[number % 2]
        .replace(f"S{number % 2 + 1},", f"S{number},", 1)
        .replace(",W0,1,", f",W0,{replicate},")
        for number in range(1, 13)
        for replicate in (1, 2, 3)
    ]
    files: Files = {
        "study.toml": str(CUTOMETER["study.toml"]).replace(', "decimal_slip"', ""),
        "subjects.csv": "subject\n" + "".join(f"S{number}\n" for number in range(1, 13)),
        "cutometer.csv": "\n".join([header, *more]) + "\n",
    }
    slipped = cells("cutometer.csv", {"subject": "S4", "replicate": "1"}, r0="1.67")(files)

    assert rows(files) == []
    assert [check for check, _ in rows(slipped)] == ["decimal_slip"]
    assert len(rows(off("decimal_slip")(slipped))) > 3


def test_the_signs_of_all_files_are_one_finding(tmp_path):
    [finding] = decimal_signs(tmp_path, range(1, 7)).to_dicts()

    assert finding["severity"] == "error"
    assert "in 6 files of corneometer (data/S1.csv; data/S2.csv;" in finding["message"]
    assert finding["expected"] == 'a number with a decimal point, or decimal = "," in the source'
    assert (finding["file"], finding["row"], finding["subject"]) == ("data/S1.csv", 2, None)


def test_the_signs_of_a_column_are_one_finding_with_its_cells(tmp_path):
    [finding] = decimal_signs(tmp_path, (1,)).to_dicts()

    assert finding["message"].endswith("(12 cells)")
    assert finding["found"].startswith("S1: 40,0 (row 2); S1: 40,4 (row 3); ")
    assert finding["found"].count("(row ") == 12
    assert finding["expected"] == 'a number with a decimal point, or decimal = "," in the source'
    assert (finding["file"], finding["row"], finding["column"]) == ("data/S1.csv", 2, 9)


@pytest.mark.parametrize("commas", [1, 2])
def test_a_sign_alone_in_its_column_is_a_slip_with_its_place(tmp_path, commas):
    text = str(QUIET["readings.csv"])
    for replicate in range(1, commas + 1):
        text = re.sub(rf"(?m)^(S1,W4,.*,left,{replicate},[^,]*),([\d.]+),", r'\1,"40,5",', text)
    told = findings_of({**QUIET, "readings.csv": text}, tmp_path)
    (finding,) = told.filter(check="decimal_sign").to_dicts()

    single = ("S1", "W4", "40,5")
    several = (None, None, "S1: 40,5 (row 6); S1: 40,5 (row 7)")
    said = (finding["subject"], finding["visit"], finding["found"])
    assert said == (single if commas == 1 else several)


def test_texts_in_a_column_stay_a_finding_each(tmp_path):
    text = re.sub(
        r"(?m)^(S1,W4,.*,left,\d,[^,]*),([\d.]+),", r"\1,high,", str(QUIET["readings.csv"])
    )
    told = findings_of({**QUIET, "readings.csv": text}, tmp_path)

    assert told.filter(check="not_a_number")["row"].to_list() == [6, 7]


def decimal_signs(folder: Path, subjects):
    """Findings of decimal signs, where each subject has a file and those of some have commas."""
    header, *lines = str(QUIET["readings.csv"]).splitlines()
    study = str(QUIET["study.toml"]).replace('file = "readings.csv"', 'files = "data/*.csv"')
    files = {name: file for name, file in QUIET.items() if name != "readings.csv"}
    files["study.toml"] = study
    for number in range(1, 7):
        own = [line.replace(",", ";") for line in lines if line.startswith(f"S{number},")]
        own = [line.replace(".", ",") if number in subjects else line for line in own]
        files[f"data/S{number}.csv"] = "\n".join([header.replace(",", ";"), *own]) + "\n"
    return findings_of(files, folder).filter(check="decimal_sign")


def outside(folder: Path, probe: str, form: str) -> list[tuple[str, str, str]]:
    """File, visit and message of the visits out of their window, of a probe and a form with dates."""
    files: Files = {
        **OWN,
        "subjects.csv": "subject,first_treatment\nS1,2024-03-04\n",
        "probe.csv": f"subject,visit,date,height,width\nS1,W4,{probe},1.5,2\n",
        "form.csv": f"subject,visit,date,grade,colour\nS1,W4,{form},1,pale\n",
    }
    told = findings_of(files, folder).filter(check="out_of_window")
    return list(told.select("file", "visit", "message").rows())


def test_a_visit_out_of_its_window_is_told_once_for_all_that_was_used_at_it(tmp_path):
    [(file, visit, message)] = outside(tmp_path, probe="2024-04-08", form="2024-04-08")

    assert (file, visit) == ("form.csv", "W4")
    assert message.startswith("W4 was +7 d from its planned time")
    assert message.endswith("(form; probe)")


def test_a_device_of_another_day_is_out_of_the_window_by_itself(tmp_path):
    told = outside(tmp_path, probe="2024-04-08", form="2024-04-09")

    assert [(file, message[:12]) for file, _, message in told] == [
        ("form.csv", "W4 was +8 d "),
        ("probe.csv", "W4 was +7 d "),
    ]


def test_answers_that_count_as_missing_are_told_once_for_all_items_of_a_form(tmp_path):
    items = ",".join(f"q{number}" for number in range(1, 11))
    files: Files = {
        **in_study("[[sources.form]]", '[[sources.dlqi]]\nfile = "dlqi.csv"\n\n[[sources.form]]')(
            OWN
        ),
        "dlqi.csv": f"subject,visit,{items}\nS1,W0,1,1,NA,1,NA,1,1,1,1,1\nS2,W0,1,1,1,1,NA,1,1,1,1,1\n",
    }
    told = findings_of(files, tmp_path).filter(check="missing_word")

    assert told.select("row", "found", "message").rows() == [
        (2, "NA", "3 cells of q3; q5 say NA, which counts as missing")
    ]
