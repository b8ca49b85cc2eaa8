"""Tables that the report has too, by name: characteristics before treatment, and adverse events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report import (
    adjusted_mean_tables,
    adjusted_means_spec,
    adverse_event_overviews,
    adverse_event_tables,
    characteristic_tables,
    characteristics_spec,
    event_titles,
    overview_spec,
)

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline, Table

__all__ = [
    "adjusted_means",
    "adjusted_means_shell",
    "adverse_event_overview",
    "adverse_events",
    "adverse_events_shell",
    "baseline",
    "baseline_shell",
]

# The handling of an endpoint that names none.
OBSERVED = "observed"


def baseline_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The characteristics by arm without numbers, of each analysis of them in the study."""
    for name in outline.study.analyses:
        analysis = outline.analysis(name)
        if analysis and any(term.place == "characteristics" for term in analysis.terms):
            yield characteristics_spec(outline, name).filled()


def baseline(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The characteristics by arm; nothing of them is tested."""
    yield from characteristic_tables(material)


def adverse_events_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The overview of each analysis of events, without numbers."""
    if "events" in outline.study.sources:
        between = outline.study.study.design not in ("single-arm", "within-subject")
        arms = (None, *outline.study.arms) if between else (None,)
        for title in event_titles(outline).values():
            yield overview_spec(outline, title, arms).filled()


def adverse_events(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """An overview of all events, then events by body system and term, by kind and by severity."""
    yield from adverse_event_overviews(material)
    yield from adverse_event_tables(material)


def adverse_event_overview(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """Any, serious, related and fatal events, and the worst severity of each subject."""
    yield from adverse_event_overviews(material)


def adjusted_means_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table of each endpoint and of each of its analyses that gives adjusted means, empty."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        for used in endpoint.analyses:
            analysis = outline.analysis(used)
            if analysis and any(term.place == "adjusted mean" for term in analysis.terms):
                by_arm = bool(outline.study.arms)
                yield adjusted_means_spec(outline, name, used, arms=by_arm).filled()


def adjusted_means(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Adjusted (least-squares) means by arm and visit with their contrasts, by each such analysis.

    Those of the main handling of missing values; of the population chosen, or of the main one.
    """
    for name in choice.endpoints or material.in_order:
        endpoint = material.study.endpoints[name]
        wanted = choice.population or next(iter(endpoint.populations), None)
        handling = next(iter(endpoint.handling), OBSERVED)
        rows: list[Mapping[str, Any]] = [
            row
            for row in material.results_of(name)
            if (row["population"], row["handling"]) == (wanted, handling)
            and row["subgroup"] is None
        ]
        tables, _ = adjusted_mean_tables(material, name, rows)
        yield from tables
