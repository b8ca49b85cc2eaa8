"""Everything that can be said of a study file before its data are read, once plugins are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dermoutcomes.study.checks.analyses import analysis_problems
from dermoutcomes.study.checks.claims import claim_problems
from dermoutcomes.study.checks.comparisons import comparison_problems
from dermoutcomes.study.checks.endpoints import endpoint_problems
from dermoutcomes.study.checks.estimands import estimand_problems
from dermoutcomes.study.checks.families import family_problems
from dermoutcomes.study.checks.handling import handling_problems
from dermoutcomes.study.checks.measures import measure_problems
from dermoutcomes.study.checks.outputs import output_problems
from dermoutcomes.study.checks.planning import planning_problems
from dermoutcomes.study.checks.quality import quality_problems
from dermoutcomes.study.checks.responders import responder_problems
from dermoutcomes.study.checks.scheme import (
    arm_problems,
    factor_problems,
    label_problems,
    visit_problems,
)
from dermoutcomes.study.checks.sources import source_problems
from dermoutcomes.study.checks.study_info import study_problems
from dermoutcomes.study.paths import path_problems
from dermoutcomes.study.problem_lines import with_lines

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["check_study"]

CHECKS: tuple[Callable[[Study, Registry], Iterator[Problem]], ...] = (
    study_problems,
    path_problems,
    visit_problems,
    arm_problems,
    factor_problems,
    label_problems,
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
    """Every problem of a parsed study, with its line, in the order of the file."""
    return with_lines(study, [problem for check in CHECKS for problem in check(study, registry)])
