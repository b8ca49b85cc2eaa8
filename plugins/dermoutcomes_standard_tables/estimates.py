"""Estimates side by side: of one comparison by every analysis of it, and by subgroup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes.report import (
    Line,
    Rich,
    Row,
    Table,
    TableSpec,
    by,
    columns,
    estimate,
    foot,
    lines,
    population,
    rich,
    shown,
)

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = [
    "sensitivity",
    "sensitivity_shell",
    "subgroups",
    "subgroups_shell",
]

Result: TypeAlias = "Mapping[str, Any]"
CELLS = ("estimate", "conf_low", "conf_high", "n_with_event", "denominator")
# What tells the analyses of one comparison apart.
WAYS = ("analysis", "population", "handling")
MAIN = "main"
NOT_DECIDING = (
    "The line marked main decides; the others show how far its result rests on how it was reached. "
    "P is that of each test alone, not adjusted."
)
INTERACTION = (
    "P is that of the interaction: of whether the effect differs between the levels, in the model "
    "of the main analysis. Within a level nothing is tested."
)
NO_INTERACTION = (
    "Within a level nothing is tested, and the main analysis has no test of whether levels differ: "
    "intervals that overlap or do not are no such test."
)


def sensitivity_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint that is compared in several ways, with the comparisons and no analysis."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        compared, populations = endpoint.compare, endpoint.populations
        several = (endpoint.analyses, () if choice.population else populations, endpoint.handling)
        if compared and any(len(ways) > 1 for ways in several):
            yield _sensitivity_spec(outline, name).filled(
                Row((rich(outline.comparison_name(one)),), look="group") for one in compared
            )


def sensitivity(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Each comparison of an endpoint by every analysis, population and handling of it.

    Only the quantity that an analysis is about: the one that decides with it. Comparisons, analyses,
    populations and handlings in the order of the endpoint, so that what decides comes first.
    """
    for name in choice.endpoints or material.in_order:
        endpoint = material.study.endpoints[name]
        results = [
            row
            for row in material.results_of(name)
            if row["comparison"] is not None
            and row["subgroup"] is None
            and row["level"] is None
            and (not choice.population or row["population"] == choice.population)
            and _is_shown(material, row)
        ]
        main = {item for row in material.hypotheses for item in row["evidence"] or ()}
        rows: list[Row] = []
        for comparison, own in _sorted(by(results, "comparison"), (endpoint.compare,)):
            ways = by(own, *WAYS)
            # Of one way alone there is nothing to see side by side.
            if len(ways) > 1:
                rows.append(Row((rich(material.comparison_name(*comparison)),), look="group"))
                orders = (endpoint.analyses, endpoint.populations, endpoint.handling)
                for _, way in _sorted(ways, orders):
                    rows += _way(material, way, main)
        if rows:
            yield _sensitivity_spec(material, name).filled(rows, remarks=(NOT_DECIDING,))


def _sorted(
    groups: Mapping[tuple[Any, ...], list[Result]], orders: Sequence[Sequence[str]]
) -> list[tuple[tuple[Any, ...], list[Result]]]:
    """Groups by the place of each part of their key in its order; what no order has comes last."""
    return sorted(
        groups.items(),
        key=lambda group: [
            order.index(part) if part in order else len(order)
            for part, order in zip(group[0], orders, strict=True)
        ],
    )


def _is_shown(material: Material, row: Result) -> bool:
    analysis = material.analysis(row["analysis"])
    return analysis is not None and row["term"] == (analysis.shows or analysis.decides)


def _way(material: Material, results: Sequence[Result], main: set[str]) -> Iterator[Row]:
    first = results[0]
    is_main = any(row["id"] in main for row in results)
    for line in lines(results):
        if "estimate" not in line.stats:
            continue
        yield Row(
            (
                rich(material.analysis_name(first["analysis"])),
                rich(material.population_name(first["population"])),
                rich(material.handling_name(first["handling"])),
                rich(shown(material, line.stats.get("n"))),
                _estimate(material, line),
                rich(shown(material, line.stats.get("p_value") or _tested(material, line))),
                rich(MAIN if is_main else ""),
            ),
            look="inset",
        )


