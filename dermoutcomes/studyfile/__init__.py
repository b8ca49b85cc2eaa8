"""The study file: from text to a checked `Study`, its JSON Schema, and the lock that says what was fixed before the data."""

from __future__ import annotations

from dermoutcomes.studyfile.check import check_study, placed
from dermoutcomes.studyfile.load import load_study
from dermoutcomes.studyfile.lock import LockState, compare, read_lock, write_lock
from dermoutcomes.studyfile.lockvalues import Lock
from dermoutcomes.studyfile.paths import plugin_files
from dermoutcomes.studyfile.schema import schema_files, schema_text, study_schema, write_schemas

__all__ = [
    "Lock",
    "LockState",
    "check_study",
    "compare",
    "load_study",
    "placed",
    "plugin_files",
    "read_lock",
    "schema_files",
    "schema_text",
    "study_schema",
    "write_lock",
    "write_schemas",
]
