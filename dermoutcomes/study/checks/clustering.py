"""Several records of one subject: whether an analysis would count them as subjects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.study.names import problem_at
from dermoutcomes.study.task_plan import fitting_kind

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["dependence_problems"]

INSIDE = ("within-subject", "crossover")
# Type I error of a t-test on 42 sides of 21 subjects, by the correlation between the sides;
# benchmarks/simulations/wrong_defaults.py.
WHY = (
    "a test at 0.05 would reject a true null hypothesis in 11, 13 or 16 of 100 studies, where "
    "sides correlate 0.5, 0.7 or 0.9"
)


def dependence_problems(
    study: Study, registry: Registry, endpoint: Endpoint, analysis: Analysis, path: str
) -> Iterator[Problem]:
    """An analysis that would take two sides or places of a subject for two subjects."""
    if analysis.decides is None or not _several(endpoint) or analysis.dependence == "clustered":
        return
    if analysis.dependence == "paired" and _of_arms_inside(study, endpoint):
        return
    combined = 'sides.combine = "mean"' if endpoint.unit == "side" else 'locations = "mean"'
    yield problem_at(
        f"the analysis {analysis.name!r} would count the {endpoint.unit}s of a subject as "
        f"subjects: {WHY}",
        path,
        found=analysis.name,
        expected=" or ".join(
            part
            for part in (_others(study, registry, endpoint), f'unit = "subject" with {combined}')
            if part
        ),
    )


def _several(endpoint: Endpoint) -> bool:
    """Whether a subject has more than one record at a visit.

    A unit that does not fit its sides or locations is another mistake.
    """
    if endpoint.unit == "side":
        return (
            endpoint.sides is not None
            and endpoint.sides.combine == "none"
            and len(endpoint.sides.use) > 1
        )
    apart = endpoint.unit == "location" and endpoint.locations == "none"
    return apart and not (isinstance(endpoint.location, str) or len(endpoint.location or ()) == 1)


def _of_arms_inside(study: Study, endpoint: Endpoint) -> bool:
    """Whether all that is compared is two treatments of the same subjects."""
    compared = [study.comparisons[name] for name in endpoint.compare if name in study.comparisons]
    return (
        study.study.design in INSIDE
        and bool(compared)
        and all(comparison.arm is not None for comparison in compared)
    )


def _others(study: Study, registry: Registry, endpoint: Endpoint) -> str:
    """Analyses that take account of the subject and fit the endpoint."""
    fitting = [
        other.name
        for other in registry.analyses.values()
        if other.decides
        and other.endpoints == "one"
        and other.dependence == "clustered"
        and study.study.design in other.designs
        and fitting_kind(study, registry, endpoint.id, other)
    ]
    return (
        f"an analysis that takes account of the subject: {', '.join(fitting)}," if fitting else ""
    )
