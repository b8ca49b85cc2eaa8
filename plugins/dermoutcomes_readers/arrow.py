"""Arrow IPC: the file format (Feather 2) and the stream."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from dermoutcomes import Match, RawTable
from dermoutcomes_readers.typed import typed_table

__all__ = ["SUFFIXES", "read", "recognise"]

SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")
FILE, STREAM = b"ARROW1", b"\xff\xff\xff\xff"


def recognise(path: Path, head: bytes) -> Match | None:
    """A file is known by its first bytes.

    A stream by its continuation marker, surely only with a suffix.
    """
    has_suffix = path.suffix.lower() in SUFFIXES
    if head.startswith(FILE):
        return Match(1.0, "the Arrow magic number")
    if head.startswith(STREAM):
        return Match(0.9 if has_suffix else 0.5, "the start of an Arrow stream")
    return Match(0.5, f"the suffix {path.suffix}") if has_suffix else None


def read(path: Path, options: object) -> Mapping[str, RawTable]:  # noqa: ARG001 - every reader has options
    """One typed table; rows are numbered from 1."""
    return typed_table(path, lambda: _load(path), "Arrow file")


def _load(path: Path) -> pl.DataFrame:
    content = path.read_bytes()
    return pl.read_ipc(content) if content.startswith(FILE) else pl.read_ipc_stream(content)
