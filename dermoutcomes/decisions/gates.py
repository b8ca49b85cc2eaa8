"""The level at which each family is tested: its part of alpha, or what one before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.study.family_levels import family_options, planned_level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.decisions.hypothesis_result import HypothesisResult
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["Level", "level_of"]


@frozen
class Level:
    """The level of a family.

    Where it is closed, `alpha` is what it would have had, and `reason` says what was not won before
    it.

    `gate_p` is the adjusted p-value at which the gate opens, on the scale of `alpha`: 0 for a
    family that comes first.
    """

    alpha: float
    open: bool = True
    gate_p: float = 0.0
    reason: str = ""


def level_of(
    study: Study,
    registry: Registry,
    name: str,
    levels: Mapping[str, Level],
    decisions: Mapping[str, HypothesisResult],
) -> Level:
    """The level of a family, once all families before it are decided."""
    planned, before = planned_level(study, name), study.multiplicity[name].after
    if before is None:
        return Level(planned)
    part, gate_p = _level_left(study, registry, name, before, decisions)
    opened = levels[before].open and part > 0
    # The family before may itself have had a part only of its planned level: parts multiply.
    alpha = (
        planned * (part * (levels[before].alpha / planned_level(study, before)))
        if opened
        else planned
    )
    return Level(
        alpha,
        opened,
        gate_p * alpha / levels[before].alpha,
        "" if opened else _closing_reason(study, name, before, decisions),
    )


def _level_left(
    study: Study,
    registry: Registry,
    name: str,
    before: str,
    decisions: Mapping[str, HypothesisResult],
) -> tuple[float, float]:
    """How much of its level (0 to 1) the family before leaves, and from which adjusted p-value."""
    gate = study.multiplicity[before]
    p_values = [
        1.0 if (p := decisions[member].p_adjusted) is None else p for member in gate.hypotheses
    ]
    rejected = frozenset(member for member in gate.hypotheses if decisions[member].rejected)
    passes_on = registry.adjustments[gate.method or ""].passes_on
    if study.multiplicity[name].gate == "any" and passes_on is not None:
        return passes_on(gate.hypotheses, rejected, family_options(registry, gate, before)), min(
            p_values
        )
    return float(len(rejected) == len(gate.hypotheses)), max(p_values)


def _closing_reason(
    study: Study, name: str, before: str, decisions: Mapping[str, HypothesisResult]
) -> str:
    not_rejected = [
        member for member in study.multiplicity[before].hypotheses if not decisions[member].rejected
    ]
    wanted = "all of it" if study.multiplicity[name].gate == "all" else "any of it"
    return (
        f"Not tested: it comes after the family {before!r}, and {wanted} must be won "
        f"({', '.join(not_rejected)} not)."
    )
