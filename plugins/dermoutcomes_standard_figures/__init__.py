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


def draw_before_after(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """Each subject as one line from baseline to the last visit that is compared with it."""
    from dermoutcomes.report import before_after

    yield from before_after(material, name, results)


def draw_responders(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """The share of responders by visit and arm."""
    from dermoutcomes.report import responder_bars

    yield from responder_bars(material, name, results)


def draw_change_distribution(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """The share with each change from baseline, or a better one."""
    from dermoutcomes.report import change_distribution

    yield from change_distribution(material, name, results)


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


def draw_sensitivity(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """The effect by the main analysis, and by the others beside it."""
    from dermoutcomes.report import sensitivity_forests

    yield from sensitivity_forests(material, name, results)


def draw_residuals(material: Material, name: str, results: Results) -> Iterator[Figure | Paragraph]:
    """Residuals of each model over fitted values and normal scores."""
    from dermoutcomes.report import residual_plots

    yield from residual_plots(material, name, results)


def draw_normal_quantiles(material: Material, name: str, results: Results) -> Iterator[Figure]:
    """Ordered values of each sample that was looked at for normality, over normal scores."""
    from dermoutcomes.report import normal_quantile_plots, other_records_words

    words = other_records_words(material, name, results)
    yield from normal_quantile_plots(material, name, results, words)


def draw_effects(material: Material, name: None, results: Results) -> Iterator[Figure]:  # noqa: ARG001
    """The effect of each hypothesis."""
    from dermoutcomes.report import endpoint_forests

    yield from endpoint_forests(material, results)


def draw_flow(material: Material, name: None, results: Results) -> Iterator[Figure]:  # noqa: ARG001
    """The flow of participants as boxes."""
    from dermoutcomes.report import flow_diagram

    yield from flow_diagram(material)


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
    yield FigurePlan("before_after", "Before and after", draw_before_after, rank=25)
    yield FigurePlan("responders", "Responders by visit", draw_responders, rank=26)
    yield FigurePlan(
        "change_distribution",
        "Cumulative distribution of change",
        draw_change_distribution,
        rank=27,
        always=False,
    )
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
    yield FigurePlan(
        "sensitivity", "Effects by other analyses", draw_sensitivity, rank=65, always=False
    )
    yield FigurePlan(
        "normal_quantiles",
        "Normal quantiles (Q\u2013Q)",
        draw_normal_quantiles,
        rank=70,
        other_records=True,
    )
    yield FigurePlan(
        "residuals",
        "Residuals of models",
        draw_residuals,
        rank=71,
        always=False,
        residuals=True,
    )
    yield FigurePlan("effects", "Effects on endpoints", draw_effects, of="study")
    yield FigurePlan("flow", "Flow of participants", draw_flow, of="people")
    yield FigurePlan("adverse_events", "Adverse events by arm", draw_adverse_events, of="safety")
