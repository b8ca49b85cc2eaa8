"""Standard tables of a study report, by the names that a study asks for them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from dermoutcomes import TableChoice, TablePlan, hookimpl
from dermoutcomes_standard_tables.table_names import LISTINGS, STATISTICS

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


def _table(
    name: str,
    label: str,
    module: str,
    fill: str,
    selections: tuple[str, ...] = (),
    *,
    shell_name: str | None = None,
    **further: Any,
) -> TablePlan:
    """A table that `fill` of a module here makes; its shell is called so and `_shell`, or `shell_name`."""
    return TablePlan(
        name,
        label,
        later(module, shell_name or f"{fill}_shell"),
        later(module, fill),
        selections,
        **further,
    )


@hookimpl
def register_tables() -> Iterable[TablePlan]:
    """Every standard table."""
    yield _table(
        "analysis_sets",
        "Analysis sets",
        "subjects",
        "analysis_sets",
        ("arms",),
        chapter="people",
    )
    yield _table(
        "disposition",
        "Disposition",
        "subjects",
        "disposition",
        ("arms",),
        chapter="people",
    )
    yield _table(
        "missing_patterns",
        "Patterns of missing values",
        "subjects",
        "missing_patterns",
        ("endpoints", "visits", "arms"),
        always=False,
        chapter="people",
    )
    yield _table(
        "endpoint_by_visit",
        "Endpoints by visit",
        "by_visit",
        "endpoint_by_visit",
        ("population", "endpoints", "visits", "arms", "statistics"),
        statistics=STATISTICS,
    )
    of_endpoints = ("population", "endpoints", "visits", "arms")
    yield _table(
        "improvement",
        "Improved, and by how much",
        "changes",
        "improvement",
        of_endpoints,
        analyses=("improvement",),
    )
    yield _table(
        "shifts",
        "Shift from baseline",
        "changes",
        "shifts",
        of_endpoints,
        analyses=("shift_table",),
    )
    yield _table(
        "sensitivity",
        "Main and sensitivity analyses",
        "estimates",
        "sensitivity",
        ("population", "endpoints"),
    )
    yield _table(
        "subgroups",
        "Subgroups",
        "estimates",
        "subgroups",
        ("population", "endpoints"),
    )
    yield _table(
        "adjusted_means_by_visit",
        "Adjusted (LS) means and contrasts",
        "told_tables",
        "adjusted_means",
        ("population", "endpoints"),
        always=False,
    )
    yield _table(
        "blinding_check",
        "Guesses of the treatment",
        "blinding",
        "blinding",
        chapter="people",
    )
    yield _table(
        "estimands",
        "Estimands",
        "estimands",
        "estimands",
        ("endpoints",),
        # The annex says this of each endpoint where it stands: a study asks for the table.
        always=False,
        chapter="methods",
        shell_name="estimands",
    )
    yield _table(
        "path_of_tests",
        "Path of the tests",
        "estimands",
        "multiplicity",
        always=False,
        chapter="methods",
    )
    yield _table(
        "exposure",
        "Exposure and sessions",
        "treatment",
        "exposure",
        ("arms",),
        chapter="people",
    )
    yield _table(
        "exposure_by_session",
        "Treatments given, by product, session, side and batch",
        "treatment",
        "exposure_by_session",
        always=False,
        chapter="people",
    )
    yield _table(
        "medications_by_class",
        "Prior, concomitant and rescue medications",
        "medications",
        "medications",
        ("arms",),
        chapter="people",
    )
    yield _table(
        "deviations_by_category",
        "Protocol deviations",
        "deviations",
        "deviations",
        ("arms",),
        # What the data show stands among the findings too: a study asks for this table.
        always=False,
        chapter="people",
    )
    yield _table(
        "intercurrent_events",
        "Intercurrent events and strategies",
        "treatment",
        "intercurrent_events",
        ("endpoints", "arms"),
    )
    # What is measured differs from study to study: these stand where a study asks for them.
    yield _table(
        "devices",
        "Devices and settings",
        "devices",
        "devices",
        ("arms",),
        always=False,
        chapter="methods",
    )
    yield _table(
        "measurement_conditions",
        "Conditions of measurement",
        "devices",
        "conditions",
        ("visits", "arms"),
        always=False,
        chapter="methods",
    )
    yield _table(
        "questionnaires",
        "Questionnaires and ratings",
        "questionnaires",
        "questionnaires",
        ("visits", "arms"),
        always=False,
    )
    yield _table(
        "raters_by_visit",
        "Raters, their training and their agreement",
        "raters",
        "raters",
        ("visits",),
        always=False,
        chapter="methods",
    )
    yield _table(
        "sites",
        "Subjects by site",
        "raters",
        "sites",
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
    yield _table(
        "listing_excluded",
        "Listing of subjects excluded from an analysis set",
        "subjects",
        "excluded",
        always=False,
        chapter="16.2.3",
    )
    yield _table(
        "serious_event_narratives",
        "Serious adverse events: beginnings of narratives",
        "listings",
        "narratives",
        always=False,
        chapter="safety",
    )
    yield _table(
        "solicited_reactions",
        "Solicited reactions",
        "reactions",
        "reactions",
        ("arms",),
        # Events that nobody says were asked for are in the tables of adverse events alone.
        always=False,
        chapter="safety",
    )
    yield _table(
        "adverse_event_overview",
        "Adverse events: overview",
        "told_tables",
        "adverse_event_overview",
        chapter="safety",
        shell_name="adverse_events_shell",
    )
    # The report has these; a study that wants them among its tables asks for them.
    yield _table(
        "adverse_events",
        "Adverse events",
        "told_tables",
        "adverse_events",
        always=False,
        chapter="safety",
    )
    yield _table(
        "baseline",
        "Characteristics before treatment",
        "told_tables",
        "baseline",
        always=False,
        chapter="people",
    )
