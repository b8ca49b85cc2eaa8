"""A decided hypothesis in words: what was compared, how large, how likely by chance. As the report rounds, but in plain signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.decisions.p_value_text import p_value

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypotheses import Decided
    from dermoutcomes.study import Comparison, Study

__all__ = ["named", "shown"]


def named(study: Study, decided: Decided) -> str:
    """The endpoint and the comparison by their labels."""
    comparison = study.comparisons[decided.comparison]
    return f"{study.endpoints[decided.endpoint].name}, {comparison.label or _compared(study, comparison)}"


def _compared(study: Study, comparison: Comparison) -> str:
    arms = " v ".join(
        arm.label if (arm := study.arms.get(name)) and arm.label else name
        for name in comparison.arm or ()
    )
    visits = " v ".join(
        visit.name if (visit := study.visits.get(name)) else name for name in comparison.visit or ()
    )
    return ", ".join(part for part in (arms, visits) if part) or comparison.id


def shown(decided: Decided) -> str:
    """The estimate with its limits in its own unit, then p, adjusted where there is a family."""
    p = decided.p_adjusted if decided.p_adjusted is not None else decided.p_value
    return ", ".join(part for part in (_size(decided), _chance(decided, p)) if part)


def _chance(decided: Decided, p: float | None) -> str:
    if p is None:
        return ""
    text = p_value(p, "three decimals", decided.alpha)
    letter = "adjusted p" if decided.method else "p"
    return f"{letter} < {text[1:]}" if text[0] == "<" else f"{letter} = {text}"


def _size(decided: Decided) -> str:
    if decided.estimate is None:
        return ""
    unit = f" {decided.unit}" if decided.unit and not decided.counts else ""
    size = f"{decided.quantity} {_counted(decided)}{_number(decided, decided.estimate)}{unit}"
    if decided.conf_low is not None and decided.conf_high is not None:
        size += f" ({_number(decided, decided.conf_low)} to {_number(decided, decided.conf_high)})"
    return size


def _counted(decided: Decided) -> str:
    return f"{decided.counts[0]:.0f}/{decided.counts[1]:.0f}, " if decided.counts else ""


def _number(decided: Decided, value: float) -> str:
    """A share in percent, a value of the measure with its decimals, anything else with four digits that count."""
    if decided.counts:
        return f"{100 * value:.1f}%"
    if decided.decimals is None:
        return f"{value:.4g}"
    text = f"{value:.{decided.decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text
