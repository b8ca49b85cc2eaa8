"""Numbers of sections 14 and 16, and how a study asks for them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

import dermoutcomes
from dermoutcomes import TablePlan
from dermoutcomes.report import Column, Document, Outline, Section, Table, block_label
from dermoutcomes.report.documents.numbering import StudyNumbers, chapter_of
from dermoutcomes.report.documents.shell_document import shells_document
from dermoutcomes.runs.opening import open_files

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


@pytest.fixture
def outline(small_study: Path) -> Outline:
    opened = open_files(small_study)
    return Outline(opened.study, opened.registry)


def numbers_in(document: Document) -> list[str | None]:
    return [block.number for _, block in document.named_blocks]


def test_each_chapter_counts_on_from_the_plan_through_all_documents(outline: Outline) -> None:
    planned = numbers_in(StudyNumbers.of(outline).given(shells_document(outline)))
    first, second = (
        f"{chapter}.{sum(str(number).startswith(chapter) for number in planned)}"
        for chapter in ("14.1", "14.2")
    )
    long = document(
        Section("people", "People", (table("flow"),)),
        Section("endpoints", "E", children=(Section("endpoint-a", "A", (table("a"), table("b"))),)),
    )
    short = document(Section("people", "People", (table("visits"), table("index", number=None))))

    numbers = StudyNumbers.of(outline, (short, long))

    def after(number: str, places: int) -> str:
        *chapter, place = number.split(".")
        return ".".join((*chapter, str(int(place) + places)))

    # What is read first is counted first.
    assert numbers_in(numbers.given(short)) == [after(first, 1), None]
    assert numbers_in(numbers.given(long)) == [after(first, 2), after(second, 1), after(second, 2)]


def test_a_table_has_the_number_of_its_shell_whatever_stands_before_it(outline: Outline) -> None:
    shells = StudyNumbers.of(outline).given(shells_document(outline))
    ((_, shell),) = (
        (name, block)
        for name, block in shells.named_blocks
        if isinstance(block, Table) and block.caption == "Comparisons: Hydration"
    )
    in_run = document(
        Section("main-hydration", "H", (table("Only here"), table("Comparisons: Hydration")))
    )

    numbers = numbers_in(StudyNumbers.of(outline, [in_run]).given(in_run))

    assert numbers[1] == shell.number
    assert numbers[0] not in numbers_in(shells)


def test_two_tables_of_one_title_have_two_numbers_and_the_same_ones_elsewhere(
    outline: Outline,
) -> None:
    both = document(Section("main", "M", (table("T"), table("T"))))
    numbers = StudyNumbers.of(outline, [both, document(Section("overview", "O", (table("T"),)))])

    first, second = numbers_in(numbers.given(both))

    assert first != second
    assert numbers_in(numbers.given(document(Section("overview", "O", (table("T"),))))) == [first]


@pytest.mark.parametrize("numbering", ["report", "ich"])
def test_a_number_is_of_one_table_or_figure_in_every_document_and_the_index(
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
    titles: dict[str, set[str]] = {}
    for output in outputs:
        if output["number"]:
            titles.setdefault(f"{output['kind']} {output['number']}", set()).add(output["title"])
    for page in pages.values():
        for number, title in re.findall(r"<b>((?:Table|Figure) \S+)\.</b> ([^<]+)", page):
            titles.setdefault(number.lower(), set()).add(html.unescape(title).strip())
    assert {number: own for number, own in titles.items() if len(own) > 1} == {}
    for own in said.values():
        assert len(own) == len(set(own))
    shared = set(said["report"]) & set(said["annex"])
    if numbering == "report":
        assert not shared
        assert said["report"][0] == "Table 1"
        assert said["annex"][0] == "Table A1"
    else:
        assert "Table 14.1.1" in said["annex"]
        assert shared, "what both show has one number"


def test_a_document_with_its_own_numbers_keeps_them_and_is_not_counted(outline: Outline) -> None:
    counted = document(Section("people", "People", (table("flow"),)))
    own = evolve(
        document(Section("tables", "Tables", (table("one", number="1"),))), own_numbers=True
    )

    with_own = StudyNumbers.of(outline, [own, counted])

    assert with_own.by_identity == StudyNumbers.of(outline, [counted]).by_identity
    assert numbers_in(with_own.given(own)) == ["1"]
