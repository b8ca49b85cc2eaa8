"""Families of hypotheses as they are planned: their levels, their order, and what they spend of alpha."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.options.parsing import resolve_options

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Family, Study

__all__ = ["family_options", "in_gate_order", "planned_level", "within_alpha"]

ROUNDING = 1e-9


def in_gate_order(study: Study) -> Iterator[str]:
    """Every family, each after the one that it follows, and otherwise in the order of the file."""
    yield from sorted(study.multiplicity, key=lambda name: len(study.gates(name)))


def planned_level(study: Study, name: str) -> float:
    """The level of the family where all before it is won."""
    stated = (study.multiplicity[gate].alpha for gate in study.gates(name))
    return next((alpha for alpha in stated if alpha is not None), study.study.alpha)


def family_options(registry: Registry, family: Family, name: str) -> Any:
    """The options of a family's procedure. Raises StudyError for what does not fit."""
    return resolve_options(
        family.options,
        registry.adjustments[family.method or ""].options,
        f"multiplicity.{name}.options",
    )


def within_alpha(study: Study, registry: Registry) -> frozenset[str]:
    """Families whose error rates together do not exceed alpha.

    Primary families come first, others as far as those leave something. A primary hypothesis that
    stands alone uses the whole alpha. Families that follow others use what those leave.
    """
    familywise = {
        name: family
        for name, family in study.multiplicity.items()
        if family.method is not None
        and getattr(registry.adjustments.get(family.method), "familywise", False)
    }
    first_levels = {
        name: planned_level(study, name)
        for name, family in familywise.items()
        if family.after is None
    }
    primary = {
        name
        for name in first_levels
        if any(_is_primary(study, member) for member in familywise[name].hypotheses)
    }
    primary_alpha = sum(first_levels[name] for name in primary)
    if not primary and _stands_alone(study, first_levels):
        primary_alpha = study.study.alpha
    allowed = study.study.alpha * (1 + ROUNDING)
    if sum(first_levels[name] for name in set(first_levels) - primary) + primary_alpha <= allowed:
        first_within = set(first_levels)
    else:
        first_within = primary if primary_alpha <= allowed else set()
    # What follows a family spends only what that family leaves, so that its first gate decides; a
    # gate that does not hold the chance of any false rejection lets all after it through.
    return frozenset(
        name
        for name in familywise
        if study.gates(name)[-1] in first_within and set(study.gates(name)) <= set(familywise)
    )


def _is_primary(study: Study, hypothesis: str) -> bool:
    return study.endpoints[hypothesis.partition(".")[0]].role == "primary"


def _stands_alone(study: Study, families: Mapping[str, float]) -> bool:
    """Whether there is a primary hypothesis that is in none of these families."""
    members = {member for name in families for member in study.multiplicity[name].hypotheses}
    return any(
        _is_primary(study, hypothesis)
        for hypothesis in study.hypotheses()
        if hypothesis not in members
    )
