"""The battery of a reporter: it writes where it should, the same bytes every time, and takes subjects' names for text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dermoutcomes.testing.declarations import DeclarationContract
from dermoutcomes.testing.studies import SMALL, write_study

if TYPE_CHECKING:
    from dermoutcomes.declare import Reporter
    from dermoutcomes.runfolder import Run

__all__ = ["ReporterContract"]

HOSTILE = "<script>alert(1)</script>"


class ReporterContract(DeclarationContract):
    """The battery of a reporter. Set `reporter`, and `options` where it needs some."""

    reporter: Reporter

    @property
    def declaration(self) -> Reporter:
        """The reporter."""
        return self.reporter

    @pytest.fixture
    def small_run(self, tmp_path: Path) -> Run:
        """A run of a small study, one of whose subjects has a name that is hostile to HTML."""
        import dermoutcomes

        toml, files = SMALL
        spoilt = {name: content.replace("S2", HOSTILE) if isinstance(content, str) else content for name, content in files.items()}
        return dermoutcomes.run(write_study(tmp_path / "study", toml, spoilt))

    def written(self, run: Run, folder: Path) -> list[Path]:
        """The files that it writes into a new folder."""
        folder.mkdir()
        return [Path(path) for path in self.reporter.write(run, folder, self.parsed_options())]

    def test_it_writes_what_it_says_and_nowhere_else(self, small_run: Run, tmp_path: Path) -> None:
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        paths = self.written(small_run, tmp_path / "report")
        found = {path for path in tmp_path.rglob("*") if path.is_file()} - before

        assert paths, "it wrote nothing"
        assert {path.resolve() for path in paths} == {path.resolve() for path in found}
        assert [path for path in paths if not path.resolve().is_relative_to((tmp_path / "report").resolve())] == []

    def test_the_same_run_gives_the_same_bytes(self, small_run: Run, tmp_path: Path) -> None:
        first, second = (self.written(small_run, tmp_path / name) for name in ("first", "second"))

        assert [path.name for path in first] == [path.name for path in second]
        assert [path.name for path, other in zip(first, second, strict=True) if path.read_bytes() != other.read_bytes()] == []

    def test_a_hostile_name_stays_text(self, small_run: Run, tmp_path: Path) -> None:
        pages = [path for path in self.written(small_run, tmp_path / "report") if path.suffix in (".html", ".svg")]

        assert [path.name for path in pages if HOSTILE in path.read_text(encoding="utf-8")] == []
