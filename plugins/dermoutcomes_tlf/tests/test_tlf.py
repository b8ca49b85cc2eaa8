"""The document put through its battery, and what its index says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from dermoutcomes_pdf import register_formats

from dermoutcomes import NoOptions
from dermoutcomes.report import Drawings, Page, Table
from dermoutcomes.testing import DocumentContract
from dermoutcomes_tlf import register_documents


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
            assert row[1:3] == (block.caption, block.foot.population)

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
