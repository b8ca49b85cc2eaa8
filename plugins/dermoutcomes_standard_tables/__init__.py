"""Standard tables of a study report, by the names that a study asks for them by."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import TablePlan, hookimpl
from dermoutcomes_standard_tables import (
    by_visit,
    changes,
    estimates,
    listings,
    subjects,
    told_tables,
    treatment,
)

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
    of_endpoints = ("population", "endpoints", "visits", "arms")
    yield TablePlan(
        "improvement",
        "Improved, and by how much",
        changes.improvement_shell,
        changes.improvement,
        of_endpoints,
    )
    yield TablePlan(
        "shifts", "Shift from baseline", changes.shifts_shell, changes.shifts, of_endpoints
    )
    yield TablePlan(
        "sensitivity",
        "Main and sensitivity analyses",
        estimates.sensitivity_shell,
        estimates.sensitivity,
        ("population", "endpoints"),
    )
    yield TablePlan(
        "subgroups",
        "Subgroups",
        estimates.subgroups_shell,
        estimates.subgroups,
        ("population", "endpoints"),
    )
    yield TablePlan(
        "exposure",
        "Exposure and sessions",
        treatment.exposure_shell,
        treatment.exposure,
        ("arms",),
    )
    yield TablePlan(
        "intercurrent_events",
        "Intercurrent events and strategies",
        treatment.intercurrent_events_shell,
        treatment.intercurrent_events,
        ("endpoints", "arms"),
    )
    # Listings are long, and of single people: a study asks for them.
    for name, (title, table) in listings.LISTINGS.items():
        yield TablePlan(
            name,
            title,
            listings.listing_shell(name),
            listings.listing(name),
            ("endpoints", "visits") if table == "endpoints" else (),
            always=False,
        )
    yield TablePlan(
        "adverse_event_overview",
        "Adverse events: overview",
        told_tables.adverse_events_shell,
        told_tables.adverse_event_overview,
    )
    # The report has these; a study that wants them among its tables asks for them.
    yield TablePlan(
        "adverse_events",
        "Adverse events",
        told_tables.adverse_events_shell,
        told_tables.adverse_events,
        always=False,
    )
    yield TablePlan(
        "baseline",
        "Characteristics before treatment",
        told_tables.baseline_shell,
        told_tables.baseline,
        always=False,
    )
