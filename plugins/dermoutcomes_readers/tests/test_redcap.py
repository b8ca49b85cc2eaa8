"""Exports of REDCap: records and repeating forms apart, words of codes, and wrong dictionaries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dermoutcomes import RawTable, StudyError
from dermoutcomes.testing import ReaderContract, run_study
from dermoutcomes_readers import register_readers
from dermoutcomes_readers.redcap import RedcapOptions, recognise
from dermoutcomes_readers.redcap_dictionary import read_dictionary

__all__ = ["run_study"]

READERS = {reader.name: reader for reader in register_readers()}
EXPORT = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,area___1,area____99,\
hydration,ae_term,ae_sev,never
1,screening_arm_1,,,2,1,0,,,,
1,week_4_arm_1,,,,,,"41,5",,,
1,log_arm_1,adverse_events,1,,,,,Erythema,2,
1,log_arm_1,adverse_events,2,,,,,"Itch,
dry",NASK,
2,screening_arm_1,,,1,0,1,,,,
"""
HEAD = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels"\n'
)
DICTIONARY = (
    HEAD + "record_id,people,,text,Record ID,\n"
    'sex,people,,radio,<b>Sex</b>,"1, Male | 2, Female"\n'
    'area,people,,checkbox,Areas,"1, Face, left | -99, None"\n'
    "hydration,visit,,text,Hydration,\n"
    "ae_term,adverse_events,,text,Term,\n"
    'ae_sev,adverse_events,,dropdown,Severity,"1, Mild | 2, Moderate"\n'
)


def tables(folder: Path, export: str = EXPORT, **options: str) -> dict[str, RawTable]:
    """What an export is read as."""
    path = folder / "export.csv"
    path.write_text(export, encoding="utf-8")
    if (folder / "dictionary.csv").is_file():
        options["dictionary"] = str(folder / "dictionary.csv")
    return dict(READERS["redcap"].read(path, RedcapOptions(**options)))


def dictionary(folder: Path, content: str = DICTIONARY) -> Path:
    path = folder / "dictionary.csv"
    path.write_text(content, encoding="utf-8")
    return path


def column(table: RawTable, name: str) -> list[str | None]:
    assert table.header is not None
    return table.cells.to_series(table.header.index(name)).to_list()


