"""What each kind of step does: read one file, make the records of one endpoint, run one analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables import empty
from dermoutcomes.words import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.worker import Session
    from dermoutcomes.sources.files import SourceFile

__all__ = [
    "make_records",
    "read_source",
    "readings_of_endpoints",
    "run_analysis",
    "source_keys",
]


def read_source(session: Session, name: str) -> Mapping[str, pl.DataFrame]:
    """Files of readings ("3", or "3+4" for those judged together): observations with what is derived, curves, findings, `sources`."""
    from dermoutcomes.derive.stage import derive
    from dermoutcomes.sources.export import read_measurements

    framework = session.tables(FRAMEWORK)
    read = [
        read_measurements(session.study, session.registry, session.files[int(number)], framework)
        for number in name.split("+")
    ]
    tables = {
        table: pl.concat(
            [frames[table] for frames in read if table in frames], how="diagonal_relaxed"
        )
        for table in sorted({table for frames in read for table in frames})
    }
    observations, findings = derive(
        session.study,
        session.registry,
        tables.get("observations", empty("observations")),
        tables.get("curves"),
    )
    found = [
        frame for frame in (tables.get("findings"), findings) if frame is not None and frame.height
    ]
    return {
        **tables,
        "observations": observations,
        "findings": pl.concat(found, how="diagonal_relaxed") if found else empty("findings"),
    }


def source_keys(registry: Registry, files: Iterable[SourceFile]) -> list[str]:
    """A key a file; files of one entry stand together where their owner recodes, since one file may not settle a coding."""
    grouped: dict[tuple[str, int, int], list[int]] = {}
    for file in files:
        if file.spec.name not in FRAMEWORK:
            together = getattr(registry.owner(file.spec.name), "prepare", None) is not None
            grouped.setdefault(
                (file.spec.name, file.spec.position, 0 if together else file.number), []
            ).append(file.number)
    return [f"source:{'+'.join(map(str, numbers))}" for numbers in sorted(grouped.values())]


def make_records(session: Session, name: str) -> Mapping[str, pl.DataFrame]:
    """The records of one endpoint."""
    from dermoutcomes.endpoints.imputation.missing_values import settled_records

    return {"endpoints": settled_records(session.study, session.registry, name, session.readings)}


def readings_of_endpoints(session: Session) -> dict[str, pl.DataFrame]:
    """What endpoints are made of: the framework and the observations, without what the study keeps out of them."""
    from dermoutcomes.quality.leave_out import left_in

    tables = session.tables((*FRAMEWORK, "observations"))
    if "observations" in tables:
        findings = session.table("findings")
        tables["observations"] = left_in(
            session.study, session.registry, tables["observations"], findings
        )
    return tables


def run_analysis(session: Session, name: str) -> Mapping[str, pl.DataFrame]:
    """The results of one task, and its row of `tasks`."""
    from dermoutcomes.results.tasks import recorded_task

    plan = session.plans[name]
    analysis = session.registry.analyses[
        session.study.analyses[plan.analysis].use
        if plan.analysis in session.study.analyses
        else plan.analysis
    ]
    tables = session.tables({"subjects", "endpoints", *analysis.reads, *analysis.reads_if_any})
    tables.setdefault("endpoints", empty("endpoints"))
    rows, task = recorded_task(session.study, session.registry, plan, tables, session.selections)
    results = empty("results")
    return {
        "results": pl.DataFrame(rows, schema=results.schema) if rows else results,
        "tasks": pl.DataFrame([task], schema=empty("tasks").schema),
    }
