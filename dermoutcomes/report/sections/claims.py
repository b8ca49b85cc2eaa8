"""What was claimed and what held: each claim with its verdict and our number.

Beside it stands the number that another publication printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.decisions.claim_basis import basis_words
from dermoutcomes.report.blocks import (
    Block,
    ClaimCard,
    Claims,
    Link,
    Pairs,
    Paragraph,
    Part,
    Rich,
    Section,
    linked,
    rich,
)
from dermoutcomes.report.feet import foot
from dermoutcomes.report.fixed_sentences import VERDICT_LEGEND
from dermoutcomes.report.result_text import estimate_parts, p_part, shown
from dermoutcomes.report.tables.event_counts import is_adverse_event

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["claims_section"]

NONE = "The study makes no claim. What follows describes it, and nothing here is a verdict."
EVIDENCE_SHOWN = 6
SENTENCES, P_VALUE, MINUS_SIGN = (
    re.compile(r"(?<=\.) (?=[A-Z])"),
    re.compile(r"\bp [<=] "),
    re.compile(r"(?<![\w-])-(?=\d)"),
)


def claims_section(material: Material) -> Section:
    """The claims with their verdicts, then what the verdicts that occur mean."""
    rows = material.rows("claims")
    if not rows:
        return Section("claims", "What was claimed and what held", (Paragraph(rich(NONE)),))
    order = {name: number for number, name in enumerate(material.study.claims)}
    cards = tuple(
        _card(material, row)
        for row in sorted(rows, key=lambda row: order.get(row["claim"], len(order)))
    )
    blocks: tuple[Block, ...] = (
        Claims(cards, foot=foot(material)),
        _meanings(rows),
    )
    return Section("claims", "What was claimed and what held", blocks, look="claims")


def _meanings(rows: list[dict[str, Any]]) -> Pairs:
    verdicts = {row["verdict"] for row in rows}
    return Pairs(
        tuple(
            (f"{sign} {verdict}", rich(meaning))
            for verdict, (_, sign, meaning) in VERDICT_LEGEND.items()
            if verdict in verdicts
        ),
        look="verdicts",
    )


def _card(material: Material, row: Mapping[str, Any]) -> ClaimCard:
    look, sign, _ = VERDICT_LEGEND.get(row["verdict"], ("void", "\u2013", ""))
    return ClaimCard(
        row["claim"],
        row["text"],
        row["verdict"],
        look,
        sign,
        _reason_and_basis(row),
        tuple(_results_of(material, row)),
        row["reported"],
    )


def _reason_and_basis(row: Mapping[str, Any]) -> str:
    """Why, then how many of how many it rests on with the open errors, then what speaks against the run."""
    basis = basis_words(row)
    parts = (_reason(row), basis and f"{basis[0].upper()}{basis[1:]}.", row["caution"])
    return " ".join(filter(None, parts))


def _reason(row: Mapping[str, Any]) -> str:
    """Why, with a real minus sign; of a claim that holds, not the numbers that stand beside it."""
    sentences = SENTENCES.split(row["reason"] or "")
    if row["verdict"].startswith("supported") and row["hypotheses"]:
        sentences = [sentence for sentence in sentences if not P_VALUE.search(sentence)]
    elif len(row["hypotheses"] or ()) == 1 and len(sentences) == 1 and P_VALUE.search(sentences[0]):
        conclusion = sentences[0].rpartition("; ")[2]
        sentences = [conclusion[0].upper() + conclusion[1:]]
    return MINUS_SIGN.sub("\u2212", " ".join(sentences))


def _results_of(material: Material, row: Mapping[str, Any]) -> Iterator[Rich]:
    """This run's number for each hypothesis, linked to its row.

    Of a claim without a hypothesis, the results that it rests on.
    """
    by_name = {hypothesis["hypothesis"]: hypothesis for hypothesis in material.hypotheses}
    for name in row["hypotheses"] or ():
        yield _hypothesis(material, name, by_name.get(name))
    if not row["hypotheses"]:
        evidence = [
            material.by_id[item] for item in row["evidence"] or () if item in material.by_id
        ]
        yield from (_evidence(material, result) for result in evidence[:EVIDENCE_SHOWN])


def _hypothesis(material: Material, name: str, hypothesis: Mapping[str, Any] | None) -> Rich:
    label = f"{material.hypothesis_name(name)}{_term(material, hypothesis)}: "
    if hypothesis is None:
        return rich(label, Part("no result", look="void"))
    phrases = [
        phrase
        for phrase in (_estimate(material, hypothesis), _p_value(material, hypothesis))
        if phrase
    ]
    phrases_shown = phrases or [rich(hypothesis["reason"] or "no result")]
    parts = [
        part
        for phrase in phrases_shown
        for part in rich(", " if phrase is not phrases_shown[0] else None, phrase)
    ]
    return rich(Part(label, look="small"), linked(parts, _link(material, hypothesis)))


def _term(material: Material, hypothesis: Mapping[str, Any] | None) -> str:
    """The quantity that decides, where it is not simply a mean difference."""
    evidence = (hypothesis or {}).get("evidence") or ()
    row = next((material.by_id[item] for item in evidence if item in material.by_id), None)
    if row is None or row["term"] in (None, "mean_difference"):
        return ""
    return f", {material.term_name(row).lower()}"


def _rows(material: Material, hypothesis: Mapping[str, Any]) -> list[Result]:
    """The evidence of a hypothesis."""
    return [material.by_id[item] for item in hypothesis["evidence"] or () if item in material.by_id]


def _link(material: Material, hypothesis: Mapping[str, Any]) -> Link | None:
    """To the estimate where there is one, or to the first row of the evidence."""
    rows = _rows(material, hypothesis)
    row = next((row for row in rows if row["stat"] == "estimate"), rows[0] if rows else None)
    return Link("result", row["id"]) if row else None


def _estimate(material: Material, hypothesis: Mapping[str, Any]) -> Rich:
    stats = {row["stat"]: row for row in _rows(material, hypothesis)}
    return estimate_parts(material, stats, f"{100 * material.study.confidence:g}% CI ")


def _p_value(material: Material, hypothesis: Mapping[str, Any]) -> Rich:
    if hypothesis["method"] and hypothesis["p_adjusted"] is not None:
        return _p_phrase(material, hypothesis, hypothesis["p_adjusted"], "adjusted P")
    if hypothesis["p_value"] is None:
        return ()
    return _p_phrase(material, hypothesis, hypothesis["p_value"], "P")


def _p_phrase(material: Material, hypothesis: Mapping[str, Any], p: float, letter: str) -> Rich:
    part = p_part(material, hypothesis, p)
    return rich(letter, None if part.text[0] in "<>" else "=", part)


def _level(row: Result) -> str:
    """A level as it is read: of a flag that is set, the flag."""
    return (row["level"] or "").removesuffix("=true").replace("_", " ")


def _evidence(material: Material, row: Result) -> Rich:
    quantity = "Share of subjects:" if is_adverse_event(material, row) else material.term_name(row)
    name = " ".join(
        part for part in (quantity, _level(row), material.stat_name(row).lower()) if part
    )
    part = (
        shown(material, row)
        if row["value"] is not None
        else Part(row["text"] or "none", result=row["id"])
    )
    return rich(Part(f"{name}: ", look="small"), linked(rich(part), Link("result", row["id"])))
