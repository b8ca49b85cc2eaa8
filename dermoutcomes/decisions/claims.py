"""Verdicts: each claim decided by the main analysis at the study's alpha, adjusted in its family, in the improving direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.decisions.causal_words import NO_CONTROL, ONE_GROUP, causal_words
from dermoutcomes.decisions.verdict_text import named, shown
from dermoutcomes.declare.refusals import refusals_among
from dermoutcomes.vocabulary import VERDICTS

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypotheses import Decided
    from dermoutcomes.study import Claim, ClaimPart, Study

__all__ = [
    "BEYOND",
    "CONFIRMATORY",
    "CONTRADICTED",
    "EXPLORATORY",
    "INCONCLUSIVE",
    "NOT_EVALUABLE",
    "Verdict",
    "claim_rows",
]

CONFIRMATORY, EXPLORATORY, INCONCLUSIVE, CONTRADICTED, BEYOND, NOT_EVALUABLE = VERDICTS
HOLDS, FAILS, OPPOSES, UNKNOWN = "holds", "fails", "opposes", "unknown"


@frozen
class Verdict:
    """What is said of a claim, why, and the ids of the results that it rests on."""

    verdict: str
    reason: str
    evidence: tuple[str, ...] = ()


@frozen
class _Part:
    """How one hypothesis, or one count, bears on a claim."""

    bearing: str
    reason: str
    evidence: tuple[str, ...] = ()
    confirmatory: bool = False


def claim_rows(
    study: Study,
    hypotheses: tuple[Decided, ...],
    tables: Mapping[str, pl.DataFrame],
    confirmatory: Callable[[str], bool],
) -> list[dict[str, Any]]:
    """The rows of the table `claims`, in file order."""
    by_name = {decided.name: decided for decided in hypotheses}
    return [
        _row(study, name, claim, _judged(study, name, claim, by_name, tables, confirmatory))
        for name, claim in study.claims.items()
    ]


def _row(study: Study, name: str, claim: Claim, verdict: Verdict) -> dict[str, Any]:
    return {
        "claim": name,
        "text": claim.text,
        "kind": claim.kind,
        "hypotheses": [part.hypothesis for part in claim.all_of],
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "reported": claim.reported,
        "evidence": list(verdict.evidence),
        "data_origin": study.study.data_origin,
    }


def _judged(
    study: Study,
    name: str,
    claim: Claim,
    hypotheses: Mapping[str, Decided],
    tables: Mapping[str, pl.DataFrame],
    confirmatory: Callable[[str], bool],
) -> Verdict:
    parts = [
        *(_of_hypothesis(study, part, hypotheses[part.hypothesis], claim) for part in claim.all_of)
    ]
    if claim.kind == "absence":
        parts.append(_of_absence(study, claim, tables))
    if claim.kind == "agreement":
        parts.append(_of_agreement(claim, tables["results"]))
    evidence = tuple(dict.fromkeys(item for part in parts for item in part.evidence))
    if reason := _beyond(study, claim):
        return Verdict(BEYOND, reason, evidence)
    verdict = _joined(parts, fixed=confirmatory(f"claims.{name}"))
    return Verdict(
        verdict, " ".join(dict.fromkeys(part.reason for part in parts if part.reason)), evidence
    )


def _joined(parts: list[_Part], *, fixed: bool) -> str:
    """All parts must hold; one that goes the other way contradicts; one that is not known leaves the claim open."""
    bearings = {part.bearing for part in parts}
    if not parts or UNKNOWN in bearings:
        return NOT_EVALUABLE
    if OPPOSES in bearings:
        return CONTRADICTED
    if FAILS in bearings:
        return INCONCLUSIVE
    return CONFIRMATORY if fixed and all(part.confirmatory for part in parts) else EXPLORATORY


def _beyond(study: Study, claim: Claim) -> str | None:
    """Why no result of this design could support the claim; None where one could."""
    alone = study.study.design == "single-arm"
    if alone and claim.kind in ("difference", "noninferiority"):
        return "The study has one group, and the claim compares with another. " + ONE_GROUP
    words = causal_words(claim.text, study.study.product, absence=claim.kind == "absence")
    if (
        not words
        or claim.kind == "agreement"
        or (not alone and claim.kind != "change")
        or any(_controlled(study, part) for part in claim.all_of)
    ):
        return None
    return f"The claim makes the treatment the cause ({', '.join(map(repr, words))}). " + (
        ONE_GROUP if alone else NO_CONTROL
    )


def _controlled(study: Study, part: ClaimPart) -> bool:
    """Whether a hypothesis sets one treatment against another, in a design that has another."""
    endpoint, _, comparison = part.hypothesis.partition(".")
    return study.study.design != "single-arm" and (
        study.comparisons[comparison].arm is not None
        or study.endpoints[endpoint].difference is not None
    )


def _of_hypothesis(study: Study, part: ClaimPart, decided: Decided, claim: Claim) -> _Part:
    if claim.kind == "equivalence" or part.direction == "equivalent":
        return _of_margin(study, decided)
    if claim.kind == "noninferiority" or part.direction == "noninferior":
        return _of_one_margin(study, decided)
    if decided.rejected is None or decided.p_value is None:
        return _Part(
            UNKNOWN, f"{named(study, decided)}: {decided.reason or 'no result'}", decided.evidence
        )
    wanted = _wanted(part, decided)
    name, size = named(study, decided), shown(decided)
    if not decided.rejected:
        return _Part(
            FAILS,
            f"{name}: {size}; not significant at {decided.alpha:g}.",
            decided.evidence,
            decided.confirmatory,
        )
    if not wanted:
        return _Part(
            OPPOSES,
            f"{name}: {size}; significant in the other direction ({decided.direction}).",
            decided.evidence,
        )
    if shortfall := _shortfall(part, decided):
        return _Part(FAILS, f"{name}: {size}; {shortfall}.", decided.evidence, decided.confirmatory)
    unsure = (
        ""
        if study.study.design != "within-subject" or study.study.sides_randomised
        else " Sides were not stated to be randomised."
    )
    return _Part(HOLDS, f"{name}: {size}.{unsure}", decided.evidence, decided.confirmatory)


def _wanted(part: ClaimPart, decided: Decided) -> bool:
    if part.direction in ("up", "down"):
        return decided.higher is not None and decided.higher == (part.direction == "up")
    return decided.direction == part.direction


def _shortfall(part: ClaimPart, decided: Decided) -> str | None:
    if part.at_least is not None and (
        decided.estimate is None or abs(decided.estimate) < part.at_least
    ):
        return f"the effect is smaller than the {part.at_least:g} that the claim asks for"
    if part.above is not None and (decided.conf_low is None or decided.conf_low <= part.above):
        return f"the lower confidence limit does not exceed the goal of {part.above:g}"
    return None


def _of_margin(study: Study, decided: Decided) -> _Part:
    """Equivalence is an interval inside a margin that was stated with its reason; a non-significant difference is not."""
    margin = study.comparisons[decided.comparison].margin
    if margin is None or decided.conf_low is None or decided.conf_high is None:
        return _Part(
            UNKNOWN,
            f"{named(study, decided)}: {decided.reason or 'no interval or no margin'}",
            decided.evidence,
        )
    inside = -margin < decided.conf_low and decided.conf_high < margin
    outside = decided.conf_low > margin or decided.conf_high < -margin
    word = "inside" if inside else "outside" if outside else "not inside"
    return _Part(
        HOLDS if inside else OPPOSES if outside else FAILS,
        f"{named(study, decided)}: {shown(decided)}; {word} the margin of {margin:g}.",
        decided.evidence,
        decided.confirmatory,
    )


def _of_one_margin(study: Study, decided: Decided) -> _Part:
    """Non-inferiority is an interval whose worse end lies within a margin that was stated with its reason."""
    margin = study.comparisons[decided.comparison].margin
    if (
        margin is None
        or decided.improves is None
        or decided.conf_low is None
        or decided.conf_high is None
    ):
        return _Part(
            UNKNOWN,
            f"{named(study, decided)}: {decided.reason or 'no interval, no margin or no direction that is better'}",
            decided.evidence,
        )
    worst, best = (
        (-decided.conf_low, -decided.conf_high)
        if decided.improves == "up"
        else (decided.conf_high, decided.conf_low)
    )
    bearing, word = (
        (HOLDS, "within")
        if worst < margin
        else (OPPOSES, "beyond")
        if best > margin
        else (FAILS, "not within")
    )
    return _Part(
        bearing,
        f"{named(study, decided)}: {shown(decided)}; at worst {word} the margin of {margin:g}.",
        decided.evidence,
        decided.confirmatory,
    )


def _of_absence(study: Study, claim: Claim, tables: Mapping[str, pl.DataFrame]) -> _Part:
    """No event of the kind among those counted; the upper limit comes from the results, never from here."""
    events = tables.get("events")
    if events is None:
        return _Part(UNKNOWN, "The study has no list of adverse events.")
    unknown = [
        column
        for column in claim.events.columns
        if column in events.columns and events.height and events[column].null_count()
    ]
    subjects = tables["subjects"]
    population = study.populations.get(claim.population or "")
    counted = subjects.filter(population.where.expr()) if population else subjects
    if counted.height == 0:
        return _Part(
            UNKNOWN,
            f"Nobody is in the population {claim.population!r}."
            if population
            else "There is no subject.",
        )
    strangers = events.filter(
        claim.events.expr()
        & ~pl.col("subject").is_in(subjects["subject"].implode()).fill_null(value=False)
    )
    matching = events.filter(
        claim.events.expr() & pl.col("subject").is_in(counted["subject"].implode())
    )
    limit = _upper_limit(claim, tables["results"])
    n = matching["subject"].n_unique()
    seen = f"{_events(matching.height)} in {n} of {counted.height} subjects ({claim.events})."
    if matching.height:
        return _Part(OPPOSES, seen, limit.evidence)
    if strangers.height:
        return _Part(
            UNKNOWN,
            f"{seen} But the subjects of {_events(strangers.height)} of the kind are nobody in the table of subjects.",
            limit.evidence,
        )
    if unknown:
        return _Part(
            UNKNOWN, f"{seen} But {', '.join(unknown)} is not known of every event.", limit.evidence
        )
    return _Part(HOLDS, f"{seen}{limit.reason}", limit.evidence, confirmatory=True)


def _events(number: int) -> str:
    return f"{number} event{'' if number == 1 else 's'}"


def _upper_limit(claim: Claim, results: pl.DataFrame) -> _Part:
    """The row of an analysis of events whose level names the same conditions, as "related_product=true"."""
    names = [f"{part.column}={str(part.value).lower()}" for part in claim.events] or ["any"]
    rows = results.filter(
        (pl.col("stat") == "conf_high")
        & pl.col("level").is_in(names)
        & pl.col("endpoint").is_null()
        & pl.col("group").is_null()
    )
    rows = rows.filter(pl.col("population") == claim.population) if claim.population else rows
    if len(names) != 1 or rows.height == 0:
        return _Part(UNKNOWN, "")
    row = rows.row(0, named=True)
    percent = (
        f" The upper confidence limit of the share of subjects is {100 * row['value']:.1f} %."
        if row["value"] is not None
        else ""
    )
    return _Part(HOLDS, percent, (row["id"],))


def _of_agreement(claim: Claim, results: pl.DataFrame) -> _Part:
    quantity = results.filter(pl.col("analysis") == claim.analysis)
    quantity = quantity.filter(pl.col("term") == claim.term) if claim.term else quantity
    rows = quantity.filter(pl.col("stat").is_in(["estimate", "conf_low"]))
    if why := refusals_among(quantity["error"]):
        return _Part(UNKNOWN, why, tuple(rows["id"]))
    values = {row["stat"]: row for row in rows.iter_rows(named=True)}
    low = values.get("conf_low", {}).get("value")
    evidence = tuple(rows["id"])
    if low is None or claim.at_least is None:
        return _Part(
            UNKNOWN,
            f"The analysis {claim.analysis!r} gave no lower limit, or the claim states no goal.",
            evidence,
        )
    bearing = HOLDS if low > claim.at_least else FAILS
    return _Part(
        bearing,
        f"Lower confidence limit {low:.3g}, goal {claim.at_least:g}.",
        evidence,
        confirmatory=True,
    )
