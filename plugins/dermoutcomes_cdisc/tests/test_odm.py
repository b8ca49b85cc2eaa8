"""ODM-XML: values with their labels, visits by name, and files that are none, not whole or of another project."""

from __future__ import annotations

from pathlib import Path

import pytest

import dermoutcomes
from dermoutcomes import RawTable, StudyError
from dermoutcomes.testing import ReaderContract
from dermoutcomes_cdisc import register_readers
from dermoutcomes_cdisc.odm import OdmOptions

READER = next(reader for reader in register_readers() if reader.name == "odm")
METADATA = """<Study OID="S"><MetaDataVersion OID="M" Name="1">
<StudyEventDef OID="SE.BL" Name="Baseline"/><StudyEventDef OID="SE.W4" Name="Week 4"/>
<ItemGroupDef OID="IG.SKIN" Name="Skin"/>
<ItemDef OID="I.HYD" Name="HYDRATION" DataType="float"><Question><TranslatedText>Moisture
 of the cheek</TranslatedText></Question></ItemDef>
<ItemDef OID="I.ARM" Name="ARM" DataType="integer"><CodeListRef CodeListOID="CL.ARM"/></ItemDef>
<ItemDef OID="I.NOTE" Name="NOTE" DataType="text"/>
<CodeList OID="CL.ARM" DataType="integer"><CodeListItem CodedValue="1"><Decode><TranslatedText>Cream
</TranslatedText></Decode></CodeListItem><CodeListItem CodedValue="2"><Decode><TranslatedText>Vehicle
</TranslatedText></Decode></CodeListItem></CodeList>
</MetaDataVersion></Study>"""


def subject(key: str, arm: int, *values: float) -> str:
    forms = "".join(
        f'<StudyEventData StudyEventOID="{event}"><FormData FormOID="F"><ItemGroupData '
        f'ItemGroupOID="IG.SKIN"><ItemData ItemOID="I.HYD" Value="{value}"/><ItemData '
        f'ItemOID="I.ARM" Value="{arm}"/></ItemGroupData></FormData></StudyEventData>'
        for event, value in zip(("SE.BL", "SE.W4"), values, strict=True)
    )
    return f'<SubjectData SubjectKey="{key}">{forms}</SubjectData>'


def odm(*subjects: str, metadata: str = METADATA) -> str:
    return (
        '<?xml version="1.0"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2">'
        f'{metadata}<ClinicalData StudyOID="S" MetaDataVersionOID="M">{"".join(subjects)}'
        "</ClinicalData></ODM>"
    )


SUBJECTS = (subject("P1", 1, 41.5, 44.0), subject("P2", 2, 38.25, 39.0))


def tables(folder: Path, text: str, labels: str = "labels") -> dict[str, RawTable]:
    (folder / "data.xml").write_text(text, encoding="utf-8")
    return dict(READER.read(folder / "data.xml", OdmOptions(labels)))


def test_values_stand_with_their_labels_and_visits(tmp_path: Path) -> None:
    [table] = tables(tmp_path, odm(*SUBJECTS)).values()

    assert table.name == "Skin"
    assert table.header == ("SubjectKey", "StudyEventOID", "FormOID", "HYDRATION", "ARM")
    assert table.labels == ("", "", "", "Moisture of the cheek", "")
    assert table.cells.rows()[:2] == [
        ("P1", "Baseline", "F", 41.5, "Cream"),
        ("P1", "Week 4", "F", 44.0, "Cream"),
    ]
    assert table.numbers is not None
    assert table.numbers["column_5"].to_list() == [1, 1, 2, 2]


def test_codes_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    [table] = tables(tmp_path, odm(*SUBJECTS), "codes").values()

    assert table.cells["column_5"].to_list() == [1, 1, 2, 2]


def test_typed_items_and_nulls(tmp_path: Path) -> None:
    typed = subject("P3", 1, 40, 41).replace(
        '<ItemData ItemOID="I.HYD" Value="40"/>',
        '<ItemDataFloat ItemOID="I.HYD">40</ItemDataFloat><ItemData ItemOID="I.NOTE" IsNull="Yes"/>',
    )
    [table] = tables(tmp_path, odm(typed)).values()

    assert table.cells["column_4"].to_list() == [40, 41]
    assert table.header == ("SubjectKey", "StudyEventOID", "FormOID", "HYDRATION", "NOTE", "ARM")
    assert table.cells["column_5"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (odm(*SUBJECTS).replace("I.HYD", "I.OTHER", 2), "items that its metadata do not define"),
        (odm(*SUBJECTS)[:-30], "no whole XML"),
        (odm(), "no clinical data"),
        ("<html><body/></html>", "no ODM-XML"),
        (
            '<!DOCTYPE ODM [<!ENTITY a "b">]>' + odm(*SUBJECTS).partition("?>")[2],
            "declarations of its own",
        ),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        tables(tmp_path, text)


def test_a_study_reads_it(tmp_path: Path) -> None:
    numbers = ((41.5, 44.0), (38.25, 39.0), (45.0, 49.5), (37.0, 41.0), (52.0, 51.0))
    people = [subject(f"P{number}", 1, *pair) for number, pair in enumerate(numbers, 1)]
    (tmp_path / "data.xml").write_text(odm(*people), encoding="utf-8")
    study = """
[study]
id = "ODM"
title = "Moisture of the cheek, simulated"
design = "single-arm"
data_origin = "simulated"
day_one = "first visit"
[visits]
BL = { at = "0 d", aliases = ["Baseline"] }
W4 = { at = "4 w", aliases = ["Week 4"] }
[populations]
full = {}
[comparisons]
w4 = { visit = ["W4", "baseline"] }
[[sources.corneometer]]
file = "data.xml"
columns = { subject = "SubjectKey", visit = "StudyEventOID", hydration = "HYDRATION" }
[endpoints.hydration]
measure = "corneometer.hydration"
replicates = { planned = 1 }
baseline = { visits = ["BL"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]
[outputs]
reports = []
"""
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    results = dermoutcomes.run(tmp_path / "study.toml").table("results")
    [mean] = results.filter(
        endpoint="hydration", analysis="paired_t", stat="estimate", term="mean_difference"
    )["value"].to_list()

    assert mean == pytest.approx((2.5 + 0.75 + 4.5 + 4.0 - 1.0) / 5)


class TestOdm(ReaderContract):
    reader = READER
    sample = odm(*SUBJECTS).encode()
