"""The arms of a study with more than two of them: what planned hypotheses ask of each, and what is not planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from dermoutcomes.planning.planned_power import PlannedHypothesis
    from dermoutcomes.study import Study

__all__ = ["AllArms", "all_arms", "all_arms_text"]


@frozen
class AllArms:
    """Subjects by arm, with which every planned hypothesis has its power.

    `n` are analysed, `enrolled` with dropouts: the largest number that a planned hypothesis needs
    in the arm. `not_planned` has a sentence for each thing that these numbers do not promise.
    """

    n: Mapping[str, int]
    enrolled: Mapping[str, int]
    not_planned: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "n": dict(self.n),
            "enrolled": dict(self.enrolled),
            "total": sum(self.n.values()),
            "enrolled_total": sum(self.enrolled.values()),
            "not_planned": list(self.not_planned),
        }


def all_arms(study: Study, planned: Sequence[PlannedHypothesis]) -> AllArms | None:
    """What the arms need together; None where a study has no more than two arms of subjects."""
    if study.study.design != "parallel" or len(study.arms) <= 2:
        return None
    numbers: dict[str, int] = {}
    enrolled: dict[str, int] = {}
    for plan in planned:
        for arm, size, more in zip(plan.groups, plan.n, plan.enrolled, strict=True):
            if arm in study.arms:
                # An arm of several hypotheses needs the most that any of them asks for.
                numbers[arm] = max(size, numbers.get(arm, 0))
                enrolled[arm] = max(more, enrolled.get(arm, 0))
    in_order = [arm for arm in study.arms if arm in numbers]
    return AllArms(
        {arm: numbers[arm] for arm in in_order},
        {arm: enrolled[arm] for arm in in_order},
        tuple(_not_planned(study, planned, in_order)),
    )


def _not_planned(
    study: Study, planned: Sequence[PlannedHypothesis], arms: Sequence[str]
) -> Iterator[str]:
    names = {plan.hypothesis for plan in planned}
    for arm in (arm for arm in study.arms if arm not in arms):
        yield f"the number of subjects of the arm {arm!r}, which no planned hypothesis compares"
    for family, members in study.multiplicity.items():
        rest = [name for name in members.hypotheses if name not in names]
        if rest and len(rest) < len(members.hypotheses):
            yield (
                f"{', '.join(rest)} of the family {family!r}: "
                f'[planning."{rest[0]}"] would plan {"it" if len(rest) == 1 else "the first"}'
            )
    if len(planned) > 1:
        yield "that several hypotheses are won together: each power is that of its hypothesis alone"


def all_arms_text(arms: AllArms) -> str:
    """The numbers of all arms, and what they do not promise, as a terminal shows them."""
    lines = ["All arms"]
    if arms.n:
        lines.append(f"  {_sizes(arms.n)} analysed: in each arm the most that a hypothesis needs")
        if arms.enrolled != arms.n:
            lines.append(f"  {_sizes(arms.enrolled)} enrolled")
    lines += [f"  not planned: {sentence}" for sentence in arms.not_planned]
    return "\n".join(lines) + "\n"


def _sizes(numbers: Mapping[str, int]) -> str:
    by_arm = ", ".join(f"{arm} {size}" for arm, size in numbers.items())
    return f"{sum(numbers.values())} subjects ({by_arm})"
