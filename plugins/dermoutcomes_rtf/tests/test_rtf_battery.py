"""The format put through its battery."""

from __future__ import annotations

from dermoutcomes.testing import FormatContract
from dermoutcomes_rtf import register_formats


class TestRtf(FormatContract):
    (format,) = register_formats()
