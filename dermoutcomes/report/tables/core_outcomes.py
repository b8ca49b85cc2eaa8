"""The domains of the core outcome set that a study is held to, with the endpoints that measure them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import rich
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.table import Row, Table, TableSpec, columns
from dermoutcomes.study.scale_names.core_outcomes import core_outcome_coverage

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline
    from dermoutcomes.study.scale_names.core_outcomes import DomainCoverage

__all__ = ["core_outcomes_table"]


def core_outcomes_table(material: Material) -> Table | None:
    """A row a domain; None where the study names no core outcome set."""
    coverage = core_outcome_coverage(material.study, material.registry)
    if not coverage:
        return None
    rows = [
        Row(
            (
                rich(one.domain.label),
                rich(one.agreed or "none yet"),
                rich("; ".join(map(material.endpoint_name, one.endpoints)) or "none"),
                rich(_state(one)),
            )
        )
        for one in coverage
    ]
    return core_outcomes_spec(material).filled(rows)


def core_outcomes_spec(outline: Outline) -> TableSpec:
    """Domains with what was agreed on for them."""
    name = outline.study.study.outcome_set
    outcome_set = outline.registry.outcome_sets[name] if name is not None else None
    label = outcome_set.label if outcome_set is not None else "Core outcome set"
    version = f"Version: {outcome_set.version}." if outcome_set and outcome_set.version else ""
    heads = ("Domain", "Agreed measures", "Endpoints", "Measured")
    return TableSpec(label, columns(heads, "llll"), bare_foot(outline, *filter(None, [version])))


def _state(one: DomainCoverage) -> str:
    if one.lacking:
        return f"{'in part' if one.endpoints else 'no'}; without {one.lacking_words}"
    return "yes" if one.can_be_told else "cannot be told"