def _tested(material: Material, line: Line) -> Result | None:
    """The p-value of an analysis that shows another quantity than the one that it tests."""
    key, first = line.key, line.rows[0]
    analysis = material.analysis(key["analysis"])
    if analysis is None or analysis.shows is None:
        return None
    shared = (*WAYS, "comparison", "subgroup", "visit", "group", "reference_group", "at")
    return next(
        (
            row
            for row in material.results_of(first["endpoint"])
            if row["stat"] == "p_value"
            and row["term"] == analysis.decides
            and row["level"] is None
            and all(row[name] == first[name] for name in shared)
        ),
        None,
    )


def _estimate(material: Material, line: Line) -> Rich:
    return estimate(material, {name: line.stats[name] for name in CELLS if name in line.stats})


def _sensitivity_spec(outline: Outline, name: str) -> TableSpec:
    heads = ("Analysis", "Population", "Missing values", "n", "Estimate (CI)", "P", "")
    return TableSpec(
        f"Main and sensitivity analyses: {outline.endpoint_name(name)}",
        columns(heads, "lllrvrl"),
        foot(outline),
    )


def subgroups_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint that is analysed by subgroup, with the levels and no number."""
    for name in choice.endpoints or outline.in_order:
        factors = outline.study.endpoints[name].subgroups
        if factors:
            rows: list[Row] = []
            for factor in factors:
                rows.append(Row((rich(factor), (), (), ()), look="system"))
                rows += [
                    Row((rich(level), (), (), ()), look="inset")
                    for level in outline.study.subgroups[factor].levels
                ]
            yield _subgroup_spec(outline, name).filled(rows)


def subgroups(material: Material, choice: TableChoice) -> Iterator[Table]:
    """The main quantity of each comparison by level of each subgroup, and whether levels differ."""
    for name in choice.endpoints or material.in_order:
        endpoint = material.study.endpoints[name]
        wanted = choice.population or endpoint.populations[0]
        results = [
            row
            for row in material.results_of(name)
            if row["comparison"] is not None
            and row["subgroup"] is not None
            and row["level"] is None
            and row["population"] == wanted
            and row["analysis"] == next(iter(endpoint.analyses), None)
            and row["handling"] == material.described_handling(endpoint)
            and _is_shown(material, row)
        ]
        rows: list[Row] = []
        tests: list[Result] = []
        for (comparison,), own in by(results, "comparison").items():
            rows.append(Row((rich(material.comparison_name(comparison)),), look="group"))
            for (factor,), of_factor in by(own, "subgroup").items():
                test = material.interaction_p(of_factor[0], factor)
                tests += [test] if test else []
                rows += _factor(material, factor, of_factor, test)
        if rows:
            yield _subgroup_spec(material, name).filled(
                rows,
                remarks=(INTERACTION if tests else NO_INTERACTION,),
                population=population(material, results),
            )


def _factor(
    material: Material, factor: str, results: Sequence[Result], test: Result | None
) -> Iterator[Row]:
    levels = {
        level: [line for line in lines(own) if "estimate" in line.stats]
        for (level,), own in by(results, "subgroup_level").items()
    }
    yield Row((rich(factor), (), (), rich(shown(material, test))), look="system")
    order = list(material.study.subgroups[factor].levels)
    for level in sorted(levels, key=order.index):
        for line in levels[level]:
            yield Row(
                (
                    rich(level),
                    rich(shown(material, line.stats.get("n"))),
                    _estimate(material, line),
                    (),
                ),
                look="inset",
            )


def _subgroup_spec(outline: Outline, name: str) -> TableSpec:
    heads = ("Subgroup", "n", "Estimate (CI)", "P")
    return TableSpec(
        f"Subgroups: {outline.endpoint_name(name)}", columns(heads, "lrvr"), foot(outline)
    )
