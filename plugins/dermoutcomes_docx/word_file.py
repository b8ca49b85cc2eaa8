"""A document as a Word file.

Headings, captions, lists and heads of tables are Word's own, so that its contents, its navigation
and its screen reader find them. The file is the same bytes for the same document.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Emu, Length, Mm, Pt, RGBColor

from dermoutcomes.report import (
    LAYOUT_WORDS,
    PAGE_HEIGHT,
    PAGE_MARGIN,
    PAGE_WIDTH,
    Bullets,
    Claims,
    Figure,
    Link,
    Pairs,
    Paragraph,
    Table,
    block_label,
    head_parts,
    linked_places,
    passages,
    printable,
    table_layout,
)
from dermoutcomes_docx.word_markup import Cell, Markup, WordTable, add_field

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

    from dermoutcomes.report import Block, ClaimCard, Document, Page, Passage

__all__ = ["write_docx"]

FONT = "Arial"
INK, PALE, ALARM, LINK = "1B2A38", "51626F", "9B2C00", "1F4E79"
VERDICTS = {"confirmed": "1D6B45", "explored": "1F5A8A", "against": ALARM, "beyond": "5A3480"}
SIZES = {
    "Normal": 10.0,
    "Title": 18.0,
    "Heading 1": 14.0,
    "Heading 2": 11.5,
    "Heading 3": 10.0,
    "Caption": 9.0,
    "List Bullet": 10.0,
    "List Number": 10.0,
    "Header": 8.0,
    "Footer": 8.0,
}
# Styles of our own, so that a journal's sizes can be set at one place: name, size, space after.
OWN_STYLES = {
    "Table Text": (8.5, 0.0),
    "Table Head": (8.5, 0.0),
    "Note": (8.0, 2.0),
    "toc 1": (9.5, 1.0),
    "toc 2": (9.5, 1.0),
}
# Of a document that is set closer: size, space before and after.
CLOSER = {
    "Normal": (9.0, 0.0, 1.0),
    "List Bullet": (9.0, 0.0, 1.0),
    "Title": (15.0, 0.0, 4.0),
    "Heading 1": (11.5, 6.0, 1.5),
    "Table Text": (8.0, 0.0, 0.0),
}
# Headings down to this level stand in the contents.
CONTENTS = 2
# A table of no more rows than this stays on one page.
SHORT = 12
# Documents of so many headings, as a claim sheet, have no contents.
FEW_HEADINGS = 6
# The columns of claims, as shares of the width: verdict, claim, this run, reported elsewhere.
CLAIM_SHARES = {3: (0.16, 0.42, 0.42), 4: (0.15, 0.35, 0.33, 0.17)}
# When a file was made does not belong in it: equal runs give equal bytes.
EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - Word's properties have no zone


def write_docx(document: Document, path: Path, page: Page) -> None:
    """Write `document` at `path`."""
    word = docx.Document()
    _set_styles(word)
    if document.dense:
        _set_closer(word)
    _set_properties(word, document, page)
    _Writer(word, document, page).write()
    path.write_bytes(_same_bytes(word))


def _set_styles(word: WordDocument) -> None:
    for name, (_, space) in OWN_STYLES.items():
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc"))
        style.base_style = word.styles["Normal"]
        style.paragraph_format.space_after = Pt(space)
        style.paragraph_format.space_before = Pt(1)
    sizes = SIZES | {name: size for name, (size, _) in OWN_STYLES.items()}
    for name, size in sizes.items():
        style = word.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = RGBColor.from_string(PALE if name == "Note" else INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    word.styles["Normal"].paragraph_format.space_after = Pt(5)
    word.styles["Table Head"].font.bold = True
    word.styles["toc 2"].paragraph_format.left_indent = Mm(5)
    caption = word.styles["Caption"]
    caption.font.bold, caption.paragraph_format.keep_with_next = False, True
    caption.paragraph_format.space_before = Pt(10)
    caption.paragraph_format.space_after = Pt(4)
    _without_line_below(word.styles["Title"])


def _set_closer(word: WordDocument) -> None:
    """For a page that somebody signs: smaller headings, and less room around them."""
    for name, (size, before, after) in CLOSER.items():
        style = word.styles[name]
        style.font.size = Pt(size)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)


def _without_line_below(style: Any) -> None:
    """The library's own title is underlined across the page."""
    form = style.element.pPr
    for border in form.findall(qn("w:pBdr")):
        form.remove(border)


