"""The documents put through their batteries."""

from __future__ import annotations

from dermoutcomes.testing import DocumentContract
from dermoutcomes_kits import register_documents

SHEETS, LAY, REGISTRY = register_documents()


class TestClaimSheets(DocumentContract):
    document = SHEETS


class TestLaySummary(DocumentContract):
    document = LAY


class TestRegistryUpload(DocumentContract):
    document = REGISTRY
