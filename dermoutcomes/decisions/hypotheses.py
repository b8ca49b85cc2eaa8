"""Hypotheses: one endpoint.comparison each, decided by its main analysis at the study's alpha, adjusted in its family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.declare import Decision, Hypothesis
from dermoutcomes.declare.refusals import refusals_among
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.results.tasks import resolved_options
from dermoutcomes.study.family_levels import (
    Level,
    family_options,
    gates_first,
    level_of,
    within_alpha,
)
from dermoutcomes.study.task_plan import analysis_with_options, handlings

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["Decided", "correlations", "decide"]

OUTSIDE = "Exploratory: other families use the whole alpha already, or its procedure holds no familywise error."


@frozen
class Decided:
    """A hypothesis with what its main analysis said and what its family made of it. `direction` is improved, worsened or none.

    `improves` is the way that is better for what decided; `unit` and `decimals` are those of the estimate, `counts` the numbers of a share.
    """

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
    improves: str | None = None
    unit: str | None = None
    decimals: int | None = None
    counts: tuple[float, float] | None = None
    confirmatory: bool = False
    evidence: tuple[str, ...] = ()
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """As a row of the table `hypotheses`."""
        from attrs import asdict

        row = asdict(self)
        for name in (
            "quantity",
            "std_error",
            "df",
            "higher",
            "improves",
            "unit",
            "decimals",
            "counts",
        ):
            del row[name]
        return {"hypothesis": row.pop("name"), **row, "evidence": list(self.evidence)}


def decide(
    study: Study, registry: Registry, results: pl.DataFrame, confirmatory: Callable[[str], bool]
) -> tuple[Decided, ...]:
    """Every hypothesis of the study, in file order.

    `confirmatory(item)` says whether "endpoints.X" or "multiplicity.X" was fixed before the data were seen.
    """
    main = results.filter(pl.col("analysis_role") == "main")
    found = {name: _tested(study, registry, name, main) for name in study.hypotheses()}
    levels: dict[str, Level] = {}
    correlated = correlations(registry, study, main)
    for name in gates_first(study):
        levels[name] = level_of(study, registry, name, levels, found)
        found.update(_adjusted(study, registry, name, found, levels[name], correlated))
    primaries = [name for name in found if study.endpoints[found[name].endpoint].role == "primary"]
    within = within_alpha(study, registry)
    return tuple(
        _with_standing(study, decided, primaries, confirmatory, within, levels)
        for decided in found.values()
    )


def _tested(study: Study, registry: Registry, name: str, main: pl.DataFrame) -> Decided:
    endpoint_name, comparison = name.split(".", 1)
    endpoint = study.endpoints[endpoint_name]
    blank = Decided(
        name,
        endpoint_name,
        comparison,
        endpoint.analyses[0] if endpoint.analyses else None,
        endpoint.populations[0] if endpoint.populations else None,
        alpha=study.study.alpha,
    )
    if blank.analysis is None:
        return evolve(blank, reason="The endpoint has no analysis.")
    analysis, given = analysis_with_options(study, registry, blank.analysis)
    if analysis.decides is None:
        return evolve(blank, reason=f"The analysis {analysis.label} describes; it decides nothing.")
    rows = main.filter(
        (pl.col("endpoint") == endpoint_name)
        & (pl.col("comparison") == comparison)
        & (pl.col("handling") == handlings(endpoint)[0])
        & pl.col("level").is_null()
        & pl.col("at").is_null()
        & (pl.col("term") == analysis.decides)
        & _compared(study, comparison)
    )
    evidence = tuple(rows["id"])
    # Where one row of a quantity cannot be true, the others are not believed.
    if why := refusals_among(rows["error"]):
        return evolve(blank, evidence=evidence, reason=why)
    values: dict[str, float | None] = {
        row["stat"]: row["value"] for row in rows.iter_rows(named=True)
    }
    errors = dict.fromkeys(row["error"] for row in rows.iter_rows(named=True) if row["error"])
    unit = next(
        (row["unit"] for row in rows.iter_rows(named=True) if row["stat"] == "estimate"), None
    )
    null = (
        None
        if analysis.margin
        else getattr(resolved_options(analysis, given, blank.analysis), "null", analysis.null)
    )
    higher = _higher(values, null, inverse=analysis.inverse)
    improves = (
        "up" if analysis.oriented else endpoint.improves or _improves(registry, endpoint.measure)
    )
    return evolve(
        blank,
        quantity=analysis.decides.replace("_", " ") if analysis.oriented else "estimate",
        estimate=values.get("estimate"),
        conf_low=values.get("conf_low"),
        conf_high=values.get("conf_high"),
        std_error=values.get("std_error"),
        df=values.get("df"),
        p_value=values.get("p_value"),
        p_adjusted=values.get("p_value"),
        unit=unit,
        decimals=_decimals(registry, endpoint.measure, unit),
        counts=_counts(values),
        higher=higher,
        improves=improves,
        direction=_direction(higher, improves),
        evidence=evidence,
        rejected=None if (p := values.get("p_value")) is None else p <= study.study.alpha,
        reason=" ".join(dict.fromkeys(errors))
        or ("" if values.get("p_value") is not None else "The main analysis gave no p-value."),
    )


def correlations(
    registry: Registry, study: Study, main: pl.DataFrame
) -> dict[str, dict[str, float]]:
    """Hypothesis = other hypothesis = correlation of the two estimates, as far as one run of a main analysis gave them."""
    found: dict[str, dict[str, float]] = {}
    rows = main.filter(
        (pl.col("stat") == "correlation")
        & pl.col("level").is_not_null()
        & pl.col("value").is_not_null()
    )
    for row in rows.iter_rows(named=True):
        endpoint = study.endpoints.get(row["endpoint"] or "")
        if endpoint is None or not endpoint.analyses or row["handling"] != handlings(endpoint)[0]:
            continue
        if row["term"] == analysis_with_options(study, registry, endpoint.analyses[0])[0].decides:
            found.setdefault(f"{row['endpoint']}.{row['comparison']}", {})[
                f"{row['endpoint']}.{row['level']}"
            ] = row["value"]
    return found


def _compared(study: Study, comparison: str) -> pl.Expr:
    """Rows of the comparison itself, not those of one of its arms."""
    return (
        pl.col("reference_group").is_not_null()
        if study.comparisons[comparison].arm
        else pl.col("group").is_null()
    )


def _improves(registry: Registry, measure: str | None) -> str | None:
    parameter = registry.parameter(measure or "")
    return parameter.improves if parameter else None


def _decimals(registry: Registry, measure: str | None, unit: str | None) -> int | None:
    """The measure's decimals (one at least) for what is in its unit; None for anything else."""
    parameter = registry.parameter(measure or "")
    return max(parameter.decimals, 1) if parameter and unit and unit == parameter.unit else None


