"""The format put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import FormatContract
from dermoutcomes_docx import register_formats


class TestDocx(FormatContract):
    (format,) = register_formats()
