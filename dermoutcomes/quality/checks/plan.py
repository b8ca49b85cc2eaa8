"""What the plan asks for and its analyses do not heed or cannot be held to; alpha used twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import parse_condition
from dermoutcomes.errors import nearest
from dermoutcomes.study.checks.estimands import analysis_without_summary
from dermoutcomes.study.checks.measures import improves
from dermoutcomes.study.family_levels import within_alpha
from dermoutcomes.study.task_plan import fitting_kind
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = [
    "alpha_used_twice",
    "ignored_percent",
    "responder_worse",
    "unchecked_estimand",
    "unused_adjustment",
    "used_columns",
]

PERCENT = "pct_change"
DIRECTIONS = {"<": "down", "<=": "down", ">": "up", ">=": "up"}


def unchecked_estimand(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an estimand whose main analysis does not say what it estimates.

    So the summary could not be held against it.
    """
    rows = []
    for name, endpoint in data.study.endpoints.items():
        analysis = analysis_without_summary(data.study, data.registry, name)
        if analysis is not None and endpoint.estimand is not None:
            rows.append(
                {
                    "measure": endpoint.measure,
                    "found": endpoint.estimand.summary,
                    "expected": f"what {analysis} estimates",
                    "message": f"whether {analysis} estimates the summary of {name}'s estimand "
                    "could not be checked: it does not say what it estimates",
                }
            )
    return _findings(rows)


