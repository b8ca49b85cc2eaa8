"""The format put through its battery."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dermoutcomes import NoOptions
from dermoutcomes.report import (
    Document,
    Drawings,
    Figure,
    Foot,
    Link,
    Page,
    Paragraph,
    Part,
    Row,
    Section,
    Table,
    columns,
    passages,
    rich,
)
from dermoutcomes.testing import FormatContract
from dermoutcomes_pdf import register_formats

CELL = re.compile(r"\s+T[HD]\b")
PIECE = re.compile(r'\s+"(?P<text>.*)"$')


def tagged_tables(path: Path) -> list[list[list[str]]]:
    """The tables of a tagged PDF as a screen reader finds them."""
    pdfinfo = shutil.which("pdfinfo")
    if pdfinfo is None:
        pytest.skip("pdfinfo (poppler) is not installed")
    structure = subprocess.run(
        [pdfinfo, "-struct-text", str(path)], capture_output=True, check=True, encoding="utf-8"
    ).stdout
    return list(_tables(structure.splitlines()))


def _tables(lines: list[str]) -> Iterator[list[list[str]]]:
    """Heads and rows of each table, without what stands in its foot."""
    table: list[list[str]] | None = None
    depth, in_foot = 0, False
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if table is not None and indent <= depth and line.strip():
            yield table
            table = None
        if line.strip().startswith("Table (block)"):
            table, depth, in_foot = [], indent, False
        elif table is None or in_foot:
            continue
        elif line.strip().startswith("TFoot"):
            in_foot = True
        elif line.strip() == "TR":
            table.append([])
        elif CELL.match(line):
            table[-1].append("")
        elif piece := PIECE.match(line):
            table[-1][-1] += piece["text"]
    if table is not None:
        yield table


class TestPdf(FormatContract):
    (format,) = register_formats()

    def read_back(self, path: Path) -> list[list[list[str]]]:
        """As a screen reader finds them."""
        return tagged_tables(path)


def pdf_of(section: Section, folder: Path) -> Path:
    """A document of one section as a PDF."""
    (pdf,) = register_formats()
    path = folder / "report.pdf"
    page = Page(Drawings(), "SMALL", "0" * 64, "dermoutcomes")
    pdf.write(Document("report", "Report", "A title", "SMALL", (section,)), path, page, NoOptions())
    return path


def text_of(path: Path) -> str:
    """All text of a PDF."""
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.skip("pdftotext (poppler) is not installed")
    return subprocess.run(
        [pdftotext, str(path), "-"], capture_output=True, check=True, encoding="utf-8"
    ).stdout


def table_of(*texts: str, align: str = "l") -> Table:
    """A table of one row."""
    heads = columns([f"Column {number}" for number, _ in enumerate(texts)], align * len(texts))
    return Table("A table", heads, (Row(tuple(rich(text) for text in texts)),), number="1")


@pytest.mark.parametrize(
    "text", ["#eval(1)", "*bold* _x_ $x$ @ref <l> \\u{41}", '"]; #panic("x")', "= Head", "- item"]
)
def test_markup_in_a_cell_stays_text(text: str, tmp_path: Path) -> None:
    section = Section("s", text, (Paragraph(rich(text)), table_of(text)))

    assert tagged_tables(pdf_of(section, tmp_path)) == [[["Column 0"], [text]]]


def test_letters_that_no_font_has_are_written_as_their_numbers(tmp_path: Path) -> None:
    section = Section("s", "\u4e2d\u5fc3", (table_of("\u05d0 \u4e2d \U0001f600 \u03b1"),))

    path = pdf_of(section, tmp_path)

    assert tagged_tables(path)[0][1] == ["\u05d0 [U+4E2D] [U+1F600] \u03b1"]
    assert "[U+4E2D][U+5FC3]" in text_of(path)


def test_a_figure_shows_letters_that_no_font_has_as_their_numbers(tmp_path: Path) -> None:
    spec = {
        "data": {"values": [{"arm": "\u56db \u0639", "n": 1}]},
        "mark": "bar",
        "encoding": {
            "y": {"field": "arm", "type": "nominal"},
            "x": {"field": "n", "type": "quantitative"},
        },
    }
    figure = Figure("bars", "Bars", "One bar.", "Bars", spec, number="1")

    assert "[U+56DB]" in text_of(pdf_of(Section("s", "Label", (figure,)), tmp_path))


def test_links_lead_to_files_beside_it_and_none_to_places_that_there_are_not(
    tmp_path: Path,
) -> None:
    kinds = (("elsewhere", "annex#result:f00"), ("section", "none"), ("result", "none"))
    text = tuple(Part(f"to {target}", link=Link(kind, target)) for kind, target in kinds)

    path = pdf_of(Section("s", "Label", (Paragraph(text),)), tmp_path)

    assert b"(annex.pdf)" in path.read_bytes()
    assert "to none" in text_of(path)


def test_a_long_word_does_not_leave_its_page(tmp_path: Path) -> None:
    word = "x" * 900
    path = pdf_of(Section("s", "Label", (table_of(word, "1"),)), tmp_path)

    assert text_of(path).replace("\u200b", "").replace("\n", "").count("x") == len(word)


@pytest.mark.parametrize("above", range(20, 50, 3))
@pytest.mark.parametrize("count", [6, 60])
def test_no_foot_stands_on_a_page_without_rows_of_its_table(
    above: int, count: int, tmp_path: Path
) -> None:
    heads = columns(["Step", "n"], "lr")
    rows = tuple(Row((rich(f"step-{number}"), rich("1"))) for number in range(count))
    table = Table("A table", heads, rows, number="1", foot=Foot(origin="Counted by hand."))
    lines = tuple(Paragraph(rich("Some words.")) for _ in range(above))

    pages = text_of(pdf_of(Section("s", "Label", (*lines, table)), tmp_path)).split("\f")[:-1]

    assert len(pages) >= 1
    for page in pages:
        assert page.count("Counted by hand.") == ("step-" in page)
    with_rows = [page for page in pages if "step-" in page]
    assert "A table" in with_rows[0]
    # A short table is whole, wherever it begins.
    if count == 6:
        assert len(with_rows) == 1


@pytest.mark.parametrize(("lines", "has_contents"), [(5, False), (150, True)])
def test_contents_stand_in_documents_of_more_than_two_pages(
    lines: int, has_contents: bool, tmp_path: Path
) -> None:
    section = Section("s", "Label", tuple(Paragraph(rich("Some words.")) for _ in range(lines)))

    assert ("Contents" in text_of(pdf_of(section, tmp_path))) == has_contents


@pytest.mark.parametrize(("chapters", "depth"), [(3, 1), (12, 2)])
def test_contents_of_few_headings_are_those_of_chapters(
    chapters: int, depth: int, tmp_path: Path
) -> None:
    words = tuple(Paragraph(rich("Some words.")) for _ in range(40))
    section = Section(
        "s",
        "Label",
        children=tuple(
            Section(
                f"c{number}", f"Chapter {number}", words, (Section(f"p{number}", "Part", words),)
            )
            for number in range(chapters)
        ),
    )
    first = text_of(pdf_of(section, tmp_path)).split("\f")[0]

    assert "Contents" in first
    assert ("Chapter 1" in first.partition("Contents")[2]) == (depth == 2)


@pytest.mark.parametrize(("dense", "pages"), [(False, 2), (True, 1)])
def test_a_document_that_is_signed_on_one_page_is_set_closer(
    dense: bool, pages: int, tmp_path: Path
) -> None:
    sections = tuple(
        Section(
            f"s{number}", f"Part {number}", tuple(Paragraph(rich("Some words.")) for _ in "abcde")
        )
        for number in range(7)
    )
    document = Document("sheet", "Claim sheet", "A claim", "SMALL", sections, dense=dense)
    (pdf,) = register_formats()
    path = tmp_path / "sheet.pdf"
    pdf.write(document, path, Page(Drawings(), "SMALL", "0" * 64, "dermoutcomes"), NoOptions())

    assert text_of(path).count("\f") == pages


def test_only_tables_that_do_not_fit_lie_on_their_side(tmp_path: Path) -> None:
    narrow = table_of(*["1.25 (0.10)"] * 8, align="r")
    wide = table_of(*["\u22120.097 mm (\u22120.119 to \u22120.075)"] * 8, align="r")
    sections = (
        Section("a", "Upright", (narrow,)),
        Section("b", "Heading alone", (), (Section("c", "Wide", (wide,)),)),
        Section("d", "Words between", (Paragraph(rich("Some words.")),)),
        Section("e", "Wide again", (wide,)),
        Section("f", "Upright again", (narrow,)),
    )

    assert [passage.flipped for passage in passages(sections)] == [
        *[False],
        *[True] * 4,
        *[False],
    ]
