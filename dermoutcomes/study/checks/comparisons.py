"""Comparisons, populations and subgroups by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.options.key_path import child
from dermoutcomes.study.checks.scheme import SINGLE_ARM
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Comparison, Study

__all__ = ["comparison_problems", "of_two_visits"]


def of_two_visits(comparison: Comparison) -> bool:
    """Whether it compares two visits of the same subjects."""
    return comparison.arm is None and comparison.visit is not None and len(comparison.visit) == 2


def comparison_problems(
    study: Study,
    registry: Registry,  # noqa: ARG001 - every check has one signature
) -> Iterator[Problem]:
    """Comparisons that do not name two things that the study has."""
    for name, comparison in study.comparisons.items():
        path = child("comparisons", name)
        if comparison.visit is None and comparison.arm is None:
            yield problem_at(
                "the comparison compares nothing",
                path,
                expected='visit = ["W12", "baseline"], or arm = ["A", "B"]',
            )
        yield from _visits(study, comparison, path)
        yield from _arms(study, comparison, path)
        yield from _margin(comparison, path)


def _visits(study: Study, comparison: Comparison, path: str) -> Iterator[Problem]:
    if comparison.visit is None:
        return
    visit_path, visits = child(path, "visit"), comparison.visit
    if len(visits) != 2 and not (len(visits) == 1 and comparison.arm is not None):
        yield problem_at(
            "a comparison has two visits, the first minus the second",
            visit_path,
            found=list(visits),
            expected='two visits, or a visit and "baseline"; with `arm`, one visit is enough',
        )
        return
    if visits[0] == BASELINE:
        yield problem_at(
            "the baseline stands second: the first minus the second",
            visit_path,
            found=list(visits),
            expected=str([*visits[1:], BASELINE]).replace("'", '"'),
        )
    hint = (
        f'write "{BASELINE}" for what a change is counted from'
        if "baseline" in (visit.casefold() for visit in visits)
        else None
    )
    yield from unknown_or_repeated("visit", visits, (*study.visits, BASELINE), visit_path, hint)


def _arms(study: Study, comparison: Comparison, path: str) -> Iterator[Problem]:
    if comparison.arm is None:
        return
    arm_path = child(path, "arm")
    if study.study.design == SINGLE_ARM:
        yield problem_at(
            "a single-arm study cannot compare arms",
            arm_path,
            found=list(comparison.arm),
            expected="visits, in `visit`",
            hint="one group can show that a value changed, not why",
        )
    elif len(comparison.arm) != 2:
        yield problem_at(
            "a comparison has two arms, the first minus the second",
            arm_path,
            found=list(comparison.arm),
            expected="two arms",
        )
    else:
        yield from unknown_or_repeated("arm", comparison.arm, study.arms, arm_path)


def _margin(comparison: Comparison, path: str) -> Iterator[Problem]:
    if comparison.margin is None and comparison.margin_reason is not None:
        yield problem_at(
            "a reason without a margin",
            child(path, "margin_reason"),
            expected="margin, in the unit of the endpoint",
        )
    if comparison.margin is None:
        return
    if comparison.margin == 0:
        yield problem_at(
            "a margin of zero is no margin",
            child(path, "margin"),
            found=comparison.margin,
            expected="a number above 0",
        )
    if not (comparison.margin_reason or "").strip():
        yield problem_at(
            "a margin needs its reason",
            child(path, "margin"),
            found=comparison.margin,
            expected="margin_reason: a sentence that says where the margin comes from",
        )


def unknown_population(study: Study, name: str | None, path: str) -> Iterator[Problem]:
    """The problem of a population that the study does not define, if it is one."""
    if name is not None and name not in study.populations:
        yield unknown_name(
            "population", name, study.populations, path, "define it in [populations]"
        )
