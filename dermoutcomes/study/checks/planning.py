"""`[planning]`: hypotheses that nothing decides, unknown powers and impossible assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.errors import one_of
from dermoutcomes.options.key_path import child
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.checks.analyses import analysis_of
from dermoutcomes.study.checks.families import hypothesis_problems
from dermoutcomes.study.names import problem_at

if TYPE_CHECKING:
    from dermoutcomes.declare import Power
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Plan, Study

__all__ = ["planning_problems"]


def planning_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Everything in `[planning]` from which no number of subjects follows."""
    for name, plan in study.planning.items():
        path = child("planning", name)
        problems = list(hypothesis_problems(study, registry, name, path))
        yield from problems or _plan_problems(study, registry, name, plan, path)


def _plan_problems(
    study: Study, registry: Registry, name: str, plan: Plan, path: str
) -> Iterator[Problem]:
    endpoint, _, comparison = name.partition(".")
    main = analysis_of(study, registry, study.endpoints[endpoint].analyses[0])
    if main is None:
        return
    if main.power is None:
        with_power = sorted(
            analysis.name for analysis in registry.analyses.values() if analysis.power is not None
        )
        yield problem_at(
            f"it is not known how the power of {main.name!r}, the main analysis of {endpoint!r}, "
            "follows from a number of subjects",
            path,
            expected=f"a main analysis out of {one_of(with_power, 40)}",
        )
        return
    problems: list[Problem] = []
    parse_options(
        plan.assume, main.power.assumptions, path=child(path, "assume"), problems=problems
    )
    yield from problems
    yield from _groups(
        study,
        plan,
        path,
        two=study.study.design == "parallel" and study.comparisons[comparison].arm is not None,
    )
    yield from _dropout(main.power, plan, path)


def _groups(study: Study, plan: Plan, path: str, *, two: bool) -> Iterator[Problem]:
    """Numbers by group where there is one group: subjects, or pairs within them."""
    if not two and plan.allocation != (1.0, 1.0):
        yield problem_at(
            "nothing is allocated to two groups of subjects here",
            child(path, "allocation"),
            expected="a comparison of two arms in a parallel design",
        )
    if not two and plan.n is not None and len(plan.n) == 2:
        yield problem_at(
            f"the comparison has one group of subjects in a {study.study.design} design",
            child(path, "n"),
            found=list(plan.n),
            expected="one number",
        )


def _dropout(power: Power, plan: Plan, path: str) -> Iterator[Problem]:
    if plan.dropout and not power.dropout:
        yield problem_at(
            "who drops out is a part of what this analysis assumes",
            child(path, "dropout"),
            found=plan.dropout,
            expected="nothing here; say it in `assume`",
        )
