"""What an endpoint asks for and its analyses do not heed, or cannot be held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import parse_condition
from dermoutcomes.study.checks.estimands import analysis_without_summary
from dermoutcomes.study.checks.measures import improves
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Endpoint, Study

__all__ = ["ignored_percent", "responder_worse", "unchecked_estimand"]

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


def _findings(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    if not rows:
        return no_findings()
    return remarks(
        pl.DataFrame(rows),
        message=pl.col("message"),
        found=pl.col("found"),
        expected=pl.col("expected"),
    )
