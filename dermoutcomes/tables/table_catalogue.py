"""Every published table: its columns, its Arrow schema, its key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from dermoutcomes.tables.column import TEXT, Column, Columns
from dermoutcomes.tables.ledger_table import LEDGER
from dermoutcomes.tables.reading_tables import CURVES, FINDINGS, OBSERVATIONS
from dermoutcomes.tables.result_tables import CLAIMS, ENDPOINTS, HYPOTHESES, RESULTS, TASKS
from dermoutcomes.tables.source_tables import (
    ALLOCATIONS,
    DEVIATIONS,
    DURATIONS,
    EVENTS,
    EXPOSURES,
    LOCKED_READING,
    MEDICATIONS,
    MILESTONES,
    SOURCES,
    SUBJECTS,
)

__all__ = ["KEYS", "OPEN_TABLES", "RESULT_KEY", "SCHEMAS", "TABLES"]

STUDY = Column(TEXT, "Id of the study.", null=False)

TABLES: Mapping[str, Columns] = MappingProxyType(
    {
        name: {"study": STUDY, **columns}
        for name, columns in {
            "sources": SOURCES,
            "subjects": SUBJECTS,
            "allocations": ALLOCATIONS,
            "milestones": MILESTONES,
            "exposures": EXPOSURES,
            "curves": CURVES,
            "observations": OBSERVATIONS,
            "events": EVENTS,
            "durations": DURATIONS,
            "medications": MEDICATIONS,
            "deviations": DEVIATIONS,
            "findings": FINDINGS,
            "endpoints": ENDPOINTS,
            "tasks": TASKS,
            "results": RESULTS,
            "hypotheses": HYPOTHESES,
            "claims": CLAIMS,
            "ledger": LEDGER,
            "locked_reading": LOCKED_READING,
        }.items()
    }
)

SCHEMAS: Mapping[str, pa.Schema] = MappingProxyType(
    {
        table: pa.schema(
            [pa.field(name, column.type, nullable=column.null) for name, column in columns.items()]
        )
        for table, columns in TABLES.items()
    }
)

# Subjects carry whatever further columns their file has: strata, covariates, subgroups.
OPEN_TABLES = frozenset({"subjects"})

RESULT_KEY = (
    "endpoint",
    "analysis",
    "population",
    "handling",
    "comparison",
    "group",
    "reference_group",
    "visit",
    "reference_visit",
    "subgroup",
    "subgroup_level",
    "term",
    "level",
    "at",
    "stat",
)

KEYS: Mapping[str, tuple[str, ...]] = {
    "sources": ("source",),
    "subjects": ("subject",),
    "allocations": ("subject", "epoch", "period", "location", "side"),
    "milestones": ("subject", "day", "milestone", "source", "row"),
    "exposures": ("subject", "day", "session", "location", "side", "source", "row"),
    "curves": ("id",),
    "observations": ("id",),
    "events": ("id",),
    "durations": ("id",),
    "medications": ("subject", "start_day", "medication", "source", "row"),
    "deviations": ("subject", "day", "deviation", "source", "row"),
    "findings": ("id",),
    "endpoints": (
        "endpoint",
        "handling",
        "imputation",
        "subject",
        "arm",
        "location",
        "side",
        "period",
        "rater",
        "visit",
        "timepoint",
        "reference_visit",
    ),
    "tasks": ("task",),
    "results": RESULT_KEY,
    "hypotheses": ("hypothesis",),
    "claims": ("claim",),
    "ledger": ("line",),
    "locked_reading": ("source",),
}
