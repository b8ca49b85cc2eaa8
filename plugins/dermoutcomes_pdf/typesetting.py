"""A document as Typst sets it: a fixed template, and the document as data beside it.

No text of a study is ever part of the template's source, so that none can be taken for markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from dermoutcomes.report import (
    LAYOUT_WORDS,
    LONGEST_WORD,
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
    place_elsewhere,
    printable,
    table_layout,
)

if TYPE_CHECKING:
    from typst import Fonts

    from dermoutcomes.report import Block, Document, Foot, Page, Part, Passage, Rich

__all__ = ["write_pdf"]

STANDARD: Literal["ua-1"] = "ua-1"
# When a document was made does not belong in it: equal runs give equal bytes.
TIMESTAMP = 0
# A document of one letter, to see whether the fonts have it.
PROBE = b'#set document(title: "x")\n#set text(font: "Liberation Sans")\n#sys.inputs.at("text")'
# Rows longer than this, in letters, may be broken over pages; all others stay whole.
LONG_ROW = 1500
# A table of up to so many rows, none of which is long, stands on one page.
SHORT_TABLE = 12
# Contents of so few headings are those of chapters alone: the first page is for what was found.
SHORT_CONTENTS = 20
# A foot with its notes up to so many letters stands on each page of its table.
LONG_FOOT = 600
# Where words are too long for a line they are broken, after so many letters.
LONG_WORD, ZERO_WIDTH_SPACE = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)"), "\u200b"
# A picture's width in pixels of 1/96 inch, as its root has it.
SVG_WIDTH, POINTS_A_PIXEL = re.compile(r'<svg[^>]* width="(?P<pixels>[0-9.]+)"'), 0.75


def write_pdf(document: Document, path: Path, page: Page) -> None:
    """Write `document` at `path` as a tagged PDF.

    A letter that no font has is written as its number in Unicode ([U+4E2D]), which PDF/UA-1 asks
    for. Raises RuntimeError with what Typst says where the document breaks PDF/UA-1.
    """
    import typst

    with TemporaryDirectory(prefix="dermoutcomes-pdf-") as folder, _font_folder() as font_folder:
        root = Path(folder)
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[font_folder])
        data = _printable(_Contents(document, page, root).as_data())
        (root / "document.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        try:
            pdf = _compiled(root, fonts)
        except typst.TypstError:
            if not _with_known_letters(root, fonts):
                raise
            pdf = _compiled(root, fonts)
        path.write_bytes(pdf)


def _printable(data: Any) -> Any:
    """Data with texts that can be set; in JSON a control character is an escape, and passes."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {name: _printable(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_printable(value) for value in data]
    return data


def _font_folder() -> Any:
    return as_file(files("dermoutcomes.report") / "fonts")


def _compiled(root: Path, fonts: Fonts) -> bytes:
    import typst

    source = root / "document.typ"
    source.write_text(
        (files(__package__) / "template.typ").read_text(encoding="utf-8"), encoding="utf-8"
    )
    compiler = typst.Compiler(source, root=root, font_paths=fonts)
    pdf = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=TIMESTAMP)
    assert isinstance(pdf, bytes), "a PDF is one file"
    return pdf


def _with_known_letters(root: Path, fonts: Fonts) -> bool:
    """Write each letter that no font has as its number, in the data and the figures.

    Whether there was one.
    """
    paths = [root / "document.json", *sorted(root.glob("*.svg"))]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    rare = sorted({letter for text in texts for letter in text if not letter.isascii()})
    unknown = {letter for letter in rare if not _is_drawn(letter, fonts)}
    numbers = {ord(letter): f"[U+{ord(letter):04X}]" for letter in unknown}
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text.translate(numbers), encoding="utf-8")
    return bool(unknown)


def _is_drawn(letter: str, fonts: Fonts) -> bool:
    import typst

    try:
        typst.compile(
            PROBE,
            font_paths=fonts,
            sys_inputs={"text": letter},
            format="pdf",
            pdf_standards=[STANDARD],
        )
    except typst.TypstError:
        return False
    return True


