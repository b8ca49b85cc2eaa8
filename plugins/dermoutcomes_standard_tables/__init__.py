"""Standard tables of a study report, by the names that a study asks for them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from dermoutcomes import TableChoice, TablePlan, hookimpl
from dermoutcomes_standard_tables.names import LISTINGS, STATISTICS

__plugin_api__ = 2


def later(module: str, function: str, *names: str) -> Callable[[Any, TableChoice], Iterable[Any]]:
    """A function of a module here, imported when it is called: loading the plugin costs nothing.

    Of one that is made for a name, `names` has it.
    """

    def make(found: Any, choice: TableChoice) -> Iterable[Any]:
        made = getattr(import_module(f"{__name__}.{module}"), function)
        table: Iterable[Any] = (made(*names) if names else made)(found, choice)
        return table

    return make


@hookimpl
def register_tables() -> Iterable[TablePlan]:
    """Every standard table."""
    yield TablePlan(
        "analysis_sets",
        "Analysis sets",
        later("subjects", "analysis_sets_shell"),
        later("subjects", "analysis_sets"),
        ("arms",),
        chapter="people",
    )
    yield TablePlan(
        "disposition",
        "Disposition",
        later("subjects", "disposition_shell"),
        later("subjects", "disposition"),
        ("arms",),
        chapter="people",
    )
    yield TablePlan(
        "endpoint_by_visit",
        "Endpoints by visit",
        later("by_visit", "endpoint_by_visit_shell"),
        later("by_visit", "endpoint_by_visit"),
        ("population", "endpoints", "visits", "arms", "statistics"),
        STATISTICS,
    )
    of_endpoints = ("population", "endpoints", "visits", "arms")
    yield TablePlan(
        "improvement",
        "Improved, and by how much",
        later("changes", "improvement_shell"),
        later("changes", "improvement"),
        of_endpoints,
    )
    yield TablePlan(
        "shifts",
        "Shift from baseline",
        later("changes", "shifts_shell"),
        later("changes", "shifts"),
        of_endpoints,
    )
    yield TablePlan(
        "sensitivity",
        "Main and sensitivity analyses",
        later("estimates", "sensitivity_shell"),
        later("estimates", "sensitivity"),
        ("population", "endpoints"),
    )
    yield TablePlan(
        "subgroups",
        "Subgroups",
        later("estimates", "subgroups_shell"),
        later("estimates", "subgroups"),
        ("population", "endpoints"),
    )
    yield TablePlan(
        "adjusted_means_by_visit",
        "Adjusted (LS) means and contrasts",
        later("told_tables", "adjusted_means_shell"),
        later("told_tables", "adjusted_means"),
        ("population", "endpoints"),
        always=False,
    )
    yield TablePlan(
        "blinding_check",
        "Guesses of the treatment",
        later("blinding", "blinding_shell"),
        later("blinding", "blinding"),
        chapter="people",
    )
    yield TablePlan(
        "estimands",
        "Estimands",
        later("estimands", "estimands"),
        later("estimands", "estimands"),
        ("endpoints",),
        # The annex says this of each endpoint where it stands: a study asks for the table.
        always=False,
        chapter="methods",
    )
    yield TablePlan(
        "path_of_tests",
        "Path of the tests",
        later("estimands", "multiplicity_shell"),
        later("estimands", "multiplicity"),
        always=False,
        chapter="methods",
    )
    yield TablePlan(
        "exposure",
        "Exposure and sessions",
        later("treatment", "exposure_shell"),
        later("treatment", "exposure"),
        ("arms",),
        chapter="people",
    )
    yield TablePlan(
        "exposure_by_session",
        "Treatments given, by product, session, side and batch",
        later("treatment", "exposure_by_session_shell"),
        later("treatment", "exposure_by_session"),
        always=False,
        chapter="people",
    )
    yield TablePlan(
        "medications_by_class",
        "Prior, concomitant and rescue medications",
        later("medications", "medications_shell"),
        later("medications", "medications"),
        ("arms",),
        chapter="people",
    )
    yield TablePlan(
        "deviations_by_category",
        "Protocol deviations",
        later("deviations", "deviations_shell"),
        later("deviations", "deviations"),
        ("arms",),
        # What the data show stands among the findings too: a study asks for this table.
        always=False,
        chapter="people",
    )
    yield TablePlan(
        "intercurrent_events",
        "Intercurrent events and strategies",
        later("treatment", "intercurrent_events_shell"),
        later("treatment", "intercurrent_events"),
        ("endpoints", "arms"),
    )
    # What is measured differs from study to study: these stand where a study asks for them.
    yield TablePlan(
        "devices",
        "Devices and settings",
        later("devices", "devices_shell"),
        later("devices", "devices"),
        ("arms",),
        always=False,
        chapter="methods",
    )
    yield TablePlan(
        "measurement_conditions",
        "Conditions of measurement",
        later("devices", "conditions_shell"),
        later("devices", "conditions"),
        ("visits", "arms"),
        always=False,
        chapter="methods",
    )
    yield TablePlan(
        "questionnaires",
        "Questionnaires and ratings",
        later("questionnaires", "questionnaires_shell"),
        later("questionnaires", "questionnaires"),
        ("visits", "arms"),
        always=False,
    )
    yield TablePlan(
        "raters_by_visit",
        "Raters and their agreement",
        later("raters", "raters_shell"),
        later("raters", "raters"),
        ("visits",),
        always=False,
        chapter="methods",
    )
    yield TablePlan(
        "sites",
        "Subjects by site",
        later("raters", "sites_shell"),
        later("raters", "sites"),
        ("arms",),
        always=False,
        chapter="people",
    )
    # Listings are long, and of single people: a study asks for them.
    for name, (title, table, section) in LISTINGS.items():
        yield TablePlan(
            name,
            title,
            later("listings", "listing_shell", name),
            later("listings", "listing", name),
            ("endpoints", "visits") if table == "endpoints" else (),
            always=False,
            chapter=section,
        )
    yield TablePlan(
        "listing_excluded",
        "Listing of subjects excluded from an analysis set",
        later("subjects", "excluded_shell"),
        later("subjects", "excluded"),
        always=False,
        chapter="16.2.3",
    )
    yield TablePlan(
        "solicited_reactions",
        "Solicited reactions",
        later("reactions", "reactions_shell"),
        later("reactions", "reactions"),
        ("arms",),
        # Events that nobody says were asked for are in the tables of adverse events alone.
        always=False,
        chapter="safety",
    )
    yield TablePlan(
        "adverse_event_overview",
        "Adverse events: overview",
        later("told_tables", "adverse_events_shell"),
        later("told_tables", "adverse_event_overview"),
        chapter="safety",
    )
    # The report has these; a study that wants them among its tables asks for them.
    yield TablePlan(
        "adverse_events",
        "Adverse events",
        later("told_tables", "adverse_events_shell"),
        later("told_tables", "adverse_events"),
        always=False,
        chapter="safety",
    )
    yield TablePlan(
        "baseline",
        "Characteristics before treatment",
        later("told_tables", "baseline_shell"),
        later("told_tables", "baseline"),
        always=False,
        chapter="people",
    )
