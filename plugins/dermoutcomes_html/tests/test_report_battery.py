"""The format put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import FormatContract
from dermoutcomes_html import register_formats


class TestHtml(FormatContract):
    (format,) = register_formats()
