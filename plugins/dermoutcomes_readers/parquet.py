"""Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from dermoutcomes import Match, RawTable
from dermoutcomes_readers.typed import typed_table

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
    return typed_table(path, lambda: pl.read_parquet(path.read_bytes()), "Parquet file")
