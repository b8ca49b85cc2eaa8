"""The documents put through their battery."""

from __future__ import annotations

from dermoutcomes.testing import DocumentContract
from dermoutcomes_documents import register_documents

REPORT, ANNEX = register_documents()


class TestReport(DocumentContract):
    document = REPORT


class TestAnnex(DocumentContract):
    document = ANNEX
