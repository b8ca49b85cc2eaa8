"""Covariates and strata that an endpoint lists and no analysis of it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.study.task_plan import fitting_kind
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["unused_adjustment"]


def unused_adjustment(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an endpoint with covariates or strata whose analyses do not adjust.

    It is about no reading.
    """
    rows = [
        _row(data.study, data.registry, name, analyses)
        for name in data.study.endpoints
        if (analyses := _without_adjustment(data.study, data.registry, name))
    ]
    if not rows:
        return no_findings()
    frame = pl.DataFrame(rows)
    return remarks(
        frame, message=pl.col("message"), found=pl.col("found"), expected=pl.col("expected")
    )


def _without_adjustment(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
    """The analyses of an endpoint with covariates or strata, where none adjusts; else none."""
    endpoint = study.endpoints[name]
    keys = (
        *endpoint.analyses,
        *(key for key, spec in study.analyses.items() if name in spec.endpoints),
    )
    uses = [study.analyses[key].use if key in study.analyses else key for key in keys]
    analyses = [registry.analyses[use] for use in uses if use in registry.analyses]
    if any(analysis.adjusts for analysis in analyses):
        return ()
    return tuple(dict.fromkeys(keys)) if endpoint.covariates or endpoint.strata else ()


def _row(
    study: Study, registry: Registry, name: str, analyses: tuple[str, ...]
) -> dict[str, str | None]:
    endpoint = study.endpoints[name]
    adjusting = [
        key
        for key, analysis in registry.analyses.items()
        if analysis.adjusts
        and analysis.endpoints == "one"
        and fitting_kind(study, registry, name, analysis)
        and study.study.design in analysis.designs
    ]
    columns = ", ".join((*endpoint.covariates, *endpoint.strata))
    return {
        "measure": endpoint.measure,
        "found": ", ".join(analyses),
        "expected": "one that adjusts" + (f": {', '.join(adjusting)}" if adjusting else ""),
        "message": f"covariates and strata of {name} ({columns}) change nothing: none of its "
        "analyses adjusts for them",
    }
