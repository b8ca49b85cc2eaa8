"""What registries of trials ask for: participant flow, baseline, outcomes, adverse events at 5 %."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report import (
    Column,
    Document,
    Paragraph,
    Row,
    Section,
    TableSpec,
    estimate,
    foot,
    mentioned,
    p_part,
    people_section,
    rich,
    safety_section,
    shown,
)

if TYPE_CHECKING:
    from dermoutcomes.report import Material, Part, Table

__all__ = ["registry_document"]

THRESHOLD = (
    "Serious adverse events are all listed; of the others, terms that at least {percent:g}% of some "
    "group had stand in the tables."
)
ADJUSTED = (
    "P is of each comparison by itself; adjusted P, for all comparisons of its family, which decides. "
    "Intervals are not adjusted."
)


def registry_document(material: Material) -> Document:
    """The four modules."""
    info = material.study.study
    people, safety = people_section(material), safety_section(material)
    threshold = THRESHOLD.format(percent=material.options.events_from)
    sections = (
        Section("flow", "Participant flow and baseline", people.blocks),
        Section("outcomes", "Outcome measures", tuple(_outcomes(material))),
        Section("events", "Adverse events", (Paragraph(rich(threshold)), *safety.blocks)),
    )
    return Document(
        "registry-upload",
        "For a registry of trials",
        info.title,
        info.id,
        sections,
        facts=tuple(
            (name, words)
            for name, words in (
                ("Study", info.id),
                ("Registration", info.registration),
                ("Design", info.design),
                ("Sponsor", info.sponsor),
            )
            if words
        ),
        origin=material.origin,
        origin_note=info.origin_note,
    )


def _outcomes(material: Material) -> list[Table]:
    heads = (
        Column("Outcome measure"),
        Column("Time frame"),
        Column("Analysed", "r"),
        Column("Estimate (interval)", "v"),
        Column("P, not adjusted", "r"),
        Column("Adjusted P", "r"),
        Column("Method"),
    )
    tables = []
    for role in ("primary", "secondary"):
        rows = [
            _outcome(material, hypothesis)
            for hypothesis in material.hypotheses
            if material.study.endpoints[hypothesis["endpoint"]].role == role
        ]
        if rows:
            under = foot(material, ADJUSTED)
            spec = TableSpec(f"{role.capitalize()} outcome measures", heads, under)
            tables.append(spec.filled(rows))
    return tables


def _outcome(material: Material, hypothesis: Mapping[str, Any]) -> Row:
    stats = material.shown_stats(hypothesis)
    analysed = f"{hypothesis['n']} of {hypothesis['n_of']}" if hypothesis["n"] else ""
    p_row = next((row for stat, row in stats.items() if stat == "p_value"), None)
    return Row(
        (
            rich(f"{material.endpoint_name(hypothesis['endpoint'])}{_quantity(material, stats)}"),
            rich(material.comparison_name(hypothesis["comparison"])),
            rich(analysed),
            rich(estimate(material, stats)),
            rich(_p(material, p_row, hypothesis)),
            rich(_adjusted(material, hypothesis)),
            rich(material.analysis_name(hypothesis["analysis"])),
        )
    )


def _quantity(material: Material, stats: Mapping[str, Mapping[str, Any]]) -> str:
    """What is estimated, and its unit, as a registry asks for both."""
    row = stats.get("estimate")
    if row is None:
        return ""
    unit = f", {row['unit']}" if row["unit"] else ""
    return f": {material.term_words(row)}{unit}"


def _adjusted(material: Material, hypothesis: Mapping[str, Any]) -> Part | None:
    """The P of a comparison that a family adjusts."""
    p = hypothesis["p_adjusted"] if hypothesis["method"] else None
    return mentioned(p_part(material, hypothesis, p)) if p is not None else None


def _p(
    material: Material, row: Mapping[str, Any] | None, hypothesis: Mapping[str, Any]
) -> Part | None:
    """P beside what is shown; of an analysis that tests another quantity, P of that."""
    p = hypothesis["p_value"]
    if row is not None:
        return shown(material, row)
    return mentioned(p_part(material, hypothesis, p)) if p is not None else None
