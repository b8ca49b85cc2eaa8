"""The document put through its battery, and what its index says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from dermoutcomes_pdf import register_formats

import dermoutcomes
from dermoutcomes import NoOptions
from dermoutcomes.report import Drawings, Material, Page, Table
from dermoutcomes.testing import DocumentContract, write_study
from dermoutcomes_tlf import TlfOptions, register_documents, tlf


class TestTlf(DocumentContract):
    (document,) = register_documents()

    def test_the_index_names_each_file_with_number_and_title_in_order(self) -> None:
        index, *single = self.made
        (table,) = index.sections[0].blocks
        assert isinstance(table, Table)
        rows = [
            tuple("".join(part.text for part in cell) for cell in row.cells) for row in table.rows
        ]

        assert index.name == "index"
        assert [row[3] for row in rows] == [document.name for document in single]
        for row, document in zip(rows, single, strict=True):
            (block,) = (block for _, block in document.named_blocks)
            assert row[0] == f"{'Table' if isinstance(block, Table) else 'Figure'} {block.number}"
            is_table = isinstance(block, Table)
            assert row[1] == (block.caption if is_table else block.title)
            assert row[2] in block.foot.population
            assert "Missing values" not in row[2]

    def test_numbers_are_those_of_a_clinical_study_report_and_none_comes_twice(self) -> None:
        _, *single = self.made
        names = [document.name for document in single]
        captions = {document.name: document.title for document in single}

        assert len(set(names)) == len(names)
        assert captions["table-14.1.1"] == "Participants at each step"
        assert "figure-14.2.1" in names
        assert all(name.split("-")[1].startswith(("14.", "16.")) for name in names)

    def test_a_table_of_its_own_has_one_page_without_a_front(self, tmp_path: Path) -> None:
        pdftotext = shutil.which("pdftotext")
        if pdftotext is None:
            pytest.skip("pdftotext (poppler) is not installed")
        (pdf,) = (written for written in register_formats() if written.name == "pdf")
        path = tmp_path / "table.pdf"
        document = next(document for document in self.made if document.name == "table-14.1.1")
        pdf.write(document, path, Page(Drawings(), "S", "0" * 64, "dermoutcomes"), NoOptions())
        text = subprocess.run(
            [pdftotext, str(path), "-"], capture_output=True, check=True, encoding="utf-8"
        ).stdout

        assert text.count("Participants at each step") == 1
        assert "Contents" not in text
        assert "Page 1 of 1" in text


STUDY = """
[study]
id = "TLF"
title = "Hydration after four weeks"
design = "single-arm"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
file = "corneometer.csv"

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t", "describe"]
"""
BY_VISIT = "Values and changes by visit: Hydration (AU)"
SUBJECTS = [f"S{number}" for number in range(1, 9)]
FILES = {
    "subjects.csv": "subject,sex,age\n" + "".join(f"{name},f,40\n" for name in SUBJECTS),
    "corneometer.csv": "subject,visit,hydration\n"
    + "".join(
        f"{name},{visit},{40 + 3 * number + gain}\n"
        for number, name in enumerate(SUBJECTS)
        for visit, gain in (("W0", 0), ("W4", number % 3))
    ),
}


def captions(folder: Path, outputs: str, supplement: bool = True) -> list[tuple[str, str]]:
    run = dermoutcomes.run(write_study(folder, STUDY + outputs, FILES))
    material = Material(run.study, run.registry, run.table, run.manifest)
    _, *single = tlf(material, TlfOptions(supplement=supplement))
    return [(document.name, document.title) for document in single]


def test_what_two_tables_say_has_one_file_and_the_other_leaves_its_number_out(
    tmp_path: Path,
) -> None:
    made = captions(tmp_path, "")
    numbers = [int(name.rpartition(".")[2]) for name, _ in made if name.startswith("table-14.2.")]
    titles = [title for _, title in made]

    # The standard table has unit and arms; the annex's own stands in the annex, under its number.
    assert [title for title in titles if " by visit: " in title.lower()] == [BY_VISIT]
    assert not any(title.startswith("By visit: ") for title in titles)
    assert titles.count("Endpoints, main analyses") == 1
    assert "Primary and key secondary endpoints, main analyses" not in titles
    assert len(numbers) == len(set(numbers))
    assert sorted(numbers) != list(range(1, len(numbers) + 1))


def test_a_table_of_fewer_statistics_takes_no_other_place(tmp_path: Path) -> None:
    own = '[tables.means]\nuse = "endpoint_by_visit"\nstatistics = ["mean"]\n'
    made = captions(tmp_path, f'[outputs]\ntables = ["means"]\n{own}')

    assert [title for _, title in made if "y visit: " in title] == [
        "By visit: Hydration",
        BY_VISIT,
    ]


def test_a_table_of_its_own_has_a_file_whatever_others_show(tmp_path: Path) -> None:
    own = '[tables.short]\nuse = "endpoint_by_visit"\ntitle = "In short"\nvisits = ["W4"]\n'
    made = captions(tmp_path, own)

    assert [title for _, title in made if title.startswith((BY_VISIT, "In short"))] == [
        BY_VISIT,
        "In short: Hydration (AU)",
    ]


def test_the_supplement_gets_no_files_where_the_study_says_so(tmp_path: Path) -> None:
    whole = captions(tmp_path / "whole", "")
    short = captions(tmp_path / "short", "", supplement=False)
    left_out = {title for _, title in whole} - {title for _, title in short}

    assert left_out == {"Description: Hydration", "Paired t-test: Hydration"}


def test_options_of_documents_reach_the_tables(tmp_path: Path) -> None:
    outputs = (
        '[outputs]\nreports = ["tlf"]\nformats = ["rtf"]\n'
        "[outputs.options.documents]\ndecimals = { hydration = 3 }\n"
        "[outputs.options.tlf]\nsupplement = false\n"
    )
    run = dermoutcomes.run(write_study(tmp_path, STUDY + outputs, FILES))
    files = {
        path.name: path.read_text() for path in (run.folder / "report/tlf").glob("table-*.rtf")
    }
    (by_visit,) = (text for text in files.values() if BY_VISIT in text)

    assert "50.500 (7.348)" in by_visit
    assert not [name for name, text in files.items() if "Description: Hydration" in text]
