"""The battery of a reporter: it writes where it should, and the same bytes every time.

It takes the names of subjects for text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.studies import HOSTILE, small_run

if TYPE_CHECKING:
    from dermoutcomes.declare import Reporter

__all__ = ["ReporterContract"]


class ReporterContract(DeclarationContract):
    """The battery of a reporter. Set `reporter`, and `options` where it needs some."""

    reporter: Reporter

    @property
    def declaration(self) -> Reporter:
        """The reporter."""
        return self.reporter

    def written(self, folder: Path) -> list[Path]:
        """The files that it writes of a small run, one of whose subjects is hostile to HTML."""
        folder.mkdir()
        return [
            Path(path) for path in self.reporter.write(small_run(), folder, self.parsed_options())
        ]

    def test_it_writes_what_it_says_and_nowhere_else(self, tmp_path: Path) -> None:
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        paths = self.written(tmp_path / "report")
        found = {path for path in tmp_path.rglob("*") if path.is_file()} - before

        assert paths, "it wrote nothing"
        assert {path.resolve() for path in paths} == {path.resolve() for path in found}
        assert [
            path
            for path in paths
            if not path.resolve().is_relative_to((tmp_path / "report").resolve())
        ] == []

    def test_the_same_run_gives_the_same_bytes(self, tmp_path: Path) -> None:
        first, second = (self.written(tmp_path / name) for name in ("first", "second"))

        assert [path.name for path in first] == [path.name for path in second]
        assert [
            path.name
            for path, other in zip(first, second, strict=True)
            if path.read_bytes() != other.read_bytes()
        ] == []

    def test_a_hostile_name_stays_text(self, tmp_path: Path) -> None:
        pages = [
            path for path in self.written(tmp_path / "report") if path.suffix in (".html", ".svg")
        ]

        assert [path.name for path in pages if HOSTILE in path.read_text(encoding="utf-8")] == []
