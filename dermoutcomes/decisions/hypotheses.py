"""Hypotheses: one endpoint.comparison each.

Each is decided by its main analysis at the study's alpha, adjusted in its family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve

from dermoutcomes.decisions.gates import Level, level_of
from dermoutcomes.decisions.hypothesis_result import HypothesisResult
from dermoutcomes.decisions.verdict_text import better_estimate
from dermoutcomes.declare import Decision, Hypothesis
from dermoutcomes.declare.tasks.refusals import refusals_among
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.number_text import STYLES
from dermoutcomes.results.tasks import analysis_options
from dermoutcomes.study.family_levels import family_options, in_gate_order, within_alpha
from dermoutcomes.study.task_plan import analysis_with_options, handlings

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Parameter
    from dermoutcomes.number_text import Style
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["correlations", "decide"]

OUTSIDE = (
    "Exploratory: other families use the whole alpha already, or its procedure holds no familywise "
    "error."
)


def decide(
    study: Study,
    registry: Registry,
    results: pl.DataFrame,
    confirmatory: Callable[[str], bool],
    undecided: Mapping[str, str] = MappingProxyType({}),
) -> tuple[HypothesisResult, ...]:
    """Every hypothesis of the study, in file order.

    `confirmatory(item)` says whether "endpoints.X" or "multiplicity.X" was fixed before the data
    were seen. `undecided` says of endpoints why nothing is decided about them. Raises PluginError
    where an adjustment answers what cannot be.
    """
    main = results.filter(pl.col("analysis_role") == "main")
    # A study has hundreds of hypotheses, and tens of thousands of results.
    by_endpoint = main.partition_by("endpoint", as_dict=True, maintain_order=True)
    hypotheses = {
        name: _test_hypothesis(
            study,
            registry,
            name,
            by_endpoint.get((name.partition(".")[0],), main.clear()),
            undecided,
        )
        for name in study.hypotheses()
    }
    correlated = correlations(registry, study, main)
    levels: dict[str, Level] = {}
    # A family is tested at what the family before it leaves, so gates are decided first.
    for family in in_gate_order(study):
        levels[family] = level_of(study, registry, family, levels, hypotheses)
        hypotheses |= _adjust_family(
            study, registry, family, hypotheses, levels[family], correlated
        )
    primaries = [
        name
        for name, hypothesis in hypotheses.items()
        if study.endpoints[hypothesis.endpoint].role == "primary"
    ]
    within = within_alpha(study, registry)
    return tuple(
        _with_standing(study, hypothesis, primaries, confirmatory, within, levels)
        for hypothesis in hypotheses.values()
    )


def _test_hypothesis(
    study: Study,
    registry: Registry,
    name: str,
    main: pl.DataFrame,
    undecided: Mapping[str, str],
) -> HypothesisResult:
    """What the main analysis says of a hypothesis, before its family is adjusted.

    `main` has the rows of main analyses of its endpoint.
    """
    endpoint_id, comparison = name.split(".", 1)
    endpoint = study.endpoints[endpoint_id]
    hypothesis = HypothesisResult(
        name,
        endpoint_id,
        comparison,
        endpoint.analyses[0] if endpoint.analyses else None,
        endpoint.populations[0] if endpoint.populations else None,
        alpha=study.study.alpha,
    )
    if hypothesis.analysis is None:
        return evolve(hypothesis, reason="The endpoint has no analysis.")
    analysis, options = analysis_with_options(study, registry, hypothesis.analysis)
    if analysis.decides is None:
        reason = f"The analysis {analysis.label} describes; it decides nothing."
        return evolve(hypothesis, reason=reason)
    rows = main.filter(_is_deciding_row(study, hypothesis, analysis.decides))
    hypothesis = evolve(hypothesis, evidence=tuple(rows["id"]), test=analysis.label)
    # Where one row of a quantity cannot be true, the others are not believed.
    if refusal := refusals_among(rows["error"]):
        return evolve(hypothesis, reason=refusal)
    if endpoint_id in undecided:
        return evolve(hypothesis, reason=undecided[endpoint_id])
    hypothesis = _with_statistics(hypothesis, rows)
    parameter = registry.parameter(endpoint.measure or "")
    hypothesis = _with_decimals(hypothesis, parameter, STYLES[study.outputs.style])
    hypothesis = _with_words(hypothesis, analysis, analysis.decides)
    if analysis.oriented:
        # What it estimates is of what is better, whichever way the endpoint goes.
        hypothesis = evolve(hypothesis, improves="up")
    else:
        improves = endpoint.improves or (parameter.improves if parameter else None)
        better = better_estimate(improves, analysis)
        hypothesis = evolve(hypothesis, improves=improves, better=better)
    # The null may be an option (a proportion to exceed), or else the analysis's own.
    null = _null_value(analysis, analysis_options(analysis, options, endpoint.analyses[0]))
    hypothesis = _with_direction(hypothesis, null, inverse=analysis.inverse)
    return _with_shown(study, hypothesis, analysis, main)


def _with_words(hypothesis: HypothesisResult, analysis: Analysis, name: str) -> HypothesisResult:
    """With what the quantity is called, and whether it is a ratio."""
    term = analysis.term(name)
    quantity = term.words if term is not None else ""
    is_ratio = term is not None and term.scale == "ratio"
    return evolve(hypothesis, quantity=quantity or name.replace("_", " "), is_ratio=is_ratio)


def _with_shown(
    study: Study, hypothesis: HypothesisResult, analysis: Analysis, main: pl.DataFrame
) -> HypothesisResult:
    """With the quantity that stands beside its verdict, where that is not the one that decides."""
    if analysis.shows is None:
        return hypothesis
    rows = main.filter(_is_deciding_row(study, hypothesis, analysis.shows))
    shown = _with_words(_with_statistics(hypothesis, rows), analysis, analysis.shows)
    evidence = (*hypothesis.evidence, *rows["id"])
    return evolve(hypothesis, evidence=evidence, shown=shown)


def correlations(
    registry: Registry, study: Study, main: pl.DataFrame
) -> dict[str, dict[str, float]]:
    """Correlations of two estimates: hypothesis, the other hypothesis, from -1 to 1.

    As far as one run of a main analysis gave them. `main` has the rows of main analyses.
    """
    by_hypothesis: dict[str, dict[str, float]] = {}
    rows = main.filter(
        (pl.col("stat") == "correlation")
        & pl.col("level").is_not_null()
        & pl.col("value").is_not_null()
    )
    for row in rows.iter_rows(named=True):
        endpoint = study.endpoints.get(row["endpoint"] or "")
        if endpoint is None or not endpoint.analyses or row["handling"] != handlings(endpoint)[0]:
            continue
        analysis, _ = analysis_with_options(study, registry, endpoint.analyses[0])
        if row["term"] == analysis.decides:
            # The row stands with the first comparison and names the second as its level.
            first, second = (
                f"{row['endpoint']}.{row[column]}" for column in ("comparison", "level")
            )
            by_hypothesis.setdefault(first, {})[second] = row["value"]
    return by_hypothesis


def _is_deciding_row(study: Study, hypothesis: HypothesisResult, term: str) -> pl.Expr:
    """Rows of the term of the comparison itself, not those of one of its arms or levels."""
    of_comparison = (
        pl.col("reference_group").is_not_null()
        if study.comparisons[hypothesis.comparison].arm
        else pl.col("group").is_null()
    )
    main_handling = handlings(study.endpoints[hypothesis.endpoint])[0]
    return (
        (pl.col("endpoint") == hypothesis.endpoint)
        & (pl.col("comparison") == hypothesis.comparison)
        & (pl.col("handling") == main_handling)
        & pl.col("level").is_null()
        & pl.col("at").is_null()
        & (pl.col("term") == term)
        & of_comparison
    )


def _with_statistics(hypothesis: HypothesisResult, rows: pl.DataFrame) -> HypothesisResult:
    """The numbers of its deciding rows; p is the adjusted p too until a family says otherwise."""
    stats = rows["stat"].to_list()
    values: dict[str, float | None] = dict(zip(stats, rows["value"].to_list(), strict=True))
    units: dict[str, str | None] = dict(zip(stats, rows["unit"].to_list(), strict=True))
    errors = dict.fromkeys(error for error in rows["error"].to_list() if error)
    p_value = values.get("p_value")
    lacking = "" if p_value is not None else "The main analysis gave no p-value."
    return evolve(
        hypothesis,
        estimate=values.get("estimate"),
        conf_low=values.get("conf_low"),
        no_interval=_sentence_of(rows, "conf_low"),
        conf_high=values.get("conf_high"),
        std_error=values.get("std_error"),
        df=values.get("df"),
        p_value=p_value,
        p_adjusted=p_value,
        # For a hypothesis of no family, which is tested at the study's alpha.
        rejected=None if p_value is None else p_value <= hypothesis.alpha,
        unit=units.get("estimate"),
        counts=_share_counts(values),
        reason=" ".join(errors) or lacking,
    )


def _sentence_of(rows: pl.DataFrame, stat: str) -> str:
    """Why a statistic could not be computed, without the code; "" where it could."""
    errors = zip(rows["stat"].to_list(), rows["error"].to_list(), strict=True)
    first = next((error for own, error in errors if own == stat and error is not None), "")
    return first.partition(": ")[2]


def _share_counts(values: Mapping[str, float | None]) -> tuple[float, float] | None:
    """How many of how many, where the estimate is their share."""
    n_with_event, denominator = values.get("n_with_event"), values.get("denominator")
    return None if n_with_event is None or denominator is None else (n_with_event, denominator)


def _with_decimals(
    hypothesis: HypothesisResult, parameter: Parameter | None, style: Style
) -> HypothesisResult:
    """With the decimals of a mean of the measure where the estimate is in its unit."""
    if parameter is None or not hypothesis.unit or hypothesis.unit != parameter.unit:
        return hypothesis
    return evolve(hypothesis, decimals=style.decimals(parameter.decimals))


def _null_value(analysis: Analysis, options: Any) -> float | None:
    """What "no effect" is; None for a test against a margin, which shows no direction."""
    null: float | None = None if analysis.margin else getattr(options, "null", analysis.null)
    return null


def _with_direction(
    hypothesis: HypothesisResult, null: float | None, *, inverse: bool
) -> HypothesisResult:
    """Whether values are higher and whether that is better.

    `inverse` is of a term that falls as the values of the endpoint rise, as a hazard ratio does.
    """
    estimate = hypothesis.estimate
    hypothesis = evolve(hypothesis, null=null)
    if estimate is None or null is None or estimate == null:
        return evolve(hypothesis, direction="none")
    higher = (estimate > null) != inverse
    if hypothesis.improves is None:
        direction = "up" if higher else "down"
    else:
        direction = "improved" if higher == (hypothesis.improves == "up") else "worsened"
    return evolve(hypothesis, higher=higher, direction=direction)


def _adjust_family(
    study: Study,
    registry: Registry,
    family_id: str,
    hypotheses: Mapping[str, HypothesisResult],
    level: Level,
    correlated: Mapping[str, Mapping[str, float]],
) -> dict[str, HypothesisResult]:
    """The members of a family as its procedure decides them at its level."""
    family = study.multiplicity[family_id]
    members = [hypotheses[name] for name in family.hypotheses]
    if family.method is None:
        not_adjusted = f"Not adjusted: {family.none}"
        return {
            member.name: evolve(
                member, family=family_id, method=None, reason=member.reason or not_adjusted
            )
            for member in members
        }
    adjustment = registry.adjustments[family.method]
    tests = tuple(
        Hypothesis(
            member.name,
            member.p_value,
            member.estimate,
            member.std_error,
            member.df,
            sided=study.study.sided,
            correlations=correlated.get(member.name, {}),
        )
        for member in members
    )
    options = family_options(registry, family, family_id)
    with blamed(f"multiplicity.{family_id}: the adjustment {adjustment.name!r}"):
        decisions = {
            decision.name: decision for decision in adjustment.decide(tests, level.alpha, options)
        }
    _check_decisions(adjustment.name, family.hypotheses, decisions)
    return {
        member.name: _with_decision(
            evolve(member, family=family_id, method=adjustment.label),
            decisions[member.name],
            level,
        )
        for member in members
    }


def _check_decisions(
    adjustment: str, hypotheses: tuple[str, ...], decisions: Mapping[str, Decision]
) -> None:
    """Raise PluginError where a hypothesis is not decided, or an adjusted p-value cannot be."""
    if undecided := [name for name in hypotheses if name not in decisions]:
        raise PluginError(
            f"the adjustment {adjustment!r} decided nothing about {', '.join(undecided)}"
        )
    for decision in decisions.values():
        p = decision.p_adjusted
        # Above 1 by no more than the rounding of its arithmetic is no fault.
        if p is not None and not 0 <= p <= 1 + 1e-9:
            raise PluginError(
                f"the adjustment {adjustment!r} gave {p:g} as adjusted p-value of "
                f"{decision.name}; expected a number from 0 to 1"
            )


def _with_decision(member: HypothesisResult, decision: Decision, level: Level) -> HypothesisResult:
    """The decision of the family.

    Where a gate stands before it, no adjusted p-value is below that of the gate.
    """
    p = decision.p_adjusted
    return evolve(
        member,
        alpha=level.alpha,
        p_adjusted=None if p is None else max(p, min(1.0, level.gate_p)),
        rejected=decision.rejected and level.open,
        reason=member.reason or (decision.reason if level.open else level.reason),
    )


def _with_standing(
    study: Study,
    hypothesis: HypothesisResult,
    primaries: list[str],
    confirmatory: Callable[[str], bool],
    within: frozenset[str],
    levels: Mapping[str, Level],
) -> HypothesisResult:
    """Confirmatory or exploratory.

    Confirmatory is what was fixed before the data, and is in an adjusted family within alpha whose
    gate opened, or is the only primary hypothesis.
    """
    fixed = confirmatory(f"endpoints.{hypothesis.endpoint}")
    family_id = hypothesis.family or ""
    family = study.multiplicity.get(family_id)
    if family is None or family.method is None:
        return evolve(hypothesis, confirmatory=fixed and primaries == [hypothesis.name])
    # The gates of a family are itself and all before it: a chain is as fixed as its weakest link.
    fixed = fixed and all(confirmatory(f"multiplicity.{gate}") for gate in study.gates(family_id))
    if family_id not in within:
        return evolve(hypothesis, confirmatory=False, reason=hypothesis.reason or OUTSIDE)
    return evolve(hypothesis, confirmatory=fixed and levels[family_id].open)
