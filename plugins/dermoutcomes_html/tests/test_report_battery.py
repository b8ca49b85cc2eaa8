"""The format put through its battery, and its tables read back as a browser has them."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from dermoutcomes import NoOptions
from dermoutcomes.report import (
    Document,
    Drawings,
    Page,
    Row,
    Section,
    Table,
    columns,
    rich,
)
from dermoutcomes.testing import FormatContract
from dermoutcomes_html import register_formats


class Tables(HTMLParser):
    """The tables of a page in order: caption, and rows of the texts of their cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[list[str], list[list[str]]]] = []
        self.cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(([], []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("td", "th", "caption"):
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "caption") and self.cell is not None:
            captions, rows = self.tables[-1]
            (captions if tag == "caption" else rows[-1]).append("".join(self.cell))
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)


class TestHtml(FormatContract):
    (format,) = register_formats()

    def read_back(self, path: Path) -> list[list[list[str]]]:
        """Its tables that have a number; those of claims have none."""
        page = Tables()
        page.feed(path.read_text(encoding="utf-8"))
        return [
            rows for captions, rows in page.tables if captions[:1] and captions[0][:6] == "Table "
        ]


def test_a_table_without_a_number_has_its_caption_alone(tmp_path: Path) -> None:
    (html,) = register_formats()
    table = Table("Participants at each step", columns(["Step"], "l"), (Row((rich("Listed"),)),))
    document = Document("report", "Report", "A", "S", (Section("s", "Label", (table,)),))
    path = tmp_path / "report.html"

    html.write(document, path, Page(Drawings(), "S", "0" * 64, "dermoutcomes"), NoOptions())

    assert "<caption>Participants at each step</caption>" in path.read_text(encoding="utf-8")
