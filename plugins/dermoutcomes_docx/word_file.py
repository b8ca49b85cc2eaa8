"""A document as a Word file.

Headings, captions, lists and heads of tables are Word's own, so that its contents, its navigation
and its screen reader find them. The file is the same bytes for the same document.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from dermoutcomes.report import Bullets, Claims, Figure, Pairs, Paragraph, Table, printable

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

    from dermoutcomes.report import Block, Document, Page, Rich, Section

__all__ = ["write_docx"]

FONT = "Arial"
INK, PALE, ALARM = (
    RGBColor(0x1B, 0x2A, 0x38),
    RGBColor(0x51, 0x62, 0x6F),
    RGBColor(0x9B, 0x2C, 0x00),
)
WIDTH, HEIGHT, MARGIN = Mm(210), Mm(297), Mm(20)
# A table with more columns than this stands on a page on its side.
COLUMNS_UPRIGHT = 7
ALIGN = {
    "l": WD_ALIGN_PARAGRAPH.LEFT,
    "r": WD_ALIGN_PARAGRAPH.RIGHT,
    "c": WD_ALIGN_PARAGRAPH.CENTER,
    "v": WD_ALIGN_PARAGRAPH.RIGHT,
}
# When a file was made does not belong in it: equal runs give equal bytes.
EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - Word's properties have no zone


def write_docx(document: Document, path: Path, page: Page) -> None:
    """Write `document` at `path`."""
    word = docx.Document()
    _set_styles(word)
    _set_properties(word, document, page)
    _set_page(word.sections[0])
    _set_head_and_foot(word, document, page)
    _front(word, document)
    for section in document.sections:
        _section(word, section, 1, page)
    path.write_bytes(_same_bytes(word))


def _set_styles(word: WordDocument) -> None:
    sizes = {
        "Normal": 10,
        "Title": 20,
        "Heading 1": 15,
        "Heading 2": 12,
        "Heading 3": 10.5,
        "Caption": 9,
    }
    for name, size in sizes.items():
        style = word.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    word.styles["Caption"].paragraph_format.keep_with_next = True
    word.styles["Caption"].font.bold = False


def _set_properties(word: WordDocument, document: Document, page: Page) -> None:
    properties = word.core_properties
    properties.title, properties.subject = printable(document.title)[:255], document.study[:255]
    properties.author, properties.last_modified_by, properties.comments = page.program, "", ""
    properties.created = properties.modified = EPOCH
    properties.revision, properties.language = 1, "en"


def _set_page(section: Any, *, flipped: bool = False) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if flipped else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (HEIGHT, WIDTH) if flipped else (WIDTH, HEIGHT)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = Mm(22)


def _set_head_and_foot(word: WordDocument, document: Document, page: Page) -> None:
    section = word.sections[0]
    head = section.header.paragraphs[0]
    _run(head, document.study, size=8, colour=PALE)
    if document.origin:
        _run(head, f"\t\t{document.origin[0]}", size=8, colour=ALARM, bold=True)
    foot = section.footer.paragraphs[0]
    _run(foot, f"{page.program}, record {page.record_sha256[:16]}\t\tPage ", size=8, colour=PALE)
    _field(foot, "PAGE")
    _run(foot, " of ", size=8, colour=PALE)
    _field(foot, "NUMPAGES")


def _field(paragraph: WordParagraph, instruction: str) -> None:
    """A field that Word fills in."""
    run = paragraph.add_run()
    run.font.size, run.font.color.rgb = Pt(8), PALE
    for kind, text in (
        ("begin", None),
        (None, instruction),
        ("separate", None),
        ("text", "1"),
        ("end", None),
    ):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        elif kind == "text":
            element = OxmlElement("w:t")
            element.text = text
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)  # noqa: SLF001 - fields have no public door


def _run(
    paragraph: WordParagraph,
    text: str,
    *,
    size: float | None = None,
    colour: RGBColor | None = None,
    bold: bool = False,
) -> None:
    run = paragraph.add_run(printable(text))
    run.bold = bold or None
    if size is not None:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _front(word: WordDocument, document: Document) -> None:
    _run(word.add_paragraph(), document.kicker.upper(), size=9, colour=PALE)
    word.add_paragraph(printable(document.title), style="Title")
    for name, value in document.facts:
        fact = word.add_paragraph()
        fact.paragraph_format.space_after = Pt(2)
        _run(fact, f"{name}: ", colour=PALE)
        _run(fact, value)
    if document.origin:
        _run(word.add_paragraph(), document.origin[1], colour=ALARM, bold=True)
    if document.origin_note:
        word.add_paragraph(printable(document.origin_note))
    if document.one_group:
        caution = word.add_paragraph()
        _run(caution, "What one group can show. ", bold=True)
        _run(caution, document.one_group)


def _section(word: WordDocument, section: Section, level: int, page: Page) -> None:
    word.add_heading(printable(section.label), level=min(level, 3))
    for block in section.blocks:
        _block(word, block, page)
    for child in section.children:
        _section(word, child, level + 1, page)


def _block(word: WordDocument, block: Block, page: Page) -> None:
    if isinstance(block, Paragraph):
        colour = {"caution": ALARM, "note": PALE}.get(block.look)
        _run(word.add_paragraph(), _text(block.text), colour=colour)
    elif isinstance(block, Bullets):
        if block.title:
            _run(word.add_paragraph(), block.title, bold=True)
        style = "List Number" if block.look == "references" else "List Bullet"
        for item in block.items:
            word.add_paragraph(printable(_text(item)), style=style)
    elif isinstance(block, Pairs):
        for term, text in block.items:
            pair = word.add_paragraph()
            _run(pair, f"{term}: ", bold=True)
            _run(pair, _text(text))
    elif isinstance(block, Table):
        _table(word, block)
    elif isinstance(block, Figure):
        _figure(word, block, page)
    elif isinstance(block, Claims):
        _claims(word, block)


def _text(parts: Rich) -> str:
    return "".join(part.text for part in parts)


def _table(word: WordDocument, table: Table) -> None:
    flipped = len(table.columns) > COLUMNS_UPRIGHT
    if flipped:
        _set_page(word.add_section(), flipped=True)
    caption = word.add_paragraph(style="Caption")
    _run(caption, f"Table {table.number}. ", bold=True)
    _run(caption, table.caption)
    n = len(table.columns)
    grid = word.add_table(rows=0, cols=n)
    grid.style = word.styles["Table Grid"]
    _set_borders(grid)
    size = 7 if n > 9 else 8
    if table.spans:
        _span_row(grid, table, size)
    heads = [column.heading for column in table.columns]
    _row(grid, heads, table, size, bold=True, head=True)
    for row in table.rows:
        cells = [_text(cell) for cell in row.cells]
        if len(cells) == 1 and n > 1:
            merged = grid.add_row().cells
            cell = merged[0].merge(merged[-1])
            _cell(cell, cells[0], "l", size, bold=row.look == "group")
        else:
            _row(grid, cells, table, size)
    for mark, text in table.notes:
        _note(word, f"{mark} {text}")
    if table.foot.lines:
        _note(word, " ".join(table.foot.lines))
    word.add_paragraph()
    if flipped:
        _set_page(word.add_section())


def _span_row(grid: Any, table: Table, size: float) -> None:
    cells = grid.add_row().cells
    _repeat(grid.rows[-1])
    start = 0
    for over, wide in table.spans:
        cell = cells[start].merge(cells[start + wide - 1])
        _cell(cell, over, "c", size, bold=True)
        start += wide


def _row(
    grid: Any,
    texts: list[str],
    table: Table,
    size: float,
    *,
    bold: bool = False,
    head: bool = False,
) -> None:
    row = grid.add_row()
    if head:
        _repeat(row)
    _keep_whole(row)
    for cell, text, column in zip(row.cells, texts, table.columns, strict=True):
        _cell(cell, text, column.align, size, bold=bold)


def _cell(cell: Any, text: str, align: str, size: float, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = ALIGN[align]
    paragraph.paragraph_format.space_after = Pt(0)
    _run(paragraph, text, size=size, bold=bold)


def _repeat(row: Any) -> None:
    """Word repeats the row at the top of each page."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - nor have rows
    properties.append(OxmlElement("w:tblHeader"))


