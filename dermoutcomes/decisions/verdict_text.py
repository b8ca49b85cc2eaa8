"""A hypothesis with its result in words: what was compared, how large, how likely by chance.

Numbers are rounded as in the report, with signs that any terminal shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.number_text import STYLES, Style, p_value, power_of_ten, rounded

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypothesis_result import HypothesisResult
    from dermoutcomes.declare import Analysis
    from dermoutcomes.study import Comparison, Endpoint, Study

# Of an estimate without a measure of its own.
MOST_DECIMALS = 6

__all__ = ["better_estimate", "direction_words", "effect_text", "hypothesis_label", "test_text"]


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
    """The estimate in its own unit, which way is better, and its interval.

    As "mean difference -0.097 mm (lower is better; 95% CI -0.119 to -0.075)".
    """
    shown = hypothesis.shown or hypothesis
    if shown.estimate is None:
        return ""
    halves, style = study.outputs.halves, STYLES[study.outputs.style]
    unit = f" {shown.unit}" if shown.unit and not shown.counts else ""
    value = f"{_value_text(shown, shown.estimate, halves, style)}{unit}"
    null = hypothesis.null if hypothesis.is_ratio else None
    endpoint = study.endpoints[hypothesis.endpoint]
    beside = [direction_words(endpoint, hypothesis.better, null)]
    if shown.conf_low is not None and shown.conf_high is not None:
        low, high = (
            _value_text(shown, limit, halves, style) for limit in (shown.conf_low, shown.conf_high)
        )
        beside.append(f"{100 * study.confidence:g}% CI {low} to {high}")
    elif shown.no_interval:
        beside.append(f"no interval: {shown.no_interval.rstrip('.')}")
    words = "; ".join(filter(None, beside))
    text = f"{shown.quantity}{_counts_text(endpoint, shown)} {value}"
    return f"{text} ({words})" if words else text


def better_estimate(improves: str | None, analysis: Analysis) -> str | None:
    """Whether a "lower" or "higher" estimate is better; None where the analysis says so itself.

    `improves` is which way the values of the endpoint get better. A share of those who improved
    says so; a hazard ratio falls as times rise.
    """
    if improves is None or analysis.oriented:
        return None
    return "lower" if (improves == "down") != analysis.inverse else "higher"


def direction_words(endpoint: Endpoint, better: str | None, null_ratio: float | None = None) -> str:
    """Which way an estimate is better, as "lower is better"; of a ratio also what is none."""
    direction = f"{better} is {endpoint.better or 'better'}" if better else ""
    none = f"{null_ratio:g} is no difference" if null_ratio is not None else ""
    return "; ".join(filter(None, (direction, none)))


def test_text(study: Study, hypothesis: HypothesisResult) -> str:
    """The test that decided, with its p-value, adjusted where there is a family."""
    p = hypothesis.p_adjusted if hypothesis.p_adjusted is not None else hypothesis.p_value
    if p is None:
        return ""
    text = p_value(p, "three decimals", hypothesis.alpha, halves=study.outputs.halves)
    letter = "adjusted p" if hypothesis.method else "p"
    number = f"{text[0]} {text[1:]}" if text[0] in "<>" else f"= {text}"
    tests = ", ".join(filter(None, (hypothesis.test, hypothesis.method)))
    return f"{letter} {number} ({tests})" if tests else f"{letter} {number}"


def _counts_text(endpoint: Endpoint, hypothesis: HypothesisResult) -> str:
    """The counts of a share with the name of what they are of: ": 18 of 20 rated,"."""
    if not hypothesis.counts:
        return ""
    events, n = hypothesis.counts
    return f": {events:.0f} of {n:.0f} {'rated' if endpoint.rater else 'analysed'},"


def _value_text(hypothesis: HypothesisResult, value: float, halves: str, style: Style) -> str:
    """A share in percent, a value of the measure with its decimals, else those of `_decimals`."""
    if hypothesis.counts:
        of_percent = style.percent_decimals(hypothesis.counts[1])
        return f"{rounded(value, of_percent, halves=halves, power=2)}%"
    decimals = hypothesis.decimals
    return rounded(value, _decimals(hypothesis) if decimals is None else decimals, halves=halves)


def _decimals(hypothesis: HypothesisResult) -> int:
    """Decimals alike for an estimate and its limits: three digits that count of the largest."""
    values = (hypothesis.estimate, hypothesis.conf_low, hypothesis.conf_high)
    largest = max(abs(value) for value in values if value is not None)
    _, power = power_of_ten(largest, 2)
    return min(max(2 - power, 0), MOST_DECIMALS)
