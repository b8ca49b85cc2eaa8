"""The reporter put through its battery."""

from __future__ import annotations

from dermoutcomes_html_report import register_reporters

from dermoutcomes.testing import ReporterContract


class TestHtmlReport(ReporterContract):
    (reporter,) = register_reporters()
