"""The reporter put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import ReporterContract
from dermoutcomes_html_report import register_reporters


class TestHtmlReport(ReporterContract):
    (reporter,) = register_reporters()
