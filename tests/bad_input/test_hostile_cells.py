"""Ids and words that mean something to a browser or a spreadsheet are shown as they are, and do nothing."""

from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

import dermoutcomes
from dermoutcomes.testing import write_study

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"q\" & 'r' <b>"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")')


class _Page(HTMLParser):
    """What a browser would take for elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What is data in JSON is no script to a browser, and no word that is shown either.
        self._inside = "data" if ("type", "application/json") in attrs else tag
        self.attributes += attrs
        self.scripts += [""] if self._inside == "script" else []

    def handle_data(self, data: str) -> None:
        if self._inside != "data":
            (self.scripts if self._inside == "script" else self.words).append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    """A study whose every word is hostile: ids, labels, title, claim, a text in a cell."""
    from .hostile import hostile_study

    return dermoutcomes.run(
        write_study(tmp_path_factory.mktemp("hostile"), *hostile_study([SCRIPT, QUOTES, *FORMULAS]))
    )


def test_no_word_becomes_an_element_of_the_report(run: dermoutcomes.Run) -> None:
    page = _Page((run.folder / "report" / "annex.html").read_text(encoding="utf-8"))

    assert not [script for script in page.scripts if "alert" in script]
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert SCRIPT in " ".join(page.words)


def test_subjects_are_read_as_they_are(run: dermoutcomes.Run) -> None:
    assert set(run.table("subjects")["subject"]) == {SCRIPT, QUOTES, *FORMULAS}


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_no_cell_of_a_csv_file_is_a_formula(run: dermoutcomes.Run) -> None:
    files = sorted(run.folder.rglob("*.csv"))
    formulas = {
        (path.name, cell)
        for path in files
        for cell in _texts(path)
        if cell[:1] in tuple("=+-@\t\r") and not _is_number(cell)
    }

    assert {"queries.csv", "results.csv", "subjects.csv"} <= {path.name for path in files}
    assert formulas == set()


def test_no_cell_of_a_workbook_is_a_formula(run: dermoutcomes.Run) -> None:
    books = [openpyxl.load_workbook(path) for path in sorted(run.folder.rglob("*.xlsx"))]
    cells = [cell for book in books for sheet in book for row in sheet.iter_rows() for cell in row]

    assert {cell.value for cell in cells} & set(FORMULAS)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
