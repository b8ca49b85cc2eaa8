"""The batteries of a document and of a format."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.studies import HOSTILE, small_run

if TYPE_CHECKING:
    from dermoutcomes.declare import DocumentPlan, Format
    from dermoutcomes.report import Document, Material, Page, Table

__all__ = ["DocumentContract", "FormatContract", "cell_texts"]


def small_material() -> Material:
    """What the small run found."""
    from dermoutcomes.report import Material

    run = small_run()
    return Material(run.study, run.registry, run.table, run.manifest)


def cell_texts(table: Table) -> list[list[str]]:
    """What the cells of a table say, row by row: heads over columns, heads, and rows."""
    spans = [[over for over, _ in table.spans]] if table.spans else []
    heads = [column.heading for column in table.columns]
    rows = [["".join(part.text for part in cell) for cell in row.cells] for row in table.rows]
    return [*spans, heads, *rows]


def _tables(document: Document) -> list[Table]:
    from dermoutcomes.report import Table

    return [block for _, block in document.named_blocks if isinstance(block, Table)]


class DocumentContract(DeclarationContract):
    """The battery of a document. Set `document`.

    It is made of the small run: descriptions of one endpoint at two visits.
    """

    document: DocumentPlan
    # It is the name of a file, never a key.
    name_pattern = re.compile(r"^[a-z][a-z0-9_-]*$")

    @property
    def declaration(self) -> DocumentPlan:
        """The document."""
        return self.document

    @cached_property
    def made(self) -> tuple[Document, ...]:
        """The documents of the small run."""
        made = self.document.make(small_material(), self.parsed_options())
        return tuple(made) if self.document.many else (made,)

    def test_it_is_made_of_blocks(self) -> None:
        from dermoutcomes.report import Document, is_block

        for document in self.made:
            assert isinstance(document, Document)
            assert document.title
            blocks = [block for section in document.sections for block in section.blocks]
            assert [block for block in blocks if not is_block(block)] == []

    def test_the_names_of_its_tables_and_figures_differ(self) -> None:
        for document in self.made:
            names = [name for name, _ in document.named_blocks]
            assert len(names) == len(set(names))

    def test_it_names_only_results_that_there_are(self) -> None:
        from dermoutcomes.report import Figure, parts_of

        known = set(small_material().by_id)
        for document in self.made:
            for _, block in document.named_blocks:
                shown = (
                    block.results
                    if isinstance(block, Figure)
                    else tuple(part.result for part in parts_of(block) if part.result)
                )
                assert set(shown) <= known


class FormatContract(DeclarationContract):
    """The battery of a format. Set `format`.

    It writes what the document `report` of the small run holds of its kind.
    """

    format: Format

    @property
    def declaration(self) -> Format:
        """The format."""
        return self.format

    def items(self) -> list[Any]:
        """What it writes: the document, its tables or its figures."""
        from dermoutcomes.report import document_of

        document = document_of(small_material())
        if self.format.of == "document":
            return [document]
        blocks = [block for _, block in document.named_blocks if block.kind == self.format.of]
        assert blocks, f"the small run has no {self.format.of}"
        return blocks

    def page(self) -> Page:
        """What stands on every page."""
        from dermoutcomes.report import Drawings, Page

        return Page(Drawings(), "SMALL", "0" * 64, "dermoutcomes")

    def written(self, folder: Path) -> list[bytes]:
        """Each item as a file's bytes."""
        folder.mkdir()
        contents, page = [], self.page()
        for number, item in enumerate(self.items()):
            path = folder / f"{number}.{self.format.name}"
            self.format.write(item, path, page, self.parsed_options())
            contents.append(path.read_bytes())
        return contents

    def test_it_writes_its_file_and_nothing_else(self, tmp_path: Path) -> None:
        contents = self.written(tmp_path / "report")

        assert all(contents), "a file is empty"
        assert len(list(tmp_path.rglob("*.*"))) == len(contents)

    def test_the_same_item_gives_the_same_bytes(self, tmp_path: Path) -> None:
        assert self.written(tmp_path / "first") == self.written(tmp_path / "second")

    def read_back(self, path: Path) -> list[list[list[str]]] | None:
        """The tables of a written file in order, as rows of the texts of their cells.

        A row has a text a cell, of which a cell over several columns has one. None where a format
        is not read back.
        """

    def test_its_tables_are_read_back_cell_by_cell(self, tmp_path: Path) -> None:
        if type(self).read_back is FormatContract.read_back:
            pytest.skip("read_back is not given")
        self.written(tmp_path / "report")
        files = sorted((tmp_path / "report").iterdir(), key=lambda path: int(path.stem))

        for path, item in zip(files, self.items(), strict=True):
            tables = [item] if self.format.of == "table" else _tables(item)
            assert self.read_back(path) == [cell_texts(table) for table in tables]

    def test_a_hostile_name_stays_text(self, tmp_path: Path) -> None:
        if self.format.name not in ("html", "svg"):
            pytest.skip("a browser does not open it")
        assert [
            text for text in self.written(tmp_path / "report") if HOSTILE.encode() in text
        ] == []
