"""Tables, listings and figures of a study, a file each, numbered as a clinical study report has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dermoutcomes import DocumentPlan, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Material

__plugin_api__ = 2


def tlf(material: Material, options: NoOptions) -> tuple[Document, ...]:  # noqa: ARG001 - it has none
    """An index, then every table and figure of the documents that every study gets."""
    from dermoutcomes.report import single_documents

    plans = [plan for plan in material.registry.documents.values() if plan.always]
    documents = [plan.make(material, plan.options()) for plan in plans if not plan.many]
    return single_documents(material, documents)


@hookimpl
def register_documents() -> Iterable[DocumentPlan]:
    """The document `tlf`."""
    yield DocumentPlan(
        "tlf",
        "Tables, listings and figures, a file each, with an index",
        tlf,
        formats=("rtf", "pdf"),
        many=True,
    )
