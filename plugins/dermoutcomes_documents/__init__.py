"""The documents of every study: the report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dermoutcomes import DocumentPlan, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Material

__plugin_api__ = 2


def report(material: Material, options: NoOptions) -> Document:  # noqa: ARG001 - it has none
    """What was claimed and what held, with every table and figure."""
    from dermoutcomes.report import document_of

    return document_of(material)


@hookimpl
def register_documents() -> Iterable[DocumentPlan]:
    """The document `report`."""
    yield DocumentPlan("report", "Report", report, always=True)
