"""Tables, listings and figures of a study, a file each, numbered as a clinical study report has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import DocumentPlan, hookimpl, option

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Material

__plugin_api__ = 2


@frozen
class TlfOptions:
    """`[outputs.options.tlf]`: how much of the annex gets files of its own."""

    supplement: bool = option(
        True,
        "Whether tables of the supplement (models, further quantities, other records) get files "
        "too; the annex has them in any case.",
    )


def tlf(material: Material, options: TlfOptions) -> tuple[Document, ...]:
    """An index, then every table and figure of the documents that every study gets."""
    from dermoutcomes.report import documents_of_every_study, single_documents

    documents = documents_of_every_study(material)
    return single_documents(material, documents, supplement=options.supplement)


@hookimpl
def register_documents() -> Iterable[DocumentPlan]:
    """The document `tlf`."""
    yield DocumentPlan(
        "tlf",
        "Tables, listings and figures, a file each, with an index",
        tlf,
        formats=("rtf", "pdf"),
        many=True,
        options=TlfOptions,
    )
