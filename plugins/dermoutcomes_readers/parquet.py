"""Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from dermoutcomes import Match, RawTable
from dermoutcomes_readers.typed import refuse_names_twice, typed_table

__all__ = ["SUFFIXES", "read", "recognise"]

SUFFIXES = (".parquet", ".pq")
MAGIC = b"PAR1"


def recognise(path: Path, head: bytes) -> Match | None:
    """Known by its first four bytes; the suffix alone is a weak sign."""
    if head.startswith(MAGIC):
        return Match(1.0, "the Parquet magic number")
    return Match(0.5, f"the suffix {path.suffix}") if path.suffix.lower() in SUFFIXES else None


def read(path: Path, options: object) -> Mapping[str, RawTable]:  # noqa: ARG001 - every reader has options
    """One typed table; rows are numbered from 1."""
    return typed_table(path, lambda: _load(path), "Parquet file")


def _load(path: Path) -> pl.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = path.read_bytes()
    try:
        return pl.read_parquet(content)
    except pl.exceptions.DuplicateError:
        try:
            names = pq.read_schema(pa.BufferReader(content)).names
        except (pa.ArrowException, OSError):
            names = []
        refuse_names_twice(names, path, "Parquet file")
        raise
