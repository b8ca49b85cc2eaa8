"""Tables on their way between steps, by the SHA-256 of the bytes that they stand in.

Who asks for a digest gets what has it, or an error: nothing that an earlier run left can be
taken for it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import polars as pl
from attrs import field, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import RunFolderError
from dermoutcomes.tables.table_rows import compact, words_once

__all__ = ["TableStore", "pack", "read_table", "read_verified", "refuse_other", "unpack"]

CONTAINER = {"table": pl.String, "stream": pl.Binary}
# Rows that are written at a time, so that no table stands in memory a second time.
ROWS_AT_A_TIME = 100_000
# Bytes of a Parquet file that is read at once below.
LARGE_FILE = 4_000_000
# Files whose tables a process keeps; what a run makes in its own process, that run holds.
CACHE_SIZE = 64


@frozen(eq=False)
class TableStore:
    """The tables of a run that is being written in `staging`.

    Those of this process come without a detour through files. A table that is read from a file is
    held to its digest: RunFolderError where the file is another.
    """

    staging: Path
    _in_memory: dict[str, Mapping[str, pl.DataFrame]] = field(factory=dict, repr=False)

    def keep(self, sha256: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Hold tables of this digest in memory.

        With none, vouch for the file that this process wrote.
        """
        self._in_memory[sha256] = tables

    def let_go(self) -> None:
        """Hold no table in memory any longer: each is read from its file when it is asked for."""
        self._in_memory.clear()

    def table(self, name: str, sha256: str) -> pl.DataFrame:
        """A table of the run; observations hold words once (`words_once`)."""
        tables = self._in_memory.get(sha256, {})
        if name in tables:
            return tables[name]
        return _read_table(self.table_path(name, sha256), sha256, name)

    def scan(self, name: str, sha256: str) -> pl.LazyFrame:
        """A table that may be too large to be held."""
        path = self.table_path(name, sha256)
        if sha256 not in self._in_memory and file_digest(path) != sha256:
            raise _not_as_written(path)
        return pl.scan_parquet(path)

    def step_tables(self, sha256: str) -> Mapping[str, pl.DataFrame]:
        """The tables of a step."""
        if sha256 in self._in_memory:
            return self._in_memory[sha256]
        return _read_step(self.step_path(sha256), sha256)

    def step_path(self, sha256: str) -> Path:
        """Where the Arrow file of a step's output stands, by its digest."""
        return self.staging / "steps" / f"{sha256}.arrow"

    def keep_runs(self, task: str, runs: pl.DataFrame) -> None:
        """Hold the statistics of all imputations of a task for the step that pools them."""
        self._in_memory[f"runs:{task}"] = {"runs": runs}

    def runs(self, task: str) -> pl.DataFrame | None:
        """What `keep_runs` holds for a task, once; None where its step has to do them itself."""
        return self._in_memory.pop(f"runs:{task}", {}).get("runs")

    def write_step(self, sha256: str, content: bytes) -> None:
        """The Arrow file of a step's output, if it does not stand there already."""
        path = self.step_path(sha256)
        if not path.is_file():
            # Steps of other processes may give the same at the same time: none sees half of it.
            unfinished = path.with_name(f".{sha256}-{os.getpid()}")
            unfinished.write_bytes(content)
            unfinished.replace(path)

    def table_path(self, name: str, sha256: str) -> Path:  # noqa: ARG002 - a table has one file here
        """Where the file of a table stands."""
        return self.staging / "tables" / f"{name}.parquet"


def read_table(file: Path | io.BytesIO) -> pl.DataFrame:
    """The table in a Parquet file, each column of one value held once.

    A large one is read so many rows at a time, and never stands in memory in full.
    """
    n_bytes = file.getbuffer().nbytes if isinstance(file, io.BytesIO) else file.stat().st_size
    if n_bytes < LARGE_FILE:
        return compact(pl.read_parquet(file).rechunk())
    rows = pl.scan_parquet(file)
    n_rows = int(rows.select(pl.len()).collect().item())
    parts = [
        compact(rows.slice(first, ROWS_AT_A_TIME).collect())
        for first in range(0, max(n_rows, 1), ROWS_AT_A_TIME)
    ]
    return pl.concat(parts).rechunk()


def pack(tables: Mapping[str, pl.DataFrame]) -> bytes:
    """One Arrow file: name and Arrow stream of each table, of a long one several, by their names."""
    parts = [(name, part) for name in sorted(tables) for part in _streams(tables[name])]
    # Polars writes it: pyarrow would import pandas, where there is one, to look at a Python list.
    container = pl.DataFrame(parts, schema=CONTAINER, orient="row")
    sink = io.BytesIO()
    container.write_ipc_stream(sink)
    return sink.getvalue()


def unpack(content: bytes) -> dict[str, pl.DataFrame]:
    """The tables in an Arrow file of `pack`."""
    container = pl.read_ipc_stream(io.BytesIO(content))
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, stream in container.iter_rows():
        parts.setdefault(name, []).append(compact(pl.read_ipc_stream(io.BytesIO(stream))))
    return {name: pl.concat(frames).rechunk() for name, frames in parts.items()}


def _streams(frame: pl.DataFrame) -> Iterator[bytes]:
    """The rows as Arrow streams, so many at a time; one of a table without rows.

    What was the same before it was written has the same bytes: texts are stored one after another,
    and not as Polars came to hold them.
    """
    for rows in frame.iter_slices(ROWS_AT_A_TIME) if frame.height else (frame,):
        sink = io.BytesIO()
        rows.rechunk().write_ipc_stream(
            sink, compression="lz4", compat_level=pl.CompatLevel.oldest()
        )
        yield sink.getvalue()


def read_verified(path: Path, expected: str) -> bytes:
    """The bytes of a file of the run; RunFolderError where they are not those of the digest."""
    content = path.read_bytes()
    if sha256(content).hexdigest() != expected:
        raise _not_as_written(path)
    return content


def refuse_other(content: bytes, expected: str, step: str) -> None:
    """RunFolderError for bytes that are not those of the digest that came with them."""
    if sha256(content).hexdigest() != expected:
        raise RunFolderError(f"what the step {step!r} gave changed on its way; run again")


def _not_as_written(path: Path) -> RunFolderError:
    return RunFolderError(f"{path} is not what the run wrote there; run again")


@lru_cache(CACHE_SIZE)
def _read_table(path: Path, sha256: str, name: str) -> pl.DataFrame:
    return words_once(read_table(io.BytesIO(read_verified(path, sha256))), name)


@lru_cache(CACHE_SIZE)
def _read_step(path: Path, sha256: str) -> Mapping[str, pl.DataFrame]:
    return unpack(read_verified(path, sha256))
