"""From readings to verdicts in memory: what a run does between its files.

For studies that are simulated by the thousand. Each stage is the function that a run's step calls.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.endpoints.endpoint_plan import plan as endpoint_plan
from dermoutcomes.endpoints.losses.record_accounts import endpoint_entries
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.quality.impossible_values import with_ends_of_devices
from dermoutcomes.quality.limit_findings import CHECK as AT_LIMITS
from dermoutcomes.quality.limit_findings import with_values_at_limits
from dermoutcomes.quality.lost_records import CHECK as LOST_RECORDS
from dermoutcomes.quality.lost_records import with_lost_records
from dermoutcomes.quality.subject_accounts import subject_entries
from dermoutcomes.results.selections import Selections
from dermoutcomes.results.tasks import run_task
from dermoutcomes.runs.work import (
    all_findings,
    decision_tables,
    readings_that_count,
    record_tables,
    tasks_of_records,
)
from dermoutcomes.sources.framework.factors import with_factors
from dermoutcomes.tables import conform, empty
from dermoutcomes.tables.ledger import accounts, with_told

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["evaluate"]


def evaluate(
    study: Study,
    registry: Registry,
    tables: Mapping[str, pl.DataFrame],
    *,
    roles: Collection[str] | None = None,
) -> dict[str, pl.DataFrame]:
    """`tables` with `endpoints`, `results`, `ledger`, `hypotheses` and `claims`, as a run makes them.

    `tables` holds `subjects`, and `observations` or finished `endpoints`; a claim about events
    needs the table `events`, which may be empty. `roles` (main, sensitivity, subgroup, supporting,
    descriptive) keeps to the tasks that matter. Values that cannot be are taken out, and more than
    5 % without an end of observation leave no verdict, as in a run. The checks of the data are not
    made, but where `quality.leave_out` asks for what they find and `tables` has no `findings`;
    without findings, verdicts do not say how many open errors touch them. The ledger begins with
    readings, as no files are read. Everything counts as fixed before the data: they come after the
    study file here. Nothing is read or written; StudyError as in a run.
    """
    evaluated = {**tables, "subjects": _with_factors(study, tables)}
    entries = [subject_entries(study, tables)]
    if "endpoints" in evaluated:
        facts = StudyFacts(study, evaluated)
        for name in study.endpoints:
            own = evaluated["endpoints"].filter(pl.col("endpoint") == name)
            plan = endpoint_plan(study, registry, name, evaluated, facts)
            entries.append(endpoint_entries(plan, own))
    else:
        evaluated, of_records = _with_records(study, registry, evaluated)
        entries += of_records
    if "findings" in evaluated:
        evaluated["findings"] = _with_losses(study, registry, evaluated["findings"], entries)

    selections, rows = Selections(), []
    for task in tasks_of_records(study, registry, evaluated["endpoints"]):
        if roles is None or task.role in roles:
            of_task, _, ledger = run_task(study, registry, task, evaluated, selections)
            rows += of_task
            entries.append(ledger)
    results = pl.DataFrame(rows, schema=empty("results").schema)
    evaluated["results"] = conform(results, "results", study.id)
    told = with_told(accounts(entries), evaluated.get("findings", empty("findings")))
    evaluated["ledger"] = conform(told, "ledger", study.id)
    return {**evaluated, **decision_tables(study, registry, evaluated, lambda _: True)}


def _with_records(
    study: Study, registry: Registry, tables: dict[str, pl.DataFrame]
) -> tuple[dict[str, pl.DataFrame], list[pl.DataFrame]]:
    """The tables with `endpoints`, made of the readings that count, and the ledger's entries."""
    if "observations" in tables:
        marked = with_ends_of_devices(study, registry, tables["observations"])
        tables = {**tables, "observations": marked}
    if study.quality.leave_out and "findings" not in tables:
        tables = {**tables, "findings": all_findings(study, registry, tables)}
    readings = readings_that_count(study, registry, tables)
    facts = StudyFacts(study, readings)
    parts = [record_tables(study, registry, name, readings, facts) for name in study.endpoints]
    records = pl.concat([empty("endpoints"), *(part["endpoints"] for part in parts)])
    return {**tables, "endpoints": records}, [part["ledger"] for part in parts]


def _with_losses(
    study: Study, registry: Registry, findings: pl.DataFrame, entries: list[pl.DataFrame]
) -> pl.DataFrame:
    """The findings, and those of lost records and of values at limits, which are counted last.

    Findings of a finished run have them already: they are counted anew.
    """
    findings = findings.filter(~pl.col("check").is_in([LOST_RECORDS, AT_LIMITS]))
    ledger = with_told(accounts(entries), findings)
    told = with_lost_records(study, findings, ledger)
    return with_values_at_limits(study, registry, told, ledger)


def _with_factors(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The subjects with the factors that they do not have yet, as those of a finished run do."""
    subjects = tables["subjects"]
    factors = {
        name: factor
        for name, factor in study.factors.items()
        if factor.is_plain or name not in subjects.columns
    }
    return with_factors(evolve(study, factors=factors), subjects, tables.get("allocations"))
