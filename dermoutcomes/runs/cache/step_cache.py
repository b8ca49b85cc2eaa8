"""Steps and parts of documents taken from what earlier runs of the study left.

Each is found by all that it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import define, field

from dermoutcomes.declare import StepResult
from dermoutcomes.runs.cache.cache_folder import CacheFolder
from dermoutcomes.runs.cache.installation_digest import installation_digest
from dermoutcomes.runs.table_store import pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dermoutcomes.declare import Step
    from dermoutcomes.registry.registry import Registry

__all__ = ["NEVER_KEPT", "PARTS", "StepCache"]

# Verdicts are decided in every run, from results whose digests are on the record. What the rules of
# a lock read rests on files that its step does not name.
NEVER_KEPT = ("decisions", "locked_reading")
# Parts of documents, which are kept beside these.
DRAWING, EVIDENCE = PARTS = ("drawing", "evidence")
FILE = "file"
# The table of a document's step: the files that it wrote, and their digests.
FILES = "outputs"


@define(eq=False)
class StepCache:
    """Outputs of steps and parts of documents in the cache of a study, for one installation.

    `taken` counts by kind what this run took from it, `made` the parts that it made itself; `given`
    has the keys of the steps.
    """

    folder: CacheFolder
    installation: str
    taken: Counter[str] = field(factory=Counter)
    made: Counter[str] = field(factory=Counter)
    given: set[str] = field(factory=set)
    _made_here: set[str] = field(factory=set, init=False)

    @classmethod
    def of(cls, folder: CacheFolder, registry: Registry) -> StepCache:
        """The cache in `folder` for what is installed."""
        return cls(folder, installation_digest(registry))

    def has(self, step: Step) -> bool:
        """Whether an earlier run left the output of a step of this address."""
        return step.kind not in NEVER_KEPT and self.folder.has(self._name(step.address))

    def result(self, step: Step, staging: Path) -> StepResult | None:
        """What a step of this address gave, its files written below `staging`; None if nothing."""
        content = self.folder.content(self._name(step.address))
        if content is None:
            return None
        tables = unpack(content)
        if FILES in tables and not self._write_files(tables[FILES], staging):
            return None
        self.taken[step.kind] += 1
        self.given.add(step.key)
        return StepResult(step.key, sha256(content).hexdigest(), tables=tables, content=content)

    def _write_files(self, files: pl.DataFrame, staging: Path) -> bool:
        """Write the files of a document; False, and none is written, where one was not kept."""
        contents = {
            path: self.folder.content(self._name(FILE, digest))
            for path, digest in files.iter_rows()
        }
        if None in contents.values():
            return False
        for path, content in contents.items():
            place = staging / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content or b"")
        return True

    def keep(self, step: Step, content: bytes) -> None:
        """Keep the packed tables that a step gave.

        Those of documents are kept with their files: see `keep_document`.
        """
        if step.kind not in NEVER_KEPT and step.kind != "document":
            self.folder.keep(self._name(step.address), content)

    def keep_document(self, step: Step, tables: Mapping[str, pl.DataFrame], staging: Path) -> None:
        """Keep what a document's step gave, with the files that it wrote below `staging`.

        Nothing is kept a second time.
        """
        if step.key in self.given:
            return
        for path, digest in tables[FILES].iter_rows():
            self.folder.keep(self._name(FILE, digest), (staging / path).read_bytes())
        self.folder.keep(self._name(step.address), pack(tables))

    def drawing(self, source: str, draw: Callable[[], bytes]) -> bytes:
        """The drawing of a source, which says all that the drawing rests on."""
        return self._part(DRAWING, source, draw)

    def evidence(self, source: str, find: Callable[[], bytes]) -> bytes:
        """The evidence of a page; `source` says all that it rests on."""
        return self._part(EVIDENCE, source, find)

    def _part(self, kind: str, source: str, make: Callable[[], bytes]) -> bytes:
        name = self._name(kind, source)
        content = self.folder.content(name)
        if content is not None:
            # What this run made for another of its pages comes from no earlier run.
            self.taken[kind] += name not in self._made_here
            return content
        self.made[kind] += 1
        self._made_here.add(name)
        content = make()
        self.folder.keep(name, content)
        return content

    def _name(self, *about: str) -> str:
        return sha256("\0".join((self.installation, *about)).encode()).hexdigest()
