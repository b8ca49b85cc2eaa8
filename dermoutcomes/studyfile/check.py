"""Everything that can be said of a study file before its data are read, once plugins are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.document import read_document
from dermoutcomes.studyfile.analyses import analysis_problems
from dermoutcomes.studyfile.arms import arm_problems
from dermoutcomes.studyfile.claims import claim_problems
from dermoutcomes.studyfile.comparisons import comparison_problems
from dermoutcomes.studyfile.defaults import Defaults
from dermoutcomes.studyfile.endpoints import endpoint_problems
from dermoutcomes.studyfile.estimands import estimand_problems
from dermoutcomes.studyfile.families import family_problems
from dermoutcomes.studyfile.handling import handling_problems
from dermoutcomes.studyfile.measures import measure_problems
from dermoutcomes.studyfile.outputs import output_problems
from dermoutcomes.studyfile.paths import path_problems
from dermoutcomes.studyfile.planning import planning_problems
from dermoutcomes.studyfile.quality import quality_problems
from dermoutcomes.studyfile.responders import responder_problems
from dermoutcomes.studyfile.sources import source_problems
from dermoutcomes.studyfile.studyinfo import study_problems
from dermoutcomes.studyfile.visits import visit_problems

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["check_study"]

CHECKS: tuple[Callable[[Study, Registry], Iterator[Problem]], ...] = (
    study_problems,
    path_problems,
    visit_problems,
    arm_problems,
    comparison_problems,
    source_problems,
    measure_problems,
    endpoint_problems,
    responder_problems,
    analysis_problems,
    handling_problems,
    estimand_problems,
    family_problems,
    claim_problems,
    planning_problems,
    quality_problems,
    output_problems,
)


def check_study(study: Study, registry: Registry) -> tuple[Problem, ...]:
    """Every problem of a parsed study, placed in its file and in the file's order; none where it can be run."""
    return placed(study, [problem for check in CHECKS for problem in check(study, registry)])


def placed(study: Study, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems with file and line; those of a default stand there, once, and not under each endpoint that takes it."""
    found = tuple(problems)
    if not found or not study.path.is_file():
        return found
    document = read_document(study.path)
    table = document.values.get("defaults", {}).get("endpoints", {})
    defaults = Defaults(table)
    return document.place(
        evolve(problem, path=problem.path and defaults.path_of(problem.path, document.values))
        for problem in found
    )
