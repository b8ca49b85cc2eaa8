"""A document as Typst sets it: a fixed template, and the document as data beside it.

No text of a study is ever part of the template's source, so that none can be taken for markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from dermoutcomes.report import Bullets, Claims, Figure, Pairs, Paragraph, Table, printable

if TYPE_CHECKING:
    from dermoutcomes.report import Block, Document, Page, Rich, Section

__all__ = ["write_pdf"]

STANDARD: Literal["ua-1"] = "ua-1"
# Text of a page is at most this wide beside its columns; wider tables stand on a page on its side.
COLUMNS_UPRIGHT = 7
# When a document was made does not belong in it: equal runs give equal bytes.
TIMESTAMP = 0


def write_pdf(document: Document, path: Path, page: Page) -> None:
    """Write `document` at `path` as a tagged PDF.

    Raises RuntimeError with what Typst says where the document breaks PDF/UA-1.
    """
    import typst

    with TemporaryDirectory(prefix="dermoutcomes-pdf-") as folder, _fonts() as fonts:
        root = Path(folder)
        (root / "document.json").write_text(
            printable(json.dumps(_document(document, page, root), ensure_ascii=False)),
            encoding="utf-8",
        )
        template = (files(__package__) / "template.typ").read_text(encoding="utf-8")
        source = root / "document.typ"
        source.write_text(template, encoding="utf-8")
        compiler = typst.Compiler(source, root=root, font_paths=[fonts], ignore_system_fonts=True)
        pdf = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=TIMESTAMP)
        assert isinstance(pdf, bytes), "a PDF is one file"
        path.write_bytes(pdf)


def _fonts() -> Any:
    return as_file(files("dermoutcomes.report") / "fonts")


def _document(document: Document, page: Page, folder: Path) -> dict[str, Any]:
    return {
        "title": document.title,
        "kicker": document.kicker,
        "study": document.study,
        "facts": [list(fact) for fact in document.facts],
        "origin": list(document.origin) if document.origin else None,
        "origin_note": document.origin_note,
        "one_group": document.one_group,
        "record": page.record_sha256[:16],
        "program": page.program,
        "sections": [_section(section, 1, page, folder) for section in document.sections],
    }


def _section(section: Section, level: int, page: Page, folder: Path) -> dict[str, Any]:
    return {
        "name": section.name,
        "label": section.label,
        "level": level,
        "blocks": [_block(block, page, folder) for block in section.blocks],
        "children": [_section(child, level + 1, page, folder) for child in section.children],
    }


def _block(block: Block, page: Page, folder: Path) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "look": block.look, "text": _text(block.text)}
    if isinstance(block, Bullets):
        return {
            "kind": "bullets",
            "look": block.look,
            "title": block.title,
            "items": [_text(item) for item in block.items],
        }
    if isinstance(block, Pairs):
        return {"kind": "pairs", "items": [[term, _text(text)] for term, text in block.items]}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return _figure(block, page, folder)
    assert isinstance(block, Claims)
    return _claims(block)


def _text(parts: Rich) -> str:
    return "".join(part.text for part in parts)


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "number": table.number,
        "caption": table.caption,
        "wide": len(table.columns) > COLUMNS_UPRIGHT,
        "heads": [
            f"{column.head}, n = {column.n.text}" if column.n else column.head
            for column in table.columns
        ],
        "align": [column.align for column in table.columns],
        "spans": [list(span) for span in table.spans],
        "rows": [
            {"look": row.look, "cells": [_text(cell) for cell in row.cells]} for row in table.rows
        ],
        "notes": [f"{mark} {text}" for mark, text in table.notes],
        "foot": list(table.foot.lines),
    }


def _figure(figure: Figure, page: Page, folder: Path) -> dict[str, Any]:
    name = f"{figure.key}.svg"
    (folder / name).write_text(page.drawings.svg(figure), encoding="utf-8")
    return {
        "kind": "figure",
        "number": figure.number,
        "caption": figure.caption,
        "alternative": figure.alternative,
        "file": name,
        "foot": list(figure.foot.lines),
    }


def _claims(claims: Claims) -> dict[str, Any]:
    return {
        "kind": "claims",
        "cards": [
            {
                "text": card.text,
                "verdict": card.verdict,
                "look": card.look,
                "mark": card.mark,
                "lines": list(_claim_lines(card.reason, card.basis)),
                "ours": [_text(ours) for ours in card.ours],
                "reported": card.reported or "",
                "against": list(card.against),
            }
            for card in claims.cards
        ],
        "foot": list(claims.foot.lines),
    }


def _claim_lines(*lines: str) -> Iterable[str]:
    return (line for line in lines if line)