def test_repeating_forms_are_tables_with_lines_and_columns_of_the_file(tmp_path: Path) -> None:
    read = tables(tmp_path)

    assert sorted(read) == ["adverse_events", "records"]
    assert read["records"].lines == (2, 3, 7)
    assert read["adverse_events"].lines == (4, 5)
    assert column(read["records"], "hydration") == [None, "41,5", None] or (
        column(read["records"], "hydration") == ["", "41,5", ""]
    )
    assert column(read["adverse_events"], "ae_term") == ["Erythema", "Itch,\ndry"]
    assert read["records"].header == (
        *("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
        *("sex", "area___1", "area____99", "hydration", "", "", "never"),
    )
    assert read["adverse_events"].header == (
        *("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
        *("", "", "", "", "ae_term", "ae_sev", ""),
    )


def test_the_dictionary_says_what_codes_mean(tmp_path: Path) -> None:
    dictionary(tmp_path)
    read = tables(tmp_path)

    records, events = read["records"], read["adverse_events"]
    assert column(records, "sex") == ["Female", None, "Male"]
    # A code that the dictionary does not have, as one for missing data, stays as it is.
    assert column(events, "ae_sev") == ["Moderate", "NASK"]
    assert events.numbers is not None
    assert events.numbers.to_series(9).to_list() == [2.0, None]
    assert records.labels is not None
    assert records.labels[4:8] == ("Sex", "Areas: Face, left", "Areas: None", "Hydration")


def test_codes_alone(tmp_path: Path) -> None:
    dictionary(tmp_path)

    assert column(tables(tmp_path, labels="codes")["records"], "sex") == ["2", None, "1"] or (
        column(tables(tmp_path, labels="codes")["records"], "sex") == [2.0, None, 1.0]
    )


def test_an_export_with_labels_has_the_codes_of_the_dictionary(tmp_path: Path) -> None:
    dictionary(tmp_path)
    export = "Record ID,Event Name,Repeat Instrument,Repeat Instance,Sex\n1,Screening,,,Female\n"

    [table] = tables(tmp_path, export).values()

    assert column(table, "Sex") == ["Female"]
    assert table.numbers is not None
    assert table.numbers.to_series(4).to_list() == [2.0]


def test_a_project_without_repeating_forms_is_one_table(tmp_path: Path) -> None:
    [(name, table)] = tables(tmp_path, "record_id,redcap_event_name,x\n1,a_arm_1,5\n").items()

    assert (name, table.lines) == ("export", (2,))


def test_an_empty_form_keeps_the_columns_that_the_dictionary_gives_it(tmp_path: Path) -> None:
    dictionary(tmp_path)
    export = EXPORT.replace(",Erythema,2,", ",Erythema,,").replace(",NASK,", ",,")

    assert "ae_sev" in (tables(tmp_path, export)["adverse_events"].header or ())


@pytest.mark.parametrize(
    ("header", "certain"),
    [
        (b"record_id,redcap_event_name,x\n", 0.9),
        (b'\xef\xbb\xbf"record_id";"redcap_repeat_instance"\n', 0.9),
        (b"record_id,area___1,people_complete\n", 0.8),
        (b"Variable / Field Name,Form Name\n", 0.95),
        (b"subject,visit,people_complete\n", None),
        (b"subject,visit,hydration\n", None),
    ],
)
def test_an_export_is_known_by_its_header(header: bytes, certain: float | None) -> None:
    match = recognise(Path("a.csv"), header)

    assert (match.certainty if match else None) == certain


def test_the_dictionary_of_another_project_is_told(tmp_path: Path) -> None:
    others = "".join(f"other{number},form,,text,Other,\n" for number in range(9))
    dictionary(tmp_path, HEAD + "record_id,form,,text,Record ID,\n" + others)

    with pytest.raises(StudyError, match=r"another project: it has 0 of the 7 columns"):
        tables(tmp_path)


def test_a_dictionary_of_some_of_the_fields_is_enough(tmp_path: Path) -> None:
    dictionary(tmp_path, "\n".join(DICTIONARY.splitlines()[:3]) + "\n")

    assert column(tables(tmp_path)["records"], "sex") == ["Female", None, "Male"]


def test_all_that_is_wrong_with_a_dictionary_is_told_at_once(tmp_path: Path) -> None:
    path = dictionary(
        tmp_path,
        DICTIONARY.replace("1, Male | 2, Female", "1, Male | 1, Female").replace(
            "1, Mild | 2, Moderate", "Mild | Moderate"
        )
        + "sex,people,,text,Again,\n",
    )

    with pytest.raises(StudyError) as raised:
        read_dictionary(path)

    assert [(problem.line, problem.message) for problem in raised.value.problems] == [
        (3, "a code of 'sex' has several labels"),
        (7, "the choices of 'ae_sev' cannot be understood"),
        (8, "a field stands twice"),
    ]


def test_a_file_that_is_no_dictionary_is_refused(tmp_path: Path) -> None:
    dictionary(tmp_path, "subject,arm\n1,A\n")

    with pytest.raises(StudyError, match="no data dictionary of REDCap"):
        tables(tmp_path)


def test_a_dictionary_in_the_place_of_the_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"holds no data(?s:.*)dictionary = "):
        tables(tmp_path, DICTIONARY)


def test_a_label_of_two_codes_leaves_the_codes(tmp_path: Path) -> None:
    dictionary(tmp_path, DICTIONARY.replace("1, Male | 2, Female", "1, Male | 2, male"))

    table = tables(tmp_path)["records"]

    assert table.traits is not None
    assert table.traits.filter(pl.col("trait") == "same_label")["column"].to_list() == [5]


class TestRedcap(ReaderContract):
    reader = READERS["redcap"]
    sample = EXPORT.encode()


STUDY = """
    [study]
    id = "RED"
    title = "An export of REDCap"
    design = "parallel"
    data_origin = "simulated"
    plugins = ["probe.toml"]

    [arms]
    Active = { aliases = ["Active cream"] }
    Placebo = {}

    [visits]
    W0 = { at = "0 w", aliases = ["week_0_arm_1"] }
    W4 = { at = "4 w", aliases = ["week_4_arm_1"] }

    [populations]
    full = {}

    [[sources.subjects]]
    file = "export.csv"
    dictionary = "dictionary.csv"
    columns = { subject = "record_id", sex = "Sex" }
    where = { redcap_event_name = "week_0_arm_1" }

    [[sources.allocations]]
    file = "export.csv"
    dictionary = "dictionary.csv"
    columns = { subject = "record_id" }
    where = { redcap_event_name = "week_0_arm_1" }

    [[sources.probe]]
    file = "export.csv"
    dictionary = "dictionary.csv"
    columns = { subject = "record_id", visit = "redcap_event_name" }

    [[sources.events]]
    file = "export.csv"
    dictionary = "dictionary.csv"
    columns = { subject = "record_id", term = "ae_term", severity = "ae_sev" }

    [endpoints.height]
    label = "Height"
    measure = "probe.height"
    baseline = { visits = ["W0"] }
    analyses = []

    [outputs]
    reports = []
    """
FILES = {
    "probe.toml": """
        [instruments.probe]
        label = "Probe"
        [instruments.probe.parameters.height]
        label = "Height"
        unit = "mm"
        definition = "Height of the probe."
        """,
    "export.csv": (
        "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,arm,"
        "height,ae_term,ae_sev\n"
        "1,week_0_arm_1,,,2,1,1.5,,\n1,week_4_arm_1,,,,,1.25,,\n"
        "1,week_4_arm_1,adverse_events,1,,,,Itch,2\n"
        "2,week_0_arm_1,,,1,2,2,,\n2,week_4_arm_1,,,,,1.75,,\n"
    ),
    "dictionary.csv": DICTIONARY
    + 'arm,people,,radio,Arm,"1, Active cream | 2, Placebo"\nheight,visit,,text,Height,\n',
}


def test_a_study_from_one_export(run_study: Any) -> None:
    run = run_study(STUDY, FILES)

    assert run.table("allocations").select("subject", "arm").rows() == [
        ("1", "Active"),
        ("2", "Placebo"),
    ]
    assert run.table("subjects")["sex"].to_list() == ["Female", "Male"]
    assert run.table("events").select("subject", "term", "severity", "row").rows() == [
        ("1", "Itch", "moderate", 4)
    ]
    readings = run.table("observations").filter(pl.col("measure") == "probe.height")
    assert readings.select("subject", "visit", "value", "row", "column").rows() == [
        ("1", "W0", 1.5, 2, 7),
        ("1", "W4", 1.25, 3, 7),
        ("2", "W0", 2.0, 5, 7),
        ("2", "W4", 1.75, 6, 7),
    ]
    assert {"export.csv", "dictionary.csv"} <= {*run.manifest["inputs"]}


def test_an_export_in_utf_16_is_known(tmp_path: Path) -> None:
    head = "record_id,redcap_event_name,wet\n1,bl,40\n".encode("utf-16")
    match = READERS["redcap"].recognise(tmp_path / "a.csv", head)

    assert match is not None
    assert match.certainty == 0.9
