"""Tables that the report has too, by name: characteristics before treatment, and adverse events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report import (
    adverse_event_overviews,
    adverse_event_tables,
    characteristic_tables,
    characteristics_spec,
    overview_spec,
)

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline, Table

__all__ = [
    "adverse_event_overview",
    "adverse_events",
    "adverse_events_shell",
    "baseline",
    "baseline_shell",
]


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
    """The overview without numbers."""
    if "events" in outline.study.sources:
        between = outline.study.study.design not in ("single-arm", "within-subject")
        arms = (None, *outline.study.arms) if between else (None,)
        yield overview_spec(outline, "Adverse events", arms).filled()


def adverse_events(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """An overview of all events, then events by body system and term, by kind and by severity."""
    yield from adverse_event_overviews(material)
    yield from adverse_event_tables(material)


def adverse_event_overview(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """Any, serious, related and fatal events, and the worst severity of each subject."""
    yield from adverse_event_overviews(material)
