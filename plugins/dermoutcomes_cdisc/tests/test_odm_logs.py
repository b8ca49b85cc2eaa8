"""ODM-XML as a log of changes, with reference data, and with metadata that contradict themselves."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes import StudyError

from .test_odm import METADATA, SUBJECTS, odm, tables

STUDY = """
[study]
id = "LOG"
title = "Moisture of the cheek, simulated"
design = "single-arm"
data_origin = "simulated"
[visits]
BL = { at = "0 d", aliases = ["Baseline"] }
[[sources.corneometer]]
file = "data.xml"
columns = { subject = "SubjectKey", visit = "StudyEventOID", hydration = "HYDRATION" }
[endpoints.hydration]
measure = "corneometer.hydration"
replicates = { planned = 1 }
baseline = { visits = ["BL"] }
handling = ["observed"]
[outputs]
reports = []
"""
BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><ODM>&c;</ODM>'


def change(does: str | None, value: str, of_group: str | None, *, subject: str = "P1") -> str:
    """One change of the moisture of a subject at the baseline."""
    marks = [f' TransactionType="{word}"' if word else "" for word in (of_group, does)]
    return (
        f'<SubjectData SubjectKey="{subject}"><StudyEventData StudyEventOID="SE.BL"><FormData '
        f'FormOID="F"><ItemGroupData ItemGroupOID="IG.SKIN"{marks[0]}><ItemData ItemOID="I.HYD" '
        f'Value="{value}"{marks[1]}/></ItemGroupData></FormData></StudyEventData></SubjectData>'
    )


def log(*changes: str, about: str = "") -> str:
    return odm(*changes).replace("<ODM ", f'<ODM FileType="Transactional" {about} ')


def moisture(folder: Path, text: str) -> list[tuple[str, float | None]]:
    [table] = tables(folder, text).values()
    at = f"column_{table.header.index('HYDRATION') + 1}"
    return table.cells.select("column_1", at).rows()


def test_changes_are_made_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = log(
        change(None, "41.5", "Insert"),
        change(None, "52", "Upsert", subject="P2"),
        change("Update", "44.5", "Context"),
        change(None, "45.5", "Update"),
        change("Upsert", "53", "Update", subject="P2"),
    )

    assert moisture(tmp_path, text) == [("P1", 45.5), ("P2", 53.0)]


@pytest.mark.parametrize("where", ["SubjectData", "StudyEventData", "FormData", "ItemGroupData"])
def test_what_is_removed_stays_as_removed(tmp_path: Path, where: str) -> None:
    removal = change(None, "", None, subject="P2").replace(
        f"<{where} ", f'<{where} TransactionType="Remove" '
    )
    [table] = tables(
        tmp_path,
        log(change(None, "41", "Insert"), change(None, "52", "Insert", subject="P2"), removal),
    ).values()

    assert table.cells.height == 2
    assert table.traits is not None
    assert table.traits.filter(pl.col("trait") == "removed").select("row", "column").rows() == [
        (2, None)
    ]


def test_a_value_that_is_removed_is_blank(tmp_path: Path) -> None:
    text = log(change(None, "41", "Insert"), change("Remove", "", "Context"))
    [table] = tables(tmp_path, text).values()

    assert moisture(tmp_path, text) == [("P1", None)]
    assert table.traits is not None
    assert table.traits.select("row", "column", "trait").rows() == [(1, 4, "removed")]


def test_what_comes_again_counts(tmp_path: Path) -> None:
    text = log(
        change(None, "41", "Insert"), change(None, "", "Remove"), change(None, "43", "Insert")
    )

    assert moisture(tmp_path, text) == [("P1", 43.0)]


def test_a_snapshot_with_a_removal_is_a_log(tmp_path: Path) -> None:
    text = log(change(None, "41", "Insert"), change(None, "41", "Remove"))
    [table] = tables(tmp_path, text.replace("Transactional", "Snapshot")).values()

    assert table.traits is not None
    assert table.traits["trait"].to_list() == ["removed"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (log(change(None, "41", "Update")), "P1 / SE.BL / F / IG.SKIN: updated, and was not there"),
        (log(change(None, "", "Remove")), "P1 / SE.BL / F / IG.SKIN: removed, and was not there"),
        (
            log(change(None, "41", "Insert"), change("Insert", "42", "Context")),
            "P1 / SE.BL / F / IG.SKIN / I.HYD: inserted twice",
        ),
        (log(change(None, "41", None)), "P1 / SE.BL / F / IG.SKIN: no TransactionType"),
        (log(change(None, "41", "Replace")), "TransactionType 'Replace'"),
        (
            log(change(None, "41", "Insert"), about='PriorFileOID="week 1"'),
            "goes on from an earlier one",
        ),
        (
            odm(*SUBJECTS).replace(
                "</ODM>", '<ClinicalData StudyOID="T">' + SUBJECTS[0] + "</ClinicalData></ODM>"
            ),
            "the data of 2 studies",
        ),
        (
            odm(*SUBJECTS, metadata=METADATA.replace('CodedValue="2"', 'CodedValue="1"')),
            "code 1 of the code list CL.ARM: 'Cream' | 'Vehicle'",
        ),
        (
            odm(*SUBJECTS, metadata=METADATA + METADATA.replace('"Week 4"', '"Week 5"')),
            "StudyEventDef SE.W4: 'Week 4' | 'Week 5'",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(StudyError) as caught:
        tables(tmp_path, text)

    assert words in str(caught.value)
    assert all(problem.found and problem.expected for problem in caught.value.problems)


def test_the_ledger_has_what_was_removed(tmp_path: Path) -> None:
    subjects = [f"P{number}" for number in range(1, 5)]
    inserted = [change(None, "41", "Insert", subject=subject) for subject in subjects]
    (tmp_path / "data.xml").write_text(
        log(*inserted, change(None, "", "Remove", subject="P4")), encoding="utf-8"
    )
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    run = dermoutcomes.run(tmp_path / "study.toml")
    rows = run.table("ledger").filter(stage="rows")

    assert rows.select("entry", "reason", "n").rows() == [
        ("opening", None, 4),
        ("loss", "removed", 1),
        ("closing", None, 3),
    ]
    assert run.table("observations")["subject"].to_list() == subjects[:3]


def test_reference_data_are_tables_of_their_own(tmp_path: Path) -> None:
    reference = (
        '<ReferenceData StudyOID="S" MetaDataVersionOID="M"><ItemGroupData ItemGroupOID="IG.SKIN">'
        '<ItemData ItemOID="I.HYD" Value="30"/></ItemGroupData></ReferenceData></ODM>'
    )
    held = tables(tmp_path, odm(*SUBJECTS).replace("</ODM>", reference))

    assert [*held] == ["Skin", "Skin (reference data)"]
    assert held["Skin"].cells.height == 4
    assert held["Skin (reference data)"].cells.rows() == [(30.0,)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_followed_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "data.xml").write_bytes(BOMB.encode(encoding))
    with pytest.raises(StudyError, match="declarations of its own"):
        tables(tmp_path, (tmp_path / "data.xml").read_bytes().decode(encoding))


def test_a_file_in_utf_16_is_read(tmp_path: Path) -> None:
    from .test_odm import READER, OdmOptions

    path = tmp_path / "data.xml"
    path.write_bytes(odm(*SUBJECTS).replace('"1.0"', '"1.0" encoding="utf-16"', 1).encode("utf-16"))
    match = READER.recognise(path, path.read_bytes()[:4096])
    [table] = READER.read(path, OdmOptions()).values()

    assert match is not None
    assert match.certainty == 1
    assert table.cells.height == 4


def test_groups_of_one_name_are_two_tables(tmp_path: Path) -> None:
    further = '<ItemGroupDef OID="IG.TWO" Name="Skin"/></MetaDataVersion>'
    second = SUBJECTS[1].replace("IG.SKIN", "IG.TWO")
    held = tables(
        tmp_path, odm(SUBJECTS[0], second, metadata=METADATA.replace("</MetaDataVersion>", further))
    )

    assert {name: table.cells.height for name, table in held.items()} == {"IG.SKIN": 2, "IG.TWO": 2}


def test_metadata_in_two_versions_keep_the_names_of_items(tmp_path: Path) -> None:
    [table] = tables(tmp_path, odm(*SUBJECTS, metadata=METADATA + METADATA)).values()

    assert table.header == ("SubjectKey", "StudyEventOID", "FormOID", "HYDRATION", "ARM")
