"""Standard tables of a study report, by the names that a study asks for them by."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import TablePlan, hookimpl
from dermoutcomes_standard_tables import by_visit, subjects

__plugin_api__ = 2


@hookimpl
def register_tables() -> Iterable[TablePlan]:
    """Every standard table."""
    yield TablePlan(
        "analysis_sets",
        "Analysis sets",
        subjects.analysis_sets_shell,
        subjects.analysis_sets,
        ("arms",),
    )
    yield TablePlan(
        "disposition",
        "Disposition",
        subjects.disposition_shell,
        subjects.disposition,
        ("arms",),
    )
    yield TablePlan(
        "endpoint_by_visit",
        "Endpoints by visit",
        by_visit.endpoint_by_visit_shell,
        by_visit.endpoint_by_visit,
        ("population", "endpoints", "visits", "arms", "statistics"),
        by_visit.STATISTICS,
    )
