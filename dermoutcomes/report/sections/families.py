"""Families of hypotheses, and how many tests were run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Block, Link, Paragraph, Part, Section, rich
from dermoutcomes.report.feet import foot
from dermoutcomes.report.numbers import number
from dermoutcomes.report.result_text import mentioned, p_part
from dermoutcomes.report.table import Row, Table, TableSpec, columns

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline

__all__ = ["adjusted_of", "chance_sentence", "families_section"]


def adjusted_of(material: Material, endpoint: str) -> dict[str, Part]:
    """The p-value in its family of each comparison of an endpoint, from the hypotheses."""
    return {
        row["comparison"]: p_part(material, row, row["p_adjusted"])
        for row in material.hypotheses
        if row["endpoint"] == endpoint and row["method"] and row["p_adjusted"] is not None
    }


def families_section(material: Material) -> Section:
    """Every hypothesis with its family and decision, and how many tests were run."""
    blocks: list[Block] = [Paragraph(rich(chance_sentence(material)), look="lead")]
    if material.hypotheses:
        blocks.append(_table(material))
    unadjusted = [
        f"{name}: {family.none}"
        for name, family in material.study.multiplicity.items()
        if family.method is None and family.none
    ]
    if unadjusted:
        blocks.append(
            Paragraph(rich(f"Not adjusted, and why: {'; '.join(unadjusted)}."), look="caution")
        )
    return Section("tests", "Tests and families", tuple(blocks))


def chance_sentence(material: Material) -> str:
    """How many tests were run, and how many would fall below alpha if nothing had changed."""
    tests = [
        row["value"]
        for row in material.results
        if row["stat"] == "p_value" and row["value"] is not None
    ]
    alpha = material.study.study.alpha
    if not tests:
        return "No test was run."
    written = material.style.written
    n_below = sum(value < alpha for value in tests)
    return (
        f"{len(tests)} tests were run; if nothing had changed, {written(number(len(tests) * alpha, 1))} "
        f"would be expected below {written(f'{alpha:g}')} by chance alone. {n_below} fell below it, before any "
        "adjustment. Tests of related measures, visits and methods are not independent of each "
        "other."
    )


def _table(material: Material) -> Table:
    rows = tuple(
        _row(material, row)
        for row in sorted(
            material.hypotheses, key=lambda row: (row["family"] is None, row["family"] or "")
        )
    )
    return hypotheses_spec(material).filled(rows)


def hypotheses_spec(outline: Outline) -> TableSpec:
    """Every hypothesis with its family and decision."""
    heads = ("Hypothesis", "Family and procedure", "Main analysis", "P", "Adjusted P", "Decision")
    remark = "Decided by the main analysis on the main population alone; never by the better of two tests."
    return TableSpec("Hypotheses", columns(heads, "lllrrl"), foot(outline, remark))


def _row(material: Material, row: Mapping[str, Any]) -> Row:
    p = (
        rich(mentioned(p_part(material, row, row["p_value"])))
        if row["p_value"] is not None
        else rich(Part("none", look="void"))
    )
    adjusted = (
        rich(p_part(material, row, row["p_adjusted"]))
        if row["method"] and row["p_adjusted"] is not None
        else ()
    )
    family = ": ".join(part for part in (row["family"], row["method"]) if part) or "none"
    return Row(
        (
            rich(Part(material.hypothesis_name(row["hypothesis"]), link=_link(material, row))),
            rich(family),
            rich(material.analysis_name(row["analysis"])),
            p,
            adjusted,
            rich(_decision(material, row)),
        )
    )


def _link(material: Material, row: Mapping[str, Any]) -> Link | None:
    """To the first of the results that a hypothesis rests on."""
    evidence = (item for item in row["evidence"] or () if item in material.by_id)
    first = next(evidence, None)
    return Link("result", first) if first else None


def _decision(material: Material, row: Mapping[str, Any]) -> str:
    standing = "confirmatory" if row["confirmatory"] else "exploratory"
    if row["rejected"] is None:
        return f"Not decided. {row['reason'] or ''}".strip()
    direction = {"improved": "better", "worsened": "worse", "up": "higher", "down": "lower"}.get(
        row["direction"] or "", ""
    )
    word = (
        f"Rejected{f' ({direction})' if direction else ''}" if row["rejected"] else "Not rejected"
    )
    reason = f" {row['reason']}" if row["reason"] else ""
    return material.style.in_words(f"{word}; {standing}.{reason}")
