"""What names a finding, and a question about it, in every run.

Both begin with a letter: a spreadsheet takes 12 digits, or digits around an e, for a number.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import polars as pl

__all__ = ["KEYED", "QUESTION", "question_keys", "with_keys"]

KEYED = (
    "check",
    "file",
    "row",
    "column",
    "subject",
    "visit",
    "location",
    "side",
    "replicate",
    "measure",
)
# How the key of a question looks: that of its finding, then what stood there.
QUESTION = r"q[0-9a-f]{12}-[0-9a-f]{6}"


def with_keys(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings with `key`: one for each check and place, whatever was found there."""
    keys = [f"q{_digest(row, 12)}" for row in findings.select(KEYED).iter_rows()]
    return findings.with_columns(key=pl.Series(keys, dtype=pl.String))


def question_keys(findings: pl.DataFrame) -> pl.Series:
    """The key of each finding, and a digest of what was found.

    Once the cell has changed, what the site said about it answers no question any more.
    """
    rows = findings.select("key", "found", "value").iter_rows()
    return pl.Series([f"{key}-{_digest(stood, 6)}" for key, *stood in rows], dtype=pl.String)


def _digest(value: Any, length: int) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
