"""The tables that pass between stages.

What stands in each column, and `conform`, which holds a frame to it.

The first column is `study`. A table without a source is absent; one with a source and no rows has
its full schema.
"""

from __future__ import annotations

from dermoutcomes.tables.column import Column
from dermoutcomes.tables.conform import TableError, conform, empty, fitted
from dermoutcomes.tables.table_catalogue import KEYS, OPEN_TABLES, RESULT_KEY, SCHEMAS, TABLES
from dermoutcomes.vocabulary import STATS

__all__ = [
    "KEYS",
    "OPEN_TABLES",
    "RESULT_KEY",
    "SCHEMAS",
    "STATS",
    "TABLES",
    "Column",
    "TableError",
    "conform",
    "empty",
    "fitted",
]
