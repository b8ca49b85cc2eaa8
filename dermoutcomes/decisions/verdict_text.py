"""A hypothesis with its result in words: what was compared, how large, how likely by chance.

Numbers are rounded as in the report, with signs that any terminal shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.number_text import p_value, power_of_ten, rounded

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypotheses import HypothesisResult
    from dermoutcomes.study import Comparison, Study

__all__ = ["effect_text", "hypothesis_label"]


def hypothesis_label(study: Study, hypothesis: HypothesisResult) -> str:
    """The endpoint and the comparison by their labels."""
    comparison = study.comparisons[hypothesis.comparison]
    compared = comparison.label or _compared_groups(study, comparison)
    return f"{study.endpoints[hypothesis.endpoint].name}, {compared}"


def _compared_groups(study: Study, comparison: Comparison) -> str:
    arms = " v ".join(
        arm.label if (arm := study.arms.get(name)) and arm.label else name
        for name in comparison.arm or ()
    )
    visits = " v ".join(
        visit.name if (visit := study.visits.get(name)) else name for name in comparison.visit or ()
    )
    return ", ".join(part for part in (arms, visits) if part) or comparison.id


def effect_text(study: Study, hypothesis: HypothesisResult) -> str:
    """The estimate with its limits in its own unit, then p, adjusted where there is a family."""
    p = hypothesis.p_adjusted if hypothesis.p_adjusted is not None else hypothesis.p_value
    halves = study.outputs.halves
    parts = _estimate_text(hypothesis, halves), _p_text(hypothesis, p, halves)
    return ", ".join(part for part in parts if part)


def _p_text(hypothesis: HypothesisResult, p: float | None, halves: str) -> str:
    if p is None:
        return ""
    text = p_value(p, "three decimals", hypothesis.alpha, halves=halves)
    letter = "adjusted p" if hypothesis.method else "p"
    return f"{letter} {text[0]} {text[1:]}" if text[0] in "<>" else f"{letter} = {text}"


def _estimate_text(hypothesis: HypothesisResult, halves: str) -> str:
    if hypothesis.estimate is None:
        return ""
    unit = f" {hypothesis.unit}" if hypothesis.unit and not hypothesis.counts else ""
    value = f"{_value_text(hypothesis, hypothesis.estimate, halves)}{unit}"
    text = f"{hypothesis.quantity} {_counts_text(hypothesis)}{value}"
    if hypothesis.conf_low is not None and hypothesis.conf_high is not None:
        low = _value_text(hypothesis, hypothesis.conf_low, halves)
        high = _value_text(hypothesis, hypothesis.conf_high, halves)
        text += f" ({low} to {high})"
    return text


def _counts_text(hypothesis: HypothesisResult) -> str:
    return f"{hypothesis.counts[0]:.0f}/{hypothesis.counts[1]:.0f}, " if hypothesis.counts else ""


def _value_text(hypothesis: HypothesisResult, value: float, halves: str) -> str:
    """A share in percent, a value of the measure with its decimals, else four digits that count."""
    if hypothesis.counts:
        return f"{rounded(value, 1, halves=halves, power=2)}%"
    if hypothesis.decimals is None:
        digits, power = power_of_ten(value, 3, halves=halves)
        text = rounded(float(f"{digits}e{power}"), max(3 - power, 0))
        return text.rstrip("0").rstrip(".") if "." in text else text
    return rounded(value, hypothesis.decimals, halves=halves)
