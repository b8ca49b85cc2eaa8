"""The question that a study must answer before values are missing: what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.vocabulary import BASELINE, OBSERVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.endpoints.study_facts import StudyFacts
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["settled_records"]

SUBJECTS_LISTED = 5


def settled_records(
    study: Study,
    registry: Registry,
    endpoint_id: str,
    tables: Mapping[str, pl.DataFrame],
    facts: StudyFacts | None = None,
) -> pl.DataFrame:
    """The records of an endpoint, as the table `endpoints` has them.

    Raises StudyError where they cannot be made, or where values are missing and the endpoint says
    nothing about them.
    """
    return endpoint_records(study, registry, endpoint_id, tables, _refuse_without_rule, facts)


def _refuse_without_rule(plan: Plan, records: pl.DataFrame) -> None:
    problem = None if _has_rule(plan) else _missing_without_rule(plan, records)
    if problem is not None:
        raise StudyError([problem])


def _has_rule(plan: Plan) -> bool:
    """Whether nothing needs to be said: it has been, or the endpoint has no values of its own."""
    endpoint = plan.endpoint
    return bool(endpoint.handling) or endpoint.event is not None or endpoint.measure is None


def _missing_without_rule(plan: Plan, records: pl.DataFrame) -> Problem | None:
    expected = records.filter(pl.col("expected"), pl.col("reference_visit") == BASELINE)
    missing = expected.filter(pl.col("value").is_null())
    if not missing.height:
        return None
    return Problem(
        f"{missing.height} of {expected.height} expected values of {plan.endpoint.name!r} are "
        "missing, and the endpoint does not say what is done about them",
        path=f"{plan.path}.handling",
        found=_where(missing),
        expected=_expected(plan.registry),
        code="missing-without-rule",
        hint="no value was read at all: look at the findings first, and at the source of the measure"
        if missing.height == expected.height
        else 'handling = ["observed"] analyses what was observed; '
        "the first of several is the main one",
    )


def _where(missing: pl.DataFrame) -> str:
    """The visits that lack values, with the first few subjects of each."""
    by_visit = (
        missing.sort("subject")
        .group_by("visit", maintain_order=True)
        .agg(pl.col("subject").unique(maintain_order=True))
        .sort("visit")
    )
    return "; ".join(f"{visit}: {_subjects(names)}" for visit, names in by_visit.iter_rows())


def _subjects(names: list[str]) -> str:
    more = len(names) - SUBJECTS_LISTED
    return ", ".join(names[:SUBJECTS_LISTED]) + (f" and {more} more" if more > 0 else "")


def _expected(registry: Registry) -> str:
    known = ", ".join(f'"{name}"' for name in (OBSERVED, *sorted(registry.imputations)))
    return f"handling = [...] with one or more of {known}"
