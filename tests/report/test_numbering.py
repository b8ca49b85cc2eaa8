"""Numbers of sections 14 and 16, and how a study asks for them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

import dermoutcomes
from dermoutcomes import TablePlan
from dermoutcomes.report import Column, Document, Section, Table, block_label
from dermoutcomes.report.documents.numbering import chapter_of, ich_numbered, numbered

CHAPTERS = {
    "sites": "people",
    "analysis_sets": "people",
    "estimands": "methods",
    "path_of_tests": "methods",
    "devices": "methods",
    "measurement_conditions": "methods",
    "raters_by_visit": "methods",
    "improvement": "efficacy",
    "solicited_reactions": "safety",
    "listing_randomisation": "16.1.7",
    "listing_milestones": "16.2.1",
    "listing_deviations": "16.2.2",
    "listing_excluded": "16.2.3",
    "listing_subjects": "16.2.4",
    "listing_medications": "16.2.4",
    "listing_exposure": "16.2.5",
    "listing_response": "16.2.6",
    "listing_adverse_events": "16.2.7",
}


def table(caption: str, look: str = "", number: str | None = "7") -> Table:
    return Table(caption, (Column("A"),), look=look, number=number)


def document(*sections: Section) -> Document:
    return Document("report", "Report", "Title", "S", sections)


@pytest.mark.parametrize(
    ("section", "look", "chapter"),
    [
        ("people", "flow", "14.1"),
        ("people", "milestones", "16.2.1"),
        ("balance", "", "14.1"),
        ("overview", "", "14.2"),
        ("endpoint-firmness", "tests", "14.2"),
        ("supplement-firmness", "further", "14.2"),
        ("safety", "safety", "14.3"),
        ("supplement-safety", "safety", "14.3"),
        ("methods", "", "16.1.9"),
        ("quality", "findings", "16.2.9"),
        ("of_a_stranger", "", "14.2"),
    ],
)
def test_a_table_stands_in_its_section_of_a_clinical_study_report(
    section: str, look: str, chapter: str
) -> None:
    assert chapter_of(Section(section, "S"), table("T", look)) == chapter


def test_a_standard_table_says_where_it_stands_whatever_the_study_calls_it() -> None:
    own = Section("table-of_mine", "Mine", chapter="people")

    assert chapter_of(own, table("T")) == "14.1"
    assert chapter_of(evolve(own, chapter="16.2.4"), table("T")) == "16.2.4"
    with pytest.raises(ValueError, match="expected one of people, efficacy, safety, methods"):
        TablePlan("t", "T", lambda *_: (), lambda *_: (), chapter="14.1")


@pytest.mark.parametrize(
    ("number", "label"),
    [
        ("14.1.2", "Table 14.1.2"),
        ("16.1.9.1", "Table 16.1.9.1"),
        ("16.2.4.1", "Listing 16.2.4.1"),
        ("16", "Table 16"),
        (None, ""),
    ],
)
def test_a_table_of_section_16_2_is_a_listing(number: str | None, label: str) -> None:
    assert block_label(table("T", number=number)) == label


def test_standard_tables_stand_in_the_section_that_a_study_report_has_for_them() -> None:
    plans = dermoutcomes.load_registry().tables

    assert {name: plans[name].chapter for name in CHAPTERS} == CHAPTERS


def test_each_chapter_counts_for_itself_through_all_documents_and_parts() -> None:
    first = document(
        Section("people", "People", (table("flow"),)),
        Section("endpoints", "E", children=(Section("endpoint-a", "A", (table("a"), table("b"))),)),
    )
    second = document(Section("people", "People", (table("visits"), table("index", number=None))))

    numbers = [
        block.number for part in ich_numbered([first, second]) for _, block in part.named_blocks
    ]

    assert numbers == ["14.1.1", "14.2.1", "14.2.2", "14.1.2", None]


def test_the_report_keeps_its_own_numbers_unless_others_are_asked_for() -> None:
    whole = document(Section("people", "People", (table("flow"),)))

    def numbers(numbering: str) -> list[str | None]:
        documents = numbered([whole, whole], numbering)
        return [block.number for one in documents for _, block in one.named_blocks]

    assert numbers("report") == ["7", "7"]
    assert numbers("ich") == ["14.1.1", "14.1.2"]


@pytest.mark.parametrize("numbering", ["report", "ich"])
def test_no_two_tables_or_figures_of_a_run_have_one_number(
    tmp_path: Path, write_small: Callable[[Path], Path], numbering: str
) -> None:
    path = write_small(tmp_path)
    text = path.read_text()
    assert "[outputs]\n" in text
    path.write_text(text.replace("[outputs]\n", f'[outputs]\nnumbering = "{numbering}"\n'))
    run = dermoutcomes.run(path)
    outputs = json.loads((run.folder / "report" / "index.json").read_text())["outputs"]
    pages = {
        name: (run.folder / "report" / f"{name}.html").read_text(encoding="utf-8")
        for name in ("report", "annex")
    }
    said = {
        name: re.findall(r"<b>((?:Table|Figure) \S+)\.</b>", page) for name, page in pages.items()
    }

    assert all(said.values()), "both have tables"
    both = [number for numbers in said.values() for number in numbers]
    assert len(both) == len(set(both))
    start = {"report": ("Table 1", "Table A1"), "ich": ("Table 14.2.1", "Table 1")}[numbering]
    assert said["report"][0].startswith(start[0])
    assert said["annex"][0].startswith(start[1])
    if numbering == "ich":
        places = [
            number.split()[1].split(".") for number in both if number.startswith("Table 14.2")
        ]
        assert [int(place[2]) for place in places] == list(range(1, len(places) + 1))
    assert any(output["number"] for output in outputs)


def test_a_document_with_its_own_numbers_keeps_them_and_is_not_counted() -> None:
    counted = document(Section("people", "People", (table("flow"),)))
    own = evolve(
        document(Section("tables", "Tables", (table("one", number="1"),))), own_numbers=True
    )

    first, second, third = numbered((counted, own, counted), "ich")
    numbers = [block.number for item in (first, second, third) for _, block in item.named_blocks]

    assert numbers == ["14.1.1", "1", "14.1.2"]
