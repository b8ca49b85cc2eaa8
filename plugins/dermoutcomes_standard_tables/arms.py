"""The columns of arms that tables of subjects have, and counts in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.report import STYLES, Column, Part, Rich, Style, percent, rich

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = [
    "ALL",
    "ALL_ALLOCATED",
    "NOT_ALLOCATED",
    "ArmColumns",
    "arm_columns",
    "arms_of_subjects",
    "planned_columns",
    "share",
]

ALL, ALL_LISTED = "All", "All listed"
ALL_ALLOCATED, NOT_ALLOCATED = "All allocated", "Not allocated"


@frozen
class ArmColumns:
    """The subjects of each column, by its head: the arms in their order, then all."""

    subjects: Mapping[str, frozenset[str]]
    style: Style

    @property
    def everybody(self) -> frozenset[str]:
        """The subjects of the last column."""
        *_, last = self.subjects.values()
        return last

    @property
    def columns(self) -> tuple[Column, ...]:
        """A column an arm, and the last for all."""
        return tuple(Column(head, "r") for head in self.subjects)

    @property
    def n(self) -> dict[str, Part]:
        """The number of subjects in the head of each column."""
        return {head: Part(str(len(members))) for head, members in self.subjects.items()}

    def counts(self, subjects: Iterable[str]) -> tuple[Rich, ...]:
        """How many of some subjects are in each column, with their share of it."""
        counted = frozenset(subjects)
        return tuple(
            share(len(members & counted), len(members), self.style)
            for members in self.subjects.values()
        )


def share(n: int, of: int, style: Style = STYLES["AMA"]) -> Rich:
    """A count with its share of a whole; alone where it is none, or of none."""
    if not n or not of:
        return rich(str(n))
    return rich(f"{n} ({style.written(percent(100 * n / of, style.percent_decimals(of)))})")


def arms_of_subjects(material: Material) -> dict[str, frozenset[str]]:
    """The subjects of each arm, in the order of the study file.

    Empty where arms are of sides, places or periods: a subject then has several.
    """
    members: dict[str, set[str]] = {arm: set() for arm in material.study.arms}
    listed = set(material.frame("subjects")["subject"])
    allocations = material.frame("allocations").drop_nulls("arm")
    first = allocations.sort("source", "row").unique(
        ["subject", "location", "side", "period"], keep="first", maintain_order=True
    )
    pairs = first.select("subject", "arm").unique(maintain_order=True)
    if pairs["subject"].is_duplicated().any():
        return {}
    for subject, arm in pairs.iter_rows():
        if subject in listed:
            members.setdefault(arm, set()).add(subject)
    return {arm: frozenset(subjects) for arm, subjects in members.items() if subjects}


def arm_columns(material: Material, choice: TableChoice) -> ArmColumns:
    """The columns of a table of subjects: arms, or those chosen, and all subjects.

    Where somebody is listed and has no arm, as after a failed screening, the head of the last
    column says that it is of all who are listed.
    """
    members = arms_of_subjects(material)
    arms = [arm for arm in choice.arms or members if arm in members]
    everybody = frozenset(material.frame("subjects")["subject"])
    named = {material.arm_name(arm): members[arm] for arm in arms}
    without_arm = members and everybody - frozenset().union(*members.values())
    return ArmColumns({**named, ALL_LISTED if without_arm else ALL: everybody}, material.style)


def planned_columns(outline: Outline, choice: TableChoice) -> tuple[Column, ...]:
    """The same columns before there are subjects."""
    between = outline.study.study.design not in ("single-arm", "within-subject")
    arms = (choice.arms or tuple(outline.study.arms)) if between else ()
    return tuple(Column(head, "r") for head in (*map(outline.arm_name, arms), ALL))
