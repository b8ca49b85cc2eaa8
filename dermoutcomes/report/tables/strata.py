"""Strata as randomised and as recorded: a row a subject of whom the two differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report.blocks import rich
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.table import Column, Row, Table, TableSpec
from dermoutcomes.sources.framework.factors import differing

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline

__all__ = ["strata_spec", "strata_table"]


def strata_table(material: Material) -> Table | None:
    """The subjects of whom a stratum was recorded otherwise than randomised; None of none."""
    allocated = material.frame("allocations").drop_nulls("arm").select("subject", "arm")
    arms = dict(
        allocated.unique()
        .sort("subject", "arm")
        .group_by("subject", maintain_order=True)
        .agg(pl.col("arm"))
        .iter_rows()
    )
    rows = []
    for name, factor in material.study.factors.items():
        for subject, randomised, recorded in differing(
            factor, material.frame("subjects")
        ).iter_rows():
            names = ", ".join(material.arm_name(arm) for arm in arms.get(subject, ()))
            rows.append(
                Row(tuple(rich(text) for text in (name, subject, names, randomised, recorded)))
            )
    return strata_spec(material).filled(tuple(rows)) if rows else None


def strata_spec(outline: Outline) -> TableSpec:
    """Stratum, subject, arm, and the two levels."""
    return TableSpec(
        "Strata that were recorded otherwise than randomised",
        (
            Column("Stratum"),
            Column("Subject"),
            Column("Arm"),
            Column("As randomised"),
            Column("As recorded"),
        ),
        bare_foot(outline),
    )
