"""Hypotheses: one endpoint.comparison each, decided by its main analysis at the study's alpha, adjusted in its family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.declare import Decision, Hypothesis
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.results.plan import declared, handlings
from dermoutcomes.results.tasks import resolved_options

if TYPE_CHECKING:
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Family, Study

__all__ = ["Decided", "decide"]


@frozen
class Decided:
    """A hypothesis with what its main analysis said and what its family made of it. `direction` is improved, worsened or none."""

    name: str
    endpoint: str
    comparison: str
    analysis: str | None
    population: str | None
    family: str | None = None
    method: str | None = None
    quantity: str = "estimate"
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    std_error: float | None = None
    df: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    alpha: float = 0.05
    rejected: bool | None = None
    direction: str | None = None
    higher: bool | None = None
    confirmatory: bool = False
    evidence: tuple[str, ...] = ()
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """As a row of the table `hypotheses`."""
        from attrs import asdict

        row = asdict(self)
        for name in ("quantity", "std_error", "df", "higher"):
            del row[name]
        return {"hypothesis": row.pop("name"), **row, "evidence": list(self.evidence)}


def decide(study: Study, registry: Registry, results: pl.DataFrame, confirmatory: Callable[[str], bool]) -> tuple[Decided, ...]:
    """Every hypothesis of the study, in file order.

    `confirmatory(item)` says whether "endpoints.X" or "multiplicity.X" was fixed before the data were seen.
    """
    main = results.filter(pl.col("analysis_role") == "main")
    found = {name: _tested(study, registry, name, main) for name in study.hypotheses()}
    for family_name, family in study.multiplicity.items():
        found.update(_adjusted(study, registry, family_name, family, found))
    primaries = [name for name in found if study.endpoints[found[name].endpoint].role == "primary"]
    return tuple(_with_standing(study, decided, primaries, confirmatory) for decided in found.values())


def _tested(study: Study, registry: Registry, name: str, main: pl.DataFrame) -> Decided:
    endpoint_name, comparison = name.split(".", 1)
    endpoint = study.endpoints[endpoint_name]
    blank = Decided(name, endpoint_name, comparison, endpoint.analyses[0] if endpoint.analyses else None,
                    endpoint.populations[0] if endpoint.populations else None, alpha=study.study.alpha)
    if blank.analysis is None:
        return evolve(blank, reason="The endpoint has no analysis.")
    analysis, given = declared(study, registry, blank.analysis)
    if analysis.decides is None:
        return evolve(blank, reason=f"The analysis {analysis.label} describes; it decides nothing.")
    rows = main.filter((pl.col("endpoint") == endpoint_name) & (pl.col("comparison") == comparison)
                       & (pl.col("handling") == handlings(endpoint)[0]) & pl.col("level").is_null() & pl.col("at").is_null()
                       & (pl.col("term") == analysis.decides) & _compared(study, comparison))
    values: dict[str, float | None] = {row["stat"]: row["value"] for row in rows.iter_rows(named=True)}
    errors = dict.fromkeys(row["error"] for row in rows.iter_rows(named=True) if row["error"])
    null = getattr(resolved_options(analysis, given, blank.analysis), "null", analysis.null)
    higher = _higher(values, null, inverse=analysis.inverse)
    improves = "up" if analysis.oriented else endpoint.improves or _improves(registry, endpoint.measure)
    return evolve(
        blank, quantity=analysis.decides.replace("_", " ") if analysis.oriented else "estimate",
        estimate=values.get("estimate"), conf_low=values.get("conf_low"), conf_high=values.get("conf_high"),
        std_error=values.get("std_error"), df=values.get("df"), p_value=values.get("p_value"), p_adjusted=values.get("p_value"), higher=higher, direction=_direction(higher, improves), evidence=tuple(rows["id"]),
        rejected=None if (p := values.get("p_value")) is None else p <= study.study.alpha,
        reason=" ".join(dict.fromkeys(errors)) or ("" if values.get("p_value") is not None else "The main analysis gave no p-value."),
    )


def _compared(study: Study, comparison: str) -> pl.Expr:
    """Rows of the comparison itself, not those of one of its arms."""
    return pl.col("reference_group").is_not_null() if study.comparisons[comparison].arm else pl.col("group").is_null()


def _improves(registry: Registry, measure: str | None) -> str | None:
    parameter = registry.parameter(measure or "")
    return parameter.improves if parameter else None


def _higher(values: Mapping[str, float | None], null: float | None, *, inverse: bool) -> bool | None:
    """Whether the values of the endpoint are higher, which a term may say the other way round."""
    estimate = values.get("estimate")
    return None if estimate is None or null is None or estimate == null else (estimate > null) != inverse


def _direction(higher: bool | None, improves: str | None) -> str | None:  # noqa: FBT001 - a fact, not a switch
    if higher is None:
        return "none"
    if improves is None:
        return "up" if higher else "down"
    return "improved" if higher == (improves == "up") else "worsened"


def _adjusted(study: Study, registry: Registry, name: str, family: Family, found: Mapping[str, Decided]) -> dict[str, Decided]:
    members = [found[hypothesis] for hypothesis in family.hypotheses]
    if family.method is None:
        return {member.name: evolve(member, family=name, method=None, reason=member.reason or f"Not adjusted: {family.none}") for member in members}
    adjustment = registry.adjustments[family.method]
    options = _options(adjustment.options, family, name)
    asked = tuple(Hypothesis(member.name, member.p_value, member.estimate, member.std_error, member.df) for member in members)
    with blamed(f"multiplicity.{name}: the adjustment {adjustment.name!r}"):
        decisions = {decision.name: decision for decision in adjustment.decide(asked, study.study.alpha, options)}
    if absent := [member.name for member in members if member.name not in decisions]:
        raise PluginError(f"the adjustment {adjustment.name!r} decided nothing about {', '.join(absent)}")
    return {member.name: _decided(member, decisions[member.name], name, adjustment.label) for member in members}


def _decided(member: Decided, decision: Decision, family: str, label: str) -> Decided:
    return evolve(member, family=family, method=label, p_adjusted=decision.p_adjusted, rejected=decision.rejected,
                  reason=member.reason or decision.reason)


def _options(cls: type, family: Family, name: str) -> Any:
    from dermoutcomes.errors import StudyError
    from dermoutcomes.options import parse_options

    problems: list[Any] = []
    options = parse_options(family.options, cls, path=f"multiplicity.{name}.options", problems=problems)
    if problems:
        raise StudyError(problems)
    return options


def _with_standing(study: Study, decided: Decided, primaries: list[str], confirmatory: Callable[[str], bool]) -> Decided:
    """Confirmatory: fixed before the data, and either in an adjusted family or the only primary hypothesis there is."""
    family = study.multiplicity.get(decided.family or "")
    adjusted = family is not None and family.method is not None
    alone = primaries == [decided.name]
    fixed = confirmatory(f"endpoints.{decided.endpoint}") and (not adjusted or confirmatory(f"multiplicity.{decided.family}"))
    return evolve(decided, confirmatory=fixed and (adjusted or alone))
