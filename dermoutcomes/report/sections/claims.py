"""What was claimed and what held: each claim with its verdict and our number.

Beside it stands the number that another publication printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from dermoutcomes.decisions.claim_basis import basis_words
from dermoutcomes.decisions.verdict_text import better_estimate, direction_words
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
from dermoutcomes.report.result_text import estimate_parts, p_part, shown
from dermoutcomes.report.tables.event_counts import is_adverse_event
from dermoutcomes.report.words.fixed_sentences import VERDICT_LEGEND
from dermoutcomes.report.words.loss_words import lost_words
from dermoutcomes.vocabulary import TESTED_KINDS

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.report.table import Foot

__all__ = [
    "against_of",
    "claim_cards",
    "claim_foot",
    "claims_section",
    "hypothesis_text",
    "test_text",
]

NONE = "The study makes no claim. What follows describes it, and nothing here is a verdict."
EVIDENCE_SHOWN = 6
SENTENCES, P_VALUE, INTERVAL = (
    re.compile(r"(?<=\.) (?=[A-Z])"),
    re.compile(r"\bp [<=>] "),
    re.compile(r"% CI "),
)


def claims_section(material: Material, *, with_against: bool = True) -> Section:
    """The claims with their verdicts, then what the verdicts that occur mean.

    What speaks against each stands under it, unless another section has it (`with_against`).
    """
    rows = material.rows("claims")
    if not rows:
        return Section("claims", "What was claimed and what held", (Paragraph(rich(NONE)),))
    cards = claim_cards(material)
    if not with_against:
        cards = tuple(evolve(card, against=()) for card in cards)
    blocks: tuple[Block, ...] = (
        Claims(cards, foot=claim_foot(material)),
        _meanings(rows),
    )
    return Section("claims", "What was claimed and what held", blocks, look="claims")


def claim_cards(material: Material, *, with_p: bool = True) -> tuple[ClaimCard, ...]:
    """Each claim with its verdict, in the order of the study file.

    Without p-values (`with_p`) the level and the test that decided stand in their place.
    """
    order = {name: number for number, name in enumerate(material.study.claims)}
    rows = sorted(material.rows("claims"), key=lambda row: order.get(row["claim"], len(order)))
    return tuple(_card(material, row, with_p=with_p) for row in rows)


def claim_foot(material: Material) -> Foot:
    """What stands under claims: level and sidedness of the study, and the origin of its data."""
    return foot(material)


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


def _card(material: Material, row: Mapping[str, Any], *, with_p: bool) -> ClaimCard:
    look, sign, _ = VERDICT_LEGEND.get(row["verdict"], ("void", "\u2013", ""))
    return ClaimCard(
        row["claim"],
        row["text"],
        row["verdict"],
        look,
        sign,
        " ".join(filter(None, (_reason(material, row), row["caution"]))),
        tuple(_results_of(material, row, with_p=with_p)),
        row["reported"],
        _basis(material, row),
        against_of(material, row),
    )


def against_of(material: Material, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What speaks against a claim in the same study, with numbers in the signs of the style."""
    return tuple(map(material.style.in_words, row["against"] or ()))


def _basis(material: Material, row: Mapping[str, Any]) -> str:
    """How many of how many it rests on, with why the others do not, and the open errors."""
    basis = basis_words(row, lost_words(row, material.ledger, material.study.arms))
    return f"{basis[0].upper()}{basis[1:]}." if basis else ""


def _reason(material: Material, row: Mapping[str, Any]) -> str:
    """What was concluded, without the numbers that stand beside it."""
    sentences = SENTENCES.split(row["reason"] or "")
    if row["hypotheses"]:
        sentences = list(filter(None, map(_conclusion, sentences)))
    return material.style.in_words(" ".join(sentences))


def _conclusion(sentence: str) -> str:
    """What a sentence with an estimate concludes behind it: nothing, "Not significant at 0.05."."""
    if not INTERVAL.search(sentence):
        return sentence
    last = sentence.rpartition("; ")[2]
    is_number = INTERVAL.search(last) or P_VALUE.search(last) or last == sentence
    return "" if is_number else last[0].upper() + last[1:]


