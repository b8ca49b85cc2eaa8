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

WITHIN_SUBJECT_DESIGNS = ("within-subject", "crossover")
# Type I error of a t-test on 42 sides of 21 subjects, by the correlation between the sides;
# benchmarks/simulations/wrong_defaults.py.
FALSE_REJECTIONS = (
    "a test at 0.05 would reject a true null hypothesis in 11, 13 or 16 of 100 studies, where "
    "sides correlate 0.5, 0.7 or 0.9"
)


def dependence_problems(
    study: Study, registry: Registry, endpoint: Endpoint, analysis: Analysis, path: str
) -> Iterator[Problem]:
    """An analysis that would take two sides or places of a subject for two subjects."""
    if (
        analysis.decides is None
        or not _has_several_records(endpoint)
        or analysis.dependence == "clustered"
    ):
        return
    if analysis.dependence == "paired" and _compares_arms_within_subject(study, endpoint):
        return
    combine_key = 'sides.combine = "mean"' if endpoint.unit == "side" else 'locations = "mean"'
    yield problem_at(
        f"the analysis {analysis.name!r} would count the {endpoint.unit}s of a subject as "
        f"subjects: {FALSE_REJECTIONS}",
        path,
        found=analysis.name,
        expected=" or ".join(
            part
            for part in (
                _clustered_analyses(study, registry, endpoint),
                f'unit = "subject" with {combine_key}',
            )
            if part
        ),
    )


def _has_several_records(endpoint: Endpoint) -> bool:
    """Whether a subject has more than one record at a visit.

    A unit that does not fit its sides or locations is another mistake.
    """
    if endpoint.unit == "side":
        return (
            endpoint.sides is not None
            and endpoint.sides.combine == "none"
            and len(endpoint.sides.use) > 1
        )
    by_location = endpoint.unit == "location" and endpoint.locations == "none"
    return by_location and not (
        isinstance(endpoint.location, str) or len(endpoint.location or ()) == 1
    )


def _compares_arms_within_subject(study: Study, endpoint: Endpoint) -> bool:
    """Whether all that is compared is two treatments of the same subjects."""
    comparisons = [
        study.comparisons[name] for name in endpoint.compare if name in study.comparisons
    ]
    return (
        study.study.design in WITHIN_SUBJECT_DESIGNS
        and bool(comparisons)
        and all(comparison.arm is not None for comparison in comparisons)
    )


def _clustered_analyses(study: Study, registry: Registry, endpoint: Endpoint) -> str:
    """Analyses that take account of the subject and fit the endpoint."""
    fitting_analyses = [
        analysis.name
        for analysis in registry.analyses.values()
        if analysis.decides
        and analysis.endpoints == "one"
        and analysis.dependence == "clustered"
        and study.study.design in analysis.designs
        and fitting_kind(study, registry, endpoint.id, analysis)
    ]
    return (
        f"an analysis that takes account of the subject: {', '.join(fitting_analyses)},"
        if fitting_analyses
        else ""
    )
