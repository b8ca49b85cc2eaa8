"""The format put through its battery, and what a Word file of it holds."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from attrs import evolve
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from dermoutcomes import NoOptions
from dermoutcomes.report import (
    Bullets,
    ClaimCard,
    Claims,
    Document,
    Drawings,
    Link,
    Page,
    Paragraph,
    Part,
    Row,
    Section,
    Table,
    columns,
    rich,
)
from dermoutcomes.testing import FormatContract
from dermoutcomes_docx import register_formats

LONG = "\u22120.097 mm (\u22120.119 to \u22120.075)"


class TestDocx(FormatContract):
    (format,) = register_formats()

    def read_back(self, path: Path) -> list[list[list[str]]]:
        """Its tables that have a number; those of claims have none."""
        word = docx.Document(str(path))
        return [
            [[cell.text for cell in _distinct(row.cells)] for row in table.rows]
            for table in word.tables
            if _caption(table).startswith("Table ")
        ]

    def test_its_figures_have_alternative_texts_and_fit_the_page(self, tmp_path: Path) -> None:
        self.written(tmp_path / "report")
        word = docx.Document(str(tmp_path / "report" / "0.docx"))

        (document,) = self.items()
        figures = [block for _, block in document.named_blocks if block.kind == "figure"]
        assert figures
        shapes = list(word.inline_shapes)
        assert [shape._inline.docPr.get("descr") for shape in shapes] == [
            figure.alternative for figure in figures
        ]
        assert all(shape.width.mm <= 170 for shape in shapes)


def _distinct(cells):
    """The cells of a row, of which one over several columns is told once."""
    return list({id(cell._tc): cell for cell in cells}.values())


def _caption(table) -> str:
    (caption,) = table._tbl.tblPr.iter(qn("w:tblCaption"))
    return caption.get(qn("w:val"))


def table_of(*texts: str, align: str = "l") -> Table:
    heads = columns([f"Column {number}" for number, _ in enumerate(texts)], align * len(texts))
    return Table("A table", heads, (Row(tuple(rich(text) for text in texts)),), number="1")


def word_of(folder: Path, *sections: Section) -> WordDocument:
    """Sections as a Word file, opened again."""
    (written,) = register_formats()
    path = folder / "report.docx"
    page = Page(Drawings(), "SMALL", "0123456789abcdef" * 4, "dermoutcomes 1")
    document = Document(
        "report", "Report", "A title", "SMALL", sections, origin=("Simulated", "S.")
    )
    written.write(document, path, page, NoOptions())
    return docx.Document(str(path))


@pytest.mark.parametrize(
    "text", ["<w:t>&amp;</w:t>", '{ HYPERLINK "x" }', "\u05d0 \u4e2d \U0001f600", "a\x07b", "]]>"]
)
def test_markup_stays_text(text: str, tmp_path: Path) -> None:
    word = word_of(tmp_path, Section("s", text, (Paragraph(rich(text)), table_of(text))))

    shown = text.replace("\x07", "")
    assert word.tables[0].rows[1].cells[0].text == shown
    # The heading and the paragraph.
    assert [line.text for line in word.paragraphs if line.text == shown] == [shown] * 2


@pytest.mark.parametrize(("count", "listed"), [(6, 0), (7, 7)])
def test_contents_stand_in_documents_of_many_headings(
    count: int, listed: int, tmp_path: Path
) -> None:
    inner = tuple(Section(f"s{number}", f"Part {number}") for number in range(count - 1))
    word = word_of(tmp_path, Section("outer", "Outer", (), inner))

    assert len([line for line in word.paragraphs if line.style.name.startswith("toc")]) == listed
    assert any(line.text == "Contents" for line in word.paragraphs) == bool(listed)


def test_headings_captions_and_lists_are_words_own(tmp_path: Path) -> None:
    inner = Section("inner", "Inner", (Bullets((rich("One"), rich("Two"))),))
    word = word_of(tmp_path, Section("outer", "Outer", (table_of("x"),), (inner,)))

    styles = {line.text: line.style.name for line in word.paragraphs if line.style is not None}
    assert styles["A title"] == "Title"
    assert styles["Table 1. A table"] == "Caption"
    assert styles["One"] == "List Bullet"
    assert [line.text for line in word.paragraphs if line.style.name == "Heading 1"] == ["Outer"]
    assert [line.text for line in word.paragraphs if line.style.name == "Heading 2"] == ["Inner"]


@pytest.mark.parametrize(
    ("record", "foot"),
    [
        ("0123456789abcdef" * 4, "program, record 0123456789abcdef, data up to 2026-01-31"),
        ("none: a shell", "program, record none: a shell, data up to 2026-01-31"),
    ],
)
def test_a_foot_shortens_a_digest_and_no_words(record: str, foot: str) -> None:
    page = Page(Drawings(), "SMALL", record, "program", data_cut="2026-01-31")

    assert page.running_foot == foot


def test_a_table_of_its_own_has_no_front(tmp_path: Path) -> None:
    (written,) = register_formats()
    path = tmp_path / "table.docx"
    section = Section("s", "S", (evolve(table_of("x"), number=None),))
    document = Document("table", "", "A table", "SMALL", (section,))
    page = Page(Drawings(), "SMALL", "0" * 64, "dermoutcomes")
    written.write(document, path, page, NoOptions())

    word = docx.Document(str(path))
    source = "Source: study SMALL; dermoutcomes; record 0000000000000000."
    assert [line.text for line in word.paragraphs if line.text] == ["A table", source]
    assert [cell.text for cell in word.tables[0].columns[0].cells] == ["Column 0", "x"]


def test_heads_are_repeated_and_rows_stay_whole(tmp_path: Path) -> None:
    word = word_of(tmp_path, Section("s", "S", (table_of("x", "y"),)))

    head, row = (row._tr for row in word.tables[0].rows)
    assert head.trPr.find(qn("w:tblHeader")) is not None
    assert row.trPr.find(qn("w:tblHeader")) is None
    assert all(each.trPr.find(qn("w:cantSplit")) is not None for each in (head, row))


@pytest.mark.parametrize(("count", "kept"), [(3, 3), (40, 2)])
def test_the_foot_of_a_table_stays_with_its_last_rows(
    count: int, kept: int, tmp_path: Path
) -> None:
    rows = tuple(Row((rich(str(number)),)) for number in range(count))
    table = evolve(table_of("x"), rows=rows, notes=(("a", "A note."),))

    word = word_of(tmp_path, Section("s", "S", (table,)))

    keeps = [row._tr.find(f".//{qn('w:keepNext')}") is not None for row in word.tables[0].rows[1:]]
    note, foot = (line for line in word.paragraphs if line.style.name == "Note")
    assert keeps == [*[False] * (count - kept), *[True] * kept]
    assert note.paragraph_format.keep_with_next
    assert foot.paragraph_format.keep_together


def test_decimal_points_meet(tmp_path: Path) -> None:
    table = Table(
        "A table", columns(["n"], "r"), tuple(Row((rich(text),)) for text in ("1.25", "10"))
    )
    word = word_of(tmp_path, Section("s", "S", (table,)))

    whole, tens = (row.cells[0].paragraphs[0].paragraph_format for row in word.tables[0].rows[1:])
    assert whole.right_indent is None
    # ".25" at 8.5 points: a point and two digits.
    assert tens.right_indent.pt == pytest.approx((0.278 + 2 * 0.556) * 8.5, abs=0.05)


def test_only_passages_with_too_wide_tables_lie_on_their_side(tmp_path: Path) -> None:
    word = word_of(
        tmp_path,
        Section("a", "A", (table_of(*["1.25"] * 8, align="r"),)),
        Section("b", "B", (table_of(*[LONG] * 8, align="r"),)),
        Section("c", "C", (table_of("x"),)),
    )

    ways = [section.orientation for section in word.sections]
    assert ways == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    for section in word.sections:
        assert section.header.paragraphs[0].text == "SMALL\tSimulated"
        assert "dermoutcomes 1, record 0123456789abcdef" in section.footer.paragraphs[0].text


def test_links_lead_to_places_that_there_are(tmp_path: Path) -> None:
    def link(kind, target: str) -> Part:
        return Part(f"to {target}", link=Link(kind, target))

    text = (
        link("section", "s"),
        link("section", "none"),
        link("url", "https://example.org/?a=b"),
        link("elsewhere", "annex#result:f00"),
    )
    cell = (Part("1.5", result="f00", addressed=True), link("result", "f00"))
    table = Table("A table", columns(["n"], "l"), (Row((cell,)),))
    word = word_of(tmp_path, Section("s", "S", (Paragraph(text), table)))

    body = word.element.body
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))} - {None}
    names = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    # The section and the result.
    assert len(anchors) == 2
    assert anchors == names
    targets = [part.target_ref for part in word.part.rels.values() if part.is_external]
    assert targets == ["https://example.org/?a=b", "annex.docx"]


def test_claims_are_a_table(tmp_path: Path) -> None:
    card = ClaimCard(
        "c",
        "It works",
        "supported",
        "supported",
        "\u2713",
        "Why",
        (rich("1.5"),),
        None,
        "17 of 21",
        ("Another endpoint got worse",),
    )
    word = word_of(tmp_path, Section("s", "S", (Claims((card,)),)))

    rows = [[cell.text for cell in _distinct(row.cells)] for row in word.tables[0].rows]
    assert rows == [
        ["Verdict", "Claim, and why", "This run"],
        ["\u2713 supported", "\u201cIt works\u201d\nWhy\n17 of 21", "1.5"],
        ["Against it", "\u2022 Another endpoint got worse"],
    ]