class _Contents:
    """A document as data for the template; its figures are written into `folder`."""

    def __init__(self, document: Document, page: Page, folder: Path) -> None:
        self.document, self.page, self.folder = document, page, folder
        self.passages = passages(document.sections)
        self.places = linked_places(document.sections, page.linked_from)

    def as_data(self) -> dict[str, Any]:
        """All that the template shows."""
        document = self.document
        return {
            "words": dict(LAYOUT_WORDS),
            "title": document.title,
            "kicker": document.kicker,
            "study": document.study,
            "facts": [list(fact) for fact in document.facts],
            "origin": list(document.origin) if document.origin else None,
            "origin_note": document.origin_note,
            "one_group": document.one_group,
            "dense": document.dense,
            "contents_depth": 1 if len(self.passages) <= SHORT_CONTENTS else 2,
            "foot": self.page.running_foot,
            "spreads": list(self._spreads()),
        }

    def _spreads(self) -> Iterator[dict[str, Any]]:
        """Passages that lie the same way, one after the other."""
        spread: dict[str, Any] | None = None
        for passage in self.passages:
            if spread is None or spread["flipped"] != passage.flipped:
                if spread is not None:
                    yield spread
                spread = {"flipped": passage.flipped, "passages": []}
            spread["passages"].append(self._passage(passage))
        if spread is not None:
            yield spread

    def _passage(self, passage: Passage) -> dict[str, Any]:
        return {
            "label": passage.section.label,
            "at": _label(place)
            if (place := Link("section", passage.section.name)) in self.places
            else None,
            "level": passage.level,
            "blocks": [self._block(block) for block in passage.section.blocks],
        }

    def _block(self, block: Block) -> dict[str, Any]:
        if isinstance(block, Paragraph):
            return {"kind": "paragraph", "look": block.look, "text": self._text(block.text)}
        if isinstance(block, Bullets):
            return {
                "kind": "bullets",
                "look": block.look,
                "title": block.title,
                "items": [self._text(item) for item in block.items],
                "at": self._reference_labels(block),
            }
        if isinstance(block, Pairs):
            items = [[term, self._text(text)] for term, text in block.items]
            return {"kind": "pairs", "items": items}
        if isinstance(block, Table):
            return self._table(block)
        if isinstance(block, Figure):
            return self._figure(block)
        assert isinstance(block, Claims)
        return self._claims(block)

    def _reference_labels(self, block: Bullets) -> list[str | None]:
        """The name of each item of the references that is cited."""
        if block.look != "references":
            return [None for _ in block.items]
        places = [Link("reference", str(number + 1)) for number in range(len(block.items))]
        return [_label(place) if place in self.places else None for place in places]

    def _text(self, parts: Rich) -> str | list[Any]:
        """A run of text: strings, and parts that are links, places or raised."""
        data = [self._part(part) for part in parts]
        strings = [part for part in data if isinstance(part, str)]
        return "".join(strings) if len(strings) == len(data) else data

    def _part(self, part: Part) -> str | dict[str, Any]:
        data: dict[str, Any] = {}
        if part.look in ("mark", "cite"):
            data["raised"] = True
        if part.addressed and (place := Link("result", part.result or "")) in self.places:
            data["at"] = _label(place)
        if part.link in self.places:
            data["to"] = _label(part.link)
        elif part.link is not None and part.link.kind in ("url", "file"):
            data["url"] = part.link.target
        elif part.link is not None and part.link.kind == "elsewhere":
            data["url"] = self._beside(part.link)
        if part.look == "p":
            data["italic"] = True
        text = _breakable(part.text)
        return {"text": text, **data} if data else text

    def _table(self, table: Table) -> dict[str, Any]:
        layout, foot = table_layout(table), self._foot(table.foot)
        letters = sum(map(len, foot)) + sum(len(text) for _, text in table.notes)
        return {
            "kind": "table",
            "label": block_label(table),
            "caption": table.caption,
            "size": layout.size,
            "widths": list(layout.widths),
            "heads": [self._text(head_parts(column)) for column in table.columns],
            "align": [column.align for column in table.columns],
            "spans": [list(span) for span in table.spans],
            "rows": [
                {
                    "look": row.look,
                    "cells": [self._text(cell) for cell in row.cells],
                    "insets": list(insets),
                    "whole": sum(len(part.text) for cell in row.cells for part in cell) < LONG_ROW,
                }
                for row, insets in zip(table.rows, layout.insets, strict=True)
            ],
            "notes": [list(note) for note in table.notes],
            "foot": foot,
            "foot_repeats": letters <= LONG_FOOT,
            "whole": _is_short(table) and letters <= LONG_FOOT,
        }

    def _figure(self, figure: Figure) -> dict[str, Any]:
        name, picture = f"{figure.key}.svg", self.page.drawings.svg(figure)
        (self.folder / name).write_text(picture, encoding="utf-8")
        width = SVG_WIDTH.match(picture)
        assert width is not None, "Vega-Lite draws an SVG with a width"
        places = (Link("result", result) for result in figure.addressed)
        return {
            "kind": "figure",
            "label": block_label(figure),
            "caption": figure.caption,
            "alternative": figure.alternative,
            "file": name,
            "width": float(width["pixels"]) * POINTS_A_PIXEL,
            "at": [_label(place) for place in places if place in self.places],
            "foot": self._foot(figure.foot),
        }

    def _claims(self, claims: Claims) -> dict[str, Any]:
        return {
            "kind": "claims",
            "cards": [
                {
                    "text": card.text,
                    "verdict": card.verdict,
                    "look": card.look,
                    "mark": card.mark,
                    "lines": [line for line in (card.reason, card.basis) if line],
                    "ours": [self._text(ours) for ours in card.ours],
                    "reported": card.reported or "",
                    "against": list(card.against),
                }
                for card in claims.cards
            ],
            "foot": self._foot(claims.foot),
        }

    def _beside(self, link: Link) -> str:
        """The file beside this one, at a heading: Typst names no other place in a PDF."""
        document, place = place_elsewhere(link)
        heading = place.target if place is not None else None
        if place is not None and place.kind == "result":
            heading = self.page.headings.get((document, place.target))
        at = f"#nameddest={quote(_label(Link('section', heading)))}" if heading else ""
        return f"{document}.pdf{at}"

    def _foot(self, foot: Foot) -> list[str]:
        return [*foot.lines, self.page.source_in_document]


def _is_short(table: Table) -> bool:
    letters = sum(len(part.text) for row in table.rows for cell in row.cells for part in cell)
    return len(table.rows) <= SHORT_TABLE and letters < LONG_ROW


def _breakable(text: str) -> str:
    """The text with places in its longest words where a line may end."""
    return LONG_WORD.sub(lambda piece: f"{piece[0]}{ZERO_WIDTH_SPACE}", text)


def _label(place: Link) -> str:
    """The name of a place in the file."""
    return f"{place.kind}-{place.target}"
