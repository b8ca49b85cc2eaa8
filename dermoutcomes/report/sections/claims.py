"""What was claimed and what held: each sentence with its verdict, our number, and the number that was printed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import (
    Block,
    ClaimCard,
    Claims,
    Pairs,
    Paragraph,
    Part,
    Rich,
    Section,
    rich,
)
from dermoutcomes.report.feet import level, origin_lines
from dermoutcomes.report.numbers import p_phrase
from dermoutcomes.report.sections.safety import is_safety
from dermoutcomes.report.result_text import anchor_of, value_text
from dermoutcomes.report.wording import VERDICTS

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["claims_section"]

NONE = "The study makes no claim. What follows describes it, and nothing here is a verdict."
EVIDENCE_SHOWN = 6
SENTENCES, TESTED, NEGATIVE = (
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
        Claims(cards, foot=(level(material), *origin_lines(material))),
        _meanings(rows),
    )
    return Section("claims", "What was claimed and what held", blocks, css="claims")


def _meanings(rows: list[dict[str, Any]]) -> Pairs:
    found = {row["verdict"] for row in rows}
    return Pairs(
        tuple(
            (f"{sign} {verdict}", rich(meaning))
            for verdict, (_, sign, meaning) in VERDICTS.items()
            if verdict in found
        ),
        css="verdicts",
    )


def _card(material: Material, row: Mapping[str, Any]) -> ClaimCard:
    look, sign, _ = VERDICTS.get(row["verdict"], ("void", "\u2013", ""))
    return ClaimCard(
        row["claim"],
        row["text"],
        row["verdict"],
        look,
        sign,
        _reason(row),
        tuple(_ours(material, row)),
        row["reported"],
    )


def _reason(row: Mapping[str, Any]) -> str:
    """Why, with a real minus sign; of a claim that holds, not the numbers that stand beside it."""
    sentences = SENTENCES.split(row["reason"] or "")
    if row["verdict"].startswith("supported") and row["hypotheses"]:
        sentences = [sentence for sentence in sentences if not TESTED.search(sentence)]
    elif len(row["hypotheses"] or ()) == 1 and len(sentences) == 1 and TESTED.search(sentences[0]):
        rest = sentences[0].rpartition("; ")[2]
        sentences = [rest[0].upper() + rest[1:]]
    return NEGATIVE.sub("\u2212", " ".join(sentences))


def _ours(material: Material, row: Mapping[str, Any]) -> Iterator[Rich]:
    """This run's number for each hypothesis, linked to its row; for a claim without one, the results that it rests on."""
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
        return rich(label, Part("no result", css="void"))
    link = _link(material, hypothesis)
    texts = [text for text in (_size(material, hypothesis), _chance(material, hypothesis)) if text]
    return rich(
        Part(label, css="small"),
        Part(", ".join(texts) or hypothesis["reason"] or "no result", href=link),
    )


def _term(material: Material, hypothesis: Mapping[str, Any] | None) -> str:
    """The quantity that decides, where it is not simply a mean difference."""
    evidence = (hypothesis or {}).get("evidence") or ()
    row = next((material.by_id[item] for item in evidence if item in material.by_id), None)
    if row is None or row["term"] in (None, "mean_difference"):
        return ""
    return f", {material.term_name(row['analysis'], row['term']).lower()}"


def _link(material: Material, hypothesis: Mapping[str, Any]) -> str | None:
    """To the estimate where there is one, or to the first row of the evidence."""
    rows = [material.by_id[item] for item in hypothesis["evidence"] or () if item in material.by_id]
    wanted = next((row for row in rows if row["stat"] == "estimate"), rows[0] if rows else None)
    return f"#{anchor_of(wanted)}" if wanted else None


def _size(material: Material, hypothesis: Mapping[str, Any]) -> str:
    rows = {
        row["stat"]: row
        for row in (
            material.by_id[item] for item in hypothesis["evidence"] or () if item in material.by_id
        )
    }
    if "estimate" not in rows or rows["estimate"]["value"] is None:
        return ""
    share = [
        value_text(material, rows[name])
        for name in ("n_with_event", "denominator")
        if name in rows and rows[name]["value"] is not None
    ]
    counts = f"{share[0]}/{share[1]}, " if len(share) == 2 else ""
    unit = f" {rows['estimate']['unit']}" if rows["estimate"]["unit"] else ""
    limits = [
        value_text(material, rows[name])
        for name in ("conf_low", "conf_high")
        if name in rows and rows[name]["value"] is not None
    ]
    interval = (
        f" ({100 * material.study.confidence:g}% CI {limits[0]} to {limits[1]})"
        if len(limits) == 2
        else ""
    )
    return f"{counts}{value_text(material, rows['estimate'])}{unit}{interval}"


def _chance(material: Material, hypothesis: Mapping[str, Any]) -> str:
    alpha, style = hypothesis["alpha"] or material.study.study.alpha, material.options.p_style
    if hypothesis["method"] and hypothesis["p_adjusted"] is not None:
        return p_phrase(hypothesis["p_adjusted"], style, alpha, "adjusted P")
    return (
        p_phrase(hypothesis["p_value"], style, alpha) if hypothesis["p_value"] is not None else ""
    )


def _level(row: Result) -> str:
    """A level as it is read: of a flag that is set, the flag."""
    return (row["level"] or "").removesuffix("=true").replace("_", " ")


def _evidence(material: Material, row: Result) -> Rich:
    counted = (
        "Share of subjects:" if is_safety(row) else material.term_name(row["analysis"], row["term"])
    )
    name = " ".join(
        part
        for part in (counted, _level(row), material.stat_name(row["analysis"], row["stat"]).lower())
        if part
    )
    text = value_text(material, row) if row["value"] is not None else row["text"] or "none"
    return rich(Part(f"{name}: ", css="small"), Part(text, href=f"#{anchor_of(row)}"))
