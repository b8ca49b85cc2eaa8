"""The format put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import FormatContract
from dermoutcomes_pdf import register_formats


class TestPdf(FormatContract):
    (format,) = register_formats()
