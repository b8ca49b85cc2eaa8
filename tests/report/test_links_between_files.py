"""Links of the report's files lead to the place in the annex's file beside it, not only to the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import docx
import pytest
from docx.oxml.ns import qn

import dermoutcomes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]) -> Path:
    path = write_small(tmp_path_factory.mktemp("links"))
    text = path.read_text(encoding="utf-8")
    # The annex first: what links to it is known before it is written.
    asked = 'reports = ["annex", "report"]\nformats = ["html", "docx", "pdf"]'
    path.write_text(text.replace('reports = ["report", "annex", "csv"]', asked), encoding="utf-8")
    return dermoutcomes.run(path).folder / "report"


def test_links_of_the_word_file_lead_to_bookmarks_of_the_annex(folder: Path) -> None:
    report, annex = (docx.Document(str(folder / f"{name}.docx")) for name in ("report", "annex"))
    links = [
        link
        for link in report.element.body.iter(qn("w:hyperlink"))
        if (number := link.get(qn("r:id"))) and report.part.rels[number].target_ref == "annex.docx"
    ]
    anchors = {anchor for link in links if (anchor := link.get(qn("w:anchor")))}
    marks = {mark.get(qn("w:name")) for mark in annex.element.body.iter(qn("w:bookmarkStart"))}

    assert anchors
    assert anchors <= marks


def test_links_of_the_pdf_lead_to_headings_of_the_annex(folder: Path) -> None:
    links = re.findall(rb"\((annex\.pdf[^)]*)\)", (folder / "report.pdf").read_bytes())
    named = {unquote(link.decode().partition("#nameddest=")[2]) for link in links if b"#" in link}
    destinations = re.search(
        rb"/Dests\s*<<\s*/Names\s*\[(.*?)\]", (folder / "annex.pdf").read_bytes(), re.DOTALL
    )

    assert destinations is not None
    names = {name.decode() for name in re.findall(rb"\(([^)]*)\)", destinations[1])}
    assert named
    assert named <= names


def test_links_of_the_page_lead_to_addresses_of_the_annex(folder: Path) -> None:
    places = re.findall(r'href="annex\.html#([^"]+)"', (folder / "report.html").read_text())
    annex = (folder / "annex.html").read_text(encoding="utf-8")

    assert places
    assert [place for place in places if f'id="{place}"' not in annex] == []
