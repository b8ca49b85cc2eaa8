"""Standard figures of a study report, by the names that a study asks for them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes import FigurePlan, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material, Paragraph

__plugin_api__ = 2

Results = Any


def draw_subject_lines(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """Every subject's values over the visits, and the mean with its interval."""
    from dermoutcomes.report import subject_lines

    yield from subject_lines(material, name, results)


def draw_grades(material: Material, name: str, results: Results) -> Iterator[Figure | Paragraph]:
    """Grades as parts of a whole, a bar a visit and rater."""
    from dermoutcomes.report import grade_bars

    yield from grade_bars(material, name, results)


def draw_mean_changes(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """Mean change from baseline by visit, with the P of each hypothesis."""
    from dermoutcomes.report import mean_changes

    figure = mean_changes(material, name, material.study.endpoints[name], results)
    if figure is not None:
        yield figure


def draw_adjusted_means(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """Means of a model by visit, a line an arm."""
    from dermoutcomes.report import adjusted_trajectories

    yield from adjusted_trajectories(material, name, material.study.endpoints[name], results)


def draw_survival(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """Staircases of the share without an event, with the numbers at risk."""
    from dermoutcomes.report import other_records_words, survival_curves

    rows = [row for row in results if row["comparison"] is None]
    figures, _ = survival_curves(material, name, rows, other_records_words(material, name, results))
    yield from figures


def draw_subgroups(material: Material, name: str, results: Results) -> Iterator[Figure]:  # noqa: ARG001
    """Effects in subgroups below the effect in everybody."""
    from dermoutcomes.report import forests

    yield from forests(material, name)


def draw_adverse_events(material: Material, name: None, results: Results) -> Iterator[Figure]:  # noqa: ARG001
    """Shares of subjects with each adverse event, by arm."""
    from dermoutcomes.report import event_dots

    yield from event_dots(material)


@hookimpl
def register_figures() -> Iterable[FigurePlan]:
    """Every standard figure."""
    yield FigurePlan(
        "subject_lines", "Each subject by visit", draw_subject_lines, rank=10, in_report=True
    )
    yield FigurePlan("grades", "Grades by visit", draw_grades, rank=10, in_report=True)
    yield FigurePlan("mean_changes", "Mean change by visit", draw_mean_changes, rank=20)
    yield FigurePlan(
        "survival",
        "Time to the event (Kaplan\u2013Meier)",
        draw_survival,
        rank=30,
        in_report=True,
        other_records=True,
    )
    yield FigurePlan("adjusted_means", "Adjusted means by visit", draw_adjusted_means, rank=40)
    yield FigurePlan("subgroups", "Effects by subgroup", draw_subgroups, rank=60)
    yield FigurePlan("adverse_events", "Adverse events by arm", draw_adverse_events, of="safety")
