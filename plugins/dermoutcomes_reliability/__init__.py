"""Reliability of measurement: repeatability, test-retest, raters, methods, anchors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes import Analysis, FigurePlan, ReferenceMethod, hookimpl
from dermoutcomes_reliability.anchor import ANCHOR_MIC
from dermoutcomes_reliability.method_agreement import DEVICE_EQUIVALENCE, METHOD_AGREEMENT
from dermoutcomes_reliability.rater_agreement import RATER_AGREEMENT
from dermoutcomes_reliability.repeatability import REPEATABILITY
from dermoutcomes_reliability.retest import TEST_RETEST
from dermoutcomes_reliability.within_subjects import REPEATED_MEASURES_CORRELATION

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Agreement of readings, days, raters and devices."""
    return (
        REPEATABILITY,
        TEST_RETEST,
        RATER_AGREEMENT,
        METHOD_AGREEMENT,
        DEVICE_EQUIVALENCE,
        ANCHOR_MIC,
        REPEATED_MEASURES_CORRELATION,
    )


def draw_agreement(
    material: Material, name: None, results: Sequence[Mapping[str, Any]]
) -> Iterator[Figure]:
    """The figure of Bland and Altman for each pair of methods."""
    from dermoutcomes_reliability.agreement_figure import agreement_figures

    yield from agreement_figures(material, name, results)


@hookimpl
def register_figures() -> Iterable[FigurePlan]:
    """Agreement of two methods as Bland and Altman draw it."""
    yield FigurePlan("agreement", "Agreement of two methods", draw_agreement, of="study")


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_reliability.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
