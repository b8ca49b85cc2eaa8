"""The documents put through their batteries."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import dermoutcomes_kits
from dermoutcomes.testing import DocumentContract
from dermoutcomes_kits import register_documents

MANUSCRIPT, SHEETS, LAY, REGISTRY = register_documents()


class TestManuscript(DocumentContract):
    document = MANUSCRIPT


class TestClaimSheets(DocumentContract):
    document = SHEETS


class TestLaySummary(DocumentContract):
    document = LAY


class TestRegistryUpload(DocumentContract):
    document = REGISTRY


def test_documents_can_be_made_after_every_module_is_imported() -> None:
    """Two runs in one process declare them twice; a module may not take a function's place."""
    folder = Path(dermoutcomes_kits.__file__).parent
    for path in folder.glob("[!_]*.py"):
        import_module(f"dermoutcomes_kits.{path.stem}")

    assert [plan.name for plan in register_documents() if not callable(plan.make)] == []
