"""What speaks against a verdict in the same study, in sentences that stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.decisions.verdict_text import effect_text, hypothesis_label
from dermoutcomes.tables import empty
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypothesis_result import HypothesisResult
    from dermoutcomes.study import Claim, Study

__all__ = ["counter_evidence", "is_controlled"]

NOT_ASKED_OF = "It is not stated whether subjects were asked about events (solicited)."
NO_CONTROL = "It compares visits, for which the study has no control."
SIDES = "Sides were not stated to be randomised."
# The check that finds visits half a year from the baseline.
SEASON_CHECK = "opposite_season"
MOST_OTHERS = 4


def is_controlled(study: Study, hypothesis: str) -> bool:
    """Whether a hypothesis sets one treatment against another, in a design that has another."""
    endpoint, _, comparison = hypothesis.partition(".")
    return study.study.design != "single-arm" and (
        study.comparisons[comparison].arm is not None
        or study.endpoints[endpoint].difference is not None
    )


def counter_evidence(
    study: Study,
    claim: Claim,
    hypotheses: Mapping[str, HypothesisResult],
    tables: Mapping[str, pl.DataFrame],
) -> list[str]:
    """Design, conduct and other results of the study that a reader of the verdict should know.

    Each sentence stands once: no control and another season, admission by the outcome, sides and
    raters of which nothing is stated, other endpoints of the same measurement, and an interval that
    says something else than the adjusted test.
    """
    if claim.kind == "absence":
        return [NOT_ASKED_OF] if claim.solicited is None else []
    own = [hypotheses[part.hypothesis] for part in claim.all_of if part.hypothesis in hypotheses]
    sentences: list[str] = []
    for hypothesis in own:
        if is_controlled(study, hypothesis.name):
            sentences += _sides(study)
        else:
            sentences += _without_control(study, hypothesis, tables)
        sentences += _raters(study, hypothesis)
        sentences += _interval(study, hypothesis)
    sentences += _others(study, own, hypotheses.values())
    return list(dict.fromkeys(sentences))


def _sides(study: Study) -> Iterator[str]:
    if study.study.design == "within-subject" and not study.study.sides_randomised:
        yield SIDES


def _without_control(
    study: Study, hypothesis: HypothesisResult, tables: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    """What a control would show: seasons, and the fall of values that subjects were chosen by."""
    if study.study.design != "single-arm":
        yield NO_CONTROL
    compared = study.comparisons[hypothesis.comparison].visit or ()
    findings = tables.get("findings", empty("findings")).filter(
        pl.col("check") == SEASON_CHECK, pl.col("visit").is_in([*compared])
    )
    for row in findings.sort("visit").iter_rows(named=True):
        yield (
            f"Season: {row['found']} had {study.visits[row['visit']].name} in the season opposite to "
            "their baseline, "
            "and there is no control."
        )
    measure = study.endpoints[hypothesis.endpoint].measure
    for name, condition in study.eligibility.items():
        admitted_by = study.endpoints.get(name)
        if admitted_by is not None and measure and admitted_by.measure == measure:
            yield (
                f"Subjects were admitted by this outcome ({admitted_by.name} {condition}): without "
                "a control, regression to the mean alone makes it better."
            )


def _raters(study: Study, hypothesis: HypothesisResult) -> Iterator[str]:
    rater = study.endpoints[hypothesis.endpoint].rater
    if rater is not None and not rater.blinded:
        said = "was not blinded" if rater.blinded is False else "is not stated to have been blinded"
        yield f"The rater ({rater.role}) {said}."


def _interval(study: Study, hypothesis: HypothesisResult) -> Iterator[str]:
    """An interval that is not adjusted, where it does not say what the adjusted test decided."""
    low, high, null = hypothesis.conf_low, hypothesis.conf_high, hypothesis.null
    if None in (low, high, null) or hypothesis.rejected is None or not hypothesis.method:
        return
    excludes = not low <= null <= high  # type: ignore[operator]
    # Intervals are of the single comparison: beside a procedure for several they may disagree.
    if excludes != hypothesis.rejected:
        verb, other = ("excludes", "does not") if excludes else ("includes", "rejects it")
        yield (
            f"The interval of {hypothesis_label(study, hypothesis)} is not adjusted and {verb} no "
            f"effect; the adjusted test {other}."
        )


def _others(
    study: Study, own: Iterable[HypothesisResult], everything: Iterable[HypothesisResult]
) -> list[str]:
    """Other endpoints of the same measurement that got worse, or that did not change."""
    own = list(own)
    endpoints = {hypothesis.endpoint for hypothesis in own}
    occasions = {_occasion(study, hypothesis) for hypothesis in own}
    others = [
        hypothesis
        for hypothesis in everything
        if hypothesis.endpoint not in endpoints
        and _occasion(study, hypothesis) in occasions
        and hypothesis.p_value is not None
    ]
    worse = [
        f"In the same measurement, worse: {_effect(study, other)}."
        for other in others
        if other.direction == "worsened" and (other.p_value or 0) <= study.study.alpha
    ]
    unchanged = [
        f"In the same measurement, no change shown: {_effect(study, other)}."
        for other in others
        if (other.p_value or 0) > study.study.alpha
    ]
    # What got worse first: only so many sentences are shown.
    sentences = [*worse, *unchanged]
    more = len(sentences) - MOST_OTHERS
    rest = [f"And {more} more endpoints of the same measurement."] if more > 0 else []
    return [*sentences[:MOST_OTHERS], *rest]


def _occasion(study: Study, hypothesis: HypothesisResult) -> tuple[object, ...]:
    """What is one measurement: an instrument or scale, its rater, and what is compared of it."""
    endpoint = study.endpoints[hypothesis.endpoint]
    comparison = study.comparisons[hypothesis.comparison]
    owner = (endpoint.measure or hypothesis.endpoint).partition(".")[0]
    # Change from baseline and the value at the same visit are of one measurement.
    visits = tuple(name for name in comparison.visit or () if name != BASELINE)
    return owner, endpoint.rater.role if endpoint.rater else None, comparison.arm, visits


def _effect(study: Study, hypothesis: HypothesisResult) -> str:
    return f"{hypothesis_label(study, hypothesis)}: {effect_text(study, hypothesis)}"
