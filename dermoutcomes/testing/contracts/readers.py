"""The battery of a file format: what it claims, what it gives, how it refuses a broken file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dermoutcomes.errors import StudyError
from dermoutcomes.testing.contracts.declaration import DeclarationContract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare import RawTable, Reader

__all__ = ["ReaderContract"]

HEAD = 65_536
NOISE = bytes(range(256)) * 16


class ReaderContract(DeclarationContract):
    """The battery of a reader.

    Set `reader`, and `sample` (the bytes of a small file) so that reading is tried too.
    """

    reader: Reader
    sample: bytes | None = None

    @property
    def declaration(self) -> Reader:
        """The reader."""
        return self.reader

    def written(self, folder: Path, content: bytes) -> Path:
        """A file of the reader's first suffix with this content."""
        path = folder / f"export{self.reader.suffixes[0]}"
        path.write_bytes(content)
        return path

    def tables(self, folder: Path) -> Mapping[str, RawTable]:
        """The sample, read."""
        if self.sample is None:
            pytest.skip("no sample file is given")
        return self.reader.read(self.written(folder, self.sample), self.parsed_options())

    def test_its_suffixes_begin_with_a_dot(self) -> None:
        assert self.reader.suffixes
        assert [
            suffix
            for suffix in self.reader.suffixes
            if not suffix.startswith(".") or suffix != suffix.lower()
        ] == []

    @pytest.mark.parametrize("content", [b"", NOISE, b"a;b\n1;2\n"], ids=["empty", "noise", "text"])
    def test_it_looks_at_any_file_without_failing(self, tmp_path: Path, content: bytes) -> None:
        match = self.reader.recognise(self.written(tmp_path, content), content[:HEAD])

        assert match is None or 0 <= match.certainty <= 1

    def test_it_recognises_its_own(self, tmp_path: Path) -> None:
        if self.sample is None:
            pytest.skip("no sample file is given")
        match = self.reader.recognise(self.written(tmp_path, self.sample), self.sample[:HEAD])

        assert match is not None
        assert match.certainty > 0

    @pytest.mark.parametrize("content", [b"", NOISE], ids=["empty", "noise"])
    def test_a_broken_file_is_an_error_that_names_it(self, tmp_path: Path, content: bytes) -> None:
        path = self.written(tmp_path, content)

        with pytest.raises(StudyError, match=path.name):
            self.reader.read(path, self.parsed_options())

    def test_every_row_has_its_line(self, tmp_path: Path) -> None:
        for table in self.tables(tmp_path).values():
            assert len(table.lines) == table.cells.height
            assert list(table.lines) == sorted(set(table.lines))
            assert table.cells.columns == [
                f"column_{number}" for number in range(1, table.cells.width + 1)
            ]

    def test_names_and_types_come_together(self, tmp_path: Path) -> None:
        for table in self.tables(tmp_path).values():
            assert table.header is None or len(table.header) == table.cells.width
            assert table.header is not None or all(
                kind.base_type().__name__ == "String" for kind in table.cells.dtypes
            )

    def test_traits_are_of_cells_of_the_table(self, tmp_path: Path) -> None:
        for table in self.tables(tmp_path).values():
            if table.traits is not None:
                assert set(table.traits["row"].drop_nulls()) <= set(table.lines)
                assert (table.traits["column"].drop_nulls() <= table.cells.width).all()

    def test_a_table_is_named_by_its_key(self, tmp_path: Path) -> None:
        assert {name: table.name for name, table in self.tables(tmp_path).items()} == {
            name: name for name in self.tables(tmp_path)
        }

    def test_a_file_that_is_rewritten_reads_the_same_but_for_the_new_cells(
        self, tmp_path: Path
    ) -> None:
        before = self.tables(tmp_path)
        if self.reader.rewrite is None:
            pytest.skip("the format cannot be written")
        path, options = tmp_path / f"export{self.reader.suffixes[0]}", self.parsed_options()
        asked: dict[tuple[str, int, int], str] = {}

        def replace(table: str, line: int, column: int, text: str) -> str | None:
            asked[table, line, column] = text
            return None

        path.write_bytes(self.reader.rewrite(path, options, replace))
        after = self.reader.read(path, options)

        assert {name: table.cells.rows() for name, table in after.items()} == {
            name: table.cells.rows() for name, table in before.items()
        }
        # Every filled cell that a study can name is asked for, where `read` counts it.
        for name, table in before.items():
            rows = zip(table.lines, table.cells.rows(), strict=True)
            for line, row in rows:
                for column, cell in enumerate(row, 1):
                    filled = isinstance(cell, str) and cell.strip()
                    assert not filled or (name, line, column) in asked
