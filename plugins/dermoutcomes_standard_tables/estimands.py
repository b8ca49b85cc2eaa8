"""What is estimated of each endpoint, and the path on which its hypotheses are decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes.report import (
    Column,
    Row,
    Table,
    TableSpec,
    bare_foot,
    columns,
    foot,
    p_part,
    rich,
    signed,
)

if TYPE_CHECKING:
    from dermoutcomes import Endpoint, TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["estimands", "multiplicity", "multiplicity_shell"]

Hypothesis: TypeAlias = "Mapping[str, Any]"
NOT_STATED = "not stated"
FOLLOWS = (
    "The study states no estimand of this endpoint: what stands here follows from its population, "
    "comparisons, analyses and handling of missing values."
)
NO_FAMILY = "In no family: exploratory"
ORDER = (
    "A family that comes after another is tested only where that one was won, at the level that it "
    "leaves. P is adjusted within the family; both are compared with the level of the row."
)


def estimands(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The five attributes of each endpoint's estimand, and how missing values are handled.

    All of it stands in the study file, so that it is the same before and after there are data.
    """
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        rows = [Row((rich(words), rich(text))) for words, text in _attributes(outline, endpoint)]
        remarks = () if endpoint.estimand is not None else (FOLLOWS,)
        yield TableSpec(
            f"Estimand: {outline.endpoint_name(name)}",
            columns(("Attribute", "In this study"), "ll"),
            bare_foot(outline, *remarks),
        ).filled(rows)


def _attributes(outline: Outline, endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    stated = endpoint.estimand
    yield "Population", _population(outline, endpoint)
    yield "Treatment", _treatment(outline, endpoint)
    visits = ", ".join(outline.visit_name(visit) for visit in _visits(outline, endpoint))
    variable = f"{outline.endpoint_name(endpoint.id)}{f', at {visits}' if visits else ''}"
    yield "Variable", f"{variable}: {stated.variable}" if stated is not None else variable
    events = outline.study.intercurrent
    if not events:
        yield "Intercurrent events", NOT_STATED
    for event, rule in events.items():
        # The words of the estimand lead: the study file was held against them.
        own = stated.intercurrent.get(event) if stated is not None else None
        strategy = own or rule.strategy.get(endpoint.id, rule.default)
        name = outline.milestone_name(rule.milestone, rule.class_)
        yield f"Intercurrent event: {name}", strategy
    yield "Summary", stated.summary if stated is not None else _summary(outline, endpoint)
    yield "Missing values", _missing_values(outline, endpoint)


def _population(outline: Outline, endpoint: Endpoint) -> str:
    name = endpoint.populations[0] if endpoint.populations else None
    population = outline.study.populations.get(name or "")
    if population is None:
        return NOT_STATED
    conditions = "; ".join(str(condition) for condition in population.where)
    return f"{outline.population_name(name)}{f' ({signed(conditions)})' if conditions else ''}"


def _treatment(outline: Outline, endpoint: Endpoint) -> str:
    stated = endpoint.estimand.treatment if endpoint.estimand is not None else ()
    if stated:
        return " against ".join(map(outline.arm_name, stated))
    compared = dict.fromkeys(
        " against ".join(map(outline.arm_name, arms))
        for name in endpoint.compare
        if (arms := outline.study.comparisons[name].arm)
    )
    return "; ".join(compared) or "everybody is treated alike"


def _visits(outline: Outline, endpoint: Endpoint) -> tuple[str, ...]:
    """The visits that are compared, each once."""
    compared = (outline.study.comparisons[name].visit or () for name in endpoint.compare)
    return tuple(dict.fromkeys(visits[0] for visits in compared if visits))


def _summary(outline: Outline, endpoint: Endpoint) -> str:
    """What the main analysis estimates, as its declaration says."""
    main = next(iter(endpoint.analyses), None)
    analysis = outline.analysis(main)
    if analysis is None:
        return NOT_STATED
    name = outline.analysis_name(main)
    if not analysis.summary:
        return f"{NOT_STATED}; the main analysis is: {name}"
    return f"{NOT_STATED}; the main analysis ({name}) can estimate: {', '.join(analysis.summary)}"


def _missing_values(outline: Outline, endpoint: Endpoint) -> str:
    first, *others = endpoint.handling or (None,)
    sensitivity = ", ".join(map(outline.handling_name, others))
    main = outline.handling_name(first)
    return f"{main}; also, for sensitivity: {sensitivity}" if sensitivity else main


def multiplicity_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The families in their order with their hypotheses, and no number."""
    rows: list[Row] = []
    for family in _in_order(outline):
        rows.append(Row((rich(_family(outline, family)),), look="group"))
        rows += [
            Row((rich(outline.hypothesis_name(name)), (), (), (), ()), look="inset")
            for name in outline.study.multiplicity[family].hypotheses
        ]
    if rows:
        yield _multiplicity_spec(outline).filled(rows)


def multiplicity(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """Each hypothesis in the order in which it is tested, with its level and decision."""
    decided = {row["hypothesis"]: row for row in material.hypotheses}
    rows: list[Row] = []
    for family in _in_order(material):
        rows.append(Row((rich(_family(material, family)),), look="group"))
        names = material.study.multiplicity[family].hypotheses
        rows += [_hypothesis(material, decided[name]) for name in names if name in decided]
    in_families = {
        name for family in material.study.multiplicity.values() for name in family.hypotheses
    }
    alone = [row for name, row in decided.items() if name not in in_families]
    if rows and alone:
        rows.append(Row((rich(NO_FAMILY),), look="group"))
        rows += [_hypothesis(material, row) for row in alone]
    if rows:
        yield _multiplicity_spec(material).filled(rows, remarks=(ORDER,))


def _in_order(outline: Outline) -> list[str]:
    """Families as they are tested: one after that which it waits for, else as the file has them."""
    names = list(outline.study.multiplicity)
    return sorted(names, key=lambda name: len(outline.study.gates(name)))


def _family(outline: Outline, name: str) -> str:
    family = outline.study.multiplicity[name]
    words = f"{name}: {family.method or 'not adjusted'}"
    if family.after:
        words += f", after {family.gate} of {family.after}"
    return f"{words}, level {family.alpha:g}" if family.alpha is not None else words


def _hypothesis(material: Material, row: Hypothesis) -> Row:
    own = rich(p_part(material, row, row["p_value"])) if row["p_value"] is not None else ()
    is_adjusted = row["method"] and row["p_adjusted"] is not None
    adjusted = rich(p_part(material, row, row["p_adjusted"])) if is_adjusted else ()
    return Row(
        (
            rich(material.hypothesis_name(row["hypothesis"])),
            rich(f"{row['alpha']:g}"),
            own,
            adjusted,
            rich(_decision(row)),
        ),
        look="inset",
    )


def _decision(row: Hypothesis) -> str:
    if row["rejected"] is None:
        return f"not decided: {row['reason']}" if row["reason"] else "not decided"
    standing = "confirmatory" if row["confirmatory"] else "exploratory"
    return f"{'rejected' if row['rejected'] else 'not rejected'}; {standing}"


def _multiplicity_spec(outline: Outline) -> TableSpec:
    heads = ("Family and hypothesis", "Level", "P", "P in family", "Decision")
    across: tuple[Column, ...] = columns(heads, "lrrrl")
    return TableSpec("Path of the tests", across, foot(outline))
