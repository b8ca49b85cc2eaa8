"""The reporter put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import ReporterContract
from dermoutcomes_tables import register_reporters

REPORTERS = {reporter.name: reporter for reporter in register_reporters()}


class TestCsv(ReporterContract):
    reporter = REPORTERS["csv"]
