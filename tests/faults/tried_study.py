"""A small study that has been run once, and what is asked of it after a fault."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import define, frozen
from click.testing import CliRunner

from dermoutcomes.cli import main
from dermoutcomes.testing import write_study
from tests.conftest import FILES, STUDY

__all__ = ["COMMAND", "Outcome", "TriedStudy"]

COMMAND = "from dermoutcomes.cli import main; main()"
LONGEST = 180.0
# Documents take most of the time of a run: the study writes tables alone.
TEXT = re.sub(r"reports = \[.*\]", 'reports = ["csv"]', STUDY)
# What no user should read: a traceback, a panic, or that the program has a fault.
ROUGH = re.compile(r"Traceback|panicked|has a fault|memory allocation of")


@frozen
class Outcome:
    """A fault: how often it was tried, in how many the last good run was whole, in how many mended.

    `mended` counts the tries after which the next command had nothing left of the fault; `how` says
    what it did.
    """

    fault: str
    tried: int
    survived: int
    mended: int
    how: str


@define
class TriedStudy:
    """The study in a folder, with its first run and the digests of what that run wrote."""

    folder: Path
    temporary: Path
    plain: Mapping[str, str]

    @classmethod
    def new(cls, folder: Path) -> TriedStudy:
        """The study in `folder`, run once."""
        write_study(folder / "study", TEXT, FILES)
        (folder / "temporary").mkdir()
        tried = cls(folder / "study", folder / "temporary", {})
        for command in (("lock", "study.toml"), ("run", "study.toml", "--quiet")):
            status, words = tried.call(*command)
            assert status == 0, words
        tried.plain = tried.outputs()
        return tried

    @property
    def run_folder(self) -> Path:
        return self.folder / "results" / "SMALL"

    def outputs(self, run_folder: Path | None = None) -> Mapping[str, str]:
        """Digest of each file that a run wrote, by its path.

        But for the copy of the lock, which has the day of the last `lock`.
        """
        manifest = (run_folder or self.run_folder) / "manifest.json"
        outputs = json.loads(manifest.read_text(encoding="utf-8"))["outputs"]
        return {name: digest for name, digest in outputs.items() if not name.endswith(".lock")}

    def call(self, *arguments: str) -> tuple[int, str]:
        """Exit status and words of a command in this process, begun in the study's folder."""
        with _inside(self.folder), _temporary_files_in(self.temporary):
            result = CliRunner().invoke(main, [*arguments])
        return result.exit_code, result.output

    def process(
        self,
        *arguments: str,
        code: str = COMMAND,
        before: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        **settings: object,
    ) -> subprocess.Popen[str]:
        """A command in a process of its own; `before` is what starts it (unshare, setpriv)."""
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            [*before, sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(self.temporary), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **settings,
        )

    def ended(self, *arguments: str, **settings: object) -> tuple[int, str]:
        """Exit status and words of a command in a process of its own."""
        process = self.process(*arguments, **settings)  # type: ignore[arg-type]
        out, err = process.communicate(timeout=LONGEST)
        return process.returncode, out + err

    def is_whole(self, *but: str) -> bool:
        """Whether the last good run is there, every file as it was written, and the history too.

        But for inputs that a command of the study wrote since: the lock.
        """
        _, words = self.call("verify", "results/SMALL")
        changes = [line for line in words.splitlines() if line.startswith("changed: ")]
        meant = [f"changed: input {name}" for name in but]
        is_told = bool(changes) or words.startswith("unchanged")
        is_broken = "the chain is broken" in words or ROUGH.search(words) is not None
        return is_told and set(changes) <= set(meant) and not is_broken

    def is_mended_by(self, *arguments: str) -> bool:
        """Whether a command works, writes the numbers of the first run, and leaves nothing beside."""
        status, words = self.call(*arguments)
        return (
            status == 0
            and not ROUGH.search(words)
            and self.outputs() == self.plain
            and self.leftovers() == []
        )

    def leftovers(self) -> list[str]:
        """What a fault left: folders of runs that were begun, locks, temporary files."""
        beside = [path.name for path in (self.folder / "results").iterdir()]
        of_study = [path.name for path in self.folder.iterdir()]
        return sorted(
            [
                *(name for name in beside if name not in ("SMALL", "SMALL.previous")),
                *(name for name in of_study if name not in OWN),
                *(path.name for path in self.temporary.iterdir()),
            ]
        )


OWN = (*FILES, "study.toml", "study.lock", "history.jsonl", "results", ".dermoutcomes")


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
