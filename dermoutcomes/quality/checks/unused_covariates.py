"""Covariates and strata that no analysis uses, and subjects of whom they are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import nearest
from dermoutcomes.quality.checks.strata import named
from dermoutcomes.study.sections.adjustment import fitting_rules
from dermoutcomes.study.task_plan import fitting_kind
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["blank_stratum", "unused_adjustment"]


def blank_stratum(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an endpoint and column of strata or covariates that subjects with readings lack.

    Until the endpoint says what happens to them with `blank`, the analyses that use the column
    leave them out, all alike. None where no analysis of the endpoint uses it.
    """
    subjects = data.table("subjects")
    rows = []
    for name, endpoint in data.study.endpoints.items():
        own = data.observations.filter(pl.col("measure") == (endpoint.measure or ""))
        seen = subjects.filter(pl.col("subject").is_in(own["subject"].unique().implode()))
        for column in _used_columns(data.study, data.registry, name):
            # A rule that does not fit the column is refused where records are made.
            if column not in seen.columns or endpoint.blank_rule(column) is not None:
                continue
            blank = seen.filter(pl.col(column).is_null()).sort("subject")
            if blank.height:
                rules = fitting_rules(seen.schema[column])
                arms = _by_arm(data, blank)
                rows.append(_blank_row(endpoint, column, blank, seen.height, arms, rules))
    if not rows:
        return no_findings()
    return remarks(
        pl.DataFrame(rows), message=pl.col("message"), found="blank", expected=pl.col("expected")
    )


def _by_arm(data: StudyData, subjects: pl.DataFrame) -> str:
    """How many of the subjects are in each arm, in words; "" where no arm is only theirs.

    Blanks of one arm alone bias a comparison, whatever becomes of them.
    """
    allocated = data.table("allocations").drop_nulls("arm").select("subject", "arm").unique()
    of_arms = subjects.select("subject").join(allocated, on="subject")
    counts = dict(of_arms.group_by("arm").agg(pl.len()).iter_rows())
    if data.study.study.design != "parallel" or not counts:
        return ""
    words = (
        f"{counts.get(name, 0)} of {arm.label or name}" for name, arm in data.study.arms.items()
    )
    return f" ({', '.join(words)})"


def _blank_row(
    endpoint: Endpoint,
    column: str,
    blank: pl.DataFrame,
    n: int,
    arms: str,
    rules: tuple[str, ...],
) -> dict[str, str | None]:
    answers = " or ".join(f'"{rule}"' for rule in rules)
    have = "has" if blank.height == 1 else "have"
    return {
        "measure": endpoint.measure,
        "message": f"{blank.height} of {n} subjects {have} no {column}, by which {endpoint.id} is "
        f"adjusted{arms}: {named(blank['subject'].to_list())}; the analyses that use it leave "
        "them out",
        "expected": f"{column} of these subjects as it was in randomising, or endpoints."
        f"{endpoint.id}.blank = {answers}",
    }


def unused_adjustment(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an endpoint with covariates or strata that none of its analyses uses.

    It is about no reading.
    """
    rows = []
    for name, endpoint in data.study.endpoints.items():
        used = _used_columns(data.study, data.registry, name)
        listed = dict.fromkeys((*endpoint.covariates, *endpoint.strata))
        unused = [column for column in listed if column not in used]
        if unused and (keys := _analyses(data.study, name)):
            rows.append(_row(data.study, data.registry, name, keys, unused))
    rows += _unused_factors(data.study)
    if not rows:
        return no_findings()
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    return remarks(
        frame, message=pl.col("message"), found=pl.col("found"), expected=pl.col("expected")
    )


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


def _used_columns(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
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


def _row(
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
