"""Long tables: a measure and its value a row, of several devices or in the words of a standard."""

from __future__ import annotations

from pathlib import Path

from tests.draft.exports import csv_export, drafted

SUBJECTS = tuple(f"S-{number:02}" for number in range(1, 9))
VISITS = {"BASELINE": "2024-03-04", "WEEK 4": "2024-04-01"}


def test_findings_of_a_standard_are_read_by_their_test_and_result(tmp_path: Path) -> None:
    header = "STUDYID,DOMAIN,USUBJID,QSSEQ,QSTESTCD,QSTEST,QSORRES,QSSTRESN,VISITNUM,VISIT,QSDTC"
    rows = [
        ("XY", "QS", subject, step, code, test, value, value, step, visit, day)
        for subject in SUBJECTS
        for step, (visit, day) in enumerate(VISITS.items(), 1)
        for code, test, value in (
            ("EASITOT", "EASI Total Score", f"{20 - 4 * step}.5"),
            ("ODD101", "ODD01-Mood today", step),
        )
    ]
    csv_export(tmp_path / "qs.csv", [header.split(","), *rows])
    draft = drafted(tmp_path)

    assert draft.problems == ()
    [source] = draft.sources("easi")
    columns = source["columns"]
    assert (columns["measure"], columns["value"]) == ("QSTEST", "QSSTRESN")
    assert (columns["subject"], columns["date"]) == ("USUBJID", "QSDTC")
    assert draft.means("easi.total", "visit") == {"BL": 16.5, "W4": 12.5}
    assert "ODD01-Mood today (qs.csv)" in draft.draft.unknown_measures


def test_words_of_two_devices_are_told_only_where_none_reads_them(tmp_path: Path) -> None:
    rows = [
        (subject, visit, measure, f"{value + step},5")
        for subject in SUBJECTS
        for step, visit in enumerate(VISITS)
        for measure, value in (("Hautfeuchte", 40), ("TEWL", 12), ("Rauigkeit", 3))
    ]
    header = ("Proband", "Visite", "Parameter", "Wert")
    csv_export(tmp_path / "roh.csv", [header, *rows], ";")
    draft = drafted(tmp_path)

    told = draft.findings.filter(check="unknown_measure")
    assert told["message"].to_list() == [
        "Rauigkeit is no value of corneometer or tewameter; its rows (16) are left out"
    ]
    assert draft.means("tewameter.tewl", "visit") == {"BL": 12.5, "W4": 13.5}
    assert draft.draft.unknown_measures == ("Rauigkeit (roh.csv)",)
