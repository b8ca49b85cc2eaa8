"""Documents for those whom a study is for: manuscript, claim sheets, lay summary, registry upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dermoutcomes import DocumentPlan, NoOptions, hookimpl
from dermoutcomes_kits.claim_facts import ClaimFacts
from dermoutcomes_kits.lay_words import LayWords
from dermoutcomes_kits.manuscript_words import ManuscriptWords

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Material

__plugin_api__ = 2

# No function here bears the name of a module of this package: importing that would take its place.


def sheets_of_claims(material: Material, options: ClaimFacts) -> list[Document]:
    """One sheet a claim."""
    from dermoutcomes_kits.claim_sheets import claim_sheet

    return [claim_sheet(material, claim, options) for claim in material.study.claims]


def summary_for_participants(material: Material, options: LayWords) -> Document:
    """The results in plain words."""
    from dermoutcomes_kits.lay_summary import lay_document

    return lay_document(material, options)


def upload_for_registry(material: Material, options: NoOptions) -> Document:  # noqa: ARG001
    """What a registry of trials asks for."""
    from dermoutcomes_kits.registry_upload import registry_document

    return registry_document(material)


def drafted_manuscript(material: Material, options: ManuscriptWords) -> Document:
    """The draft of a manuscript."""
    from dermoutcomes_kits.manuscript import manuscript_document

    return manuscript_document(material, options)


def manuscript_references(material: Material, options: ManuscriptWords) -> Mapping[str, str]:
    """The references of the manuscript as BibTeX."""
    from dermoutcomes_kits.manuscript import references_file

    return references_file(material, options)


@hookimpl
def register_documents() -> Iterable[DocumentPlan]:
    """The documents `manuscript`, `claim-sheets`, `lay-summary` and `registry-upload`."""
    yield DocumentPlan(
        "manuscript",
        "Draft of a manuscript, with its references as BibTeX",
        drafted_manuscript,
        options=ManuscriptWords,
        beside=manuscript_references,
    )
    yield DocumentPlan(
        "claim-sheets",
        "One page a claim, as a file on a cosmetic claim asks for it",
        sheets_of_claims,
        many=True,
        options=ClaimFacts,
        analyses=("improvement",),
    )
    yield DocumentPlan(
        "lay-summary",
        "Results in plain words, for participants",
        summary_for_participants,
        options=LayWords,
    )
    yield DocumentPlan(
        "registry-upload",
        "Flow, baseline, outcomes and adverse events for a registry",
        upload_for_registry,
    )
