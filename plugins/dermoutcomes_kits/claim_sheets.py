"""One sheet a claim, in the order in which a file on a claim is read.

The order is that of the guidelines to Regulation (EU) No 655/2013 as houses use them: claim, product,
study, panel, conditions of use, method, statistics, result, tolerance, limits, criteria, signatures.
A sheet states facts; whether a criterion is fulfilled is for who signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report import (
    Bullets,
    Claims,
    Document,
    Pairs,
    Paragraph,
    Section,
    by,
    claim_cards,
    claim_foot,
    events_fact,
    rich,
    slug,
)
from dermoutcomes_kits.improved_share import improved_share, improved_words

if TYPE_CHECKING:
    from dermoutcomes.report import Block, Material
    from dermoutcomes_kits.claim_facts import ClaimFacts

__all__ = ["claim_sheet"]

BATCHES_NAMED = 6
# Wordings that a study of a value before and after cannot carry, and why.
STOPPED = (
    (
        r"clinically (?:proven|tested)|proven",
        "“Proven” claims more than one study: it states a fact beyond doubt for every user.",
    ),
    (r"up to \d", "“Up to” names the best person, not what the average user can expect."),
    (
        r"instant(?:ly)?|immediate(?:ly)?",
        "“Instantly” needs a reading within minutes of use; the visits of this claim are later.",
    ),
    (
        r"years? younger|years off|looks? younger",
        "An age in years needs raters who estimated ages, blinded to the visit.",
    ),
    (
        r"everyone|every (?:woman|man|user)|all (?:women|users)|100 ?%",
        "A claim for everybody is broken by one person who did not change.",
    ),
)
CRITERIA = (
    ("1 Legal compliance", "To be signed."),
    (
        "2 Truthfulness",
        "The claim as worded, the verdict and the interval above; the verdict is of this study.",
    ),
    (
        "3 Evidential support",
        "Design, number analysed of those enrolled, method and test above; what was fixed first.",
    ),
    (
        "4 Honesty",
        "What speaks against the claim in this study, and the wordings that it does not carry.",
    ),
    ("5 Fairness", "To be signed."),
    ("6 Informed decision-making", "To be signed."),
)


def claim_sheet(material: Material, claim: str, facts: ClaimFacts) -> Document:
    """The sheet of one claim."""
    info = material.study.study
    row = next(row for row in material.rows("claims") if row["claim"] == claim)
    sections = (
        Section("claim", "The claim", tuple(_claim(material, claim, facts))),
        Section("study", "Product, study and panel", (Pairs(tuple(_study(material, row, facts))),)),
        Section("evidence", "Evidence", tuple(_evidence(material, row, facts))),
        Section("limits", "Wordings that the data do not carry", (_stopped_words(row),)),
        Section(
            "criteria",
            "Common criteria of Regulation (EU) No 655/2013",
            (Pairs(tuple((name, rich(words)) for name, words in CRITERIA)),),
        ),
        Section("signatures", "Signatures", (Pairs(_signatures()),)),
    )
    return Document(
        slug(claim),
        "Claim sheet",
        row["text"],
        info.id,
        sections,
        facts=(("Study", f"{info.id}: {info.title}"),),
        origin=material.origin,
        origin_note=info.origin_note,
        dense=True,
    )


def _claim(material: Material, claim: str, facts: ClaimFacts) -> Iterator[Block]:
    cards = tuple(card for card in claim_cards(material, with_p=False) if card.claim == claim)
    yield Claims(cards, foot=claim_foot(material))
    if facts.reader:
        yield Pairs((("As a consumer reads it", rich(facts.reader)),))


def _study(
    material: Material, row: Mapping[str, Any], facts: ClaimFacts
) -> Iterator[tuple[str, Any]]:
    """Product and batch, study, panel and conditions of use; at the end what is not stated."""
    info = material.study.study
    batches = sorted(set(material.frame("exposures")["batch"].drop_nulls()))
    said = {
        "Product": info.product,
        "Formula": facts.formula,
        "Batch": _batches(batches) or facts.batch,
        "Ingredients": facts.ingredients,
        "Design": info.design,
        "Registration": info.registration,
        "Paid for by": info.sponsor,
        "Test centre": facts.test_centre,
        "Dates": facts.dates,
        "Ethics and consent": facts.ethics,
        "Panel": f"{row['n']} analysed of {row['n_of']} {row['whom']}" if row["n"] else None,
        "Conditions of use": facts.conditions_of_use,
    }
    yield from ((name, rich(words)) for name, words in said.items() if words)
    if missing := [name.lower() for name, words in said.items() if not words]:
        yield "Not stated", rich(", ".join(missing))


def _batches(batches: list[str]) -> str:
    """The batches by name, or how many there are and from which to which."""
    if len(batches) <= BATCHES_NAMED:
        return ", ".join(batches)
    return f"{len(batches)} batches, {batches[0]} to {batches[-1]}"


def _evidence(material: Material, row: Mapping[str, Any], facts: ClaimFacts) -> Iterator[Block]:
    hypotheses = {item["hypothesis"]: item for item in material.hypotheses}
    own = [hypotheses[name] for name in row["hypotheses"] or () if name in hypotheses]
    for (endpoint,), of_endpoint in by(own, "endpoint").items():
        yield Pairs(tuple(_measured(material, endpoint, of_endpoint, facts)))
    lock = (material.manifest.get("lock") or {}).get("state", "none")
    fixed = "not fixed before the data" if lock == "none" else f"{lock}"
    yield Pairs(
        (("Fixed before the data", rich(fixed)), ("Tolerance", rich(events_fact(material))))
    )
    yield Paragraph(rich(_footnote(material, row)), look="note")


def _measured(
    material: Material,
    endpoint: str,
    hypotheses: list[Mapping[str, Any]],
    facts: ClaimFacts,
) -> Iterator[tuple[str, Any]]:
    """What was measured and how, once; then each comparison with those who improved by it."""
    owner = material.owner(material.study.endpoints[endpoint])
    method = f", by {owner.label}" if owner is not None else ""
    yield "Measured", rich(f"{material.endpoint_name(endpoint)}{method}")
    for hypothesis in hypotheses:
        compared = material.comparison_name(hypothesis["comparison"])
        rows = improved_share(material, hypothesis)
        if rows is None:
            yield "Compared", rich(compared)
        else:
            words = improved_words(material, rows, facts.no_effect)
            yield "Compared", rich(f"{compared}; people who improved: ", words)


def _footnote(material: Material, row: Mapping[str, Any]) -> str:
    """The words to print with the number: method, number, comparison, statistic and design."""
    hypotheses = {item["hypothesis"]: item for item in material.hypotheses}
    parts = []
    for name in row["hypotheses"] or ():
        hypothesis = hypotheses.get(name)
        if hypothesis is None:
            continue
        owner = material.owner(material.study.endpoints[hypothesis["endpoint"]])
        device = f"{owner.label}, " if owner else ""
        n = f"{hypothesis['n']} people, " if hypothesis["n"] else ""
        stats = material.shown_stats(hypothesis)
        statistic = f", {material.term_words(stats['estimate'])}" if "estimate" in stats else ""
        parts.append(f"{device}{n}{material.comparison_name(hypothesis['comparison'])}{statistic}")
    design = material.study.study.design.replace("-", " ")
    control = ", no control group" if material.single_arm else ""
    return (
        f"Footnote to print with the claim: {'; '.join(parts) or 'see result'}; {design}{control}."
    )


def _stopped_words(row: Mapping[str, Any]) -> Bullets:
    stopped = [
        f"“{match.group(0)}”: {reason}"
        for pattern, reason in STOPPED
        if (match := re.search(rf"(?i)\b(?:{pattern})", row["text"]))
    ]
    if row["verdict"] == "beyond the design":
        stopped.append(row["reason"])
    words = stopped or ["No wording of this claim is one that the program knows to be beyond data."]
    return Bullets(tuple(map(rich, words)))


def _signatures() -> tuple[tuple[str, Any], ...]:
    line = "name, date, signature: ______________________________"
    people = ("Responsible person", "Safety assessor", "Claims manager")
    return tuple((person, rich(line)) for person in people)