def _results_of(material: Material, row: Mapping[str, Any], *, with_p: bool) -> Iterator[Rich]:
    """This run's number for each hypothesis, linked to its row, and below it the test that decided.

    Of a claim without a hypothesis, the results that it rests on.
    """
    by_name = {hypothesis["hypothesis"]: hypothesis for hypothesis in material.hypotheses}
    for name in row["hypotheses"] or ():
        hypothesis = by_name.get(name)
        yield hypothesis_text(material, name, hypothesis)
        if hypothesis is not None and _shows_test(row, hypothesis):
            yield (test_text if with_p else _decision_text)(material, hypothesis)
    if not row["hypotheses"]:
        evidence = [
            material.by_id[item] for item in row["evidence"] or () if item in material.by_id
        ]
        yield from (_evidence(material, result) for result in evidence[:EVIDENCE_SHOWN])


def _shows_test(row: Mapping[str, Any], hypothesis: Mapping[str, Any]) -> bool:
    """Whether a p-value stands below the estimate: of what it decided, fixed before the data."""
    is_exploratory = row["verdict"] == "supported (exploratory)" or not hypothesis["confirmatory"]
    return (
        not is_exploratory
        and row["kind"] in TESTED_KINDS
        and row["verdict"] != "beyond the design"
        and hypothesis["p_value"] is not None
    )


def hypothesis_text(material: Material, name: str, hypothesis: Mapping[str, Any] | None) -> Rich:
    """The estimate of a hypothesis with its interval and direction, linked to its result."""
    stats = material.shown_stats(hypothesis) if hypothesis is not None else {}
    label = f"{material.hypothesis_name(name)}{_term(material, stats)}: "
    if hypothesis is None:
        return rich(label, Part("no result", look="void"))
    estimate = estimate_parts(material, stats, names_level=True)
    if not estimate:
        return rich(
            Part(label, look="small"), Part(hypothesis["reason"] or "no result", look="void")
        )
    link = Link("result", stats["estimate"]["id"])
    direction = _direction(material, hypothesis, stats)
    return rich(
        Part(label, look="small"), linked(estimate, link), f", {direction}" if direction else None
    )


def _direction(
    material: Material, hypothesis: Mapping[str, Any], stats: Mapping[str, Result]
) -> str:
    """Which way the estimate is better, and of a ratio what is no difference."""
    endpoint = material.study.endpoints[hypothesis["endpoint"]]
    analysis = material.analysis(hypothesis["analysis"])
    if analysis is None:
        return ""
    term = material.term(stats["estimate"])
    null = analysis.null if term is not None and term.scale == "ratio" else None
    return direction_words(endpoint, better_estimate(material.improves(endpoint), analysis), null)


def _term(material: Material, stats: Mapping[str, Result]) -> str:
    """The quantity that is shown, where it is not simply a mean difference."""
    row = next(iter(stats.values()), None)
    if row is None or row["term"] in (None, "mean_difference"):
        return ""
    return f", {material.term_words(row)}"


def test_text(material: Material, hypothesis: Mapping[str, Any]) -> Rich:
    """The p-value that decided, adjusted in a family, with the test and the procedure."""
    adjusted = hypothesis["method"] and hypothesis["p_adjusted"] is not None
    p = hypothesis["p_adjusted"] if adjusted else hypothesis["p_value"]
    part = p_part(material, hypothesis, p)
    analysis = material.analysis(hypothesis["analysis"])
    tests = ", ".join(filter(None, (analysis.label if analysis else "", hypothesis["method"])))
    equals = " " if part.text[0] in "<>" else " = "
    words = (
        Part("Adjusted ", look="small") if adjusted else None,
        Part("P", look="p"),
        Part(equals, look="small"),
    )
    return rich(*words, part, Part(f" ({tests})", look="small") if tests else None)


def _decision_text(material: Material, hypothesis: Mapping[str, Any]) -> Rich:
    """Whether it was significant, at which level, by which test and procedure."""
    words = "Significant" if hypothesis["rejected"] else "Not significant"
    level = material.style.in_words(f"{100 * material.study.study.alpha:g}%")
    analysis = material.analysis(hypothesis["analysis"])
    tests = filter(None, (level, analysis.label if analysis else "", hypothesis["method"]))
    return rich(Part(f"{words} ({', '.join(tests)})", look="small"))


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
