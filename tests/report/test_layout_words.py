"""What formats set around a document has one home."""

from __future__ import annotations

from pathlib import Path

from dermoutcomes.report import LAYOUT_WORDS, Column, Table, block_label

PLUGINS = Path(__file__).parents[2] / "plugins"
FORMATS = ("docx", "html", "pdf", "rtf", "xlsx")
KINDS = (".py", ".typ", ".html")


def test_a_table_is_called_by_its_number_and_one_without_is_not() -> None:
    assert block_label(Table("T", (Column("A"),), number="14.2.1")) == "Table 14.2.1"
    assert block_label(Table("T", (Column("A"),))) == ""


def test_no_format_has_these_words_itself() -> None:
    words = [text for text in LAYOUT_WORDS.values() if " " in text and text != "no result"]
    sources = {
        path: path.read_text(encoding="utf-8")
        for name in FORMATS
        for path in (PLUGINS / f"dermoutcomes_{name}").rglob("*")
        if path.suffix in KINDS and "tests" not in path.parts
    }

    assert len(sources) > len(FORMATS)
    assert [
        (path.name, text) for path, code in sources.items() for text in words if text in code
    ] == []
