"""Documents for those whom a study is for: claim sheets, a lay summary, a registry upload."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dermoutcomes import DocumentPlan, NoOptions, hookimpl
from dermoutcomes_kits.claim_facts import ClaimFacts
from dermoutcomes_kits.lay_words import LayWords

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Material

__plugin_api__ = 2


def claim_sheets(material: Material, options: ClaimFacts) -> list[Document]:
    """One sheet a claim."""
    from dermoutcomes_kits.claim_sheets import claim_sheet

    return [claim_sheet(material, claim, options) for claim in material.study.claims]


def lay_summary(material: Material, options: LayWords) -> Document:
    """The results in plain words."""
    from dermoutcomes_kits.lay_summary import lay_document

    return lay_document(material, options)


def registry_upload(material: Material, options: NoOptions) -> Document:  # noqa: ARG001
    """What a registry of trials asks for."""
    from dermoutcomes_kits.registry_upload import registry_document

    return registry_document(material)


@hookimpl
def register_documents() -> Iterable[DocumentPlan]:
    """The documents `claim-sheets`, `lay-summary` and `registry-upload`."""
    yield DocumentPlan(
        "claim-sheets",
        "One page a claim, as a file on a cosmetic claim asks for it",
        claim_sheets,
        many=True,
        options=ClaimFacts,
    )
    yield DocumentPlan(
        "lay-summary", "Results in plain words, for participants", lay_summary, options=LayWords
    )
    yield DocumentPlan(
        "registry-upload",
        "Flow, baseline, outcomes and adverse events for a registry",
        registry_upload,
    )
