"""Tables on their way between steps, by the SHA-256 of the bytes that they stand in.

Who asks for a digest gets what has it, or an error: nothing that an earlier run left can be taken for it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import polars as pl
from attrs import field, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import RunFolderError

__all__ = ["Frames", "packed", "read_verified", "unpacked"]

CONTAINER = {"table": pl.String, "stream": pl.Binary}
# Tables that a process keeps of those that it read from files; what a run makes in its own process, that run holds.
KEPT = 64


@frozen(eq=False)
class Frames:
    """The tables of a run that is being written in `staging`, those of this process without a detour through files."""

    staging: Path
    _own: dict[str, Mapping[str, pl.DataFrame]] = field(factory=dict, repr=False)

    def keep(self, sha256: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Hold tables of this digest in memory; with none, vouch for the file that this process wrote."""
        self._own[sha256] = tables

    def table(self, name: str, sha256: str) -> pl.DataFrame:
        """A table of the run."""
        held = self._own.get(sha256, {})
        if name in held:
            return held[name]
        return _table(self.staging / "tables" / f"{name}.parquet", sha256)

    def scan(self, name: str, sha256: str) -> pl.LazyFrame:
        """A table that may be too large to be held."""
        path = self.staging / "tables" / f"{name}.parquet"
        if sha256 not in self._own and file_digest(path) != sha256:
            raise _other(path)
        return pl.scan_parquet(path)

    def step(self, sha256: str) -> Mapping[str, pl.DataFrame]:
        """The tables of a step."""
        return self._own[sha256] if sha256 in self._own else _step(self.step_path(sha256), sha256)

    def step_path(self, sha256: str) -> Path:
        """Where the Arrow file of a step's output stands, by its digest."""
        return self.staging / "steps" / f"{sha256}.arrow"


def packed(tables: Mapping[str, pl.DataFrame]) -> bytes:
    """One Arrow file: a row a table (name, Arrow stream), in the order of their names."""
    names = sorted(tables)
    # Polars writes it: pyarrow would import pandas, where there is one, to look at a Python list.
    held = pl.DataFrame(
        {"table": names, "stream": [_stream(tables[name]) for name in names]}, schema=CONTAINER
    )
    return _stream(held)


def unpacked(content: bytes) -> dict[str, pl.DataFrame]:
    """The tables in an Arrow file of `packed`."""
    held = pl.read_ipc_stream(io.BytesIO(content))
    return {name: pl.read_ipc_stream(io.BytesIO(stream)) for name, stream in held.iter_rows()}


def _stream(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.rechunk().write_ipc_stream(sink)
    return sink.getvalue()


def read_verified(path: Path, expected: str) -> bytes:
    """The bytes of a file of the run; RunFolderError where they are not those of the digest."""
    content = path.read_bytes()
    if sha256(content).hexdigest() != expected:
        raise _other(path)
    return content


def _other(path: Path) -> RunFolderError:
    return RunFolderError(f"{path} is not what the run wrote there; run again")


@lru_cache(KEPT)
def _table(path: Path, sha256: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(read_verified(path, sha256))).rechunk()


@lru_cache(KEPT)
def _step(path: Path, sha256: str) -> Mapping[str, pl.DataFrame]:
    return unpacked(read_verified(path, sha256))