def ignored_percent(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an endpoint that asks for percent changes and compares visits.

    Pairs of visits are compared by their change.
    """
    rows = [
        {
            "measure": endpoint.measure,
            "found": f'analyse = "{PERCENT}"',
            "expected": 'analyse = "change", or a comparison of arms',
            "message": f"{', '.join(pairs)} of {name}: two visits are compared by the change, "
            "not by the percent change",
        }
        for name, endpoint in data.study.endpoints.items()
        if endpoint.analyse == PERCENT and (pairs := _pairs(data.study, endpoint))
    ]
    return _findings(rows)


def responder_worse(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding a responder who is asked for worse values.

    Responding counts as the better outcome in every analysis and verdict.
    """
    rows = [
        {
            "measure": endpoint.measure,
            "found": condition,
            "expected": "the opposite condition, whose responders did not get worse",
            "message": f"{name} counts responders as the better outcome, "
            f"and asks them for worse values: {better} is better",
        }
        for name, endpoint in data.study.endpoints.items()
        if (better := improves(data.registry, endpoint))
        and (condition := _worsening_condition(endpoint, better))
    ]
    return _findings(rows)


def _worsening_condition(endpoint: Endpoint, better: str) -> str | None:
    """The first condition on the value or its change that points away from the better direction."""
    for key in ("value", "change", PERCENT):
        text = getattr(endpoint.responder, key, None)
        if (
            text is not None
            and DIRECTIONS.get(parse_condition(key, text).operator, better) != better
        ):
            return f'{key} = "{text}"'
    return None


def _pairs(study: Study, endpoint: Endpoint) -> list[str]:
    """Comparisons of two visits without arms."""
    comparisons = (
        (name, study.comparisons[name]) for name in endpoint.compare if name in study.comparisons
    )
    return [
        name
        for name, comparison in comparisons
        if comparison.arm is None and comparison.visit is not None
    ]


def unused_adjustment(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an endpoint with covariates or strata that none of its analyses uses.

    It is about no reading.
    """
    rows = []
    for name, endpoint in data.study.endpoints.items():
        used = used_columns(data.study, data.registry, name)
        listed = dict.fromkeys((*endpoint.covariates, *endpoint.strata))
        unused = [column for column in listed if column not in used]
        if unused and (keys := _analyses(data.study, name)):
            rows.append(_unused_row(data.study, data.registry, name, keys, unused))
    rows += _unused_factors(data.study)
    return _findings(rows)


def _unused_factors(study: Study) -> Iterator[dict[str, str | None]]:
    """The factors that nothing names: neither adjusts by them nor chooses subjects."""
    columns = {
        *(
            column
            for endpoint in study.endpoints.values()
            for column in (*endpoint.strata, *endpoint.covariates, *endpoint.among.columns)
        ),
        *(subgroup.by for subgroup in study.subgroups.values()),
        *(column for one in study.populations.values() for column in one.where.columns),
    }
    for name, factor in study.factors.items():
        if name not in columns:
            near = nearest(name, sorted(columns)) or (
                factor.source if factor.source in columns else None
            )
            yield {
                "measure": None,
                "found": name,
                "expected": f'strata = ["{name}"] in an endpoint, or no such factor',
                "message": f"the factor {name} changes nothing: no endpoint, subgroup or population "
                "names it" + (f"; they name {near}" if near else ""),
            }


def _analyses(study: Study, name: str) -> tuple[str, ...]:
    """The analyses of an endpoint, as the study calls them."""
    keys = (
        *study.endpoints[name].analyses,
        *(key for key, spec in study.analyses.items() if name in spec.endpoints),
    )
    return tuple(dict.fromkeys(keys))


def used_columns(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
    """The covariates and strata of an endpoint that an analysis of it uses."""
    uses = [
        study.analyses[key].use if key in study.analyses else key for key in _analyses(study, name)
    ]
    analyses = [registry.analyses[use] for use in uses if use in registry.analyses]
    endpoint = study.endpoints[name]
    columns = [
        column for analysis in analyses for column in endpoint.adjusting(adjusts=analysis.adjusts)
    ]
    return tuple(dict.fromkeys(columns))


def _unused_row(
    study: Study,
    registry: Registry,
    name: str,
    analyses: tuple[str, ...],
    unused: list[str],
) -> dict[str, str | None]:
    endpoint = study.endpoints[name]
    adjusting = [
        key
        for key, analysis in registry.analyses.items()
        if set(unused) <= set(endpoint.adjusting(adjusts=analysis.adjusts))
        and analysis.endpoints == "one"
        and fitting_kind(study, registry, name, analysis)
        and study.study.design in analysis.designs
    ]
    return {
        "measure": endpoint.measure,
        "found": ", ".join(analyses),
        "expected": "one that adjusts" + (f": {', '.join(adjusting)}" if adjusting else ""),
        "message": f"covariates and strata of {name} ({', '.join(unused)}) change nothing: none of "
        "its analyses adjusts for them",
    }


def _findings(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    if not rows:
        return no_findings()
    return remarks(
        pl.DataFrame(rows),
        message=pl.col("message"),
        found=pl.col("found"),
        expected=pl.col("expected"),
    )


def alpha_used_twice(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding a family that holds the familywise error, beside others that leave no alpha.

    It is about no reading. Such a family is tested all the same, and never confirmatory.
    """
    within = within_alpha(data.study, data.registry)
    adjustments = data.registry.adjustments
    families = [
        name
        for name, family in data.study.multiplicity.items()
        if name not in within
        and (adjustment := adjustments.get(family.method or "")) is not None
        and adjustment.familywise
    ]
    if not families:
        return no_findings()
    frame = pl.DataFrame(
        [_family_row(data.study, name, sorted(within)) for name in families],
        schema=dict.fromkeys(("message", "found", "expected"), pl.String),
    )
    return remarks(
        frame, message=pl.col("message"), found=pl.col("found"), expected=pl.col("expected")
    )


def _family_row(study: Study, name: str, others: list[str]) -> dict[str, str]:
    others = [other for other in others if study.multiplicity[other].after is None]
    by = (
        f"the families {', '.join(map(repr, others))}"
        if len(others) > 1
        else f"the family {others[0]!r}"
        if others
        else "a primary hypothesis outside every family"
    )
    after = f'after = "{others[-1]}" or ' if others else ""
    return {
        "message": f"the family {name!r} uses an alpha that {by} uses already: its hypotheses are "
        "exploratory",
        "found": name,
        "expected": f"{after}a part of alpha for each, as alpha = {study.study.alpha / 2:g}",
    }
