"""The memory that a run of a study will take, and the memory that there is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.number_text import bytes_words
from dermoutcomes.runs.run_folder import LOG
from dermoutcomes.shortages import container_memory, limit_of

if TYPE_CHECKING:
    from dermoutcomes.sources.files import SourceFile

__all__ = [
    "Memory",
    "available_memory",
    "bytes_of_files",
    "expected_memory",
    "memory_caution",
    "memory_record",
]

# Bytes that the program takes with its libraries for a study of a few files.
PROGRAM = 250_000_000
# Bytes of memory for each byte of the files of readings, as text and as formats that are packed.
# Whole runs took, as CSV, 19 of a registry of a million readings and 69 and 39 of BCS with 630 and
# 6,300 subjects; as Parquet 250 and 170 of registries of one and ten million (benchmarks/run.py).
OF_TEXT, OF_PACKED = 45, 200
PACKED = (".xlsx", ".xlsm", ".xlsb", ".ods", ".parquet", ".zsav", ".gz", ".zip", ".feather")


@frozen
class Memory:
    """Bytes of memory, and what they are known from: the run before, or the sizes of files."""

    bytes: int
    of_run_before: bool


def bytes_of_files(files: Iterable[SourceFile]) -> int:
    """Bytes of the files, each once; one that cannot be read has none."""
    return sum(_size(path) for path in {file.path for file in files})


def expected_memory(files: Iterable[SourceFile], run_before: Path) -> Memory:
    """What a run that reads these files takes at its peak, in one process.

    In proportion to its files, from what the last run in the folder `run_before` took, where that
    did every step; else from the sizes of the files alone, which is right to a factor of three.
    """
    paths = {file.path for file in files}
    record = _record_of(run_before)
    size = sum(map(_size, paths))
    if record is not None and record["files"]:
        above = max(0, record["peak"] - PROGRAM)
        return Memory(PROGRAM + int(above * size / record["files"]), of_run_before=True)
    weights = (OF_PACKED if path.suffix.lower() in PACKED else OF_TEXT for path in paths)
    in_all = sum(weight * _size(path) for weight, path in zip(weights, paths, strict=True))
    return Memory(PROGRAM + in_all, of_run_before=False)


def memory_record(files: int, *, everything_done: bool) -> dict[str, Any] | None:
    """For the log of a run: bytes at its peak and of its files; None where a system does not say.

    `everything_done` is false for a run that took steps from the cache, and did so with less.
    """
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such count
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    peak *= 1 if sys.platform == "darwin" else 1024
    return {"peak": peak, "files": files, "everything_done": everything_done}


def _record_of(folder: Path) -> Mapping[str, Any] | None:
    """What the log of a run has of its memory, if it did everything."""
    try:
        record = json.loads((folder / LOG).read_text(encoding="utf-8")).get("memory")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return record if isinstance(record, dict) and record.get("everything_done") else None


def available_memory() -> int | None:
    """Bytes that this process may still fill: of the machine, of its container, of its limits.

    None where the system does not say.
    """
    limits = (_free_memory(), container_memory(), limit_of("DATA"))
    return min((limit for limit in limits if limit is not None), default=None)


def _free_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def memory_caution(expected: Memory, available: int | None) -> str | None:
    """What to say before a run that the memory will not do for."""
    if available is None or expected.bytes <= available:
        return None
    rule = "the run before" if expected.of_run_before else "the sizes of its files"
    return (
        f"memory: by {rule} this run takes about {bytes_words(expected.bytes)}, and "
        f"{bytes_words(available)} are free; it may be ended by the system. Close other programs, "
        "use a machine with more memory, or run the study in parts of its files"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
