"""Arms, and whether the design has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.document import child
from dermoutcomes.studyfile.names import refused

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["SINGLE_ARM", "arm_problems"]

SINGLE_ARM = "single-arm"
FEWEST = {"parallel": 2, "crossover": 2}


def arm_problems(study: Study, registry: Registry) -> Iterator[Problem]:  # noqa: ARG001 - every check has one signature
    """Too few or too many arms for the design, no allocations for them, two references, and names that two arms share."""
    design, arms = study.study.design, study.arms
    if design == SINGLE_ARM and len(arms) > 1:
        yield refused(
            "a single-arm study has one arm at most",
            "arms",
            found=list(arms),
            expected='one arm, or design = "parallel", "within-subject" or "crossover"',
        )
    if len(arms) < FEWEST.get(design, 0):
        yield refused(
            f"a {design} study needs at least {FEWEST[design]} arms",
            "arms",
            found=list(arms),
            expected="[arms] with each treatment, as placebo = { reference = true }",
        )
    if design != SINGLE_ARM and arms and "allocations" not in study.sources:
        yield refused(
            "nothing says who was allocated to which arm",
            "arms",
            expected="[[sources.allocations]] with a file",
        )
    references = [name for name, arm in arms.items() if arm.reference]
    for name in references[1:]:
        yield refused(
            f"{references[0]!r} is the reference arm already",
            child(child("arms", name), "reference"),
            found=True,
            expected="reference = true in one arm",
        )
    yield from _names(study)


def _names(study: Study) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, arm in study.arms.items():
        for text in dict.fromkeys(text.strip().casefold() for text in (name, *arm.aliases)):
            if owner.setdefault(text, name) != name:
                yield refused(
                    f"the arms {owner[text]!r} and {name!r} share the name {text!r}",
                    child("arms", name),
                    expected="ids and aliases that differ, whatever the case",
                )
