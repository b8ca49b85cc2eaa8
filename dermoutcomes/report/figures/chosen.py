"""The figures that a study asks for: those that it lists, or those that every study gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.report.blocks import Paragraph, rich
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.record_sets import main_records, results_by_records

if TYPE_CHECKING:
    from dermoutcomes.declare import FigurePlan
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = [
    "chosen_figures",
    "endpoint_figures",
    "figures_of",
    "main_figures",
    "other_record_figures",
    "unfilled_figures",
]

NO_VALUE = "No figure is drawn: this endpoint has no value at any visit."
NOTHING = "No figure is drawn: the study has no result of this endpoint for "
NOWHERE = "There is nothing to draw in the study for the figure "


def chosen_figures(outline: Outline, of: str) -> list[FigurePlan]:
    """The figures of one kind in their order."""
    declared, listed = outline.registry.figures, outline.study.outputs.figures
    if listed is None:
        plans = [plan for plan in declared.values() if plan.always]
        plans.sort(key=lambda plan: (plan.rank, plan.name))
    else:
        plans = [declared[name] for name in listed if name in declared]
    return [plan for plan in plans if plan.of == of]


def endpoint_figures(
    material: Material, name: str, results: Sequence[Result]
) -> list[Figure | Paragraph]:
    """The figures of an endpoint, from the results of its main records.

    A sentence in their place where none of them can be drawn.
    """
    plans = chosen_figures(material, "endpoint")
    blocks = [block for plan in plans for block in _drawn(plan, material, name, results)]
    if blocks or not plans:
        return blocks
    has_value = main_records(material, name)["value"].is_not_null().any()
    labels = "; ".join(plan.label for plan in plans)
    # What a study did not ask for by name is not missed there, unless there is no value at all.
    if has_value and material.study.outputs.figures is None:
        return []
    return [Paragraph(rich(f"{NOTHING}{labels}." if has_value else NO_VALUE), look="note")]


def main_figures(
    material: Material, name: str, results: Sequence[Result]
) -> list[Figure | Paragraph]:
    """Of the figures of an endpoint those that stand in the short report."""
    plans = [plan for plan in chosen_figures(material, "endpoint") if plan.in_report]
    return [block for plan in plans for block in _drawn(plan, material, name, results)]


def other_record_figures(
    material: Material, name: str, results: Sequence[Result]
) -> list[Figure | Paragraph]:
    """The figures of an endpoint that are drawn of other records than the main ones too."""
    plans = [plan for plan in chosen_figures(material, "endpoint") if plan.other_records]
    return [block for plan in plans for block in _drawn(plan, material, name, results)]


def figures_of(material: Material, of: str) -> Iterator[Figure | Paragraph]:
    """The figures of the people, of safety or of the study."""
    for plan in chosen_figures(material, of):
        yield from _drawn(plan, material, None, material.results)


def unfilled_figures(material: Material) -> Iterator[Paragraph]:
    """A sentence for each figure that the study lists and that nothing in it can fill."""
    if material.study.outputs.figures is None:
        return
    for of in ("people", "endpoint", "safety", "study"):
        for plan in chosen_figures(material, of):
            if not any(_everywhere(plan, material)):
                yield Paragraph(rich(f"{NOWHERE}\u201c{plan.label}\u201d."), look="note")


def _everywhere(plan: FigurePlan, material: Material) -> Iterator[Figure | Paragraph]:
    if plan.of != "endpoint":
        yield from _drawn(plan, material, None, material.results)
        return
    for name in material.study.endpoints:
        yield from _drawn(plan, material, name, results_by_records(material, name)[0])


def _drawn(
    plan: FigurePlan, material: Material, name: str | None, results: Sequence[Result]
) -> Sequence[Figure | Paragraph]:
    """What a plan draws of these results, once for all documents.

    Raises PluginError where it fails or gives something else than figures.
    """
    about = ("figure", plan.name, plan.draw, name, tuple(row["id"] for row in results))
    return material.once(about, lambda: _drawn_anew(plan, material, name, results))


def _drawn_anew(
    plan: FigurePlan, material: Material, name: str | None, results: Sequence[Result]
) -> Sequence[Figure | Paragraph]:
    with blamed(f"the figure {plan.name!r}"):
        blocks = tuple(plan.draw(material, name, results))
    for block in blocks:
        if not isinstance(block, Figure | Paragraph):
            raise PluginError(
                f"the figure {plan.name!r} returned {type(block).__name__}; expected Figure of "
                "dermoutcomes.report"
            )
    return blocks