def _set_properties(word: WordDocument, document: Document, page: Page) -> None:
    properties = word.core_properties
    properties.title, properties.subject = printable(document.title)[:255], document.study[:255]
    properties.author, properties.last_modified_by, properties.comments = page.program, "", ""
    properties.created = properties.modified = EPOCH
    properties.revision, properties.language = 1, "en"


class _Writer:
    """Writes a document, passage by passage, into a Word file."""

    def __init__(self, word: WordDocument, document: Document, page: Page) -> None:
        self.word, self.document, self.page = word, document, page
        self.passages = passages(document.sections)
        self.markup = Markup(word, linked_places(document.sections, page.linked_from))
        self.flipped = False
        # A table of its own has no front and no heading: its caption stands over it.
        self.has_front = bool(document.kicker)

    def write(self) -> None:
        """The front, the contents, and all sections."""
        self._set_page(self.word.sections[0])
        if self.has_front:
            self._front()
            self._contents()
        for number, passage in enumerate(self.passages):
            if passage.flipped != self.flipped:
                self.flipped = passage.flipped
                self._set_page(self.word.add_section())
            if self.has_front:
                self._heading(passage, number)
            for block in passage.section.blocks:
                self._block(block)

    @property
    def entries(self) -> list[tuple[int, Passage]]:
        """What the contents list, with its place among all passages; nothing of few headings."""
        entries = [
            (number, passage)
            for number, passage in enumerate(self.passages)
            if passage.level <= CONTENTS
        ]
        return entries if len(entries) > FEW_HEADINGS else []

    @property
    def width(self) -> Length:
        """How wide the text is."""
        return Mm((PAGE_HEIGHT if self.flipped else PAGE_WIDTH) - 2 * PAGE_MARGIN)

    def _set_page(self, section: Any) -> None:
        sides = Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT)
        section.orientation = WD_ORIENT.LANDSCAPE if self.flipped else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = sides[::-1] if self.flipped else sides
        section.left_margin = section.right_margin = Mm(PAGE_MARGIN)
        section.top_margin = section.bottom_margin = Mm(14 if self.document.dense else 22)
        head, foot = (self._running_line(part) for part in (section.header, section.footer))
        _append(head, self.markup.runs(self.document.study, colour=PALE))
        if self.document.origin:
            label = f"\t{self.document.origin[0]}"
            _append(head, self.markup.runs(label, colour=ALARM, bold=True))
        record = f"{self.page.running_foot}\tPage "
        _append(foot, self.markup.runs(record, colour=PALE))
        add_field(foot._p, "PAGE", *self.markup.runs("1", colour=PALE))  # noqa: SLF001 - the only door
        _append(foot, self.markup.runs(" of ", colour=PALE))
        add_field(foot._p, "NUMPAGES", *self.markup.runs("1", colour=PALE))  # noqa: SLF001

    def _running_line(self, part: Any) -> Any:
        """The line above or below each page, with a stop at its right end."""
        part.is_linked_to_previous = False
        line = part.paragraphs[0]
        stops = line.paragraph_format.tab_stops
        for stop in line.style.paragraph_format.tab_stops:
            stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
        stops.add_tab_stop(self.width, WD_TAB_ALIGNMENT.RIGHT)
        return line

    def _line(self, *texts: Iterable[Any], style: str | None = None) -> Any:
        """A paragraph of runs."""
        paragraph = self.word.add_paragraph(style=style)
        for runs in texts:
            _append(paragraph, runs)
        return paragraph

    def _front(self) -> None:
        document, runs = self.document, self.markup.runs
        self._line(runs(document.kicker.upper(), size=9, colour=PALE))
        self._line(runs(document.title), style="Title")
        for name, value in document.facts:
            fact = self._line(runs(f"{name}: ", colour=PALE), runs(value))
            fact.paragraph_format.space_after = Pt(2)
        if document.origin:
            self._line(runs(document.origin[1], colour=ALARM, bold=True))
        if document.origin_note:
            self._line(runs(document.origin_note))
        if document.one_group:
            self._line(runs(f"{LAYOUT_WORDS['one_group']} ", bold=True), runs(document.one_group))

    def _contents(self) -> None:
        """A field of contents that is filled: its lines are links, with page numbers after F9."""
        entries = self.entries
        if not entries:
            return
        self._line(self.markup.runs(LAYOUT_WORDS["contents"], bold=True, size=SIZES["Heading 2"]))
        field = self.word.add_paragraph(style="toc 1")
        lines = [field, *(self.word.add_paragraph() for _ in entries[1:])]
        add_field(field._p, f'TOC \\o "1-{CONTENTS}" \\h \\z \\u')  # noqa: SLF001
        end = field._p[-1]  # noqa: SLF001
        for line, (number, passage) in zip(lines, entries, strict=False):
            line.style = self.word.styles[f"toc {passage.level}"]
            _append(line, self.markup.leading(_contents_name(number), passage.section.label))
        lines[-1]._p.append(end)  # noqa: SLF001

    def _heading(self, passage: Passage, number: int) -> None:
        heading = self.word.add_paragraph(style=f"Heading {min(passage.level, 3)}")
        place = Link("section", passage.section.name)
        runs = self.markup.marked(place, self.markup.runs(passage.section.label))
        if (number, passage) in self.entries:
            runs = self.markup.bookmarked(_contents_name(number), runs)
        _append(heading, runs)

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            colour = {"caution": ALARM, "note": PALE}.get(block.look)
            self._line(self.markup.runs(block.text, colour=colour))
        elif isinstance(block, Bullets):
            self._bullets(block)
        elif isinstance(block, Pairs):
            for term, text in block.items:
                self._line(self.markup.runs(f"{term}: ", bold=True), self.markup.runs(text))
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Figure):
            self._figure(block)
        elif isinstance(block, Claims):
            self._claims(block)

    def _bullets(self, block: Bullets) -> None:
        if block.title:
            title = self._line(self.markup.runs(block.title, bold=True))
            title.paragraph_format.keep_with_next = True
        cited = block.look == "references"
        for number, item in enumerate(block.items, start=1):
            runs = self.markup.runs(item)
            if cited:
                runs = self.markup.marked(Link("reference", str(number)), runs)
            self._line(runs, style="List Number" if cited else "List Bullet")

    def _table(self, table: Table) -> None:
        runs, layout = self.markup.runs, table_layout(table)
        title = _lead(table)
        self._line(runs(title, bold=True), runs(table.caption), style="Caption")
        word = WordTable(layout.widths, title + table.caption, short=len(table.rows) <= SHORT)
        if table.spans:
            word.add_row(
                [
                    Cell(
                        [runs(over, size=layout.size)],
                        "c",
                        across=across,
                        style="TableHead",
                        ruled=bool(over),
                    )
                    for over, across in table.spans
                ],
                head=True,
            )
        word.add_row(
            [
                Cell(
                    [runs(head_parts(column), size=layout.size)],
                    column.align,
                    style="TableHead",
                    ruled=True,
                )
                for column in table.columns
            ],
            head=True,
        )
        for row, insets in zip(table.rows, layout.insets, strict=True):
            group = row.look == "group"
            texts = [[runs(cell, size=layout.size, bold=group)] for cell in row.cells]
            if insets:
                cells = [
                    Cell(text, column.align, inset=inset)
                    for text, column, inset in zip(texts, table.columns, insets, strict=True)
                ]
            else:
                cells = [Cell(texts[0], across=len(table.columns))]
            word.add_row(cells, leads=group)
        self._add_table(word)
        for mark, text in table.notes:
            note = self._line(runs(mark, raised=True), runs(f" {text}"), style="Note")
            note.paragraph_format.keep_with_next = True
        self._foot(table.foot.lines)

    def _add_table(self, table: WordTable) -> None:
        """The table at the end of the text, before what says how the last page lies."""
        self.word.element.body._insert_tbl(table.built())  # noqa: SLF001 - as add_table does

    def _foot(self, lines: Iterable[str]) -> None:
        text = " ".join((*lines, self.page.source_in_document))
        foot = self._line(self.markup.runs(text), style="Note")
        foot.paragraph_format.keep_together = True
        foot.paragraph_format.space_after = Pt(10)

    def _figure(self, figure: Figure) -> None:
        picture = self.word.add_paragraph()
        picture.paragraph_format.keep_with_next = True
        shape = picture.add_run().add_picture(io.BytesIO(self.page.drawings.png(figure)))
        if shape.width > self.width:
            shape.height = Emu(round(shape.height * self.width / shape.width))
            shape.width = self.width
        properties = shape._inline.docPr  # noqa: SLF001 - alternative texts have no door
        properties.set("descr", printable(figure.alternative))
        properties.set("title", printable(figure.title))
        label: Iterable[Any] = self.markup.runs(_lead(figure), bold=True)
        for result in figure.addressed:
            label = self.markup.marked(Link("result", result), label)
        caption = self._line(label, self.markup.runs(figure.caption), style="Caption")
        caption.paragraph_format.space_before = Pt(2)
        self._foot(figure.foot.lines)

    def _claims(self, claims: Claims) -> None:
        reported = any(card.reported for card in claims.cards)
        names = ("verdict", "claim", "ours", *(("reported",) if reported else ()))
        heads = [LAYOUT_WORDS[name] for name in names]
        width = self.width.pt
        table = WordTable([share * width for share in CLAIM_SHARES[len(heads)]], "Claims")
        table.add_row(
            [Cell([self.markup.runs(head)], style="TableHead", ruled=True) for head in heads],
            head=True,
        )
        for card in claims.cards:
            self._claim(table, card, reported=reported)
        self._add_table(table)
        self._foot(claims.foot.lines)

    def _claim(self, table: WordTable, card: ClaimCard, *, reported: bool) -> None:
        runs = self.markup.runs
        colour = VERDICTS.get(card.look, PALE)
        verdict = [runs(f"{card.mark} {card.verdict}", bold=True, colour=colour)]
        why = [runs(line, colour=PALE) for line in (card.reason, card.basis) if line]
        cells = [
            Cell(verdict, ruled=not card.against),
            Cell([runs(f"\u201c{card.text}\u201d", bold=True), *why], ruled=not card.against),
            Cell(
                [runs(ours) for ours in card.ours] or [runs(LAYOUT_WORDS["no_result"])],
                ruled=not card.against,
            ),
        ]
        if reported:
            cells.append(Cell([runs(card.reported or "")], ruled=not card.against))
        table.add_row(cells, leads=bool(card.against))
        if card.against:
            against = [runs(f"\u2022 {line}") for line in card.against]
            table.add_row(
                [
                    Cell([runs(LAYOUT_WORDS["against"], bold=True)], ruled=True),
                    Cell(against, across=len(cells) - 1, ruled=True),
                ]
            )


def _lead(block: Table | Figure) -> str:
    """What stands before a caption: label and number."""
    label = block_label(block)
    return f"{label}. " if label else ""


def _append(paragraph: Any, runs: Iterable[Any]) -> None:
    paragraph._p.extend(runs)  # noqa: SLF001 - links and places are no runs for the library


def _contents_name(number: int) -> str:
    """The name by which the contents lead to a heading; Word hides names that begin like this."""
    return f"_Toc{number:08}"


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