def _counts(values: Mapping[str, float | None]) -> tuple[float, float] | None:
    """How many of how many, where the estimate is their share."""
    some, every = values.get("n_with_event"), values.get("denominator")
    return None if some is None or every is None else (some, every)


def _higher(
    values: Mapping[str, float | None], null: float | None, *, inverse: bool
) -> bool | None:
    """Whether the values of the endpoint are higher, which a term may say the other way round."""
    estimate = values.get("estimate")
    return (
        None
        if estimate is None or null is None or estimate == null
        else (estimate > null) != inverse
    )


def _direction(higher: bool | None, improves: str | None) -> str | None:  # noqa: FBT001 - a fact, not a switch
    if higher is None:
        return "none"
    if improves is None:
        return "up" if higher else "down"
    return "improved" if higher == (improves == "up") else "worsened"


def _adjusted(
    study: Study,
    registry: Registry,
    name: str,
    found: Mapping[str, Decided],
    level: Level,
    correlated: Mapping[str, Mapping[str, float]],
) -> dict[str, Decided]:
    family = study.multiplicity[name]
    members = [found[hypothesis] for hypothesis in family.hypotheses]
    if family.method is None:
        return {
            member.name: evolve(
                member,
                family=name,
                method=None,
                reason=member.reason or f"Not adjusted: {family.none}",
            )
            for member in members
        }
    adjustment = registry.adjustments[family.method]
    options = family_options(registry, family, name)
    asked = tuple(
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
    with blamed(f"multiplicity.{name}: the adjustment {adjustment.name!r}"):
        decisions = {
            decision.name: decision for decision in adjustment.decide(asked, level.alpha, options)
        }
    if absent := [member.name for member in members if member.name not in decisions]:
        raise PluginError(
            f"the adjustment {adjustment.name!r} decided nothing about {', '.join(absent)}"
        )
    for decision in decisions.values():
        if decision.p_adjusted is not None and not 0 <= decision.p_adjusted <= 1 + 1e-9:
            raise PluginError(
                f"the adjustment {adjustment.name!r} gave {decision.p_adjusted:g} as adjusted p-value of "
                f"{decision.name}; expected a number from 0 to 1"
            )
    return {
        member.name: _decided(member, decisions[member.name], name, adjustment.label, level)
        for member in members
    }


def _decided(member: Decided, decision: Decision, family: str, label: str, level: Level) -> Decided:
    """The decision of the family; where a gate stands before it, no adjusted p-value is below that of the gate."""
    p = None if decision.p_adjusted is None else max(decision.p_adjusted, min(1.0, level.gate_p))
    return evolve(
        member,
        family=family,
        method=label,
        alpha=level.alpha,
        p_adjusted=p,
        rejected=decision.rejected and level.open,
        reason=member.reason or (decision.reason if level.open else level.reason),
    )


def _with_standing(
    study: Study,
    decided: Decided,
    primaries: list[str],
    confirmatory: Callable[[str], bool],
    within: frozenset[str],
    levels: Mapping[str, Level],
) -> Decided:
    """Confirmatory: fixed before the data, and in an adjusted family within alpha whose gate opened, or the only primary hypothesis."""
    name = decided.family or ""
    family = study.multiplicity.get(name)
    adjusted = family is not None and family.method is not None
    alone = primaries == [decided.name]
    if adjusted:
        stands = name in within and levels[name].open
        fixed = confirmatory(f"endpoints.{decided.endpoint}") and all(
            confirmatory(f"multiplicity.{gate}") for gate in study.gates(name)
        )
    else:
        stands, fixed = alone, confirmatory(f"endpoints.{decided.endpoint}")
    why = "" if not adjusted or name in within else OUTSIDE
    return evolve(decided, confirmatory=stands and fixed, reason=decided.reason or why)
