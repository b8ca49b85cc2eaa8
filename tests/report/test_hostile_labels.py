"""Labels of a study that are markup, run from right to left, hold control characters or are long.

Every format shows them as text: the marks of markup are there to be read, control characters and
marks of direction are not, and no letter of a long label is lost.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import docx
import openpyxl
import pytest

import dermoutcomes

MARKUP = r"<script>alert(1)</script> #eval[1] $x$ {\\b RTF} ]]> &amp; =1+1 {{ 7*7 }}"
HEBREW = "\u05e2\u05d5\u05e8 \u202e abc \u0007 \u0000"
SHOWN_HEBREW = "\u05e2\u05d5\u05e8  abc  "
LONG = "L" * 10_000
TITLE = "T" * 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]) -> Path:
    path = write_small(tmp_path_factory.mktemp("hostile"))
    text = path.read_text(encoding="utf-8")
    labels = {
        'label = "Hydration"': f"label = {json.dumps(MARKUP)}",
        "W0 = { at": f"W0 = {{ label = {json.dumps(HEBREW)}, at",
        "W4 = { at": f"W4 = {{ label = {json.dumps(LONG)}, at",
        "Hydration of six people over four weeks": TITLE,
        'reports = ["report", "annex", "csv"]': (
            'reports = ["report", "annex"]\n'
            'formats = ["html", "docx", "pdf", "rtf", "xlsx", "svg", "png"]'
        ),
    }
    for old, new in labels.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return dermoutcomes.run(path).folder / "report"


def test_the_page_shows_them_as_text(folder: Path) -> None:
    page = (folder / "annex.html").read_text(encoding="utf-8")
    read = unescape(page)

    assert "<script>alert" not in page
    assert MARKUP in read
    assert SHOWN_HEBREW in read
    assert LONG in read
    assert not {"\u202e", "\x07", "\0"} & set(page)


def test_the_word_file_shows_them_as_text(folder: Path) -> None:
    word = docx.Document(str(folder / "annex.docx"))
    texts = [
        *(paragraph.text for paragraph in word.paragraphs),
        *(cell.text for table in word.tables for row in table.rows for cell in row.cells),
    ]

    for label in (MARKUP, SHOWN_HEBREW, LONG):
        assert any(label in text for text in texts), label[:40]
    assert not any({"\u202e", "\x07", "\0"} & set(text) for text in texts)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_shows_them_as_text(folder: Path) -> None:
    read = subprocess.run(
        ["pdftotext", "-raw", str(folder / "annex.pdf"), "-"], capture_output=True, check=True
    ).stdout.decode()
    together = "".join(read.split()).replace("\u200b", "")

    assert "".join(MARKUP.split()) in together
    # Feet of pages stand between its parts.
    assert together.count("L") >= len(LONG)


def test_the_tables_show_them_as_text(folder: Path) -> None:
    sheets = [
        openpyxl.load_workbook(path).active for path in sorted((folder / "tables").glob("*.xlsx"))
    ]
    cells = [
        str(cell.value)
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    ]
    types = {cell.data_type for sheet in sheets for row in sheet.iter_rows() for cell in row}
    rtf = [path.read_text(encoding="ascii") for path in sorted((folder / "tables").glob("*.rtf"))]

    assert sheets
    assert len(sheets) == len(rtf)
    assert "f" not in types, "a label is no formula"
    for label in (MARKUP, SHOWN_HEBREW.strip(), LONG):
        assert any(label in cell for cell in cells), label[:40]
    assert any(r"\{\\\\b RTF\}" in text for text in rtf), "a brace of a label is no group"
    assert any(LONG in text for text in rtf)


def test_the_figures_are_drawn_with_them(folder: Path) -> None:
    pictures = sorted((folder / "figures").glob("*.svg"))

    assert pictures
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not {"\u202e", "\x07", "\0"} & set(text)
        assert picture.with_suffix(".png").stat().st_size > 1000
