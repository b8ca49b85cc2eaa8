"""Both formats put through their battery."""

from __future__ import annotations

from dermoutcomes.testing import FormatContract
from dermoutcomes_figure_files import register_formats

SVG, PNG = register_formats()


class TestSvg(FormatContract):
    format = SVG


class TestPng(FormatContract):
    format = PNG