def _keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _set_borders(grid: Any) -> None:
    """Lines above, below and between rows, none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side, weight in (
        ("top", 8),
        ("left", 0),
        ("bottom", 8),
        ("right", 0),
        ("insideH", 2),
        ("insideV", 0),
    ):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "single" if weight else "nil")
        line.set(qn("w:sz"), str(weight))
        line.set(qn("w:color"), "8F9AA3")
        borders.append(line)
    grid._tbl.tblPr.append(borders)  # noqa: SLF001 - nor borders


def _note(word: WordDocument, text: str) -> None:
    note = word.add_paragraph()
    note.paragraph_format.space_after = Pt(2)
    _run(note, text, size=8, colour=PALE)


def _figure(word: WordDocument, figure: Figure, page: Page) -> None:
    picture = word.add_paragraph()
    picture.paragraph_format.keep_with_next = True
    shape = picture.add_run().add_picture(io.BytesIO(page.drawings.png(figure)))
    widest = Emu(WIDTH - 2 * MARGIN)
    if shape.width > widest:
        shape.height = Emu(round(shape.height * widest / shape.width))
        shape.width = widest
    properties = shape._inline.docPr  # noqa: SLF001 - nor alternative texts
    properties.set("descr", printable(figure.alternative))
    properties.set("title", printable(figure.title))
    caption = word.add_paragraph(style="Caption")
    caption.paragraph_format.keep_with_next = False
    _run(caption, f"Figure {figure.number}. ", bold=True)
    _run(caption, figure.caption)
    if figure.foot.lines:
        _note(word, " ".join(figure.foot.lines))


def _claims(word: WordDocument, claims: Claims) -> None:
    for card in claims.cards:
        verdict = word.add_paragraph()
        verdict.paragraph_format.keep_with_next = True
        _run(verdict, f"{card.mark} {card.verdict}", bold=True)
        _run(word.add_paragraph(), f"“{card.text}”", bold=True)
        for ours in card.ours:
            word.add_paragraph(printable(_text(ours)))
        for line in (card.reason, card.basis):
            if line:
                _note(word, line)
        if card.reported:
            _note(word, f"Reported elsewhere: {card.reported}")
        for line in card.against:
            word.add_paragraph(printable(line), style="List Bullet")
    if claims.foot.lines:
        _note(word, " ".join(claims.foot.lines))


def _same_bytes(word: WordDocument) -> bytes:
    """The file with one date on each of its parts."""
    saved, written = io.BytesIO(), io.BytesIO()
    word.save(saved)
    with (
        zipfile.ZipFile(saved) as parts,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as dated,
    ):
        for part in parts.infolist():
            entry = zipfile.ZipInfo(part.filename, EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            dated.writestr(entry, parts.read(part.filename))
    return written.getvalue()
