"""The documents of every study: the report and its annex."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dermoutcomes import DocumentPlan, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Material

__plugin_api__ = 2


def report(material: Material, options: NoOptions) -> Document:  # noqa: ARG001 - it has none
    """What was claimed and what held, in a few pages."""
    from dermoutcomes.report import report_of

    return report_of(material)


def annex(material: Material, options: NoOptions) -> Document:  # noqa: ARG001 - it has none
    """Every table, figure and rule."""
    from dermoutcomes.report import document_of

    return document_of(material)


@hookimpl
def register_documents() -> Iterable[DocumentPlan]:
    """The documents `report` and `annex`."""
    yield DocumentPlan("report", "Report", report, always=True)
    yield DocumentPlan("annex", "Annex of the report", annex, always=True)
