"""Verdicts on claims.

Each is decided by the main analyses of its hypotheses at the study's alpha, adjusted in their
family, in the direction that the claim states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.decisions.absence import judge_absence
from dermoutcomes.decisions.causal_words import (
    ONE_GROUP_SHOWS_NO_CAUSE,
    VISITS_SHOW_NO_CAUSE,
    causal_words,
)
from dermoutcomes.decisions.counter_evidence import counter_evidence, is_controlled
from dermoutcomes.decisions.part_verdict import (
    FAILS,
    HOLDS,
    OBSERVES,
    OPPOSES,
    UNKNOWN,
    PartVerdict,
)
from dermoutcomes.decisions.verdict_text import effect_text, hypothesis_label, test_text
from dermoutcomes.declare.tasks.refusals import refusals_among
from dermoutcomes.vocabulary import VERDICTS

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypothesis_result import HypothesisResult
    from dermoutcomes.study import Claim, ClaimPart, Study

__all__ = [
    "BEYOND",
    "CONFIRMATORY",
    "CONTRADICTED",
    "EXPLORATORY",
    "INCONCLUSIVE",
    "NOT_EVALUABLE",
    "OBSERVED",
    "Verdict",
    "claim_rows",
]

CONFIRMATORY, EXPLORATORY, OBSERVED, INCONCLUSIVE, CONTRADICTED, BEYOND, NOT_EVALUABLE = VERDICTS


@frozen
class Verdict:
    """What is said of a claim, why, and the ids of the results that it rests on."""

    verdict: str
    reason: str
    evidence: tuple[str, ...] = ()


def claim_rows(
    study: Study,
    hypotheses: tuple[HypothesisResult, ...],
    tables: Mapping[str, pl.DataFrame],
    confirmatory: Callable[[str], bool],
) -> list[dict[str, Any]]:
    """The rows of the table `claims`, in file order.

    `tables` are those of the run (`results`, `subjects` and, where the study has it, `events`).
    `confirmatory("claims.X")` says whether claim X was fixed before the data were seen.
    """
    by_name = {hypothesis.name: hypothesis for hypothesis in hypotheses}
    rows = []
    for claim_id, claim in study.claims.items():
        verdict = _judge_claim(study, claim_id, by_name, tables, confirmatory)
        # Nothing has to speak against what the design cannot show, or the data do not.
        is_open = verdict.verdict in (BEYOND, NOT_EVALUABLE, CONTRADICTED)
        against = [] if is_open else counter_evidence(study, claim, by_name, tables)
        rows.append(_claim_row(study, claim_id, claim, verdict, against))
    return rows


def _claim_row(
    study: Study, claim_id: str, claim: Claim, verdict: Verdict, against: list[str]
) -> dict[str, Any]:
    return {
        "claim": claim_id,
        "text": claim.text,
        "kind": claim.kind,
        "hypotheses": [part.hypothesis for part in claim.all_of],
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "against": against,
        "reported": claim.reported,
        "evidence": list(verdict.evidence),
        "data_origin": study.study.data_origin,
    }


def _judge_claim(
    study: Study,
    claim_id: str,
    hypotheses: Mapping[str, HypothesisResult],
    tables: Mapping[str, pl.DataFrame],
    confirmatory: Callable[[str], bool],
) -> Verdict:
    claim = study.claims[claim_id]
    fixed = confirmatory(f"claims.{claim_id}")
    parts = [
        _judge_hypothesis(study, claim, part, hypotheses[part.hypothesis], fixed=fixed)
        for part in claim.all_of
    ]
    if claim.kind == "absence":
        parts.append(judge_absence(study, claim, tables, fixed=fixed))
    if claim.kind == "agreement":
        parts.append(_judge_agreement(claim, tables["results"]))
    evidence = tuple(dict.fromkeys(result_id for part in parts for result_id in part.evidence))
    # The design comes before the numbers: none of them could support such a claim.
    if reason := _beyond_design(study, claim):
        return Verdict(BEYOND, reason, evidence)
    reasons = dict.fromkeys(part.reason for part in parts if part.reason)
    verdict = _joint_verdict(parts, fixed=fixed)
    return Verdict(verdict, " ".join(reasons), evidence)


def _joint_verdict(parts: list[PartVerdict], *, fixed: bool) -> str:
    """All parts must hold.

    One that goes the other way contradicts; one that is not known leaves the claim open, and one
    that was only observed confirms nothing.
    """
    bearings = {part.bearing for part in parts}
    if not parts or UNKNOWN in bearings:
        return NOT_EVALUABLE
    if OPPOSES in bearings:
        return CONTRADICTED
    if FAILS in bearings:
        return INCONCLUSIVE
    if OBSERVES in bearings:
        return OBSERVED
    return CONFIRMATORY if fixed and all(part.confirmatory for part in parts) else EXPLORATORY


def _beyond_design(study: Study, claim: Claim) -> str | None:
    """Why no result of this design could support the claim; None where one could."""
    single_arm = study.study.design == "single-arm"
    if single_arm and claim.kind in ("difference", "noninferiority"):
        return (
            "The study has one group, and the claim compares with another. "
            + ONE_GROUP_SHOWS_NO_CAUSE
        )
    words = causal_words(claim.text, study.study.product, absence=claim.kind == "absence")
    if (
        not words
        or claim.kind == "agreement"
        or (not single_arm and claim.kind != "change")
        or any(is_controlled(study, part.hypothesis) for part in claim.all_of)
    ):
        return None
    return f"The claim makes the treatment the cause ({', '.join(map(repr, words))}). " + (
        ONE_GROUP_SHOWS_NO_CAUSE if single_arm else VISITS_SHOW_NO_CAUSE
    )


def _judge_hypothesis(
    study: Study, claim: Claim, part: ClaimPart, hypothesis: HypothesisResult, *, fixed: bool
) -> PartVerdict:
    if claim.kind == "equivalence" or part.direction == "equivalent":
        return _judge_equivalence(study, hypothesis)
    # What was not fixed has no error rate that a p-value could be held to.
    effect = _effect(study, hypothesis, with_test=fixed and hypothesis.confirmatory)
    if claim.kind == "noninferiority" or part.direction == "noninferior":
        return _judge_noninferiority(study, hypothesis, effect)
    if hypothesis.rejected is None or hypothesis.p_value is None:
        label, reason = hypothesis_label(study, hypothesis), hypothesis.reason or "no result"
        return PartVerdict.of(hypothesis, UNKNOWN, f"{label}: {reason}")
    if not hypothesis.rejected:
        reason = f"{effect}; not significant at {hypothesis.alpha:g}."
        return PartVerdict.of(hypothesis, FAILS, reason)
    if not _in_claimed_direction(part, hypothesis):
        reason = f"{effect}; significant in the other direction ({hypothesis.direction})."
        return PartVerdict.of(hypothesis, OPPOSES, reason)
    if shortfall := _shortfall(part, hypothesis):
        return PartVerdict.of(hypothesis, FAILS, f"{effect}; {shortfall}.")
    return PartVerdict.of(hypothesis, HOLDS, f"{effect}.")


def _effect(study: Study, hypothesis: HypothesisResult, *, with_test: bool) -> str:
    """What was compared, the estimate with its interval, and the test that decided."""
    test = test_text(study, hypothesis) if with_test else ""
    effect = f"{hypothesis_label(study, hypothesis)}: {effect_text(study, hypothesis)}"
    return f"{effect}; {test}" if test else effect


def _in_claimed_direction(part: ClaimPart, hypothesis: HypothesisResult) -> bool:
    if part.direction in ("up", "down"):
        return hypothesis.higher is not None and hypothesis.higher == (part.direction == "up")
    return hypothesis.direction == part.direction


def _shortfall(part: ClaimPart, hypothesis: HypothesisResult) -> str | None:
    """What a significant effect lacks of the size that the claim states; None where nothing."""
    estimate, low = hypothesis.estimate, hypothesis.conf_low
    if part.at_least is not None and (estimate is None or abs(estimate) < part.at_least):
        return f"the effect is smaller than the {part.at_least:g} that the claim asks for"
    if part.above is not None and (low is None or low <= part.above):
        return f"the lower confidence limit does not exceed the goal of {part.above:g}"
    return None


def _judge_equivalence(study: Study, hypothesis: HypothesisResult) -> PartVerdict:
    """Equivalence is an interval inside a margin that was stated with its reason.

    A difference that is not significant is none.
    """
    label = hypothesis_label(study, hypothesis)
    margin = study.comparisons[hypothesis.comparison].margin
    low, high = hypothesis.conf_low, hypothesis.conf_high
    if margin is None or low is None or high is None:
        reason = hypothesis.reason or "no interval or no margin"
        return PartVerdict.of(hypothesis, UNKNOWN, f"{label}: {reason}")
    if -margin < low and high < margin:
        bearing, position = HOLDS, "inside"
    elif low > margin or high < -margin:
        bearing, position = OPPOSES, "outside"
    else:
        bearing, position = FAILS, "not inside"
    reason = f"{label}: {effect_text(study, hypothesis)}; {position} the margin of {margin:g}."
    return PartVerdict.of(hypothesis, bearing, reason)


def _judge_noninferiority(study: Study, hypothesis: HypothesisResult, effect: str) -> PartVerdict:
    """Non-inferiority is an interval whose worse end lies within a margin.

    The margin was stated with its reason.
    """
    label = hypothesis_label(study, hypothesis)
    margin = study.comparisons[hypothesis.comparison].margin
    low, high = hypothesis.conf_low, hypothesis.conf_high
    if margin is None or hypothesis.improves is None or low is None or high is None:
        reason = hypothesis.reason or "no interval, no margin or no direction that is better"
        return PartVerdict.of(hypothesis, UNKNOWN, f"{label}: {reason}")
    # How much worse the first of the comparison may be, by either end of the interval.
    worst, best = (-low, -high) if hypothesis.improves == "up" else (high, low)
    if worst < margin:
        bearing, position = HOLDS, "within"
    elif best > margin:
        bearing, position = OPPOSES, "beyond"
    else:
        bearing, position = FAILS, "not within"
    reason = f"{effect}; at worst {position} the margin of {margin:g}."
    return PartVerdict.of(hypothesis, bearing, reason)


def _judge_agreement(claim: Claim, results: pl.DataFrame) -> PartVerdict:
    quantity = results.filter(pl.col("analysis") == claim.analysis)
    quantity = quantity.filter(pl.col("term") == claim.term) if claim.term else quantity
    rows = quantity.filter(pl.col("stat").is_in(["estimate", "conf_low"]))
    evidence = tuple(rows["id"])
    # Where one row of a quantity cannot be true, the others are not believed.
    if refusal := refusals_among(quantity["error"]):
        return PartVerdict(UNKNOWN, refusal, evidence)
    low = dict(rows.select("stat", "value").iter_rows()).get("conf_low")
    if low is None or claim.at_least is None:
        return PartVerdict(
            UNKNOWN,
            f"The analysis {claim.analysis!r} gave no lower limit, or the claim states no goal.",
            evidence,
        )
    return PartVerdict(
        HOLDS if low > claim.at_least else FAILS,
        f"Lower confidence limit {low:.3g}, goal {claim.at_least:g}.",
        evidence,
        confirmatory=True,
    )
