"""From the files of a study to its tables: every number parsed once, every cell that cannot be read a finding with its place."""

from __future__ import annotations

from dermoutcomes.sources.completeness import missed_visits
from dermoutcomes.sources.everything import read_all
from dermoutcomes.sources.files import SourceFile, source_files
from dermoutcomes.sources.framework import read_framework
from dermoutcomes.sources.measurements import read_measurements

__all__ = [
    "SourceFile",
    "missed_visits",
    "read_all",
    "read_framework",
    "read_measurements",
    "source_files",
]
