"""Primary and key secondary endpoints: their results in sentences, main figures and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Block, Bullets, Paragraph, Section, rich
from dermoutcomes.report.sections.endpoints import main_blocks
from dermoutcomes.report.sections.families import chance_sentence
from dermoutcomes.report.sections.overview import overview_table
from dermoutcomes.report.summary.first_page import hypothesis_sentence
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dermoutcomes.report.material import Material

__all__ = ["endpoint_part", "main_endpoints", "main_results_section"]

SAME_RECORDS = "Its values by visit are those of {}; they stand there."
# What an endpoint says of the readings that its records are made of.
READINGS = (
    "measure",
    "kind",
    "origin",
    "location",
    "locations",
    "sides",
    "replicates",
    "same_visit",
    "days",
    "rater",
    "baseline",
    "difference",
    "unit",
    "arm",
    "improves",
    "visits",
    "responder",
    "event",
)
CAPTION = "Primary and key secondary endpoints, main analyses"


def main_endpoints(material: Material) -> list[str]:
    """Primary endpoints, then key secondary ones: those with a hypothesis in a family.

    All secondary ones where none of them is in a family; every endpoint where none is primary.
    """
    endpoints = material.study.endpoints
    in_family = {row["endpoint"] for row in material.hypotheses if row["family"] is not None}
    primary = [name for name in material.in_order if endpoints[name].role == "primary"]
    secondary = [name for name in material.in_order if endpoints[name].role == "secondary"]
    key = [name for name in secondary if name in in_family] or secondary
    return [*primary, *key] or material.in_order


def main_results_section(material: Material) -> Section | None:
    """A part an endpoint; None for a study without endpoints."""
    names = main_endpoints(material)
    if not names:
        return None
    hypotheses = [row for row in material.hypotheses if row["endpoint"] in names]
    table = overview_table(material, hypotheses, CAPTION)
    others = [
        endpoint.name
        for name, endpoint in material.study.endpoints.items()
        if name not in names and endpoint.role != "safety"
    ]
    blocks: list[Block] = [table] if table else []
    blocks.append(Paragraph(rich(chance_sentence(material)), look="note"))
    if others:
        more = f"Further endpoints stand in the annex alone: {'; '.join(others)}."
        blocks.append(Paragraph(rich(more), look="note"))
    return Section(
        "main",
        "Main results",
        tuple(blocks),
        children=tuple(
            endpoint_part(material, name, names[:place]) for place, name in enumerate(names)
        ),
    )


def _records(material: Material, name: str) -> tuple[Any, ...]:
    """What the main records of an endpoint are: which readings, of whom, and how missing ones count."""
    endpoint = material.study.endpoints[name]
    readings = tuple(getattr(endpoint, key) for key in READINGS)
    return (*readings, endpoint.populations[:1], material.described_handling(endpoint))


def endpoint_part(material: Material, name: str, before: Sequence[str] = ()) -> Section:
    """Its hypotheses as sentences, its main figures and, of a primary one, what was seen by visit.

    Of an endpoint that analyses the records of one `before` it in another way, the figures are that
    one's, and are not drawn again. Where some of its hypotheses are in a family, the sentences are of these.
    """
    endpoint = material.study.endpoints[name]
    own = [row for row in material.hypotheses if row["endpoint"] == name]
    in_family = [row for row in own if row["family"] is not None]
    sentences = tuple(hypothesis_sentence(material, row) for row in in_family or own)
    figures, tables = main_blocks(material, name)
    blocks: list[Block] = [Bullets(sentences)] if sentences else []
    same = next(
        (one for one in before if _records(material, one) == _records(material, name)), None
    )
    if same is not None and figures:
        words = SAME_RECORDS.format(material.endpoint_name(same))
        blocks.append(Paragraph(rich(words), look="note"))
    else:
        blocks += figures
    blocks += tables if endpoint.role == "primary" else []
    return Section(
        f"main-{slug(name)}",
        f"{endpoint.name} ({endpoint.role})",
        tuple(blocks),
        look="endpoint",
    )
